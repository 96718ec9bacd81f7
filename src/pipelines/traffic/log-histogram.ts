import type { Spread } from '../../model/traffic.ts';

const LOWEST = 1e-3;
/** Each step is 2 % wider than the one below it. */
const GROWTH = Math.log(1.02);
const STEPS = 1200;
/** Samples that are kept as they are: quantiles of a few are exact. */
const EXACT = 64;

/** A distribution of positive numbers from a thousandth to ten million in fixed memory: quantiles are within 1 %. */
export class LogHistogram {
  readonly #counts = new Float64Array(STEPS);
  readonly #exact = new Float64Array(EXACT);
  #samples = 0;
  #max = Number.NaN;

  /** NaN and what is below 0 count for nothing. */
  add(value: number): void {
    if (!(value >= 0)) return;
    const step = value <= LOWEST ? 0 : Math.floor(Math.log(value / LOWEST) / GROWTH) + 1;
    this.#counts[Math.min(step, STEPS - 1)]++;
    if (this.#samples < EXACT) this.#exact[this.#samples] = value;
    this.#samples++;
    if (!(value <= this.#max)) this.#max = value;
  }

  spread(): Spread {
    const known = this.#samples > 0;
    return {
      samples: this.#samples,
      median: this.#quantile(0.5),
      p95: this.#quantile(0.95),
      max: known ? this.#max : null,
    };
  }

  #quantile(share: number): number | null {
    if (this.#samples === 0) return null;
    const rank = share * (this.#samples - 1);
    if (this.#samples <= EXACT) return this.#exact.slice(0, this.#samples).sort()[Math.round(rank)];
    let passed = 0;
    for (let step = 0; step < STEPS; step++) {
      passed += this.#counts[step];
      if (passed > rank) return Math.min(this.#max, step === 0 ? LOWEST : LOWEST * Math.exp((step - 0.5) * GROWTH));
    }
    return this.#max;
  }
}
