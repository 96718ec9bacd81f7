import { AppError } from '../kit/errors.ts';
import { formatTime, parseTime } from '../model/filter/time.ts';
import type { TimeRange } from '../stores/telemetry/store.ts';

const HOUR = 3600e6;

/** `from` and `to` as people write them; the last hour when neither is given. @throws AppError INVALID_PARAMETER */
export function readRange(query: { from?: string; to?: string }, now = Date.now() * 1000): TimeRange {
  const to = readTime('to', query.to ?? 'now', now);
  const from = query.from === undefined ? Math.max(0, to - HOUR) : readTime('from', query.from, now);
  if (from >= to) throw new AppError('INVALID_PARAMETER', 'from: the range ends before it begins.');
  return { from, to };
}

/** A plus sign of a zone that was not escaped in the query arrives as a space. */
function readTime(name: string, text: string, now: number): number {
  const written = text
    .trim()
    .replace(/ (\d\d:?\d\d)$/, (whole, zone: string, at: number) => (at > 'YYYY-MM-DD'.length ? `+${zone}` : whole));
  if (written === 'all') return 0;
  const time = parseTime(written, now);
  if (time !== undefined) return time;
  throw new AppError('INVALID_PARAMETER', `${name}: "${text}" is no time; write ISO 8601, Unix seconds, now, or -6h.`);
}

export function showRange(range: TimeRange): { from: string; to: string } {
  return { from: formatTime(range.from), to: formatTime(range.to) };
}

/** Steps of a time axis in seconds. */
const STEPS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000];

/** The smallest round step, in microseconds, with which the range has at most `points` buckets. */
export function bucketFor(range: TimeRange, points: number): number {
  for (const step of STEPS) if (bucketsIn(range, step * 1e6) <= points) return step * 1e6;
  const longest = STEPS[STEPS.length - 1] * 1e6;
  let step = longest;
  while (bucketsIn(range, step) > points) step += longest;
  return step;
}

/** Buckets begin at multiples of their length, so that a range may touch one more than fit into it. */
function bucketsIn({ from, to }: TimeRange, bucket: number): number {
  return Math.ceil(to / bucket) - Math.floor(from / bucket);
}
