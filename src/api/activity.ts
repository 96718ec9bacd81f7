import type { TimeRange } from '../stores/telemetry/store.ts';

/** A sample each, for a day. */
const SAMPLE_MS = 10_000;
const SAMPLES = 8_640;

export interface ActivitySample {
  /** Microseconds since 1970. */
  readonly at: number;
  /** Envelopes received since the start. */
  readonly batches: number;
  /** Seconds since the newest event; null while there is none. */
  readonly lag: number | null;
}

/**
 * What the store does not keep, because it is about this process: batches received and how far behind the newest event
 * is. Sampled for a day, so that the overview can show how it went.
 */
export class Activity {
  readonly #read: () => Promise<Omit<ActivitySample, 'at'>>;
  readonly #samples: ActivitySample[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(read: () => Promise<Omit<ActivitySample, 'at'>>) {
    this.#read = read;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.sample(), SAMPLE_MS).unref();
    void this.sample();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Takes a sample; one that cannot be read (the store is busy or stopping) is left out. */
  async sample(now = Date.now()): Promise<void> {
    const read = await this.#read().catch(() => undefined);
    if (!read) return;
    this.#samples.push({ at: now * 1000, ...read });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** Batches within the range, as far as samples reach; null when none of them lies in it. */
  batches(range: TimeRange): number | null {
    const before = this.#samples.findLast((sample) => sample.at < range.from) ?? this.#samples[0];
    const last = this.#samples.findLast((sample) => sample.at <= range.to);
    return before && last && last.at >= range.from
      ? last.batches - (before.at < range.from ? before.batches : 0)
      : null;
  }

  /** One figure a bucket: batches in it, and the longest lag; 0 where there was no sample. */
  sparks(range: TimeRange, bucket: number): { batches: number[]; lag: number[] } {
    const first = Math.floor(range.from / bucket);
    const size = Math.ceil(range.to / bucket) - first;
    const batches = new Array<number>(size).fill(0);
    const lag = new Array<number>(size).fill(0);
    let previous = 0;
    for (const sample of this.#samples) {
      const index = Math.floor(sample.at / bucket) - first;
      if (index >= 0 && index < size) {
        batches[index] += sample.batches - previous;
        lag[index] = Math.max(lag[index], sample.lag ?? 0);
      }
      previous = sample.batches;
    }
    return { batches, lag };
  }
}

/** Seconds since the newest event (microseconds since 1970); null while there is none. */
export function lagOf(newest: number | null): number | null {
  return newest === null ? null : Math.max(0, Math.round(Date.now() / 1000 - newest / 1e6));
}
