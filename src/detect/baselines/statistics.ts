import type { Statistics } from '../../model/window.ts';

/** Makes the median absolute deviation of a normal distribution its standard deviation. */
export const MAD_SCALE = 1.4826;

/** Values in ascending order, each with its weight, and the sum of all weights. */
export interface Sorted {
  readonly values: Float64Array;
  readonly weights: Float64Array;
  readonly total: number;
}

/** Sorts values with their weights; all weigh the same when no weights are given. Values that are not numbers are left out. */
export function sortWeighted(values: ArrayLike<number>, weights?: ArrayLike<number>): Sorted {
  const order: number[] = [];
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]) && weightAt(weights, i) > 0) order.push(i);
  order.sort((a, b) => values[a] - values[b]);
  const sorted = { values: new Float64Array(order.length), weights: new Float64Array(order.length), total: 0 };
  for (const [place, i] of order.entries()) {
    sorted.values[place] = values[i];
    sorted.weights[place] = weightAt(weights, i);
    sorted.total += sorted.weights[place];
  }
  return sorted;
}

function weightAt(weights: ArrayLike<number> | undefined, i: number): number {
  return weights === undefined ? 1 : weights[i];
}

/**
 * The quantile `q` (0 to 1), linear between values: value k stands at (sum of the weights before it) / (sum of all the
 * others), which with equal weights is (k - 1) / (n - 1), type 7 of Hyndman and Fan (1996). NaN when there are no values.
 */
export function quantile({ values, weights, total }: Sorted, q: number): number {
  const last = values.length - 1;
  if (last <= 0) return last === 0 ? values[0] : Number.NaN;
  let before = 0;
  let place = 0;
  for (let k = 0; k <= last; k++) {
    const here = before / (total - weights[k]);
    if (here >= q || k === last) {
      if (k === 0 || here === q) return values[k];
      const part = Math.min(1, (q - place) / (here - place));
      return values[k - 1] + part * (values[k] - values[k - 1]);
    }
    place = here;
    before += weights[k];
  }
  return values[last];
}

/** The median distance from `centre`, times 1.4826. NaN when there are no values. */
export function scaledMad({ values, weights }: Sorted, centre: number): number {
  return (
    MAD_SCALE *
    quantile(
      sortWeighted(
        values.map((value) => Math.abs(value - centre)),
        weights,
      ),
      0.5,
    )
  );
}

/** The statistics of values, which may have weights. All are 0 when there are no values. */
export function statisticsOf(values: ArrayLike<number>, weights?: ArrayLike<number>): Statistics {
  const sorted = sortWeighted(values, weights);
  const count = sorted.values.length;
  if (count === 0) return { count, mean: 0, median: 0, min: 0, max: 0, p95: 0, p99: 0, mad: 0 };
  let sum = 0;
  for (let i = 0; i < count; i++) sum += sorted.values[i] * sorted.weights[i];
  const median = quantile(sorted, 0.5);
  return {
    count,
    mean: sum / sorted.total,
    median,
    min: sorted.values[0],
    max: sorted.values[count - 1],
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    mad: scaledMad(sorted, median),
  };
}
