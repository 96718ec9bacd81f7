import type { EventBatch } from '../model/batch.ts';
import { blockOf, endOfHost, HASH_START, lower, nameBit, roll, v4InBytes } from './domain-table.ts';
import { FrontFilter, v6Bit } from './front-filter.ts';
import { mix, NONE } from './indicator-records.ts';
import { type Found, type IndicatorSet, type MatchField, numbersOf, swapBytes } from './indicator-set.ts';
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

  /** Does any set cover the address? */
  coversV4(address: number): boolean {
    if (((this.front.v4[address >>> 13] >>> ((address >>> 8) & 31)) & 1) === 0) return false;
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
    return this.#host(bytes, start, endOfHost(bytes, start, end), 'domain', undefined);
  }

  collectV4(address: number, prefix: number, field: MatchField, into: Found[]): void {
    for (const set of this.sets) set.collectV4(address, prefix, field, into);
  }

  collectV6(words: Uint32Array, at: number, prefix: number, field: MatchField, into: Found[]): void {
    numbersOf(words, at, this.#key);
    for (const set of this.sets) set.collectV6(words, at, this.#key, prefix, field, into);
  }

  collectHost(bytes: Uint8Array, start: number, end: number, into: Found[]): void {
    this.#host(bytes, start, endOfHost(bytes, start, end), 'domain', into);
  }

  /** Everything that covers an address, network or domain; nothing for any other text. */
  collect(value: string, into: Found[]): void {
    const parsed = new ParsedValue();
    if (parseValue(value, parsed) === undefined && parsed.kind !== 'domain') {
      const words = new Uint32Array(parsed.bytes.buffer);
      if (parsed.kind.endsWith('4')) this.collectV4(swapBytes(words[3]), parsed.prefix, 'value', into);
      else this.collectV6(words, 0, parsed.prefix, 'value', into);
      return;
    }
    const domain = normalDomain(value);
    if (domain === undefined) return;
    const { bytes, length } = bytesOfDomain(domain);
    this.#host(bytes, 0, length, 'value', into);
  }

  /** The one walk over a name, from its end: every label boundary is a name that may be held. */
  #host(bytes: Uint8Array, start: number, end: number, field: MatchField, into: Found[] | undefined): boolean {
    if (end > start && bytes[end - 1] <= 57 && bytes[end - 1] >= 48) {
      const address = v4InBytes(bytes, start, end);
      if (address >= 0) {
        if (into) this.collectV4(address, 32, field, into);
        return this.coversV4(address);
      }
    }
    if (this.domains === 0) return false;
    const filter = this.front.domains;
    const first = Math.max(start, end - NAME_BYTES);
    let hash = HASH_START;
    let labels = 1;
    let block = 0;
    let found = false;
    for (let at = end - 1; at >= first; at--) {
      const byte = bytes[at];
      if (byte === DOT && labels++ > 1) {
        const mixed = mix(hash);
        if (labels === 3) block = blockOf(mixed);
        const bit = nameBit(block, mixed);
        if (((filter[bit >>> 5] >>> (bit & 31)) & 1) === 1) {
          if (this.#name(mixed, bytes, at + 1, end, labels - 1, field, into)) found = true;
          if (found && !into) return true;
        }
      }
      hash = roll(hash, lower(byte));
    }
    if (first !== start || labels < 2) return found;
    const mixed = mix(hash);
    const bit = nameBit(labels === 2 ? blockOf(mixed) : block, mixed);
    if (((filter[bit >>> 5] >>> (bit & 31)) & 1) === 0) return found;
    return this.#name(mixed, bytes, start, end, 0, field, into) || found;
  }

  /** For a name whose bit in the filter is set; `labels` is 0 for the whole name. */
  #name(
    hash: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    labels: number,
    field: MatchField,
    into: Found[] | undefined,
  ): boolean {
    let found = false;
    for (const set of this.sets) {
      if (set.domains.find(hash, bytes, start, end) === NONE) continue;
      found = true;
      if (!into) return true;
      set.collectDomain(hash, bytes, start, end, labels, field, into);
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
