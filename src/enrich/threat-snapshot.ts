import type { EventBatch } from '../model/batch.ts';
import { endOfHost, HASH_START, lower, roll, v4InBytes } from './domain-table.ts';
import { FrontFilter, v6Bit } from './front-filter.ts';
import { mix, NONE } from './indicator-records.ts';
import { type Found, type IndicatorSet, numbersOf, swapBytes } from './indicator-set.ts';
import { bytesOfDomain, normalDomain, ParsedValue, parseValue } from './indicator-value.ts';
import type { Pace } from './pace.ts';

const DOT = 46;
/** A longer name is no domain (RFC 1035 section 2.3.4); only its end is looked at. */
const NAME_BYTES = 253;

/** Everything that is held at one moment: sets that do not change any more, and the filter in front of them. */
export class ThreatSnapshot {
  readonly sets: readonly IndicatorSet[];
  readonly front: FrontFilter;
  readonly addresses: number;
  readonly networks: number;
  readonly domains: number;
  readonly #key = new Uint32Array(4);

  /** Use {@link snapshotOf}: `front` must have all of `sets` marked. */
  constructor(sets: readonly IndicatorSet[], front: FrontFilter) {
    this.sets = sets;
    this.front = front;
    const sum = (count: (set: IndicatorSet) => number) => sets.reduce((total, set) => total + count(set), 0);
    this.addresses = sum((set) => set.v4.size + set.v6.size);
    this.networks = sum((set) => set.networks4.size + set.networks6.size);
    this.domains = sum((set) => set.domains.size);
  }

  /** For an address whose bit in the front filter is set: does any set cover it? */
  coversV4(address: number): boolean {
    for (let i = 0; i < this.sets.length; i++) if (this.sets[i].coversV4(address)) return true;
    return false;
  }

  coversV6(words: Uint32Array, at: number): boolean {
    const bit = v6Bit(swapBytes(words[at]));
    if (((this.front.v6[bit >>> 5] >>> (bit & 31)) & 1) === 0) return false;
    numbersOf(words, at, this.#key);
    for (let i = 0; i < this.sets.length; i++) if (this.sets[i].coversV6(words, at, this.#key)) return true;
    return false;
  }

  /** Does any set cover the host in `bytes[start, end)`: the name, a parent of it, or the IPv4 address it spells? */
  coversHost(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#host(bytes, start, endOfHost(bytes, start, end), undefined);
  }

  collectV4(address: number, prefix: number, into: Found[]): void {
    for (const set of this.sets) set.collectV4(address, prefix, into);
  }

  collectV6(words: Uint32Array, at: number, prefix: number, into: Found[]): void {
    numbersOf(words, at, this.#key);
    for (const set of this.sets) set.collectV6(words, at, this.#key, prefix, into);
  }

  collectHost(bytes: Uint8Array, start: number, end: number, into: Found[]): void {
    this.#host(bytes, start, endOfHost(bytes, start, end), into);
  }

  /** Everything that covers an address, network or domain; nothing for any other text. */
  collect(value: string, into: Found[]): void {
    const parsed = new ParsedValue();
    if (parseValue(value, parsed) === undefined && parsed.kind !== 'domain') {
      const words = new Uint32Array(parsed.bytes.buffer);
      if (parsed.kind.endsWith('4')) this.collectV4(swapBytes(words[3]), parsed.prefix, into);
      else this.collectV6(words, 0, parsed.prefix, into);
      return;
    }
    const domain = normalDomain(value);
    if (domain === undefined) return;
    const { bytes, length } = bytesOfDomain(domain);
    this.#host(bytes, 0, length, into);
  }

  /** The one walk over a name, from its end: every label boundary is a name that may be held. */
  #host(bytes: Uint8Array, start: number, end: number, into: Found[] | undefined): boolean {
    if (end > start && bytes[end - 1] <= 57 && bytes[end - 1] >= 48) {
      const address = v4InBytes(bytes, start, end);
      if (address >= 0) {
        if (into) this.collectV4(address, 32, into);
        return this.coversV4(address);
      }
    }
    if (this.domains === 0) return false;
    const first = Math.max(start, end - NAME_BYTES);
    let hash = HASH_START;
    let labels = 1;
    let found = false;
    for (let at = end - 1; at >= first; at--) {
      const byte = bytes[at];
      if (byte === DOT) {
        if (labels > 1) {
          if (this.#name(mix(hash), bytes, at + 1, end, labels, into)) found = true;
          if (found && !into) return true;
        }
        labels++;
      }
      hash = roll(hash, lower(byte));
    }
    if (first !== start || labels < 2) return found;
    return this.#name(mix(hash), bytes, start, end, 0, into) || found;
  }

  /** `labels` is 0 for the whole name. */
  #name(
    hash: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    labels: number,
    into: Found[] | undefined,
  ): boolean {
    if (((this.front.domains[hash >>> 13] >>> ((hash >>> 8) & 31)) & 1) === 0) return false;
    let found = false;
    for (const set of this.sets) {
      if (set.domains.find(hash, bytes, start, end) === NONE) continue;
      found = true;
      if (!into) return true;
      set.collectDomain(hash, bytes, start, end, labels, into);
    }
    return found;
  }
}

/** Rows of a batch, by the field that matched: bits of {@link hitsOf}. */
export const SRC = 1;
export const DST = 2;
export const DOMAIN = 4;

/**
 * Which fields of row `row` are covered, as bits. Kept apart from the loop over rows so that both stay small enough
 * to be compiled well.
 */
export function hitsOf(snapshot: ThreatSnapshot, batch: EventBatch, row: number): number {
  const { src_ip, dst_ip, domain } = batch.columns;
  let hits = 0;
  if (src_ip.family[row] === 4) hits |= snapshot.coversV4(src_ip.v4[row]) ? SRC : 0;
  else if (src_ip.family[row] === 6) hits |= snapshot.coversV6(src_ip.words, row * 4) ? SRC : 0;
  if (dst_ip.family[row] === 4) hits |= snapshot.coversV4(dst_ip.v4[row]) ? DST : 0;
  else if (dst_ip.family[row] === 6) hits |= snapshot.coversV6(dst_ip.words, row * 4) ? DST : 0;
  if (!domain.isEmpty(row) && snapshot.coversHost(domain.bytes, domain.offsets[row], domain.offsets[row + 1]))
    hits |= DOMAIN;
  return hits;
}

/** A snapshot of `sets`, its filter built in slices. */
export async function snapshotOf(sets: readonly IndicatorSet[], pace: Pace): Promise<ThreatSnapshot> {
  const front = new FrontFilter();
  for (const set of sets) await front.mark(set, pace);
  return new ThreatSnapshot(sets, front);
}
