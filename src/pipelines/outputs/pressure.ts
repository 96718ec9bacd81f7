import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

/** Between two looks, milliseconds. */
const EVERY = 250;
/** Weight of the latest look. */
const WEIGHT = 0.4;
/** Use of the main thread, or of all cores by this process, from where the machine counts as busy, and as full. */
const BUSY = 0.85;
const FULL = 0.98;
/** Use of the main thread by others than outputs from where these get less, and where they get least. */
const SHARED = 0.35;
const TAKEN = 0.55;
/** Rows that wait to be inserted: two seconds' worth of what two cores store and deliver at once, and a heap. */
const EASY_ROWS = 80_000;
const MANY_ROWS = 400_000;

/** What there is to see of ingest. */
export interface Ingest {
  /** Milliseconds so far, on a clock that only grows, during which something that came in was not stored yet. */
  readonly occupied: number;
  /** Rows that wait to be inserted. */
  readonly spooledRows: number;
}

export interface PressureParts {
  readonly ingest: () => Ingest;
  /** Milliseconds of the main thread that outputs took so far. */
  readonly delivered: () => number;
  readonly usage?: () => Usage;
}

/** Of the time since the last question. */
export interface Usage {
  readonly milliseconds: number;
  /** Share of it in which the main thread was busy. */
  readonly loop: number;
  /** Share of all cores that this process used. */
  readonly cores: number;
}

/**
 * How much outputs stand in the way of ingest, 0 to 1: the share of time in which something that came in waits to be
 * stored, and the machine has nothing to spare or ingest takes much of the main thread. Both count: on an idle machine
 * what waits, waits for the disk, and where nothing comes in outputs may take all there is. A sender that always has the
 * next request ready keeps it at 1, so that outputs get their least share and ingest the rest.
 */
export class Pressure {
  readonly #parts: PressureParts;
  readonly #usage: () => Usage;
  #timer: NodeJS.Timeout | undefined;
  #occupied: number;
  #delivered: number;
  #value = 0;

  constructor(parts: PressureParts) {
    this.#parts = parts;
    this.#usage = parts.usage ?? measured();
    this.#occupied = parts.ingest().occupied;
    this.#delivered = parts.delivered();
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), EVERY).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#value = 0;
  }

  get value(): number {
    return Math.max(this.#value, ramp(this.#parts.ingest().spooledRows, EASY_ROWS, MANY_ROWS));
  }

  /** Takes what happened since the last look into account. */
  look(): void {
    const { milliseconds, loop, cores } = this.#usage();
    if (milliseconds <= 0) return;
    const { occupied } = this.#parts.ingest();
    const delivered = this.#parts.delivered();
    const waiting = Math.min(1, (occupied - this.#occupied) / milliseconds);
    const others = loop - (delivered - this.#delivered) / milliseconds;
    this.#occupied = occupied;
    this.#delivered = delivered;
    const tight = Math.max(ramp(Math.max(loop, cores), BUSY, FULL), ramp(others, SHARED, TAKEN));
    this.#value += WEIGHT * (waiting * tight - this.#value);
    // Less than this is nothing, or it would never end.
    if (this.#value < 0.01) this.#value = 0;
  }
}

function ramp(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

function measured(): () => Usage {
  const cores = availableParallelism();
  let at = performance.now();
  let loop = performance.eventLoopUtilization();
  let cpu = process.cpuUsage();
  return () => {
    const [nowAt, nowLoop, nowCpu] = [performance.now(), performance.eventLoopUtilization(), process.cpuUsage()];
    const milliseconds = nowAt - at;
    const used = (nowCpu.user + nowCpu.system - cpu.user - cpu.system) / 1000;
    const usage = {
      milliseconds,
      loop: performance.eventLoopUtilization(nowLoop, loop).utilization,
      cores: milliseconds > 0 ? used / milliseconds / cores : 0,
    };
    [at, loop, cpu] = [nowAt, nowLoop, nowCpu];
    return usage;
  };
}
