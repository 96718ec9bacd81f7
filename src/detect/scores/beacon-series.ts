import {
  barsScore,
  beaconScore,
  durationScore,
  FEWEST_INTERVALS,
  gateRandom,
  HISTOGRAM,
  type HistogramScore,
  histogramScore,
  intervals,
  sizeScore,
  timingScore,
} from './beacon-score.ts';
import { medianOfSorted, sorted } from './order-statistics.ts';

/** Spans that a pair is scored over, seconds. The short ones show a fresh beacon, the long ones a slow one. */
const SPANS = [3600, 6 * 3600, 86_400, 7 * 86_400];
/** Samples held; when there are more, the oldest quarter goes. */
const MOST = 512;
const FIRST_SIZE = 8;
/** In place of arrays that are not needed yet. */
const EMPTY = new Float64Array(0);
const BINS = HISTOGRAM.bins;
/** One more than is scored: the present one is not full yet. */
const RING = BINS + 1;
/** Less than this between the first and the last connection is one piece of work, not a beacon. */
const SHORTEST = 60;

/** How much a pair is like a beacon, over the span where it is most like one. */
export interface BeaconResult {
  /** 0 to 1, held down for random timing. */
  readonly score: number;
  /** The span, seconds, and the connections in it. */
  readonly span: number;
  readonly connections: number;
  /** Median of the intervals, seconds, and how tight they are (1 is a clock). */
  readonly interval: number;
  readonly tightness: number;
}

/** The state of a series as plain JSON. */
export interface SavedSeries {
  readonly times: readonly number[];
  readonly sizes: readonly number[];
  readonly first: number;
  readonly total: number;
  readonly bins?: readonly number[];
  readonly newest?: readonly number[];
}

/**
 * When one pair connected and what it sent: the last 384 to 512 connections exactly, and for a pair with more of them
 * how many there were in the bins of every span, so that memory is bounded. Times are seconds.
 */
export class BeaconSeries {
  /** With one connection only, as of most pairs, its time is `#last`, and its size is here. */
  #size = 0.5;
  #times = EMPTY;
  #sizes = EMPTY;
  #count = 0;
  #inOrder = true;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #bins: Uint32Array | undefined;
  #newest = EMPTY;
  /** Connections ever. */
  total = 0;

