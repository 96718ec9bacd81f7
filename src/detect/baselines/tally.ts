import type { Statistics } from '../../model/window.ts';
import { statisticsOf } from './statistics.ts';
import { type SavedSamples, ThinnedSamples } from './thinned-samples.ts';

const HELD = 2048;

export interface SavedTally {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly samples: SavedSamples;
}

/**
 * Statistics of a metric over all usual windows. Count, mean, smallest and largest are exact; the quantiles come from
 * 1,024 to 2,048 values spread evenly over time, so from all of them while they are fewer.
 */
export class Tally {
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  readonly #samples = new ThinnedSamples(HELD);

  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.#count++;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    this.#samples.add(value, 1);
  }

  statistics(): Statistics {
    const values: number[] = [];
    const weights: number[] = [];
    this.#samples.appendTo(values, weights);
    const held = statisticsOf(values);
    if (this.#count === 0) return held;
    return { ...held, count: this.#count, mean: this.#sum / this.#count, min: this.#min, max: this.#max };
  }

  save(): SavedTally {
    const empty = this.#count === 0;
    return {
      count: this.#count,
      sum: this.#sum,
      min: empty ? 0 : this.#min,
      max: empty ? 0 : this.#max,
      samples: this.#samples.save(),
    };
  }

  load(saved: SavedTally): void {
    this.#count = saved.count;
    this.#sum = saved.sum;
    this.#min = saved.count === 0 ? Number.POSITIVE_INFINITY : saved.min;
    this.#max = saved.count === 0 ? Number.NEGATIVE_INFINITY : saved.max;
    this.#samples.load(saved.samples);
  }
}
