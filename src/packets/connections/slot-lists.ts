import { NONE } from './node-pool.ts';

/** Doubly linked lists of slots, a slot in one of them at most: all steps are O(1) and nothing is allocated for them. */
export class SlotLists {
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  #before: Int32Array;
  #behind: Int32Array;

  constructor(lists: number) {
    this.#heads = new Int32Array(lists).fill(NONE);
    this.#tails = new Int32Array(lists).fill(NONE);
    this.#before = new Int32Array(0);
    this.#behind = new Int32Array(0);
  }

  /** Makes room for `slots` slots. */
  reserve(slots: number): void {
    if (slots <= this.#behind.length) return;
    const size = Math.max(slots, this.#behind.length * 2);
    const before = new Int32Array(size);
    const behind = new Int32Array(size);
    before.set(this.#before);
    behind.set(this.#behind);
    this.#before = before;
    this.#behind = behind;
  }

  /** The first slot of the list, {@link NONE} when it is empty. */
  head(list: number): number {
    return this.#heads[list];
  }

  behind(slot: number): number {
    return this.#behind[slot];
  }

  append(list: number, slot: number): void {
    const tail = this.#tails[list];
    this.#before[slot] = tail;
    this.#behind[slot] = NONE;
    if (tail === NONE) this.#heads[list] = slot;
    else this.#behind[tail] = slot;
    this.#tails[list] = slot;
  }

  remove(list: number, slot: number): void {
    const before = this.#before[slot];
    const behind = this.#behind[slot];
    if (before === NONE) this.#heads[list] = behind;
    else this.#behind[before] = behind;
    if (behind === NONE) this.#tails[list] = before;
    else this.#before[behind] = before;
  }

  /** From one list to the end of another, or to the end of the same. */
  move(from: number, to: number, slot: number): void {
    if (from === to && this.#tails[from] === slot) return;
    this.remove(from, slot);
    this.append(to, slot);
  }
}