  /** A connection began. Times may come somewhat out of order. */
  add(time: number, size: number): void {
    if (this.#count > 0 && this.#count >= this.#times.length) this.#makeRoom();
    if (time < this.#last) this.#inOrder = false;
    else this.#last = time;
    if (time < this.#first) this.#first = time;
    if (this.#count === 0) this.#size = size;
    else {
      this.#times[this.#count] = time;
      this.#sizes[this.#count] = size;
    }
    this.#count++;
    this.total++;
    if (this.#bins) this.#bin(time);
  }

  /** Connections held. */
  get held(): number {
    return this.#count;
  }

  get last(): number {
    return this.#last;
  }

  /**
   * The best score over all spans that end now; undefined for few connections, whose timing says nothing.
   *
   * @param now end of what was seen, seconds.
   * @param since when all traffic began to be seen: a span does not reach further back.
   */
  score(now: number, since: number): BeaconResult | undefined {
    if (this.#count <= FEWEST_INTERVALS || this.#last - this.#first < SHORTEST) return undefined;
    this.#sort();
    let best: BeaconResult | undefined;
    for (let span = 0; span < SPANS.length; span++) {
      // Where less was seen than the span before, this one would be the same again.
      if (span > 0 && since >= now - SPANS[span - 1]) break;
      const result = this.#scoreSpan(span, now, since);
      if (result && (!best || result.score > best.score)) best = result;
    }
    return best;
  }

  save(): SavedSeries {
    const one = this.#count === 1;
    return {
      times: one ? [this.#last] : Array.from(this.#times.subarray(0, this.#count)),
      sizes: one ? [this.#size] : Array.from(this.#sizes.subarray(0, this.#count)),
      first: this.#first,
      total: this.total,
      ...(this.#bins && { bins: Array.from(this.#bins), newest: Array.from(this.#newest) }),
    };
  }

  static load(saved: SavedSeries): BeaconSeries {
    const series = new BeaconSeries();
    for (let i = 0; i < Math.min(saved.times.length, MOST); i++) series.add(saved.times[i], saved.sizes[i]);
    series.#first = Math.min(saved.first, series.#first);
    series.total = saved.total;
    if (saved.bins?.length === SPANS.length * RING && saved.newest?.length === SPANS.length) {
      series.#bins = Uint32Array.from(saved.bins);
      series.#newest = Float64Array.from(saved.newest);
    }
    return series;
  }

  #scoreSpan(span: number, now: number, since: number): BeaconResult | undefined {
    let start = Math.max(now - SPANS[span], since);
    const from = this.#indexAt(start);
    const whole = from > 0 || this.total === this.#count;
    const binned = !whole && since <= now - SPANS[span];
    // There are more connections than are held, and the bins are too wide for what was seen so far: look at less.
    if (!whole && !binned) start = this.#times[0];
    const times = this.#times.subarray(from, this.#count);
    const timing = timingScore(times);
    const size = sizeScore(this.#sizes.subarray(from, this.#count));
    const bars = binned ? barsScore(this.#bars(span, now)) : histogramScore(start, now, times);
    if (!timing || !size || !bars) return undefined;
    const duration = this.#duration(start, now, times, bars);
    const raw = beaconScore({
      timing: timing.score,
      size: size.score,
      duration,
      histogram: bars.score,
    });
    if (raw === null) return undefined;
    const between = intervals(times);
    return {
      score: gateRandom(raw, timing, between.length),
      span: now - start,
      connections: times.length,
      interval: medianOfSorted(sorted(between)),
      tightness: timing.tightness,
    };
  }

  #duration(start: number, now: number, times: Float64Array, bars: HistogramScore): number {
    const { filled, longestRun } = bars;
    const first = Math.min(Math.max(this.#first, start), times[0]);
    const score = durationScore({
      viewStart: start,
      viewEnd: now,
      first,
      last: this.#last,
      filled,
      longestRun,
      minimumBars: 6,
      idealBars: 12,
    });
    return score?.score ?? 0;
  }

  /** The full bins of a span before now. */
  #bars(span: number, now: number): number[] {
    const present = Math.floor((now / SPANS[span]) * BINS);
    const newest = this.#newest[span];
    return Array.from({ length: BINS }, (_, i) => {
      const bin = present - BINS + i;
      return bin > newest || bin <= newest - RING ? 0 : this.#bins![span * RING + (bin % RING)];
    });
  }

  #bin(time: number): void {
    for (let span = 0; span < SPANS.length; span++) {
      const bin = Math.floor((time / SPANS[span]) * BINS);
      const newest = this.#newest[span];
      if (bin > newest) {
        const cleared = Math.min(bin - newest, RING);
        for (let i = 0; i < cleared; i++) this.#bins![span * RING + ((bin - i) % RING)] = 0;
        this.#newest[span] = bin;
      } else if (bin <= newest - RING) continue;
      this.#bins![span * RING + (bin % RING)]++;
    }
  }

  #makeRoom(): void {
    if (this.#count === 1) {
      this.#times = new Float64Array(FIRST_SIZE);
      this.#sizes = new Float64Array(FIRST_SIZE);
      this.#times[0] = this.#last;
      this.#sizes[0] = this.#size;
      return;
    }
    if (this.#count < MOST) {
      const times = new Float64Array(this.#count * 2);
      const sizes = new Float64Array(this.#count * 2);
      times.set(this.#times);
      sizes.set(this.#sizes);
      this.#times = times;
      this.#sizes = sizes;
      return;
    }
    this.#sort();
    if (!this.#bins) {
      this.#bins = new Uint32Array(SPANS.length * RING);
      this.#newest = new Float64Array(SPANS.length).fill(Number.NEGATIVE_INFINITY);
      for (let i = 0; i < this.#count; i++) this.#bin(this.#times[i]);
    }
    this.#times.copyWithin(0, MOST / 4);
    this.#sizes.copyWithin(0, MOST / 4);
    this.#count -= MOST / 4;
  }

  /** Sizes need no order: they are looked at as a heap, and each is of about the time of its neighbours. */
  #sort(): void {
    if (this.#inOrder) return;
    this.#times.subarray(0, this.#count).sort();
    this.#inOrder = true;
  }

  #indexAt(time: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle] < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
