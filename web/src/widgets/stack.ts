import type { Timeseries } from '../api/types.ts';
import { toMs } from '../format/time.ts';
import { seriesColors } from './palette.ts';

export interface StackSeries {
  readonly name: string;
  /** Index of the series colour; null is "Other". */
  readonly color: number | null;
  /** One value a bucket; null where there is no data, which is not zero. */
  readonly values: readonly (number | null)[];
  readonly total: number;
}

/** Series on one common row of buckets. */
export interface Stack {
  /** Beginnings of the buckets, milliseconds. */
  readonly times: readonly number[];
  readonly bucketMs: number;
  readonly series: readonly StackSeries[];
}

const MOST_BUCKETS = 2000;

/**
 * Spreads the points of an answer over all buckets of its range, as values a minute where `perMinute` is set. Absent
 * buckets become null. Other comes last.
 */
export function stackOf(answer: Timeseries, perMinute: boolean): Stack {
  const bucketMs = answer.bucket_seconds * 1000;
  const scale = perMinute ? 60 / answer.bucket_seconds : 1;
  const known = answer.series.flatMap((series) => series.points.map((point) => toMs(point[0])));
  const starts = known.length === 0 ? [] : [Math.min(...known), Math.max(...known)];
  // The buckets that the server used are the grid; the range may begin in the middle of one.
  const origin = starts[0] ?? toMs(answer.range.from);
  const from = Math.max(toMs(answer.range.from), 0);
  const first = origin - Math.max(0, Math.ceil((origin - from) / bucketMs)) * bucketMs;
  const end = Math.max(toMs(answer.range.to), (starts[1] ?? 0) + 1);
  let count = Math.max(0, Math.ceil((end - first) / bucketMs));
  let begin = first;
  if (count > MOST_BUCKETS && starts.length === 2) {
    begin = starts[0];
    count = Math.min(MOST_BUCKETS, Math.round((starts[1] - starts[0]) / bucketMs) + 1);
  }
  const times = Array.from({ length: Math.min(count, MOST_BUCKETS) }, (_, i) => begin + i * bucketMs);
  const colors = seriesColors(answer.series.filter((series) => !series.other).map((series) => series.key));
  const series = answer.series.map((one): StackSeries => {
    const values: (number | null)[] = new Array(times.length).fill(null);
    let total = 0;
    for (const [time, value] of one.points) {
      const at = Math.round((toMs(time) - begin) / bucketMs);
      total += value;
      if (at >= 0 && at < values.length) values[at] = value * scale;
    }
    return {
      name: one.other ? 'Other' : one.key || 'none',
      color: one.other ? null : (colors.get(one.key) ?? 0),
      values,
      total,
    };
  });
  series.sort((a, b) => Number(a.color === null) - Number(b.color === null));
  return { times, bucketMs, series };
}
