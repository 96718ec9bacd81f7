import type { EventRow } from '../model/event-row.ts';
import { backoff } from './backoff.ts';
import { isAfter } from './event-order.ts';
import type { Clock } from './forwarder-clock.ts';
import type { ForwarderParts } from './forwarder-parts.ts';
import type { Problems } from './problems.ts';
import { countDays, type DayCounts } from './receipt-days.ts';

/** Rows of a page at first, and at least. */
const LEAST_PAGE = 500;
/** Each page costs the store about as much as 5,000 rows do, and reading holds the event loop for a microsecond a row. */
const LARGEST_PAGE = 32_000;
/** A page is at most so many times what may be under way. */
const BATCHES_AHEAD = 16;
/** A page that is read faster may be larger, one that takes longer is halved; milliseconds. */
const FAST = 800;
const SLOW = 2000;
/** How often the head is looked at although nobody said that it moved; rest after a page that led nowhere. */
const POLL = 5000;
const NOWHERE = 1000;
/** Longest wait after the store could not be read. */
const LONGEST = 30_000;
/** CPU time that a page and a row of it take, in all threads, as far as the store does not say; milliseconds. */
const BUSY_PER_PAGE = 15;
const BUSY_PER_ROW = 0.004;

/** Events cut off for one batch. */
export interface Cut {
  readonly rows: EventRow[];
  /** The bookmark behind them. */
  readonly upTo: string;
}

/** Reads forward in the store, ahead of what is sent, in pages that grow with the speed of the store. */
export class EventReader {
  readonly #parts: ForwarderParts;
  readonly #columns: readonly string[] | undefined;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #problems: Problems;
  readonly #onPage: (days: DayCounts, busy: number) => void;
  #cursor = '0';
  #rows: EventRow[] = [];
  #from = 0;
  #page = LEAST_PAGE;
  #reading: AbortController | undefined;
  #end = false;
  #moved = false;
  #hindered = false;
  #nextAt = 0;
  #failures = 0;

  /** @param onPage called with each page: events by day, and milliseconds of CPU time it took. */
  constructor(options: {
    readonly parts: ForwarderParts;
    readonly clock: Clock;
    readonly random: () => number;
    readonly problems: Problems;
    readonly onPage: (days: DayCounts, busy: number) => void;
  }) {
    this.#parts = options.parts;
    // Lost events are counted by day of receipt, so that column is always read.
    const columns = options.parts.output.columns;
    this.#columns = columns?.includes('received') === false ? [...columns, 'received'] : columns;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#problems = options.problems;
    this.#onPage = options.onPage;
  }

  /** Events that were read and not cut. */
  get buffered(): number {
    return this.#rows.length - this.#from;
  }

  /** Nothing comes beside what is buffered, for the moment. */
  get dry(): boolean {
    return this.#hindered || this.#end || (!this.#reading && !isAfter(this.#parts.head(), this.#cursor));
  }

  get failing(): boolean {
    return this.#failures > 0;
  }

  /** The head has moved. */
  moved(): void {
    this.#moved = true;
    this.#end = false;
    if (!this.#hindered) this.#nextAt = 0;
  }

  /** Forgets what was read and begins at a bookmark. */
  restart(bookmark: string): void {
    this.stop();
    this.#cursor = bookmark;
    this.#rows = [];
    this.#from = 0;
    this.#end = false;
    this.#hindered = false;
    this.#nextAt = 0;
  }

  stop(): void {
    this.#reading?.abort();
    this.#reading = undefined;
  }

  /**
   * Reads a page unless there is one under way.
   * @param batch events of a batch: it reads while less than two are there.
   * @param batches that may be under way: a page is not larger than sixteen times these and one more.
   * @param room events that may be read yet, about.
   * @returns when it wants to be called again.
   */
  step(now: number, batch: number, batches: number, room: number, wake: () => void): number {
    if (this.#reading || this.buffered >= 2 * batch) return Number.POSITIVE_INFINITY;
    if (!isAfter(this.#parts.head(), this.#cursor)) return now + POLL;
    if (now < this.#nextAt) return this.#nextAt;
    const most = Math.min(room, BATCHES_AHEAD * (batches + 1) * batch);
    void this.#read(Math.min(this.#page, Math.max(LEAST_PAGE, most)), wake);
    return Number.POSITIVE_INFINITY;
  }

  /** Takes the next events, `limit` at most; undefined when there are none. */
  cut(limit: number): Cut | undefined {
    if (this.buffered === 0) return undefined;
    const rows = this.#rows.slice(this.#from, this.#from + limit);
    this.#from += rows.length;
    if (this.#from < this.#rows.length) return { rows, upTo: String(rows[rows.length - 1].id) };
    this.#rows = [];
    this.#from = 0;
    return { rows, upTo: this.#cursor };
  }

  /** Where reading has come to when nothing is buffered: what lies before was cut or filtered out. */
  get passed(): string | undefined {
    return this.buffered === 0 ? this.#cursor : undefined;
  }

  async #read(limit: number, wake: () => void): Promise<void> {
    const controller = new AbortController();
    this.#reading = controller;
    this.#moved = false;
    const began = this.#clock.elapsed();
    try {
      const page = await this.#parts.tail(this.#cursor, limit, this.#columns, controller.signal);
      if (controller.signal.aborted) return;
      const took = this.#clock.elapsed() - began;
      this.#adapt(page.rows.length, limit, took);
      this.#rest(page.end, isAfter(page.upTo, this.#cursor));
      this.#rows = this.buffered === 0 ? [...page.rows] : [...this.#rows.slice(this.#from), ...page.rows];
      this.#from = 0;
      if (isAfter(page.upTo, this.#cursor)) this.#cursor = page.upTo;
      this.#failures = 0;
      this.#onPage(countDays(page.rows), page.busy ?? BUSY_PER_PAGE + page.rows.length * BUSY_PER_ROW);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#failed(error);
    }
    this.#reading = undefined;
    wake();
  }

  #adapt(rows: number, limit: number, took: number): void {
    if (took > SLOW) this.#page = Math.max(LEAST_PAGE, Math.floor(limit / 2));
    else if (rows >= limit && took < FAST) this.#page = Math.min(LARGEST_PAGE, limit * 2);
  }

  /** A page that led nowhere, or an end that lies before the head, is not asked for again at once. */
  #rest(end: boolean, further: boolean): void {
    this.#end = end;
    this.#hindered = !further;
    this.#nextAt = this.#hindered || (end && !this.#moved) ? this.#clock.elapsed() + NOWHERE : 0;
  }

  #failed(error: unknown): void {
    this.#failures++;
    this.#hindered = true;
    this.#nextAt = this.#clock.elapsed() + Math.min(LONGEST, backoff(this.#failures, this.#random));
    this.#problems.note('STORE', 'The events to send could not be read from the store; it is tried again.');
    if (this.#failures === 1)
      this.#parts.log.warn({ err: error, output: this.#parts.name }, 'events could not be read for an output');
  }
}
