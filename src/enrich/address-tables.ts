import { IndicatorRecords, mix, NONE, roomier, slotsFor } from './indicator-records.ts';
import type { Pace } from './pace.ts';

/** Single IPv4 addresses: an open-addressing table of address and record, at most half full. */
export class V4Table {
  readonly records = new IndicatorRecords();
  #keys = new Uint32Array(16);
  /** Two words a slot, address and record + 1, so that a look-up touches one cache line. */
  #slots = new Uint32Array(0);
  #mask = 0;
  /** Distinct addresses, once sealed. */
  size = 0;

  /** Adds a record; found only after {@link seal}. */
  add(address: number, label: number, confidence: number): void {
    const record = this.records.add(label, confidence);
    if (record === this.#keys.length) this.#keys = roomier(this.#keys, record + 1);
    this.#keys[record] = address;
  }

  /** Builds the table from everything added. */
  async seal(pace: Pace): Promise<void> {
    const slots = slotsFor(this.records.length);
    this.#slots = new Uint32Array(slots * 2);
    this.#mask = slots - 1;
    for (let record = 0; record < this.records.length; record++) {
      if (pace.due()) await pace.rest();
      const address = this.#keys[record];
      let slot = mix(address) & this.#mask;
      while (this.#slots[slot * 2 + 1] !== 0 && this.#slots[slot * 2] !== address) slot = (slot + 1) & this.#mask;
      if (this.#slots[slot * 2 + 1] !== 0) this.records.link(this.#slots[slot * 2 + 1] - 1, record);
      else {
        this.#slots[slot * 2] = address;
        this.#slots[slot * 2 + 1] = record + 1;
        this.size++;
      }
    }
  }

  /** First record about `address`, or {@link NONE}. */
  find(address: number): number {
    if (this.size === 0) return NONE;
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = mix(address) & mask; ; slot = (slot + 1) & mask) {
      const record = slots[slot * 2 + 1];
      if (record === 0) return NONE;
      if (slots[slot * 2] === address) return record - 1;
    }
  }

  /** The address of record `record`. */
  key(record: number): number {
    return this.#keys[record];
  }
}

/** Single IPv6 addresses: records found by the hash of the four words, compared word for word. */
export class V6Table {
  readonly records = new IndicatorRecords();
  /** Four words a record, in the order of memory of `IpColumn.words`. */
  #keys = new Uint32Array(64);
  #slots = new Uint32Array(0);
  #mask = 0;
  size = 0;

  add(words: Uint32Array, label: number, confidence: number): void {
    const at = this.records.add(label, confidence) * 4;
    if (at === this.#keys.length) this.#keys = roomier(this.#keys, at + 4);
    this.#keys.set(words, at);
  }

  async seal(pace: Pace): Promise<void> {
    const slots = slotsFor(this.records.length);
    this.#slots = new Uint32Array(slots);
    this.#mask = slots - 1;
    for (let record = 0; record < this.records.length; record++) {
      if (pace.due()) await pace.rest();
      let slot = hashWords(this.#keys, record * 4) & this.#mask;
      while (this.#slots[slot] !== 0 && !this.#same(this.#slots[slot] - 1, this.#keys, record * 4))
        slot = (slot + 1) & this.#mask;
      if (this.#slots[slot] !== 0) this.records.link(this.#slots[slot] - 1, record);
      else {
        this.#slots[slot] = record + 1;
        this.size++;
      }
    }
  }

  /** First record about the address at `words[at]`, or {@link NONE}. */
  find(words: Uint32Array, at: number): number {
    if (this.size === 0) return NONE;
    for (let slot = hashWords(words, at) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const record = this.#slots[slot];
      if (record === 0) return NONE;
      if (this.#same(record - 1, words, at)) return record - 1;
    }
  }

  /** The first word of the address of record `record`. */
  word(record: number): number {
    return this.#keys[record * 4];
  }

  #same(record: number, words: Uint32Array, at: number): boolean {
    const keys = this.#keys;
    const own = record * 4;
    return (
      keys[own] === words[at] &&
      keys[own + 1] === words[at + 1] &&
      keys[own + 2] === words[at + 2] &&
      keys[own + 3] === words[at + 3]
    );
  }
}

/** Hash of the four words at `words[at]`. */
export function hashWords(words: Uint32Array, at: number): number {
  let hash = mix(words[at] ^ 0x9e3779b9);
  hash = mix(hash ^ words[at + 1]);
  hash = mix(hash ^ words[at + 2]);
  return mix(hash ^ words[at + 3]);
}
