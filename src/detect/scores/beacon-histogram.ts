import { thousandths } from './thousandths.ts';

/** How often something happened in each of equally long spans. */
export interface BeaconHistogram {
  readonly bars: readonly number[];
  /** Bars that are not empty. */
  readonly filled: number;
  /** The most bars in a row that are not empty; the last and the first are neighbours, as midnight is in a day. */
  readonly longestRun: number;
  /** How many bars are about equally high, by height: heights are rounded down to a share of the highest one. */
  readonly heights: ReadonlyMap<number, number>;
}

/**
 * The edges of equally wide bins, one more than there are bins.
 *
 * @returns null when there is no bin or no time between start and end.
 */
export function binEdges(start: number, end: number, bins: number): number[] | null {
  if (bins < 1 || end <= start) return null;
  const width = (end - start) / bins;
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? end : start + i * width));
}

/** Counts the times into bins; a time at the last edge belongs to the last bin. Times need no order. */
export function histogram(edges: readonly number[], times: ArrayLike<number>): number[] | null {
  if (edges.length < 2 || times.length === 0) return null;
  const bars = new Array<number>(edges.length - 1).fill(0);
  for (let i = 0; i < times.length; i++) {
    const bin = binOf(edges, times[i]);
    if (bin >= 0) bars[bin]++;
  }
  return bars;
}

function binOf(edges: readonly number[], time: number): number {
  const last = edges.length - 1;
  if (time < edges[0] || time > edges[last]) return -1;
  let low = 0;
  let high = last - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle] <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Describes bars by what a beacon is known by.
 *
 * @param sensitivity share of the highest bar within which two bars count as equally high.
 * @returns null when there are no bars.
 */
export function describeBars(bars: readonly number[], sensitivity: number): BeaconHistogram | null {
  if (bars.length === 0) return null;
  const step = Math.max(1, Math.ceil(Math.max(...bars) * sensitivity));
  const heights = new Map<number, number>();
  let filled = 0;
  for (const bar of bars) {
    if (bar === 0) continue;
    filled++;
    const height = Math.floor(bar / step) * step;
    heights.set(height, (heights.get(height) ?? 0) + 1);
  }
  return { bars, filled, longestRun: longestRun(bars), heights };
}

function longestRun(bars: readonly number[]): number {
  let longest = 0;
  let run = 0;
  for (let i = 0; i < 2 * bars.length; i++) {
    run = bars[i % bars.length] > 0 ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return Math.min(longest, bars.length);
}

/** One less the coefficient of variation of all bars, empty ones too; 0 from a coefficient of 1 on, rounded to thousandths. Null when there is nothing to divide. */
export function evennessScore(bars: readonly number[]): number | null {
  const total = bars.reduce((sum, bar) => sum + bar, 0);
  if (bars.length === 0 || total <= 0) return null;
  const mean = total / bars.length;
  const variance = bars.reduce((sum, bar) => sum + (bar - mean) ** 2, 0) / bars.length;
  const coefficient = Math.sqrt(variance) / mean;
  return coefficient >= 1 ? 0 : thousandths(1 - coefficient);
}

/**
 * The share of bars, rounded to thousandths, that have one of the two most frequent heights: a beacon that works in two rhythms, or only in
 * some hours, is even in this sense though its bars differ.
 *
 * @param outliers bars that may differ without counting.
 * @param minimumBars fewer bars score 0; at least 3 are asked for in any case.
 */
export function twoHeightsScore(
  heights: ReadonlyMap<number, number>,
  filled: number,
  outliers: number,
  minimumBars: number,
): number | null {
  if (filled <= 0 || heights.size === 0) return null;
  if (filled < Math.max(3, minimumBars)) return 0;
  let first = 0;
  let second = 0;
  for (const count of heights.values()) {
    if (count > first) {
      second = first;
      first = count;
    } else if (count > second) second = count;
  }
  return Math.min(1, thousandths((first + second) / Math.max(filled - outliers, 1)));
}
