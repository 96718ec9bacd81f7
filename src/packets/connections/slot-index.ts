const FIRST_SIZE = 1024;

/**
 * Open addressing from a hash to slots, linear, at most half full. Comparing keys is the caller's:
 *
 *     for (let at = index.begin(hash); index.slots[at] !== 0; at = index.after(at))
 *       if (index.hashes[at] === hash && isIt(index.slots[at] - 1)) ...
 */
export class SlotIndex {
  /** Slot plus one; 0 where there is nothing. */
  slots = new Int32Array(FIRST_SIZE);
  hashes = new Int32Array(FIRST_SIZE);
  size = 0;
  #mask = FIRST_SIZE - 1;

  begin(hash: number): number {
    return hash & this.#mask;
  }

  after(at: number): number {
    return (at + 1) & this.#mask;
  }

  insert(hash: number, slot: number): void {
    if (this.size * 2 >= this.slots.length) this.#grow();
    this.#put(hash, slot + 1);
    this.size++;
  }

  remove(hash: number, slot: number): void {
    let gap = hash & this.#mask;
    while (this.slots[gap] !== slot + 1) {
      if (this.slots[gap] === 0) return;
      gap = (gap + 1) & this.#mask;
    }
    this.size--;
    // What stands behind and would no longer be found across the gap moves into it: no tombstones.
    for (let at = (gap + 1) & this.#mask; this.slots[at] !== 0; at = (at + 1) & this.#mask) {
      const home = this.hashes[at] & this.#mask;
      if (((at - home) & this.#mask) < ((at - gap) & this.#mask)) continue;
      this.slots[gap] = this.slots[at];
      this.hashes[gap] = this.hashes[at];
      gap = at;
    }
    this.slots[gap] = 0;
  }

  #put(hash: number, value: number): void {
    let at = hash & this.#mask;
    while (this.slots[at] !== 0) at = (at + 1) & this.#mask;
    this.slots[at] = value;
    this.hashes[at] = hash;
  }

  #grow(): void {
    const { slots, hashes } = this;
    this.slots = new Int32Array(slots.length * 2);
    this.hashes = new Int32Array(slots.length * 2);
    this.#mask = this.slots.length - 1;
    for (let i = 0; i < slots.length; i++) if (slots[i] !== 0) this.#put(hashes[i], slots[i]);
  }
}
