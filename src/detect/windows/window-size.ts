/** Length of a window of so many seconds (10 when not given), microseconds; at least a millisecond. */
export function windowSize(seconds = 10): number {
  return Math.max(1000, Math.round(seconds * 1e6));
}
