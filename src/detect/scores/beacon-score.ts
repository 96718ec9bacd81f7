import { binEdges, describeBars, evennessScore, histogram, twoHeightsScore } from './beacon-histogram.ts';
import { bowleySkewness, medianDeviation, medianOfSorted, quantileOfSorted, sorted } from './order-statistics.ts';
import { thousandths } from './thousandths.ts';

/**
 * The sub-scores of a beacon: timing, sizes, duration and histogram, each 0 to 1, as RITA publishes them, plus a
 * gate of our own against random timing. Wrong or too little input gives null, never an exception.
 */

/** How tightly values lie around their median, and how evenly to both sides. */
export interface Regularity {
  readonly skew: number;
  /** Median absolute deviation, in the unit of the values. */
  readonly mad: number;
  /** `1 - mad / median`, at least 0: 1 for a clock, 0.31 for random (Poisson) timing. */
  readonly tightness: number;
  /** Distance of the 10 % and the 90 % quantile over the median: 0 for a clock, 3.2 for random (Poisson) timing. */
  readonly reach: number;
  /** Mean of symmetry and tightness, rounded to thousandths. */
  readonly score: number;
}

/** @param fallback what tightness is when the median is not above zero, so that nothing can be divided by it. */
export function regularity(values: ArrayLike<number>, fallback: number): Regularity | null {
  if (values.length === 0) return null;
  const ordered = sorted(values);
  const median = medianOfSorted(ordered);
  const mad = medianDeviation(ordered, median);
  const skew = asymmetry(ordered, median);
  const tightness = median > 0 ? Math.max(0, (median - mad) / median) : fallback;
  const distance = quantileOfSorted(ordered, 0.9) - quantileOfSorted(ordered, 0.1);
  const reach = median > 0 ? distance / median : 0;
  return { skew, mad, tightness, reach, score: thousandths((1 - Math.abs(skew) + tightness) / 2) };
}

/** Quartiles closer together than this share of the median are jitter of the network or rounding, to no side. */
const NO_SPREAD = 0.02;

function asymmetry(ordered: Float64Array, median: number): number {
  const low = quantileOfSorted(ordered, 0.25);
  const high = quantileOfSorted(ordered, 0.75);
  return high - low < NO_SPREAD * median ? 0 : bowleySkewness(ordered);
}

/** The times between connections that do not begin at the same moment. Times are in order, in any unit. */
export function intervals(times: ArrayLike<number>): Float64Array {
  const all = new Float64Array(Math.max(0, times.length - 1));
  let count = 0;
  for (let i = 1; i < times.length; i++) {
    const interval = times[i] - times[i - 1];
    if (interval > 0) all[count++] = interval;
  }
  return all.subarray(0, count);
}

/** Needs 4 times and 3 intervals between them. */
export function timingScore(times: ArrayLike<number>): Regularity | null {
  if (times.length < 4) return null;
  const between = intervals(times);
  return between.length < 3 ? null : regularity(between, 1);
}

/** Bytes sent by the client, one figure a connection; needs 3. Connections without any payload score half. */
export function sizeScore(sizes: ArrayLike<number>): Regularity | null {
  return sizes.length < 3 ? null : regularity(sizes, 0);
}

/** What is there to compare a beacon's life with. All times in one unit. */
export interface DurationInput {
  /** First and last moment of all traffic in view. */
  readonly viewStart: number;
  readonly viewEnd: number;
  /** First and last connection of the pair. */
  readonly first: number;
  readonly last: number;
  /** Bars of the histogram that are not empty, and how many of them in a row at most. */
  readonly filled: number;
  readonly longestRun: number;
  /** Fewer bars than this score 0 (6). */
  readonly minimumBars: number;
  /** As many bars in a row as are as good as can be (12). */
  readonly idealBars: number;
}

export interface DurationScore {
  /** Share of the view in which the pair talks, rounded up to thousandths. */
  readonly coverage: number;
  /** Longest run of bars against the ideal, rounded up to thousandths, at most 1. */
  readonly consistency: number;
  /** The better of the two. */
  readonly score: number;
}

export function durationScore(input: DurationInput): DurationScore | null {
  const { viewStart, viewEnd, first, last, filled, longestRun, minimumBars, idealBars } = input;
  if (viewEnd <= viewStart || last < first || !(minimumBars >= 1) || !(idealBars >= 1)) return null;
  if (filled < minimumBars) return { coverage: 0, consistency: 0, score: 0 };
  const coverage = Math.min(1, nextThousandth((last - first) / (viewEnd - viewStart)));
  const consistency = Math.min(1, nextThousandth(longestRun / idealBars));
  return { coverage, consistency, score: Math.max(coverage, consistency) };
}

