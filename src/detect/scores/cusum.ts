export interface CusumOptions {
  /** Share of the spread by which each value may be above the mean without adding up (0.5). */
  readonly slack?: number;
  /** How many spreads have to add up for an alarm (5). */
  readonly alarm?: number;
  /** Weight of a new value in mean and spread (0.05); a tenth of it during an alarm. */
  readonly learning?: number;
  /** The least spread, in the unit of the values: a silent past must not make the first value an alarm. */
  readonly leastSpread: number;
  /** Values to learn from before anything can add up. */
  readonly warmUp?: number;
}

/** The state of a {@link Cusum} as plain JSON. */
export interface SavedCusum {
  readonly mean: number;
  readonly variance: number;
  readonly values: number;
  readonly sum: number;
}

/**
 * Cumulative sum of what exceeds the usual (Page 1954), as used against SYN floods by Wang, Zhang and Shin
 * (INFOCOM 2002): `y = max(0, y + x - mean - slack x spread)`, an alarm when y is over `alarm x spread`. It sees a
 * small but lasting change which no single value gives away.
 */
export class Cusum {
  readonly #slack: number;
  readonly #alarm: number;
  readonly #learning: number;
  readonly #leastSpread: number;
  readonly #warmUp: number;
  #mean = 0;
  #variance = 0;
  #values = 0;
  #sum = 0;

  constructor(options: CusumOptions) {
    this.#slack = options.slack ?? 0.5;
    this.#alarm = options.alarm ?? 5;
    this.#learning = options.learning ?? 0.05;
    this.#leastSpread = options.leastSpread;
    this.#warmUp = options.warmUp ?? 0;
  }

  /** The sum over its limit after this value: 1 and more is an alarm. */
  add(value: number): number {
    const spread = this.spread;
    if (this.#values >= this.#warmUp) {
      // What is added at once is limited, or the alarm of a short flood would go on for hours after it.
      const excess = Math.min(value - this.#mean - this.#slack * spread, this.#alarm * spread);
      this.#sum = Math.min(Math.max(0, this.#sum + excess), 2 * this.#alarm * spread);
    }
    // Not from the first rise on: learning only from what is below the mean would pull the mean down for ever.
    this.#learn(value, this.#sum >= this.#alarm * spread);
    return this.#sum / (this.#alarm * spread);
  }

  /** What was learned, as plain JSON. */
  save(): SavedCusum {
    return { mean: this.#mean, variance: this.#variance, values: this.#values, sum: this.#sum };
  }

  load({ mean, variance, values, sum }: SavedCusum): void {
    this.#mean = mean;
    this.#variance = variance;
    this.#values = values;
    this.#sum = sum;
  }

  get mean(): number {
    return this.#mean;
  }

  get spread(): number {
    return Math.max(Math.sqrt(this.#variance), this.#leastSpread);
  }

  #learn(value: number, suspicious: boolean): void {
    this.#values++;
    // The mean of what was seen at first, then an exponential one: so that it is right after a few values.
    const weight = Math.max(this.#learning, 1 / this.#values) * (suspicious ? 0.1 : 1);
    // Huge values must not make the spread so wide that nothing stands out any more.
    const most = (suspicious ? 1 : this.#alarm) * this.spread;
    const distance = this.#values === 1 && !suspicious ? value : Math.min(Math.max(value - this.#mean, -most), most);
    this.#mean += weight * distance;
    this.#variance = (1 - weight) * (this.#variance + weight * distance * distance);
  }
}
