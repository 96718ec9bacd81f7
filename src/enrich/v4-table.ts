import { Growing8, Growing32 } from './growing.ts';

/**
 * Ranges of IPv4 addresses, flat. `marks` holds two words for every 32 /24s: which of them begin a range (bit 0 the
 * first), and how many ranges began before. The number of ranges begun up to a /24 is the place of its value, so a
 * look-up reads two memory places and searches nothing.
 *
 * A value with the top bit names a list for a /24 with finer boundaries: from `fineOffsets[n]` the last octets in
 * `fineStarts`, the first is 0, and their values in `fineValues`. Value 0 is "nothing known".
 */
export interface V4Table {
  readonly marks: Uint32Array;
  readonly values: Uint32Array;
  readonly fineOffsets: Uint32Array;
  readonly fineStarts: Uint8Array;
  readonly fineValues: Uint32Array;
}

const MARK_WORDS = 1 << 20;
const FINE = 0x8000_0000;

/** The value of `address`. */
export function findV4(table: V4Table, address: number): number {
  const value = firstLevel(table, address);
  return value < FINE ? value : secondLevel(table, value, address);
}

/** The value of the /24 of `address`; one with the top bit is resolved by {@link secondLevel}. */
export function firstLevel(table: V4Table, address: number): number {
  const at = (address >>> 13) << 1;
  const begun = table.marks[at] & (-1 >>> (31 - ((address >>> 8) & 31)));
  return table.values[table.marks[at + 1] + bitsSet(begun)];
}

function bitsSet(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** What the list named by `value` says of `address`. */
export function secondLevel(table: V4Table, value: number, address: number): number {
  const list = value - FINE;
  const octet = address & 255;
  let low = table.fineOffsets[list];
  let high = table.fineOffsets[list + 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (table.fineStarts[middle] <= octet) low = middle;
    else high = middle;
  }
  return table.fineValues[low];
}

/** Makes a {@link V4Table} from starts in ascending order; neighbours of equal value become one range. */
export class V4TableBuilder {
  readonly #marks = new Uint32Array(MARK_WORDS);
  readonly #values = new Growing32();
  readonly #fineOffsets = new Growing32();
  readonly #fineStarts = new Growing8();
  readonly #fineValues = new Growing32();
  #value = 0;
  #lastBlock = -1;
  #pendingStart = 0;
  #pendingValue = 0;
  ranges = 0;

  constructor() {
    this.#values.push(0);
  }

  /** From `start` on the value is `value`. The same start given twice takes the later value. */
  add(start: number, value: number): void {
    if (start !== this.#pendingStart) this.#flush();
    this.#pendingStart = start;
    this.#pendingValue = value;
  }

  finish(): V4Table {
    this.#flush();
    this.#closeList((MARK_WORDS << 4) - 1, this.#value);
    this.#fineOffsets.push(this.#fineValues.length);
    const marks = this.#marks;
    for (let at = 0, begun = 0; at < MARK_WORDS; at += 2) {
      marks[at + 1] = begun;
      begun += bitsSet(marks[at]);
    }
    return {
      marks,
      values: this.#values.take(),
      fineOffsets: this.#fineOffsets.take(),
      fineStarts: this.#fineStarts.take(),
      fineValues: this.#fineValues.take(),
    };
  }

  #flush(): void {
    const before = this.#value;
    const value = this.#pendingValue;
    if (value === before) return;
    this.#value = value;
    this.ranges++;
    const block = this.#pendingStart >>> 8;
    const octet = this.#pendingStart & 255;
    this.#closeList(block - (octet === 0 ? 1 : 0), before);
    if (octet === 0) {
      this.#begin(block, value);
      return;
    }
    // The /24 gets a list: of what held at its beginning, if it has none yet, and of what begins here.
    if (block !== this.#lastBlock) this.#begin(block, before);
    const last = this.#values.length - 1;
    const held = this.#values.values[last];
    if (held < FINE) {
      this.#values.values[last] = (FINE | this.#fineOffsets.length) >>> 0;
      this.#fineOffsets.push(this.#fineValues.length);
      this.#pushFine(0, held);
    }
    this.#pushFine(octet, value);
  }

  /** A list is for its own /24 only: what held at its end gets a start of its own if it holds in `block` or before. */
  #closeList(block: number, value: number): void {
    const listed = this.#values.values[this.#values.length - 1] >= FINE;
    if (listed && this.#lastBlock < block) this.#begin(this.#lastBlock + 1, value);
  }

  #begin(block: number, value: number): void {
    this.#marks[(block >>> 5) << 1] |= 1 << (block & 31);
    this.#values.push(value);
    this.#lastBlock = block;
  }

  #pushFine(octet: number, value: number): void {
    this.#fineStarts.push(octet);
    this.#fineValues.push(value);
  }
}
