import type { EventRecord } from './event-record.ts';
import { partUntil } from './spread.ts';
import { type PartsSink, WindowParts } from './window-parts.ts';

/** A record may reach back behind windows that are over by so many times the lateness and still count in full. */
const REACH = 10;
/** Records held: about 100 MB when there are so many. */
const HELD = 200_000;

export interface EventWindowsOptions {
  /** Length of a window, microseconds. */
  readonly size: number;
  /**
   * How long a window waits for records after its end, microseconds of event time. 0 where records come in the order in
   * which they began.
   */
  readonly lateness: number;
  readonly sink: EventWindowsSink;
  /** Records held at the same time: 200,000 when not given. */
  readonly limit?: number;
}

export interface EventWindowsSink extends PartsSink {
  /** All observations of the window that ends at `end` were given. */
  closed(end: number): void;
}

/** A record that counts elsewhere than where it was, or not in full: id, from, to, bytes and packets of both sides. */
export type Moved = readonly [
  id: string,
  from: number,
  to: number,
  srcBytes: number,
  dstBytes: number,
  srcPackets: number,
  dstPackets: number,
];

/** Where an earlier run ended. */
export interface EventWindowsState {
  /** Start of the oldest window that was not over, microseconds. */
  readonly open: number;
  /** Of the records that were held then. */
  readonly moved: readonly Moved[];
}

/** What became of records. */
export interface RecordCounts {
  /** All that were taken. */
  records: number;
  /** Their last packet was in a window that is over: they count in the oldest that is not. */
  late: number;
  /** So late that they are left out, or a part of them is. */
  old: number;
  /** They end after they were received: they count as if they had ended then. */
  ahead: number;
  /** Counted early or in one piece because too many were held. */
  crowded: number;
}

/**
 * Puts records into windows: each counts in the windows that it lasted through, in proportion to the time. Windows end by
 * event time: when the newest record is `lateness` behind them. Of a record that reaches back into windows that are over,
 * what lies there counts in the oldest that is not, up to ten times the lateness; what is older is left out.
 */
export class EventWindows {
  readonly counts: RecordCounts = { records: 0, late: 0, old: 0, ahead: 0, crowded: 0 };
  readonly #options: EventWindowsOptions;
  readonly #parts: WindowParts;
  readonly #limit: number;
  /** Records by the window in which they begin to count, by its start. */
  readonly #waiting = new Map<number, EventRecord[]>();
  /** Those that go on behind the last window that is over. */
  #lasting: EventRecord[] = [];
  #held = 0;
  /** Start of the oldest window that is not over; NaN before the first record. */
  #open: number;
  #clock = Number.NEGATIVE_INFINITY;
  readonly #moved: Map<string, Moved>;

  /** @param state begins with the first record when not given */
  constructor(options: EventWindowsOptions, state?: EventWindowsState) {
    this.#options = options;
    this.#parts = new WindowParts(options.sink);
    this.#limit = options.limit ?? HELD;
    this.#open = state?.open ?? Number.NaN;
    this.#moved = new Map(state?.moved.map((moved) => [moved[0], moved]));
  }

  /** Start of the oldest window that is not over, microseconds; NaN before the first record. */
  get open(): number {
    return this.#open;
  }

  /** End of the newest record, microseconds; before the first one -Infinity. */
  get clock(): number {
    return this.#clock;
  }

  /** Records that wait for their windows to end. */
  get held(): number {
    return this.#held;
  }

