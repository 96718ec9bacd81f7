interface Ranked<T> {
  readonly key: string;
  readonly entry: T;
  readonly size: number;
}

function byRank<T>(a: Ranked<T>, b: Ranked<T>): number {
  return b.size - a.size || (a.key < b.key ? -1 : 1);
}

/**
 * Entries by key in bounded memory: when there are twice as many as `capacity`, the smaller half is dropped in one go. An
 * entry that comes again counts from there on, so what is told of small ones can be too low; large ones stay.
 */
export class Largest<T> {
  /** Entries that were dropped. */
  dropped = 0;
  readonly #capacity: number;
  readonly #size: (entry: T) => number;
  #entries = new Map<string, T>();

  constructor(capacity: number, size: (entry: T) => number) {
    this.#capacity = Math.max(1, capacity);
    this.#size = size;
  }

  /** Entries held. */
  get count(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  /** Adds an entry under a key that is not there yet, and makes room for it. */
  add(key: string, entry: T): T {
    if (this.#entries.size >= 2 * this.#capacity) this.#drop();
    this.#entries.set(key, entry);
    return entry;
  }

  /** The `limit` largest by `size` that are not 0, the largest first; equal ones by key, whatever came first. */
  top(limit: number, size = this.#size): T[] {
    const best: Ranked<T>[] = [];
    let last: Ranked<T> | undefined;
    for (const [key, entry] of this.#entries) {
      const ranked = { key, entry, size: size(entry) };
      // Nearly all are behind the best so far: those need not be sorted.
      if (!(ranked.size > 0) || (last && byRank(ranked, last) > 0)) continue;
      if (best.push(ranked) < 2 * limit) continue;
      best.sort(byRank).length = limit;
      last = best[limit - 1];
    }
    return best
      .sort(byRank)
      .slice(0, limit)
      .map(({ entry }) => entry);
  }

  #drop(): void {
    const all = [...this.#entries].sort(([, a], [, b]) => this.#size(b) - this.#size(a));
    this.dropped += all.length - this.#capacity;
    this.#entries = new Map(all.slice(0, this.#capacity));
  }
}
