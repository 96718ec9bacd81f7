/** Entries; a power of two. With 16 bytes each they stay in the second level of the processor's cache. */
const ENTRIES = 1 << 15;
const SHIFT = 32 - 15;
/** 2^32 divided by the golden ratio: spreads neighbouring addresses over the table. */
const SPREAD = 0x9e3779b1;

/**
 * The records of IPv4 addresses met lately: a network talks to the same peers again and again, and what both tables say
 * of one is some nine waits for memory away. One entry a place; the newest address wins it. 0.0.0.0 is never looked up,
 * so an empty place cannot be taken for one.
 */
export class RecentAddresses {
  /** Address, record in the table of cities, record in the table of systems, nothing. */
  readonly #entries = new Uint32Array(ENTRIES * 4);
  #city: unknown;
  #asn: unknown;

  /** Empties it when the tables are not those that it was filled from. */
  use(city: unknown, asn: unknown): void {
    if (this.#city === city && this.#asn === asn) return;
    this.#entries.fill(0);
    this.#city = city;
    this.#asn = asn;
  }

  /**
   * Fills `cities` and `systems` of the rows [from, to) that `wanted` marks and whose address it knows, and 0 for all
   * others. Answers how many rows it wanted and did not know; their numbers are in `unknown`.
   */
  find(
    addresses: Uint32Array,
    wanted: Uint8Array,
    cities: Uint32Array,
    systems: Uint32Array,
    unknown: Uint32Array,
    from: number,
    to: number,
  ): number {
    const entries = this.#entries;
    let missing = 0;
    for (let row = from; row < to; row++) {
      const address = addresses[row];
      const at = (Math.imul(address, SPREAD) >>> SHIFT) << 2;
      const known = wanted[row] === 1 && entries[at] === address;
      cities[row] = known ? entries[at + 1] : 0;
      systems[row] = known ? entries[at + 2] : 0;
      unknown[missing] = row;
      missing += wanted[row] === 1 && !known ? 1 : 0;
    }
    return missing;
  }

  /** Keeps what was found for the first `count` rows of `rows`. */
  keep(addresses: Uint32Array, cities: Uint32Array, systems: Uint32Array, rows: Uint32Array, count: number): void {
    const entries = this.#entries;
    for (let i = 0; i < count; i++) {
      const row = rows[i];
      const address = addresses[row];
      const at = (Math.imul(address, SPREAD) >>> SHIFT) << 2;
      entries[at] = address;
      entries[at + 1] = cities[row];
      entries[at + 2] = systems[row];
    }
  }
}
