import type { OutputCounts } from '../model/output.ts';
import { isAfter } from './event-order.ts';
import type { DayCounts } from './receipt-days.ts';

/** What has become of events that were read together, as far as it is known. */
export interface Settled {
  readonly sent: number;
  readonly dead: number;
  readonly duplicates: number;
  readonly bytes: number;
}

/** Events that were read together and pass the bookmark together. */
export interface WindowEntry {
  /** The bookmark once these and all before them are settled. */
  upTo: string;
  /** Id of the first of them. */
  readonly firstId: string;
  readonly days: DayCounts;
  /** Events of the window up to and with these, since the start: what a bookmark is compared by. */
  readonly serial: number;
  /** Events that are neither delivered nor dead. */
  open: number;
  sent: number;
  dead: number;
  duplicates: number;
  bytes: number;
}

/** Entries that were passed are cut off the list when they are so many. */
const COMPACT = 1024;

/**
 * What was read and is not yet behind the bookmark. Batches are confirmed in any order; the bookmark is the end of the
 * part without a gap. The counts of events move with the bookmark, so that those saved together always belong together:
 * sent + dead + lost is what matched up to it, also after a crash.
 */
export class Window {
  readonly #passed: (days: DayCounts) => void;
  #entries: WindowEntry[] = [];
  #first = 0;
  #bookmark: string;
  #counts: OutputCounts;
  #beyond: Settled = NOTHING;
  #readSerial = 0;
  #passedSerial = 0;
  #unsettled = 0;

  /** @param passed told by day what the bookmark passes. */
  constructor(bookmark: string, counts: OutputCounts, passed: (days: DayCounts) => void) {
    this.#bookmark = bookmark;
    this.#counts = counts;
    this.#passed = passed;
  }

  get bookmark(): string {
    return this.#bookmark;
  }

  /** Counts of everything up to the bookmark. */
  get counts(): OutputCounts {
    return this.#counts;
  }

  /** Events up to the bookmark, since the start. */
  get serial(): number {
    return this.#passedSerial;
  }

  /** Events that were added, since the start. */
  get readSerial(): number {
    return this.#readSerial;
  }

  /** Entries with events that are not settled. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** First event that is not settled; undefined when there is none. */
  get oldest(): string | undefined {
    return this.#first < this.#entries.length ? this.#entries[this.#first].firstId : undefined;
  }

  /** Counts with what is confirmed beyond the bookmark. */
  total(): OutputCounts {
    const { sent, dead, duplicates, bytes } = this.#beyond;
    const at = this.#counts;
    return {
      ...at,
      sent: at.sent + sent,
      dead: at.dead + dead,
      duplicates: at.duplicates + duplicates,
      bytes: at.bytes + bytes,
    };
  }

  /** Events that were read together; at least one. */
  add(events: number, firstId: string, upTo: string, days: DayCounts): WindowEntry {
    this.#readSerial += events;
    this.#unsettled++;
    const entry = { upTo, firstId, days, serial: this.#readSerial, open: events, ...NOTHING };
    this.#entries.push(entry);
    return entry;
  }

  /**
   * What follows up to here was filtered out: the bookmark moves over it with what was added last.
   * @returns whether it moved at once.
   */
  extend(upTo: string): boolean {
    const last = this.#entries[this.#entries.length - 1];
    if (this.#first < this.#entries.length && isAfter(upTo, last.upTo)) last.upTo = upTo;
    if (this.#first < this.#entries.length || !isAfter(upTo, this.#bookmark)) return false;
    this.#bookmark = upTo;
    return true;
  }

  settle(entry: WindowEntry, settled: Settled): void {
    entry.sent += settled.sent;
    entry.dead += settled.dead;
    entry.duplicates += settled.duplicates;
    entry.bytes += settled.bytes;
    this.#beyond = sum(this.#beyond, settled);
    const events = settled.sent + settled.dead;
    if (events === 0) return;
    entry.open -= events;
    if (entry.open > 0) return;
    this.#unsettled--;
    this.#advance();
  }

  /** Events were sent once more. */
  retried(events: number): void {
    this.#counts = { ...this.#counts, retried: this.#counts.retried + events };
  }

  lost(events: number): void {
    this.#counts = { ...this.#counts, lost: this.#counts.lost + events };
  }

  /** Forgets what is beyond the bookmark and begins anew at another one. What was confirmed stays counted. */
  restart(bookmark: string): void {
    this.#counts = this.total();
    this.#entries = [];
    this.#first = 0;
    this.#beyond = NOTHING;
    this.#unsettled = 0;
    this.#passedSerial = this.#readSerial;
    this.#bookmark = bookmark;
  }

  #advance(): void {
    while (this.#first < this.#entries.length && this.#entries[this.#first].open === 0) {
      const entry = this.#entries[this.#first++];
      this.#bookmark = entry.upTo;
      this.#passedSerial = entry.serial;
      this.#counts = {
        ...this.#counts,
        sent: this.#counts.sent + entry.sent,
        dead: this.#counts.dead + entry.dead,
        duplicates: this.#counts.duplicates + entry.duplicates,
        bytes: this.#counts.bytes + entry.bytes,
      };
      this.#beyond = sum(this.#beyond, entry, -1);
      this.#passed(entry.days);
    }
    if (this.#first < COMPACT && this.#first < this.#entries.length) return;
    this.#entries.splice(0, this.#first);
    this.#first = 0;
  }
}

const NOTHING: Settled = { sent: 0, dead: 0, duplicates: 0, bytes: 0 };

function sum(a: Settled, b: Settled, sign = 1): Settled {
  return {
    sent: a.sent + sign * b.sent,
    dead: a.dead + sign * b.dead,
    duplicates: a.duplicates + sign * b.duplicates,
    bytes: a.bytes + sign * b.bytes,
  };
}
