import { Growing16, Growing32 } from './growing.ts';

/**
 * Ranges of IPv4 addresses, flat. The starts of the /16 block `h` are `starts[index[h]]` up to `starts[index[h + 1]]`,
 * low 16 bits only; every block has a start at 0, so that a search never leaves it. An address has the value at the
 * last start at or below it; value 0 is "nothing known".
 */
export interface V4Table {
  readonly index: Uint32Array;
  readonly starts: Uint16Array;
  readonly values: Uint32Array;
}

const BLOCKS = 65_536;

/** The value of `address`. */
export function findV4(table: V4Table, address: number): number {
  const starts = table.starts;
  const block = address >>> 16;
  const low = address & 0xffff;
  let base = table.index[block];
  let left = table.index[block + 1] - base;
  // Without a branch in the step: which half is taken cannot be predicted, and a wrong guess costs more than the step.
  while (left > 1) {
    const half = left >>> 1;
    base += half & ((starts[base + half] - low - 1) >> 31);
    left -= half;
  }
  return table.values[base];
}

/** Makes a {@link V4Table} from starts in ascending order; neighbours of equal value become one range. */
export class V4TableBuilder {
  readonly #index = new Uint32Array(BLOCKS + 1);
  readonly #starts = new Growing16();
  readonly #values = new Growing32();
  #block = -1;
  #value = 0;
  #pendingStart = 0;
  #pendingValue = 0;
  /** Ranges of equal value so far, without those that exist only because a block begins. */
  ranges = 0;

  /** From `start` on the value is `value`. The same start given twice takes the later value. */
  add(start: number, value: number): void {
    if (start !== this.#pendingStart) this.#flush();
    this.#pendingStart = start;
    this.#pendingValue = value;
  }

  finish(): V4Table {
    this.#flush();
    this.#openBlocks(BLOCKS);
    this.#index[BLOCKS] = this.#starts.length;
    return { index: this.#index, starts: this.#starts.take(), values: this.#values.take() };
  }

  #flush(): void {
    const start = this.#pendingStart;
    if (this.#pendingValue === this.#value) return;
    this.#openBlocks(start >>> 16);
    if (this.#block < start >>> 16) {
      this.#block = start >>> 16;
      this.#index[this.#block] = this.#starts.length;
      if ((start & 0xffff) !== 0) this.#push(0, this.#value);
    }
    this.#value = this.#pendingValue;
    this.#push(start & 0xffff, this.#value);
    this.ranges++;
  }

  /** Gives every block before `end` that has no start yet the one at 0. */
  #openBlocks(end: number): void {
    while (this.#block < end - 1) {
      this.#index[++this.#block] = this.#starts.length;
      this.#push(0, this.#value);
    }
  }

  #push(start: number, value: number): void {
    this.#starts.push(start);
    this.#values.push(value);
  }
}
