import { medianDeviation, medianOfSorted, sorted } from './order-statistics.ts';

/** Attempts looked at together; of more, the last ones. */
const HELD = 128;
const MINUTE = 60e6;
const QUARTER = 15 * MINUTE;

interface Attempt {
  readonly start: number;
  readonly port: number;
  bytes: number;
}

/** How many attempts there were, and how alike. */
export interface AttemptSummary {
  readonly inMinute: number;
  readonly inQuarter: number;
  /** Bytes that the client sent: median, and median absolute deviation over it. */
  readonly median: number;
  readonly difference: number;
  /** There were more than are held, so that the counts are the least that it was. */
  readonly atLeast: boolean;
}

/** The last connections of one source to one login. Times are microseconds. */
export class Attempts {
  readonly #held: Attempt[] = [];
  /** Attempts ever. */
  total = 0;

  /** A part of a connection: it began at `start` from the client's `port`, which together tell it from others. */
  add(start: number, port: number, bytes: number): void {
    for (let i = this.#held.length - 1; i >= 0; i--) {
      const attempt = this.#held[i];
      if (attempt.start !== start || attempt.port !== port) continue;
      attempt.bytes += bytes;
      return;
    }
    this.total++;
    if (this.#held.length === HELD) this.#held.shift();
    this.#held.push({ start, port, bytes });
  }

  get held(): number {
    return this.#held.length;
  }

  /** The busiest minute and quarter of an hour that ended within the quarter before `now`. */
  summary(now: number): AttemptSummary {
    const recent = this.#held.filter((attempt) => now - attempt.start <= 2 * QUARTER);
    const times = sorted(recent.map((attempt) => attempt.start));
    const bytes = sorted(recent.map((attempt) => attempt.bytes));
    const median = medianOfSorted(bytes);
    return {
      atLeast: this.total > HELD && recent.length === HELD,
      inMinute: busiest(times, MINUTE, now - QUARTER),
      inQuarter: busiest(times, QUARTER, now - QUARTER),
      median,
      difference: median > 0 ? medianDeviation(bytes, median) / median : Number.POSITIVE_INFINITY,
    };
  }

  /** The attempt after the first ten that the client sent much more in than in most: it seems to have been let in. */
  success(median: number): boolean {
    return this.#held.some((attempt, i) => i >= 10 && attempt.bytes >= Math.max(1.5 * median, median + 500));
  }
}

function busiest(times: Float64Array, span: number, since: number): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < times.length; last++) {
    while (times[last] - times[first] > span) first++;
    if (times[last] >= since) most = Math.max(most, last - first + 1);
  }
  return most;
}
