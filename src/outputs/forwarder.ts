import type { Component, Health } from '../kit/component.ts';
import type { EventRow } from '../model/event-row.ts';
import { NO_COUNTS, type OutputPosition, type OutputState } from '../model/output.ts';
import { Backlog } from './backlog.ts';
import { backoff } from './backoff.ts';
import { type Cut, EventReader } from './event-reader.ts';
import { EventSender } from './event-sender.ts';
import { type Clock, systemClock } from './forwarder-clock.ts';
import { ForwarderFigures } from './forwarder-figures.ts';
import { ForwarderMetrics } from './forwarder-metrics.ts';
import {
  type ForwarderParts,
  type ForwarderStatus,
  type ForwarderTestResult,
  type ForwarderTuning,
  TUNING,
} from './forwarder-parts.ts';
import { PositionSaver, type Snapshot } from './position-saver.ts';
import { Problems } from './problems.ts';
import { RetentionGap } from './retention-gap.ts';
import { sendTest } from './send-test.ts';
import { Window } from './window.ts';

/** At the latest it looks around after so many milliseconds; two looks are so far apart at least. */
const LONGEST_SLEEP = 5000;
const SHORTEST_SLEEP = 2;
/** So much more rarely the position is saved at full pressure: each save waits for the disk that ingest waits for. */
const SELDOM = 7;
/** Between two settings of the gauges, milliseconds. */
const SHOW_EVERY = 1000;
/** After the end of the grace what is under way is asked to end, and has this long to do so, milliseconds. */
const LAST_GRACE = 250;

/** What exists once the position is known. */
interface Work {
  readonly window: Window;
  readonly reader: EventReader;
  readonly sender: EventSender;
  readonly backlog: Backlog;
  readonly gap: RetentionGap;
}

/**
 * Delivers the stored events to one output: reads forward from its bookmark, sends batches, moves the bookmark when the
 * receiver has confirmed, and never gives up. At least once: after a crash what was sent beyond the saved bookmark is
 * sent again; the ids of the events tell the receiver.
 *
 * Everything happens in `#turn`, which does what can be done at the moment and sets a timer for what comes next.
 * Answers, pages, saves and moves of the head wake it; they change the state and decide nothing.
 */
export class Forwarder implements Component {
  readonly name: string;
  readonly #parts: ForwarderParts;
  readonly #tuning: ForwarderTuning;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #problems: Problems;
  readonly #saver: PositionSaver;
  readonly #figures: ForwarderFigures;
  readonly #metrics: ForwarderMetrics;
  #work: Work | undefined;
  #state: 'new' | 'live' | 'stopping' | 'stopped' = 'new';
  #paused: boolean;
  #rewinding = false;
  #rewinds: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  #stopHead = () => {};
  #cancel = () => {};
  #loads = 0;
  #restUntil = 0;
  #showAt = 0;
  #waking = false;
  #landed: (() => void) | undefined;

