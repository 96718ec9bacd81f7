/**
 * The median of numbers that are already sorted.
 *
 * @returns NaN for an empty list.
 */
export function medianOfSorted(sorted: ArrayLike<number>, start = 0, end = sorted.length): number {
  const count = end - start;
  if (count === 0) return Number.NaN;
  const middle = start + (count >> 1);
  return count % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The numbers, sorted, as a copy. */
export function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** Median absolute deviation from the median, in the unit of the values (not times 1.4826). */
export function medianDeviation(values: ArrayLike<number>, median: number): number {
  const deviations = Float64Array.from(values, (value) => Math.abs(value - median)).sort();
  return medianOfSorted(deviations);
}

/**
 * Bowley's skewness of sorted numbers, from -1 to 1: how far the median is from the middle of the quartiles.
 * The quartiles are the medians of the two halves, without the middle value when the count is odd. Zero where it
 * says nothing, which is when the median is one of the quartiles.
 */
export function bowleySkewness(ordered: ArrayLike<number>): number {
  const count = ordered.length;
  const half = count >> 1;
  if (half === 0) return 0;
  const low = medianOfSorted(ordered, 0, half);
  const middle = medianOfSorted(ordered);
  const high = medianOfSorted(ordered, count - half, count);
  if (middle === low || middle === high) return 0;
  return (low + high - 2 * middle) / (high - low);
}

/**
 * The quantile of sorted numbers with linear interpolation between neighbours.
 *
 * @returns NaN for an empty list.
 */
export function quantileOfSorted(ordered: ArrayLike<number>, quantile: number): number {
  if (ordered.length === 0) return Number.NaN;
  const place = quantile * (ordered.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ordered.length - 1);
  return ordered[below] + (ordered[above] - ordered[below]) * (place - below);
}
