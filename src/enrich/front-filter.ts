import { mix } from './indicator-records.ts';
import { type IndicatorSet, swapBytes } from './indicator-set.ts';
import type { Pace } from './pace.ts';

/**
 * Bitmaps over all sets, small enough to stay in the cache, that answer "surely nothing here" with one look: a bit per
 * /24 of IPv4, per hashed /32 of IPv6, per hashed name (see `blockOf`). A set bit means only that the tables have to be asked.
 */
export class FrontFilter {
  readonly v4 = new Uint32Array(2 ** 19);
  readonly v6 = new Uint32Array(2 ** 15);
  readonly domains = new Uint32Array(2 ** 19);

  /** Marks everything that `set` holds. */
  async mark(set: IndicatorSet, pace: Pace): Promise<void> {
    const { v4, v6, networks4, networks6, domains } = set;
    for (let record = 0; record < v4.records.length; record++) {
      if (pace.due()) await pace.rest();
      this.#markV4(v4.key(record), 32);
    }
    for (let record = 0; record < networks4.records.length; record++) {
      if (pace.due()) await pace.rest();
      this.#markV4(networks4.key(record, 0), networks4.prefix(record));
    }
    for (let record = 0; record < v6.records.length; record++) {
      if (pace.due()) await pace.rest();
      this.#markV6(swapBytes(v6.word(record)), 32);
    }
    for (let record = 0; record < networks6.records.length; record++) {
      if (pace.due()) await pace.rest();
      this.#markV6(networks6.key(record, 0), Math.min(32, networks6.prefix(record)));
    }
    for (let record = 0; record < domains.records.length; record++) {
      if (pace.due()) await pace.rest();
      const bit = domains.filterBit(record);
      this.domains[bit >>> 5] |= 1 << (bit & 31);
    }
  }

  #markV4(address: number, prefix: number): void {
    const word = address >>> 13;
    if (prefix >= 24) this.v4[word] |= 1 << ((address >>> 8) & 31);
    else if (prefix <= 19) this.v4.fill(0xffffffff, word, word + 2 ** (19 - prefix));
    else for (let i = 0, bit = (address >>> 8) & 31; i < 2 ** (24 - prefix); i++) this.v4[word] |= 1 << (bit + i);
  }

  #markV6(first: number, prefix: number): void {
    for (let i = 0; i < 2 ** (32 - prefix); i++) {
      const bit = v6Bit(first + i);
      this.v6[bit >>> 5] |= 1 << (bit & 31);
    }
  }
}

/** The bit of the IPv6 addresses whose first 32 bits are `word`. */
export function v6Bit(word: number): number {
  return mix(word) >>> 12;
}
