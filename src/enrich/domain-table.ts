import { IndicatorRecords, mix, NONE, roomier, slotsFor } from './indicator-records.ts';
import type { Pace } from './pace.ts';

const DOT = 46;

/** Begins the rolling hash of a name read from its end. */
export const HASH_START = 0x811c9dc5;

/** Takes one more byte, further left, into the rolling hash (FNV-1a). */
export function roll(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/** An ASCII capital as its small letter, any other byte as it is. */
export function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte | 32 : byte;
}

/** The hash by which a whole (normalised) name is stored. */
export function hashName(bytes: Uint8Array, start: number, end: number): number {
  let hash = HASH_START;
  for (let at = end - 1; at >= start; at--) hash = roll(hash, bytes[at]);
  return mix(hash);
}

/**
 * The filter in front of the tables has 2^24 bits in blocks of 512, one line of the cache. The last two labels of a
 * name choose the block, so that a name and all its parents cost one access to memory.
 */
export function blockOf(lastTwo: number): number {
  return lastTwo >>> 17;
}

/** The bit of a name with the (mixed) hash `hash` in its block. */
export function nameBit(block: number, hash: number): number {
  return (block << 9) | (hash & 511);
}

/** Domains: found by the hash of the name read backwards, then compared byte for byte. */
export class DomainTable {
  readonly records = new IndicatorRecords();
  #bytes = new Uint8Array(256);
  /** Record r is `bytes[offsets[r]]` up to `bytes[offsets[r + 1]]`. */
  #offsets = new Uint32Array(17);
  /** Two words a slot, hash and record + 1. */
  #slots = new Uint32Array(0);
  #mask = 0;
  size = 0;

  /** `bytes` is a normalised name: small letters, no trailing dot. */
  add(bytes: Uint8Array, length: number, label: number, confidence: number): void {
    const record = this.records.add(label, confidence);
    const at = this.#offsets[record];
    if (record + 2 > this.#offsets.length) this.#offsets = roomier(this.#offsets, record + 2);
    if (at + length > this.#bytes.length) this.#bytes = roomier(this.#bytes, at + length);
    for (let i = 0; i < length; i++) this.#bytes[at + i] = bytes[i];
    this.#offsets[record + 1] = at + length;
  }

  async seal(pace: Pace): Promise<void> {
    const slots = slotsFor(this.records.length);
    this.#slots = new Uint32Array(slots * 2);
    this.#mask = slots - 1;
    for (let record = 0; record < this.records.length; record++) {
      if (pace.due()) await pace.rest();
      this.#place(record);
    }
  }

  #place(record: number): void {
    const start = this.#offsets[record];
    const end = this.#offsets[record + 1];
    const hash = hashName(this.#bytes, start, end);
    let slot = hash & this.#mask;
    for (; this.#slots[slot * 2 + 1] !== 0; slot = (slot + 1) & this.#mask) {
      const other = this.#slots[slot * 2 + 1] - 1;
      if (this.#slots[slot * 2] === hash && this.#same(other, this.#bytes, start, end)) {
        this.records.link(other, record);
        return;
      }
    }
    this.#slots[slot * 2] = hash;
    this.#slots[slot * 2 + 1] = record + 1;
    this.size++;
  }

  /** First record about the name `bytes[start, end)`, whose hash is `hash`; {@link NONE} when there is none. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    if (this.size === 0) return NONE;
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const record = slots[slot * 2 + 1];
      if (record === 0) return NONE;
      if (slots[slot * 2] === hash && this.#same(record - 1, bytes, start, end)) return record - 1;
    }
  }

  /** The bit of the name of record `record` in the filter. */
  filterBit(record: number): number {
    const start = this.#offsets[record];
    const end = this.#offsets[record + 1];
    const lastDot = this.#bytes.lastIndexOf(DOT, end - 1);
    const before = this.#bytes.lastIndexOf(DOT, lastDot - 1);
    const block = blockOf(hashName(this.#bytes, Math.max(start, before + 1), end));
    return nameBit(block, hashName(this.#bytes, start, end));
  }

  name(record: number): string {
    return String.fromCharCode(...this.#bytes.subarray(this.#offsets[record], this.#offsets[record + 1]));
  }

  #same(record: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#offsets[record];
    if (this.#offsets[record + 1] - own !== end - start) return false;
    for (let i = start, k = own; i < end; i++, k++) if (lower(bytes[i]) !== this.#bytes[k]) return false;
    return true;
  }
}

/**
 * Where the host in `bytes[start, end)` ends without a port (`:8080`) and without the dot of the root.
 */
export function endOfHost(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] >= 48 && bytes[at - 1] <= 57) at--;
  if (at < end && at > start && bytes[at - 1] === 58) end = at - 1;
  return end > start && bytes[end - 1] === DOT ? end - 1 : end;
}

/** The IPv4 address that `bytes[start, end)` spells as four decimal octets, or -1. */
export function v4InBytes(bytes: Uint8Array, start: number, end: number): number {
  let address = 0;
  let octet = -1;
  let dots = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit >= 0 && digit <= 9) {
      if (octet === 0) return -1;
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return -1;
    } else if (digit === -2 && octet >= 0 && dots < 3) {
      address = address * 256 + octet;
      octet = -1;
      dots++;
    } else return -1;
  }
  return dots === 3 && octet >= 0 ? address * 256 + octet : -1;
}