  /** The lowest id of those records, to read them again from there, undefined when there are none; and which were moved. */
  saveHeld(): { readonly first: string | undefined; readonly moved: readonly Moved[] } {
    let first: string | undefined;
    const moved: Moved[] = [];
    for (const records of [this.#lasting, ...this.#waiting.values()])
      for (const r of records) {
        if (first === undefined || isBefore(r.id, first)) first = r.id;
        if (r.from !== r.start) moved.push([r.id, r.from, r.to, r.srcBytes, r.dstBytes, r.srcPackets, r.dstPackets]);
      }
    return { first, moved };
  }

  /**
   * Takes a record. Windows end in {@link advance} only.
   * @param again it was taken by an earlier run, which counted what lies in windows that were over then
   */
  add(record: EventRecord, again = false): void {
    this.#notInFuture(record);
    if (!(again ? this.#placeAgain(record) : this.#place(record))) return;
    this.counts.records++;
    if (record.to > this.#clock) this.#clock = record.to;
    this.#parts.foresee(record);
    const start = this.#startOf(record.counted);
    const waiting = this.#waiting.get(start);
    if (waiting) waiting.push(record);
    else this.#waiting.set(start, [record]);
    this.#held++;
    if (this.#held > this.#limit) this.#relieve();
  }

  /** Whether {@link advance} has something to do. */
  isDue(now = this.#clock): boolean {
    return this.#nextEnd() <= now - this.#options.lateness;
  }

  /**
   * Ends the windows that are over. A window may have many connections: it pauses now and then, and nothing may be added
   * before it is done.
   * @param now of a record that begins next, where they come in order; else the newest end
   */
  *advance(now = this.#clock): Generator<void> {
    const border = now - this.#options.lateness;
    for (let end = this.#nextEnd(); end <= border; end = this.#nextEnd()) yield* this.#close(end);
    // Those without a record are over as well.
    this.#open = Math.max(this.#open, this.#startOf(border));
  }

  /** Ends all windows that have records and begin before `until`; pauses as {@link advance} does. */
  *flush(until = Number.POSITIVE_INFINITY): Generator<void> {
    const last = until + this.#options.size;
    for (let end = this.#nextEnd(); end < last; end = this.#nextEnd()) yield* this.#close(end);
  }

  /** A clock that is ahead would end windows early for all others. */
  #notInFuture(record: EventRecord): void {
    const { received } = record;
    if (received <= 0 || record.to <= received) return;
    record.to = received;
    if (record.from > received) {
      record.from = record.counted = received;
      this.counts.ahead++;
    }
  }

  /** Decides where the record counts; false when nowhere. */
  #place(record: EventRecord): boolean {
    const { lateness, size } = this.#options;
    if (Number.isNaN(this.#open)) this.#open = this.#startOf(record.to - lateness);
    const open = this.#open;
    if (record.from >= open) return true;
    // Where nothing is late, what is before the first window was cut off on purpose.
    const reach = Math.max(REACH * lateness, size);
    if (record.to < open - reach) {
      this.counts.old++;
      return false;
    }
    if (record.to < open) this.counts.late++;
    else if (record.from < open - reach) this.counts.old++;
    leaveOut(record, open - reach);
    record.from = record.counted = open;
    record.to = Math.max(record.to, open);
    return true;
  }

  /** Puts it where it was in the run before; false when that counted all of it. */
  #placeAgain(record: EventRecord): boolean {
    const open = this.#open;
    const moved = this.#moved.get(record.id);
    if (moved) {
      this.#moved.delete(record.id);
      [, record.from, record.to, record.srcBytes, record.dstBytes, record.srcPackets, record.dstPackets] = moved;
    }
    if (record.to < open) return false;
    record.counted = Math.max(record.from, open);
    record.told = record.from < open;
    return true;
  }

  #startOf(time: number): number {
    return Math.floor(time / this.#options.size) * this.#options.size;
  }

  /** End of the oldest window with something in it; Infinity when there is none. */
  #nextEnd(): number {
    if (this.#lasting.length > 0) return this.#open + this.#options.size;
    let oldest = Number.POSITIVE_INFINITY;
    for (const start of this.#waiting.keys()) if (start < oldest) oldest = start;
    return oldest + this.#options.size;
  }

  *#close(end: number): Generator<void> {
    const start = end - this.#options.size;
    const lasting = this.#lasting;
    this.#lasting = [];
    this.#held -= lasting.length;
    this.#takeAll(lasting, end);
    yield;
    this.#takeWaiting(start, end);
    yield;
    yield* this.#parts.give(end);
    this.#open = end;
    this.#options.sink.closed(end);
  }

  #takeWaiting(start: number, end: number): void {
    const waiting = this.#waiting.get(start);
    if (!waiting) return;
    this.#waiting.delete(start);
    this.#held -= waiting.length;
    this.#takeAll(waiting, end);
  }

  #takeAll(records: readonly EventRecord[], end: number): void {
    for (const record of records) {
      if (this.#parts.take(record, end)) continue;
      this.#lasting.push(record);
      this.#held++;
    }
  }

  /** Too many are held: half of what lasts for long counts at once; or what waits for the oldest window, before others of it. */
  #relieve(): void {
    const before = this.#held;
    if (this.#lasting.length > before / 2) this.#cutShort(this.#open + this.#options.size);
    else {
      const start = Math.min(...this.#waiting.keys());
      // What comes first ends first.
      for (let end = this.#nextEnd(); end <= start; end = this.#nextEnd()) atOnce(this.#close(end));
      this.#open = start;
      this.#takeWaiting(start, start + this.#options.size);
      atOnce(this.#parts.give(start + this.#options.size));
    }
    this.counts.crowded += before - this.#held;
  }

  #cutShort(end: number): void {
    const cut = this.#lasting.splice(0, Math.ceil(this.#lasting.length / 2));
    this.#held -= cut.length;
    for (const record of cut) this.#parts.take(record, end, true);
    atOnce(this.#parts.give(end));
  }
}

/** Without pauses. */
export function atOnce(steps: Iterable<void>): void {
  for (const _ of steps);
}

/** Leaves what lies before `since` out of the counters. */
function leaveOut(record: EventRecord, since: number): void {
  if (record.from >= since) return;
  const { srcPackets, dstPackets } = record;
  const src = 1 - partUntil(record, srcPackets, since);
  const dst = 1 - partUntil(record, dstPackets, since);
  record.srcBytes = Math.round(record.srcBytes * src);
  record.dstBytes = Math.round(record.dstBytes * dst);
  record.srcPackets = Math.round(srcPackets * src);
  record.dstPackets = Math.round(dstPackets * dst);
}

/** Whether one decimal number is smaller than another. */
function isBefore(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length;
}
