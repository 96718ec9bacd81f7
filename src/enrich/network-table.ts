import { IndicatorRecords, NONE, roomier } from './indicator-records.ts';
import { type Pace, sortPaced } from './pace.ts';

/**
 * Networks of one family. The address space is cut at every first and every following address of a network; each
 * piece knows the smallest network around it, and each network the next larger one around itself. So one binary
 * search finds the longest match, and the chain of parents everything else that covers the address.
 */
export class NetworkTable {
  readonly records = new IndicatorRecords();
  /** 32-bit words of an address: 1 for IPv4, 4 for IPv6, most significant first. */
  readonly #width: 1 | 4;
  #keys: Uint32Array;
  #prefixes = new Uint8Array(16);
  #parents = new Uint32Array(0);
  /** First address of each piece, ascending, and the network that owns the piece. */
  #starts = new Uint32Array(0);
  #owners = new Uint32Array(0);
  #pieces = 0;
  /** IPv4: how many pieces begin before each /16, so that the search is over few of them. */
  #index = new Uint32Array(0);
  size = 0;

  constructor(width: 1 | 4) {
    this.#width = width;
    this.#keys = new Uint32Array(16 * width);
  }

  /** `key` has `width` words with the host bits cleared; `prefix` is 1 to 32 × `width` - 1. */
  add(key: Uint32Array, prefix: number, label: number, confidence: number): void {
    const record = this.records.add(label, confidence);
    const at = record * this.#width;
    if (at === this.#keys.length) this.#keys = roomier(this.#keys, at + this.#width);
    if (record === this.#prefixes.length) this.#prefixes = roomier(this.#prefixes, record + 1);
    for (let i = 0; i < this.#width; i++) this.#keys[at + i] = key[i];
    this.#prefixes[record] = prefix;
  }

  async seal(pace: Pace): Promise<void> {
    const order = new Uint32Array(this.records.length);
    for (let record = 0; record < order.length; record++) order[record] = record;
    await sortPaced(order, (a, b) => this.#compare(a, b), pace);
    this.#parents = new Uint32Array(this.records.length).fill(NONE);
    this.#starts = new Uint32Array((2 * order.length + 1) * this.#width);
    this.#owners = new Uint32Array(2 * order.length + 1);
    const open: number[] = [];
    const end = new Uint32Array(this.#width);
    let previous = NONE;
    for (const record of order) {
      if (pace.due()) await pace.rest();
      if (previous !== NONE && this.#compare(previous, record) === 0) {
        this.records.link(previous, record);
        continue;
      }
      const at = record * this.#width;
      while (open.length > 0 && this.#ends(open[open.length - 1], end) && this.#before(end, 0, this.#keys, at) <= 0) {
        open.pop();
        this.#cut(end, 0, open.length > 0 ? open[open.length - 1] : NONE);
      }
      this.#parents[record] = open.length > 0 ? open[open.length - 1] : NONE;
      this.#cut(this.#keys, at, record);
      open.push(record);
      previous = record;
      this.size++;
    }
    while (open.length > 0) {
      const record = open.pop() as number;
      if (this.#ends(record, end)) this.#cut(end, 0, open.length > 0 ? open[open.length - 1] : NONE);
    }
    if (this.#width === 1 && this.size > 0) this.#fillIndex();
  }

  #fillIndex(): void {
    this.#index = new Uint32Array(2 ** 16 + 1);
    let piece = 0;
    for (let block = 0; block <= 2 ** 16; block++) {
      while (piece < this.#pieces && this.#starts[piece] < block * 2 ** 16) piece++;
      this.#index[block] = piece;
    }
  }

  /** First record about the smallest network around the address `key[at]`, or {@link NONE}. */
  find(key: Uint32Array, at = 0): number {
    if (this.#width === 1) return this.findV4(key[at]);
    let low = 0;
    let high = this.#pieces;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#before(this.#starts, middle * 4, key, at) <= 0) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NONE : this.#owners[low - 1];
  }

  /** The same for an IPv4 address as a number; only in a table of IPv4. */
  findV4(address: number): number {
    if (this.size === 0) return NONE;
    const starts = this.#starts;
    let low = this.#index[address >>> 16];
    let high = this.#index[(address >>> 16) + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle] <= address) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NONE : this.#owners[low - 1];
  }

  /** First record about the next larger network around that of `record`, or {@link NONE}. */
  parent(record: number): number {
    return this.#parents[record];
  }

  prefix(record: number): number {
    return this.#prefixes[record];
  }

  /** Word `word` of the first address of the network of `record`. */
  key(record: number, word: number): number {
    return this.#keys[record * this.#width + word];
  }

  /** By first address, larger networks first. */
  #compare(a: number, b: number): number {
    return (
      this.#before(this.#keys, a * this.#width, this.#keys, b * this.#width) || this.#prefixes[a] - this.#prefixes[b]
    );
  }

  #before(left: Uint32Array, a: number, right: Uint32Array, b: number): number {
    for (let i = 0; i < this.#width; i++) if (left[a + i] !== right[b + i]) return left[a + i] < right[b + i] ? -1 : 1;
    return 0;
  }

  /** Puts the address after the network into `into`. @returns false when the network reaches the end of the space. */
  #ends(record: number, into: Uint32Array): boolean {
    for (let i = 0; i < this.#width; i++) into[i] = this.#keys[record * this.#width + i];
    const last = this.#prefixes[record] - 1;
    let add = 2 ** (31 - (last & 31));
    for (let word = last >>> 5; word >= 0; word--) {
      const sum = into[word] + add;
      into[word] = sum;
      if (sum <= 0xffffffff) return true;
      add = 1;
    }
    return false;
  }

  /** A piece owned by `owner` begins at `key[at]`; it replaces a piece that began there. */
  #cut(key: Uint32Array, at: number, owner: number): void {
    const again = this.#pieces > 0 && this.#before(this.#starts, (this.#pieces - 1) * this.#width, key, at) === 0;
    const piece = again ? this.#pieces - 1 : this.#pieces++;
    for (let i = 0; i < this.#width; i++) this.#starts[piece * this.#width + i] = key[at + i];
    this.#owners[piece] = owner;
  }
}
