import type { Log } from '../kit/log.ts';
import type { OutputPosition } from '../model/output.ts';
import { backoff } from './backoff.ts';
import type { Clock } from './forwarder-clock.ts';
import type { NewDeadLetter, PositionKeep } from './forwarder-parts.ts';
import type { Problems } from './problems.ts';

/** Longest wait between attempts to save, milliseconds. */
const LONGEST = 10_000;

/** A position as it is saved, and how many events had passed by then. */
export interface Snapshot {
  readonly position: OutputPosition;
  readonly serial: number;
}

/**
 * Saves bookmark, counts and dead letters: together, one save at a time, not more often than asked for. A save that fails
 * is tried again, with whatever has come in the meantime; letters are forgotten only when they are saved.
 */
export class PositionSaver {
  readonly #keep: PositionKeep;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #every: () => number;
  readonly #log: Log;
  readonly #problems: Problems;
  #letters: NewDeadLetter[] = [];
  #letterSize = 0;
  #dirty = false;
  #saving: Promise<void> | undefined;
  #nextAt = 0;
  #failures = 0;
  #serial = 0;

  constructor(options: {
    readonly keep: PositionKeep;
    readonly clock: Clock;
    readonly random: () => number;
    /** Milliseconds between two saves at least, at the moment. */
    readonly every: () => number;
    readonly log: Log;
    readonly problems: Problems;
  }) {
    this.#keep = options.keep;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#every = options.every;
    this.#log = options.log;
    this.#problems = options.problems;
  }

  /** Events that had passed when the bookmark was saved last. */
  get serial(): number {
    return this.#serial;
  }

  /** Characters of the dead letters that are not saved. */
  get letterSize(): number {
    return this.#letterSize;
  }

  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Something has changed that should be saved. */
  touch(): void {
    this.#dirty = true;
  }

  bury(letter: NewDeadLetter): void {
    this.#letters.push(letter);
    this.#letterSize += sizeOf(letter);
    this.#dirty = true;
  }

  /** @returns when it wants to be called again. */
  step(now: number, snapshot: () => Snapshot, wake: () => void): number {
    if (!this.#dirty || this.#saving) return Number.POSITIVE_INFINITY;
    if (now < this.#nextAt) return this.#nextAt;
    void this.save(snapshot()).then(wake, wake);
    return Number.POSITIVE_INFINITY;
  }

  /** The bookmark was moved by hand and saved: what has passed is counted from here. */
  rebase(serial: number): void {
    this.#serial = serial;
  }

  /** Resolves when no save is under way. */
  async idle(): Promise<void> {
    while (this.#saving) await this.#saving;
  }

  /** Saves what is not saved yet. Not to be called while another save is under way. @throws what the state store throws. */
  async flush(snapshot: () => Snapshot): Promise<void> {
    await this.idle();
    if (this.#dirty) await this.save(snapshot());
  }

  /** Saves this now. Not to be called while another save is under way. @throws what the state store throws. */
  async save({ position, serial }: Snapshot): Promise<void> {
    const letters = this.#letters;
    this.#letters = [];
    this.#dirty = false;
    let done = () => {};
    this.#saving = new Promise((resolve) => {
      done = resolve;
    });
    try {
      await this.#keep.save(position, letters);
      for (const letter of letters) this.#letterSize -= sizeOf(letter);
      this.#serial = serial;
      this.#nextAt = this.#clock.elapsed() + this.#every();
      this.#recovered();
    } catch (error) {
      this.#letters = [...letters, ...this.#letters];
      this.#dirty = true;
      this.#failed(error);
      throw error;
    } finally {
      this.#saving = undefined;
      done();
    }
  }

  #failed(error: unknown): void {
    this.#failures++;
    const wait = Math.min(LONGEST, backoff(this.#failures, this.#random));
    this.#nextAt = this.#clock.elapsed() + wait;
    this.#problems.note('STATE', 'The bookmark could not be saved in the state store; it is tried again.');
    if (this.#failures === 1) this.#log.warn({ err: error }, 'the bookmark could not be saved');
  }

  #recovered(): void {
    if (this.#failures > 0) this.#log.info({ failures: this.#failures }, 'the bookmark is saved again');
    this.#failures = 0;
  }
}

function sizeOf({ original, reason }: NewDeadLetter): number {
  return original.length + reason.length;
}
