const scratch = new Float64Array(4096);

/** The median of `values[0..count)`; of the first 4,096 when there are more. NaN when there are none. The values stay as they are. */
export function medianOf(values: ArrayLike<number>, count = values.length): number {
  const held = Math.min(count, scratch.length);
  if (held === 0) return Number.NaN;
  for (let i = 0; i < held; i++) scratch[i] = values[i];
  const sorted = scratch.subarray(0, held).sort();
  const middle = held >> 1;
  return held % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