/** How the histogram of a pair is judged. */
export interface HistogramOptions {
  readonly bins: number;
  readonly sensitivity: number;
  readonly outliers: number;
  readonly minimumBars: number;
}

/** Bars within 5 % are equal, one bar may differ, two rhythms are looked for from 11 bars on. */
export const HISTOGRAM: HistogramOptions = { bins: 24, sensitivity: 0.05, outliers: 1, minimumBars: 11 };

export interface HistogramScore {
  readonly filled: number;
  readonly longestRun: number;
  readonly score: number;
}

/** Scores bars that were counted as the connections came. */
export function barsScore(bars: readonly number[], options: HistogramOptions = HISTOGRAM): HistogramScore | null {
  const described = describeBars(bars, options.sensitivity);
  const even = evennessScore(bars);
  if (described === null || even === null) return null;
  const two = twoHeightsScore(described.heights, described.filled, options.outliers, options.minimumBars);
  const score = Math.max(even, two ?? 0);
  return { filled: described.filled, longestRun: described.longestRun, score };
}

/** Scores the times of a pair against all traffic in view. */
export function histogramScore(
  viewStart: number,
  viewEnd: number,
  times: ArrayLike<number>,
  options: HistogramOptions = HISTOGRAM,
): HistogramScore | null {
  const edges = binEdges(viewStart, viewEnd, options.bins);
  const bars = edges === null ? null : histogram(edges, times);
  return bars === null ? null : barsScore(bars, options);
}

export interface BeaconWeights {
  readonly timing: number;
  readonly size: number;
  readonly duration: number;
  readonly histogram: number;
}

export const EQUAL_WEIGHTS: BeaconWeights = { timing: 0.25, size: 0.25, duration: 0.25, histogram: 0.25 };

/** The weighted mean. Null when a score or a weight is outside 0 to 1 or the weights do not add up to 1. */
export function beaconScore(
  scores: Readonly<Record<keyof BeaconWeights, number>>,
  weights: BeaconWeights = EQUAL_WEIGHTS,
): number | null {
  let sum = 0;
  let total = 0;
  for (const key of ['timing', 'size', 'duration', 'histogram'] as const) {
    if (!(scores[key] >= 0 && scores[key] <= 1 && weights[key] >= 0 && weights[key] <= 1)) return null;
    sum += scores[key] * weights[key];
    total += weights[key];
  }
  return Math.abs(total - 1) > 1e-9 ? null : thousandths(sum);
}

/** What random timing is held down to, whatever its sizes and its histogram are like. */
export const RANDOM_CAP = 0.69;
/** With fewer intervals no timing is regular. */
export const FEWEST_INTERVALS = 10;

/**
 * The tightness that intervals must have to be more than chance. Random (Poisson) timing has 0.31 and log-normal
 * timing 0.40 on average, but a few intervals of it often look tight, the more so as a pair is looked at again and
 * again while it grows: the demand is therefore higher the fewer there are. From 225 intervals on it is 0.5, which a
 * beacon with 90 % jitter (0.59) still meets.
 */
export function tightnessNeeded(count: number): number {
  if (count < FEWEST_INTERVALS) return Number.POSITIVE_INFINITY;
  return Math.min(0.95, Math.max(0.5, 0.35 + 2.25 / Math.sqrt(count)));
}

/**
 * The reach that intervals may have. A beacon's jitter has bounds (90 % of it: 1.45), random timing has a long tail
 * (Poisson 3.2, log-normal 3.3). With both demands about one in 2,500 random pairs passes at any time of its life,
 * with the first alone one in 100 log-normal ones did.
 */
export function reachAllowed(count: number): number {
  return 1.875 - 2.5 / Math.sqrt(count);
}

/** The score, held down to {@link RANDOM_CAP} unless the `count` intervals are more regular than chance. */
export function gateRandom(score: number, timing: Regularity, count: number): number {
  const regular = timing.tightness >= tightnessNeeded(count) && timing.reach <= reachAllowed(count);
  return regular ? score : Math.min(score, RANDOM_CAP);
}

/** RITA rounds shares of time up, and everything else to the nearest: 0.2501 of the view counts as 0.251. */
function nextThousandth(value: number): number {
  return Math.ceil(value * 1000) / 1000;
}
