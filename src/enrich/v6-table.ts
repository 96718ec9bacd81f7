import { Growing16, Growing32 } from './growing.ts';

/**
 * Ranges of the IPv6 addresses in 2000::/3, flat, in three levels that follow how addresses are given out (a registry
 * gives a /32, its holder /48s, and few boundaries are finer):
 *
 * 1. `keys`: the /32s that hold a boundary, sorted; `index` says where the keys of each /20 begin.
 * 2. Key k owns `starts[offsets[k]]` up to `starts[offsets[k + 1]]`: bits 32 to 47 of its boundaries, the first is 0.
 * 3. A value with the top bit names a list in `fine` (from `fineOffsets[n]`, four words an entry: bits 32 to 63, 64 to
 *    95, 96 to 127, value) for a /48 with finer boundaries; its first entry is where the /48 begins.
 *
 * An address has the value at the last boundary at or below it; value 0 is "nothing known".
 */
export interface V6Table {
  readonly index: Uint32Array;
  readonly keys: Uint32Array;
  readonly offsets: Uint32Array;
  readonly starts: Uint16Array;
  readonly values: Uint32Array;
  readonly fineOffsets: Uint32Array;
  readonly fine: Uint32Array;
}

const FIRST = 0x2000_0000;
const FIRST_BLOCK = FIRST >>> 12;
const BLOCKS = 1 << 17;
const FINE = 0x8000_0000;
const ONES = 0xffff_ffff;

/** The value of the address of these four words, most significant first; 0 outside 2000::/3. */
export function findV6(table: V6Table, a: number, b: number, c: number, d: number): number {
  if (a >>> 29 !== 1) return 0;
  const { index, keys } = table;
  const block = (a >>> 12) - FIRST_BLOCK;
  let low = index[block];
  let high = index[block + 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle] <= a) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  // Past the last boundary of an earlier /32 the value there goes on.
  return keys[low - 1] === a ? findBelow(table, low - 1, b, c, d) : findBelow(table, low - 1, ONES, ONES, ONES);
}

function findBelow(table: V6Table, key: number, b: number, c: number, d: number): number {
  const { offsets, starts } = table;
  const high = b >>> 16;
  let base = offsets[key];
  let left = offsets[key + 1] - base;
  while (left > 1) {
    const half = left >>> 1;
    base += half & ((starts[base + half] - high - 1) >> 31);
    left -= half;
  }
  const value = table.values[base];
  return value < FINE ? value : findFine(table, value - FINE, b, c, d);
}

function findFine(table: V6Table, list: number, b: number, c: number, d: number): number {
  const fine = table.fine;
  let low = table.fineOffsets[list];
  let high = table.fineOffsets[list + 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    const at = middle * 4;
    const below = fine[at] < b || (fine[at] === b && (fine[at + 1] < c || (fine[at + 1] === c && fine[at + 2] <= d)));
    if (below) low = middle;
    else high = middle;
  }
  return fine[low * 4 + 3];
}

/** Makes a {@link V6Table} from starts in ascending order; neighbours of equal value become one range. */
export class V6TableBuilder {
  readonly #keys = new Growing32();
  readonly #offsets = new Growing32();
  readonly #starts = new Growing16();
  readonly #values = new Growing32();
  readonly #fineOffsets = new Growing32();
  readonly #fine = new Growing32();
  readonly #pending = { a: FIRST, b: 0, c: 0, d: 0, value: 0 };
  #value = 0;
  ranges = 0;

  /**
   * From this address on the value is `value`. The same start given twice takes the later value; all that begins
   * before 2000:: counts as beginning there.
   */
  add(a: number, b: number, c: number, d: number, value: number): void {
    if (a < FIRST) {
      this.add(FIRST, 0, 0, 0, value);
      return;
    }
    const pending = this.#pending;
    if (a !== pending.a || b !== pending.b || c !== pending.c || d !== pending.d) this.#flush();
    pending.a = a;
    pending.b = b;
    pending.c = c;
    pending.d = d;
    pending.value = value;
  }

  finish(): V6Table {
    this.#flush();
    this.#offsets.push(this.#starts.length);
    this.#fineOffsets.push(this.#fine.length / 4);
    const keys = this.#keys.take();
    const index = new Uint32Array(BLOCKS + 1);
    for (let block = 0, at = 0; block <= BLOCKS; block++) {
      while (at < keys.length && (keys[at] >>> 12) - FIRST_BLOCK < block) at++;
      index[block] = at;
    }
    return {
      index,
      keys,
      offsets: this.#offsets.take(),
      starts: this.#starts.take(),
      values: this.#values.take(),
      fineOffsets: this.#fineOffsets.take(),
      fine: this.#fine.take(),
    };
  }

  #flush(): void {
    const { a, b, c, d, value } = this.#pending;
    const before = this.#value;
    if (value === before) return;
    this.#value = value;
    // What begins at 4000:: says only that 2000::/3 is over.
    if (a >>> 29 !== 1) return;
    this.ranges++;
    const keys = this.#keys;
    if (keys.length === 0 || keys.values[keys.length - 1] !== a) {
      keys.push(a);
      this.#offsets.push(this.#starts.length);
      if (b >>> 16 !== 0) this.#push(0, before);
    }
    if ((b & 0xffff) === 0 && c === 0 && d === 0) this.#push(b >>> 16, value);
    else this.#addFine(b, c, d, value, before);
  }

  #addFine(b: number, c: number, d: number, value: number, before: number): void {
    const starts = this.#starts;
    const last = starts.length - 1;
    const own = last >= this.#offsets.values[this.#offsets.length - 1] && starts.values[last] === b >>> 16;
    const known = own ? this.#values.values[last] : before;
    if (!own || known < FINE) {
      const list = (FINE | this.#fineOffsets.length) >>> 0;
      if (own) this.#values.values[last] = list;
      else this.#push(b >>> 16, list);
      this.#fineOffsets.push(this.#fine.length / 4);
      this.#pushFine((b & 0xffff_0000) >>> 0, 0, 0, known);
    }
    this.#pushFine(b, c, d, value);
  }

  #push(start: number, value: number): void {
    this.#starts.push(start);
    this.#values.push(value);
  }

  #pushFine(b: number, c: number, d: number, value: number): void {
    this.#fine.push(b);
    this.#fine.push(c);
    this.#fine.push(d);
    this.#fine.push(value);
  }
}
