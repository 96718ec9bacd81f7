import { COUNTERS_PER_SECOND } from './ids.ts';

/** Counters to look at where nothing is known: four seconds. */
const FIRST = 4 * COUNTERS_PER_SECOND;
const LEAST = COUNTERS_PER_SECOND / 1000;
const MOST = Number.MAX_SAFE_INTEGER;
/** Ids looked at for one that is read: only ids and what the filter names are read of the others. */
const OVERSCAN = 3;
/** An empty stretch is left behind in few steps. */
const GROWTH = 64;
/** After a query that took too long, it is approached with care. */
const CAREFUL_GROWTH = 2;
/** A step is to take about this long at most, milliseconds. */
const STEP_MS = 1000;
/** Readers come back with the bookmark they were given; those of so many are remembered. */
const REMEMBERED = 256;

/** How far a reader looks ahead, in counters of the id clock, from how much it found in the step before. */
export class TailWidth {
  #value: number;
  #growth = GROWTH;

  constructor(value = FIRST) {
    this.#value = value;
  }

  get value(): number {
    return this.#value;
  }

  /**
   * After a step over the whole width (`passed` counters) that found `found` of the `wanted` rows in `ms` milliseconds.
   * Where all that were wanted came, `passed` is how far these reach.
   */
  adapt(passed: number, found: number, wanted: number, ms: number): void {
    const factor = found === 0 ? this.#growth : Math.min(this.#growth, (OVERSCAN * wanted) / found);
    const wish = Math.max(1, passed) * factor;
    this.#set(Math.min(wish, (this.#value * STEP_MS) / Math.max(1, ms)));
  }

  /** After a query that was ended by its limits. @returns false when there is nothing left to narrow. */
  narrow(): boolean {
    if (this.#value <= LEAST) return false;
    this.#growth = CAREFUL_GROWTH;
    this.#set(this.#value / 16);
    return true;
  }

  #set(value: number): void {
    this.#value = Math.floor(Math.min(MOST, Math.max(LEAST, value)));
  }
}

/** Widths by the bookmark that was given out with them, the latest ones. */
export class TailWidths {
  readonly #byBookmark = new Map<string, number>();

  at(bookmark: string): TailWidth {
    return new TailWidth(this.#byBookmark.get(bookmark));
  }

  remember(bookmark: string, width: TailWidth): void {
    this.#byBookmark.delete(bookmark);
    this.#byBookmark.set(bookmark, width.value);
    if (this.#byBookmark.size <= REMEMBERED) return;
    const [oldest] = this.#byBookmark.keys();
    this.#byBookmark.delete(oldest);
  }
}
