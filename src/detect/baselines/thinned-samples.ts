/** As it is saved: stride, then how many values came since the last kept one, then values and their weights. */
export type SavedSamples = readonly [
  stride: number,
  since: number,
  values: readonly number[],
  weights: readonly number[],
];

/**
 * A bounded record of a stream of values, evenly spread over it: all of them while they fit, then every second, then
 * every fourth, and so on. So between half of the capacity and all of it is held, whatever the rate of the stream.
 */
export class ThinnedSamples {
  readonly #capacity: number;
  #values: number[] = [];
  #weights: number[] = [];
  #stride = 1;
  #since = 0;

  /** @param capacity the most values held, at least 2. */
  constructor(capacity: number) {
    this.#capacity = Math.max(2, capacity);
  }

  get size(): number {
    return this.#values.length;
  }

  /** How many values of the stream each held value stands for. */
  get stride(): number {
    return this.#stride;
  }

  add(value: number, weight: number): void {
    if (++this.#since < this.#stride) return;
    if (this.#values.length >= this.#capacity) {
      // This value falls between two of the wider stride.
      this.#values = this.#values.filter((_, i) => i % 2 === 1);
      this.#weights = this.#weights.filter((_, i) => i % 2 === 1);
      this.#stride *= 2;
      return;
    }
    this.#since = 0;
    this.#values.push(value);
    this.#weights.push(weight);
  }

  /**
   * Appends what is held; a value weighs its own weight times what it stands for.
   * @returns how many values of the stream that stands for.
   */
  appendTo(values: number[], weights: number[]): number {
    for (let i = 0; i < this.#values.length; i++) {
      values.push(this.#values[i]);
      weights.push(this.#weights[i] * this.#stride);
    }
    return this.#values.length * this.#stride;
  }

  save(): SavedSamples {
    return [this.#stride, this.#since, this.#values.map(rounded), this.#weights.map(rounded)];
  }

  load([stride, since, values, weights]: SavedSamples): void {
    this.#stride = stride;
    this.#since = since;
    this.#values = values.slice(0, this.#capacity);
    this.#weights = weights.slice(0, this.#capacity);
  }
}

/** Six significant digits are more than any statistic needs, and make what is saved a third as long. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
