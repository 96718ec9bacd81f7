/** Round trip times of a window, milliseconds: mean and largest exact, quantiles from a uniform sample of bounded size. */
export class RttSamples {
  readonly #held: Float64Array;
  #count = 0;
  #sum = 0;
  #max = 0;
  #random = 1;

  /** @param capacity values held; quantiles are exact up to so many. */
  constructor(capacity: number) {
    this.#held = new Float64Array(Math.max(1, capacity));
  }

  get count(): number {
    return this.#count;
  }

  /** The first `count` values of `rtts`; negative ones and NaN are left out. */
  add(rtts: Float64Array, count: number): void {
    const end = Math.min(count, rtts.length);
    for (let i = 0; i < end; i++) if (rtts[i] >= 0) this.#one(rtts[i]);
  }

  clear(): void {
    this.#count = 0;
    this.#sum = 0;
    this.#max = 0;
    this.#random = 1;
  }

  mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  max(): number | null {
    return this.#count === 0 ? null : this.#max;
  }

  /** Linear between values (type 7 of Hyndman and Fan); null when there are none. */
  quantile(q: number): number | null {
    if (this.#count === 0) return null;
    const sorted = this.#held.slice(0, Math.min(this.#count, this.#held.length)).sort();
    const place = q * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /** Vitter's algorithm R, with a generator of its own so that the same traffic gives the same figures. */
  #one(rtt: number): void {
    if (this.#count < this.#held.length) this.#held[this.#count] = rtt;
    else {
      this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
      const place = Math.floor((this.#random / 4_294_967_296) * (this.#count + 1));
      if (place < this.#held.length) this.#held[place] = rtt;
    }
    this.#count++;
    this.#sum += rtt;
    if (rtt > this.#max) this.#max = rtt;
  }
}
