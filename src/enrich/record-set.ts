import { Growing32 } from './growing.ts';

/**
 * Distinct records of `width` 32-bit words, numbered from 0 in the order they are met: an open-addressing table over
 * the words themselves. Record 0 is put in by the maker and stands for "nothing known".
 */
export class RecordSet {
  readonly words = new Growing32();
  readonly width: number;
  #slots = new Uint32Array(1 << 12);
  #count = 0;

  constructor(nothing: readonly number[]) {
    this.width = nothing.length;
    this.add(nothing);
  }

  /** The number of the record of these words. */
  add(record: readonly number[]): number {
    if (this.#count * 2 >= this.#slots.length) this.#grow();
    const mask = this.#slots.length - 1;
    for (let slot = hash(record, 0, this.width) & mask; ; slot = (slot + 1) & mask) {
      const taken = this.#slots[slot];
      if (taken === 0) {
        for (let i = 0; i < this.width; i++) this.words.push(record[i]);
        this.#slots[slot] = ++this.#count;
        return this.#count - 1;
      }
      if (this.#same(record, taken - 1)) return taken - 1;
    }
  }

  #same(record: readonly number[], number: number): boolean {
    const at = number * this.width;
    for (let i = 0; i < this.width; i++) if (this.words.values[at + i] !== record[i]) return false;
    return true;
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = hash(this.words.values, number * this.width, this.width) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

function hash(words: ArrayLike<number>, at: number, width: number): number {
  let mixed = 0;
  for (let i = 0; i < width; i++) {
    mixed = Math.imul(mixed ^ words[at + i], 0x9e37_79b1);
    mixed ^= mixed >>> 15;
  }
  return mixed;
}
