const BARS = '▁▂▃▄▅▆▇█';

/** `series` in `width` characters, from 0 to its largest value; a blank where there is nothing. Each character shows its highest part. */
export function sparkline(series: readonly (number | null)[], width: number): string {
  const columns = Math.min(width, series.length);
  const tops: (number | null)[] = Array.from({ length: columns }, () => null);
  for (const [i, value] of series.entries()) {
    const column = Math.floor((i * columns) / series.length);
    if (value !== null) tops[column] = Math.max(tops[column] ?? 0, value);
  }
  const highest = Math.max(...tops.map((top) => top ?? 0));
  return tops
    .map((top) => (top === null ? ' ' : BARS[highest > 0 ? Math.round((top / highest) * (BARS.length - 1)) : 0]))
    .join('');
}