  constructor(parts: ForwarderParts) {
    this.name = `output ${parts.name}`;
    this.#parts = parts;
    this.#tuning = { ...TUNING, ...parts.tuning };
    this.#clock = parts.clock ?? systemClock;
    this.#random = parts.random ?? Math.random;
    this.#paused = parts.paused ?? false;
    this.#problems = new Problems(() => this.#clock.now());
    this.#figures = new ForwarderFigures(this.#clock.elapsed());
    this.#metrics = new ForwarderMetrics(parts.metrics, parts.name);
    this.#saver = new PositionSaver({
      keep: parts.keep,
      clock: this.#clock,
      random: this.#random,
      every: () => this.#tuning.saveEvery * (1 + SELDOM * parts.pressure()),
      log: parts.log,
      problems: this.#problems,
    });
  }

  /** Loads the position and begins. Where the state store is away it is tried again until it is there. */
  async start(): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'live';
    this.#stopHead = this.#parts.onHead(() => {
      this.#work?.reader.moved();
      this.#wake();
    });
    await this.#load();
  }

  /** Waits for what is under way, but not for ever, saves, and closes the output. What is not confirmed stays ahead. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  health(): Health {
    if (this.#state === 'new' || this.#state === 'stopped') return { state: 'stopped' };
    const { state, lagEvents, lagSeconds, lastError } = this.status();
    const figures = { state, lagEvents, lagSeconds: Math.round(lagSeconds) };
    if (!this.#work) return { state: 'degraded', detail: 'Its position could not be loaded yet.', figures };
    const troubled = state === 'retrying' || state === 'blocked';
    if (!troubled) return { state: 'ok', figures };
    return { state: 'degraded', detail: lastError?.detail ?? 'It does not deliver.', figures };
  }

  status(): ForwarderStatus {
    const work = this.#work;
    const now = this.#clock.elapsed();
    const rates = this.#figures.rates(now);
    const bookmark = work?.window.bookmark ?? '0';
    const retryAt = work?.sender.retryAt;
    const success = work?.sender.lastSuccess ?? null;
    return {
      state: this.#shown(),
      endpoint: this.#parts.output.endpoint,
      bookmark,
      bookmarkTime: bookmark === '0' ? null : this.#parts.commitTime(bookmark),
      lagEvents: work?.backlog.events ?? 0,
      lagSeconds: work?.backlog.seconds ?? 0,
      counts: work?.window.total() ?? NO_COUNTS,
      eventsPerSecond: rates.events,
      bytesPerSecond: rates.bytes,
      concurrency: work?.sender.concurrency ?? 1,
      circuit: work?.sender.circuit ?? 'closed',
      retryAt: retryAt === undefined ? null : Math.round((this.#clock.now() + Math.max(0, retryAt - now)) * 1000),
      lastError: this.#problems.last,
      lastSuccess: success === null ? null : Math.round(success * 1000),
      latency: this.#figures.latency(),
    };
  }

  /** Begins nothing new; what is under way comes to its end. */
  pause(): void {
    this.#paused = true;
    this.#wake();
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  /**
   * Sets the bookmark, backwards or forwards. It is saved first; then what is under way is given up, and the events
   * behind the new bookmark are delivered (again).
   * @throws what the state store throws, and Error when the position is not loaded or the forwarder stops: then
   * everything stays as it was.
   */
  rewind(bookmark: string): Promise<void> {
    const done = this.#rewinds.then(() => this.#rewindTo(bookmark));
    this.#rewinds = done.catch(() => {});
    return done;
  }

  /** Sends one event now, past queue, pause and bookmark. When it arrives, waiting batches are tried at once. */
  async test(row: EventRow): Promise<ForwarderTestResult> {
    const result = await sendTest(this.#parts.output, row, this.#clock);
    if (result.status === 'ok') this.#work?.sender.hurry();
    return result;
  }

  async #load(): Promise<void> {
    try {
      const position = await this.#parts.keep.load();
      if (this.#state !== 'live') return;
      this.#work = this.#begin(position ?? { bookmark: '0', counts: NO_COUNTS, ahead: {} });
      this.#wake();
    } catch (error) {
      if (this.#state !== 'live') return;
      if (this.#loads++ === 0) this.#parts.log.warn({ err: error, output: this.#parts.name }, 'no position loaded');
      this.#problems.note('STATE', 'The position could not be loaded from the state store; it is tried again.');
      this.#cancel = this.#clock.after(backoff(this.#loads, this.#random), () => void this.#load());
    }
  }

  #begin(position: OutputPosition): Work {
    const parts = this.#parts;
    const gap = new RetentionGap(position, parts.filtered);
    const window = new Window(position.bookmark, position.counts, (days) => gap.passed(days));
    const common = { parts, tuning: this.#tuning, clock: this.#clock, random: this.#random, problems: this.#problems };
    const reader = new EventReader({
      ...common,
      onPage: (days, busy) => {
        gap.read(days);
        this.#worked(busy);
      },
    });
    reader.restart(position.bookmark);
    const sender = new EventSender({
      ...common,
      window,
      saver: this.#saver,
      figures: this.#figures,
      metrics: this.#metrics,
      worked: (busy) => this.#worked(busy),
      wake: () => this.#wake(),
    });
    const lost = (events: number) => {
      window.lost(events);
      this.#metrics.lost(events);
    };
    const backlog = new Backlog({ ...common, window, gap, lost, counted: () => this.#saver.touch() });
    return { window, reader, sender, backlog, gap };
  }

  /** Soon; several wishes are one. */
  #wake(): void {
    if (this.#waking) return;
    this.#waking = true;
    this.#clock.soon(() => {
      this.#waking = false;
      this.#turn();
    });
  }

  #turn(): void {
    const work = this.#work;
    if (!work || this.#state === 'stopped') return;
    this.#cancel();
    const now = this.#clock.elapsed();
    const wake = () => this.#wake();
    let next = now + LONGEST_SLEEP;
    if (this.#state === 'live') next = Math.min(next, work.backlog.step(now, wake));
    if (this.#state === 'live' && !this.#paused && !this.#rewinding && work.backlog.ready)
      next = Math.min(next, this.#forward(work, now, wake));
    if (!this.#rewinding)
      next = Math.min(
        next,
        this.#saver.step(now, () => this.#snapshot(work), wake),
      );
    this.#show(now);
    if (work.sender.underWay === 0) this.#landed?.();
    if (next <= now) this.#wake();
    else this.#cancel = this.#clock.after(Math.max(SHORTEST_SLEEP, next - now), wake);
  }

  #show(now: number): void {
    if (now < this.#showAt) return;
    this.#showAt = now + SHOW_EVERY;
    this.#metrics.show(this.status());
  }

  /** Reads ahead and sends. @returns when there is more to do. */
  #forward(work: Work, now: number, wake: () => void): number {
    const { reader, sender, window } = work;
    const rest = this.#parts.pressure() > 0 ? this.#restUntil : 0;
    const sent = sender.step(now, rest, (limit) => this.#cut(work, limit));
    const passed = reader.passed;
    if (passed !== undefined && window.extend(passed)) this.#saver.touch();
    const room = this.#tuning.windowEvents - (window.readSerial + reader.buffered - this.#saver.serial);
    if (room <= 0) return sent;
    if (now < rest) return Math.min(sent, rest);
    return Math.min(sent, reader.step(now, sender.batch, sender.concurrency, room, wake));
  }

  /** A full batch, or what there is when nothing more comes for the moment. */
  #cut({ reader }: Work, limit: number): Cut | undefined {
    return reader.buffered >= limit || reader.dry ? reader.cut(limit) : undefined;
  }

  #worked(busy: number): void {
    const rest = this.#parts.budget.spend(busy, this.#parts.pressure());
    this.#restUntil = Math.max(this.#restUntil, this.#clock.elapsed() + rest);
  }

  #snapshot({ window, gap }: Work): Snapshot {
    const { bookmark, counts } = window;
    return { position: { bookmark, counts, ...gap.kept(bookmark) }, serial: window.serial };
  }

  async #rewindTo(bookmark: string): Promise<void> {
    const work = this.#work;
    if (!work || this.#state !== 'live') throw new Error(`${this.name} is not running`);
    this.#rewinding = true;
    try {
      await this.#saver.idle();
      // What is confirmed by now stays counted; what is under way may still be, until the new bookmark is saved.
      await this.#saver.save({ position: { bookmark, counts: work.window.total(), ahead: {} }, serial: 0 });
      work.sender.restart();
      work.window.restart(bookmark);
      work.reader.restart(bookmark);
      work.backlog.restart(bookmark);
      this.#saver.rebase(work.window.serial);
    } finally {
      this.#rewinding = false;
      this.#wake();
    }
  }

  #shown(): OutputState {
    if (this.#state !== 'live') return 'stopped';
    if (this.#paused) return 'paused';
    if (!this.#work) return this.#loads > 0 ? 'retrying' : 'running';
    const condition = this.#work.sender.condition;
    const troubled = this.#work.reader.failing || this.#saver.failing;
    return condition === 'running' && troubled ? 'retrying' : condition;
  }

  async #end(): Promise<void> {
    const before = this.#state;
    this.#state = before === 'new' ? 'stopped' : 'stopping';
    this.#stopHead();
    const work = this.#work;
    if (work) await this.#settle(work);
    this.#state = 'stopped';
    this.#cancel();
    this.#metrics.remove();
    await this.#parts.output.close().catch((error: unknown) => {
      this.#parts.log.warn({ err: error, output: this.#parts.name }, 'an output could not be closed');
    });
  }

  async #settle(work: Work): Promise<void> {
    work.reader.stop();
    work.backlog.stop();
    await this.#atMost(this.#tuning.grace, this.#flown(work));
    if (work.sender.underWay > 0) {
      work.sender.abort();
      await this.#atMost(LAST_GRACE, this.#flown(work));
    }
    work.sender.restart();
    const saved = this.#rewinds.then(() => this.#saver.flush(() => this.#snapshot(work)));
    const failed = saved.then(
      () => false,
      () => true,
    );
    if (await this.#atMost(this.#tuning.grace, failed, true))
      this.#parts.log.warn({ output: this.#parts.name }, 'the last bookmark was not saved; some events come twice');
  }

  /** Resolves when nothing is under way. */
  #flown(work: Work): Promise<void> {
    if (work.sender.underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#landed = resolve;
    });
  }

  /** What the promise gives, or `instead` when it takes longer. */
  #atMost<T>(ms: number, promise: Promise<T>, instead?: T): Promise<T | undefined> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, () => resolve(instead));
      void promise.then((value) => {
        cancel();
        resolve(value);
      });
    });
  }
}
