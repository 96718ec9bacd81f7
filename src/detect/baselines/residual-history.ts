/** Buckets grow by this factor: a quantile is at most 10 % too high, and never too low. */
const GROWTH = 1.1;
const SMALLEST = 0.001;
const BUCKETS = 128;
const DAY = 86_400e6;
/** Days that are held: the present one and seven whole ones. */
const DAYS = 8;

/** As it is saved: days since 1970, each with its buckets as pairs of index and weight. */
export type SavedResiduals = readonly (readonly [day: number, buckets: readonly (readonly [number, number])[]])[];

/** How far values were from what was expected, day by day, for a week: quantiles of it without keeping the values. */
export class ResidualHistory {
  readonly #days = new Map<number, Float64Array>();

  /**
   * @param at microseconds since 1970.
   * @param residual absolute distance, not negative.
   */
  add(at: number, residual: number, weight: number): void {
    const day = Math.floor(at / DAY);
    let buckets = this.#days.get(day);
    if (!buckets) {
      buckets = new Float64Array(BUCKETS);
      this.#days.set(day, buckets);
      for (const held of this.#days.keys()) if (held <= day - DAYS) this.#days.delete(held);
      // Only times that go back far can make more; the oldest goes.
      if (this.#days.size > DAYS) this.#days.delete(Math.min(...this.#days.keys()));
    }
    buckets[bucketOf(residual)] += weight;
  }

  /** The quantile of what was added on the day of `at` and the `days` before it; 0 when that is nothing. */
  quantile(at: number, days: number, q: number): number {
    const present = Math.floor(at / DAY);
    const sums = new Float64Array(BUCKETS);
    let total = 0;
    for (const [day, buckets] of this.#days) {
      if (day > present || day < present - days) continue;
      for (let i = 0; i < BUCKETS; i++) {
        sums[i] += buckets[i];
        total += buckets[i];
      }
    }
    if (total === 0) return 0;
    let below = 0;
    for (let i = 0; i < BUCKETS; i++) {
      below += sums[i];
      if (below >= q * total) return topOf(i);
    }
    return topOf(BUCKETS - 1);
  }

  save(): SavedResiduals {
    return Array.from(this.#days, ([day, buckets]) => [
      day,
      [...buckets.entries()]
        .filter(([, weight]) => weight > 0)
        .map(([i, weight]) => [i, Number(weight.toFixed(3))] as const),
    ]);
  }

  load(saved: SavedResiduals): void {
    this.#days.clear();
    for (const [day, pairs] of saved.slice(-DAYS)) {
      const buckets = new Float64Array(BUCKETS);
      for (const [i, weight] of pairs) if (i >= 0 && i < BUCKETS) buckets[i] = weight;
      this.#days.set(day, buckets);
    }
  }
}

function bucketOf(residual: number): number {
  if (!(residual > SMALLEST)) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(residual / SMALLEST) / Math.log(GROWTH)));
}

function topOf(bucket: number): number {
  return bucket === 0 ? 0 : SMALLEST * GROWTH ** bucket;
}
