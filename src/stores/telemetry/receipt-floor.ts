import type { EventBatch } from '../../model/batch.ts';
import { COUNTERS_PER_SECOND, IdClock } from './ids.ts';

/** Ids of an hour share what is known of them. */
const SPAN = 3600 * COUNTERS_PER_SECOND;
/** About three months; after that the oldest are remembered together. */
const SPANS = 2048;
/** What a day can be made of: 1970 to 2299. */
const LATEST = Date.UTC(2299, 0, 1) * 1000;

interface Span {
  /** Counter of the first id. */
  readonly from: number;
  /** The earliest time of receipt among its events, microseconds since 1970; -Infinity when there is one without. */
  received: number;
}

/**
 * Which days of receipt can be left out when events are read forward. Partitions are days of receipt, and asking the
 * index of every day that is kept costs more than reading a page. Nothing is concluded from clocks, which may have been
 * set back: what this process committed is what it saw, and of what was there before nothing is left out.
 */
export class ReceiptFloor {
  #spans: Span[] = [];
  /** Counter of the last id that this process did not give out. */
  #before = Number.POSITIVE_INFINITY;

  /** @param last counter of the last id of earlier processes. */
  begin(last: number): void {
    this.#spans = [];
    this.#before = last;
  }

  /** A batch got its ids. */
  add(batch: EventBatch): void {
    const counter = IdClock.counterOf(String(batch.firstId));
    const received = earliest(batch.columns.received, batch.length);
    const last = this.#spans.at(-1);
    if (last && counter < last.from + SPAN) {
      last.received = Math.min(last.received, received);
      return;
    }
    this.#spans.push({ from: counter, received });
    if (this.#spans.length <= SPANS) return;
    const [first, second] = this.#spans;
    second.received = Math.min(first.received, second.received);
    this.#spans.shift();
  }

  /**
   * The first day (YYYYMMDD, UTC) on which an event with an id above `after` was received; undefined when that is not
   * known. What is committed from now on may be received earlier still, so it is to be asked after the head was.
   */
  dayAfter(after: bigint): string | undefined {
    const counter = IdClock.counterOf(String(after));
    if (counter < this.#before) return undefined;
    let received = Number.POSITIVE_INFINITY;
    for (let s = this.#spans.length - 1; s >= 0; s--) {
      received = Math.min(received, this.#spans[s].received);
      if (this.#spans[s].from <= counter) break;
    }
    if (!(received >= 0 && received < LATEST)) return undefined;
    return new Date(received / 1000).toISOString().slice(0, 10).replaceAll('-', '');
  }
}

function earliest(received: Float64Array, rows: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let r = 0; r < rows; r++) {
    const time = received[r];
    if (time < least) least = time;
    else if (Number.isNaN(time)) return Number.NEGATIVE_INFINITY;
  }
  return least;
}
