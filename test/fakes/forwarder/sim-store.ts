import type { EventRow } from '../../../src/model/event-row.ts';
import { isAfter } from '../../../src/outputs/event-order.ts';
import type { TailedPage } from '../../../src/outputs/forwarder-parts.ts';
import { dayOf } from '../../../src/outputs/receipt-days.ts';
import type { SimClock } from './sim-clock.ts';

export interface SimEvent {
  readonly id: string;
  readonly row: EventRow;
  readonly day: string;
  readonly wanted: boolean;
  dropped: boolean;
}

/** Ids in a millisecond. */
const PER_MS = 1000n;
const FIRST_DAY = Date.UTC(2026, 2, 10);
const DAY = 86_400_000;

/** A store in memory: events in the order of ids, days that are dropped, answers that take time or fail. */
export class SimStore {
  readonly events: SimEvent[] = [];
  /** Milliseconds until an answer. */
  latency: () => number = () => 1;
  failing: () => boolean = () => false;
  /** Days since the first one: where new events belong. */
  today = 0;
  tails = 0;
  /** Milliseconds of the main thread that a page is said to take. */
  busy: number | undefined;
  /** Rows that were read. */
  read = 0;
  readonly #clock: SimClock;
  readonly #listeners = new Set<() => void>();
  #last = 0n;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  append(count: number, wanted: (place: number) => boolean = () => true): void {
    const at = BigInt(FIRST_DAY + this.today * DAY + 7_200_000) * PER_MS;
    if (this.#last < at) this.#last = at;
    for (let n = 0; n < count; n++) {
      this.#last++;
      const received = Number(this.#last / PER_MS) * 1000;
      const id = String(this.#last);
      const place = this.events.length;
      const row = { id, ts: received, received, place };
      this.events.push({ id, row, day: dayOf(received), wanted: wanted(place), dropped: false });
    }
    for (const listener of this.#listeners) this.#clock.soon(listener);
  }

  drop(day: string): void {
    for (const event of this.events) if (event.day === day) event.dropped = true;
  }

  /** Events of a day behind a bookmark that are still there. */
  behind(bookmark: string, day: string): number {
    return this.events.filter((event) => !event.dropped && event.day === day && isAfter(event.id, bookmark)).length;
  }

  readonly head = (): string => String(this.#last);

  readonly commitTime = (id: string): number => Number(BigInt(id) / PER_MS) * 1000;

  readonly onHead = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly tail = async (
    after: string,
    limit: number,
    _columns: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<TailedPage> => {
    this.tails++;
    await this.#answer(signal);
    const rows: EventRow[] = [];
    let place = this.#placeAfter(after);
    let scanned = 0;
    let upTo = after;
    for (; place < this.events.length && rows.length < limit && scanned < 4 * limit; place++) {
      const event = this.events[place];
      if (event.dropped) continue;
      scanned++;
      upTo = event.id;
      if (event.wanted) rows.push(event.row);
    }
    const end = place >= this.events.length;
    this.read += rows.length;
    return { rows, upTo: end ? this.head() : upTo, end, busy: this.busy };
  };

  readonly ahead = async (after: string, signal: AbortSignal): Promise<{ day: string; events: number }[]> => {
    await this.#answer(signal);
    const counts = new Map<string, number>();
    for (let place = this.#placeAfter(after); place < this.events.length; place++) {
      const { day, dropped } = this.events[place];
      if (!dropped) counts.set(day, (counts.get(day) ?? 0) + 1);
    }
    return [...counts].map(([day, events]) => ({ day, events }));
  };

  async #answer(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(this.latency());
    if (signal.aborted) throw new Error('aborted');
    if (this.failing()) throw new Error('the store does not answer');
  }

  #placeAfter(id: string): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAfter(this.events[middle].id, id)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
