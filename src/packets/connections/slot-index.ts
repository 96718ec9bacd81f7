const FIRST_SIZE = 1024;

/**
 * Open addressing from a hash to slots, linear, at most half full. Comparing keys is the caller's:
 *
 *     for (let at = index.begin(hash); index.entries[at] !== 0; at = index.after(at))
 *       if (index.entries[at + 1] === hash && isIt(index.entries[at] - 1)) ...
 */
export class SlotIndex {
  /** Pairs: slot plus one, 0 where there is nothing, and hash. */
  entries = new Int32Array(0);
  size = 0;
  #mask = -1;

  constructor() {
    // Grown from the beginning on, so that compiled code does not take the first array for the only one.
    this.#grow();
  }

  begin(hash: number): number {
    return (hash << 1) & this.#mask;
  }

  after(at: number): number {
    return (at + 2) & this.#mask;
  }

  insert(hash: number, slot: number): void {
    if (this.size * 4 >= this.entries.length) this.#grow();
    this.#put(hash, slot + 1);
    this.size++;
  }

  remove(hash: number, slot: number): void {
    const { entries } = this;
    const mask = this.#mask;
    let gap = this.begin(hash);
    while (entries[gap] !== slot + 1) {
      if (entries[gap] === 0) return;
      gap = this.after(gap);
    }
    this.size--;
    // What stands behind and would no longer be found across the gap moves into it: no tombstones.
    for (let at = this.after(gap); entries[at] !== 0; at = this.after(at)) {
      const home = this.begin(entries[at + 1]);
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      entries[gap] = entries[at];
      entries[gap + 1] = entries[at + 1];
      gap = at;
    }
    entries[gap] = 0;
  }

  #put(hash: number, value: number): void {
    let at = this.begin(hash);
    while (this.entries[at] !== 0) at = this.after(at);
    this.entries[at] = value;
    this.entries[at + 1] = hash;
  }

  #grow(): void {
    const { entries } = this;
    this.entries = new Int32Array(Math.max(FIRST_SIZE * 2, entries.length * 2));
    this.#mask = this.entries.length - 1;
    for (let i = 0; i < entries.length; i += 2) if (entries[i] !== 0) this.#put(entries[i + 1], entries[i]);
  }
}
