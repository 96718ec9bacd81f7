import type { Basis, Expectation } from './expectation.ts';
import { ResidualHistory, type SavedResiduals } from './residual-history.ts';
import { MAD_SCALE, quantile, scaledMad, sortWeighted } from './statistics.ts';
import { type SavedSamples, ThinnedSamples } from './thinned-samples.ts';

const HOUR = 3600e6;
const DAY_HOURS = 24;
const WEEK_HOURS = 168;
/** Values of the same hour in the past that make it a season of its own. */
const SEASON_SAMPLES = 24;
/** Modified z of Iglewicz and Hoaglin (1993). */
const SPREADS = 3.5;
const QUANTILE = 0.995;
const QUANTILE_MARGIN = 1.1;
/** A spread of less than 5 % is not believed. */
const SMALLEST_SPREAD = 0.05;
/** Before there are so many values, what is expected means too little for its error to be remembered. */
const FIRST_RESIDUAL = 8;

export interface SeriesOptions {
  /** The size of the metric at which the scale turns from linear to logarithmic: 1 when not given. */
  readonly unit?: number;
  /** Values held of each hour: 48 when not given. */
  readonly perHour?: number;
  /** Hours held: 672, four weeks, when not given. */
  readonly hours?: number;
}

/** A series as plain JSON. */
export interface SavedSeries {
  readonly hours: readonly (readonly [hour: number, samples: SavedSamples])[];
  readonly residuals: SavedResiduals;
}

interface Reference {
  readonly median: number;
  readonly spread: number;
  readonly samples: number;
  readonly basis: Basis;
}

/**
 * What is usual for one metric of one entity. Values are learned as y = ln(1 + x / unit). What is expected at a time is
 * the median of the same hour of the week in the past where it has 24 values, else of the same hour of the day, else of the last 24 hours; the limit is
 * max(3.5 s, 1.1 x the 99.5 % quantile of the errors of the last week), with s the largest of 1.4826 MAD, 1.4826 x the
 * median error of the last two days, and 0.05. Predict first, then update. Hours are those of UTC.
 */
export class SeasonalSeries {
  readonly #unit: number;
  readonly #perHour: number;
  readonly #keep: number;
  readonly #hours = new Map<number, ThinnedSamples>();
  readonly #residuals = new ResidualHistory();
  #newest = Number.NEGATIVE_INFINITY;
  #cached: Reference | undefined;
  #cachedHour = Number.NaN;
  /** Values learned since the reference was computed, and how many make it too old. */
  #added = 0;
  #tooOld = 0;

  constructor(options: SeriesOptions = {}) {
    this.#unit = options.unit ?? 1;
    this.#perHour = options.perHour ?? 48;
    this.#keep = options.hours ?? 4 * WEEK_HOURS;
  }

  /** What is expected at `at` (microseconds); undefined before the first value. */
  predict(at: number): Expectation | undefined {
    const reference = this.#reference(at);
    if (!reference) return undefined;
    const { median, samples, basis } = reference;
    const recent = MAD_SCALE * this.#residuals.quantile(at, 2, 0.5);
    const spread = Math.max(reference.spread, recent, SMALLEST_SPREAD);
    const limit = Math.max(SPREADS * spread, QUANTILE_MARGIN * this.#residuals.quantile(at, 7, QUANTILE));
    return {
      expected: this.#value(median),
      limit,
      spread,
      upper: this.#value(median + limit),
      lower: Math.max(0, this.#value(median - limit)),
      samples,
      basis,
    };
  }

  /** How far `x` is from what was expected, over the limit, with its sign: from 1 on it is unusually much. */
  level(x: number, expectation: Expectation): number {
    return (this.#scaled(x) - this.#scaled(expectation.expected)) / expectation.limit;
  }

  /** Learns the value `x` (not negative) of the window that ends at `at`. What was suspicious weighs less than 1. */
  update(at: number, x: number, weight = 1): void {
    if (!Number.isFinite(x) || !Number.isFinite(at) || !(weight > 0)) return;
    const y = this.#scaled(Math.max(0, x));
    const reference = this.#reference(at);
    if (reference && reference.samples >= FIRST_RESIDUAL) {
      const residual = Math.abs(y - reference.median);
      // What was suspicious may widen the limit by a tenth at most: one spike must not hide the next.
      this.#residuals.add(at, weight < 1 ? Math.min(residual, this.predict(at)!.limit) : residual, weight);
    }
    const hour = Math.floor(at / HOUR);
    let samples = this.#hours.get(hour);
    if (!samples) {
      samples = new ThinnedSamples(this.#perHour);
      this.#hours.set(hour, samples);
      this.#newest = Math.max(this.#newest, hour);
      for (const held of this.#hours.keys()) if (held <= this.#newest - this.#keep) this.#hours.delete(held);
    }
    samples.add(y, weight);
    this.#added++;
  }

  save(): SavedSeries {
    return {
      hours: Array.from(this.#hours, ([hour, samples]) => [hour, samples.save()] as const),
      residuals: this.#residuals.save(),
    };
  }

  load(saved: SavedSeries): void {
    this.#hours.clear();
    this.#newest = Number.NEGATIVE_INFINITY;
    for (const [hour, samples] of saved.hours.slice(-this.#keep)) {
      const held = new ThinnedSamples(this.#perHour);
      held.load(samples);
      this.#hours.set(hour, held);
      this.#newest = Math.max(this.#newest, hour);
    }
    this.#residuals.load(saved.residuals);
    this.#cached = undefined;
  }

  /** Past hours do not change, so a season holds for its hour; the last day is computed again when it has grown by 1/16. */
  #reference(at: number): Reference | undefined {
    const hour = Math.floor(at / HOUR);
    const fresh = hour === this.#cachedHour && (this.#cached?.basis !== 'last day' || this.#added < this.#tooOld);
    if (this.#cached && fresh) return this.#cached;
    this.#cached = this.#compute(hour);
    this.#cachedHour = hour;
    this.#added = 0;
    this.#tooOld = Math.max(1, (this.#cached?.samples ?? 0) >> 4);
    return this.#cached;
  }

  #compute(hour: number): Reference | undefined {
    return (
      this.#season(hour - WEEK_HOURS, WEEK_HOURS, SEASON_SAMPLES, 'hour of week') ??
      this.#season(hour - DAY_HOURS, DAY_HOURS, SEASON_SAMPLES, 'hour of day') ??
      this.#season(hour, 1, 1, 'last day')
    );
  }

  /** The reference of the hours `from`, `from - step` and so on. */
  #season(from: number, step: number, atLeast: number, basis: Basis): Reference | undefined {
    const oldest = from - (basis === 'last day' ? DAY_HOURS : this.#keep);
    const values: number[] = [];
    const weights: number[] = [];
    let samples = 0;
    for (let hour = from; hour > oldest; hour -= step) samples += this.#hours.get(hour)?.appendTo(values, weights) ?? 0;
    if (samples < atLeast) return undefined;
    const sorted = sortWeighted(values, weights);
    const median = quantile(sorted, 0.5);
    return { median, spread: scaledMad(sorted, median), samples, basis };
  }

  #scaled(x: number): number {
    return Math.log1p(x / this.#unit);
  }

  #value(y: number): number {
    return Math.expm1(y) * this.#unit;
  }
}
