import { describe, expect, it } from 'vitest';
import { Random } from '../../../demo/random.ts';
import { SeasonalSeries } from './seasonal-series.ts';

/**
 * The measure by which the limit of traffic spikes was chosen, on series of our own: 5-minute values of four weeks with
 * days, weeks, noise and bursts. The first 15 % only teach. A spike is hit when one of its values is told; values
 * told outside of spikes are false events, those next to each other as one.
 */
const MONDAY = Date.UTC(2026, 0, 5) * 1000;
const STEP = 300e6;
const HOUR = 12;
const DAY = 24 * HOUR;
const LENGTH = 28 * DAY;
const LEARNING = Math.floor(0.15 * LENGTH);
const SPIKE = 6;

interface Series {
  readonly values: Float64Array;
  /** First values of the spikes. */
  readonly spikes: readonly number[];
}

function seeded(seed: number): Series {
  const random = new Random(seed);
  const values = new Float64Array(LENGTH);
  for (let i = 0; i < LENGTH; i++) {
    const day = Math.floor(i / DAY) % 7;
    const daily = 1 + 0.8 * Math.sin((2 * Math.PI * (i % DAY)) / DAY - 2);
    values[i] =
      random.size(4e6 * daily * (day < 5 ? 1 : 0.3), 0.15) + (random.next() < 0.004 ? random.size(4e6, 0.4) : 0);
  }
  const spikes: number[] = [];
  for (let k = 0; k < 4; k++) {
    // At night and at noon alike: a spike is five times what would have been there.
    const at = LEARNING + Math.floor(((k + random.next()) * (LENGTH - LEARNING - DAY)) / 4);
    spikes.push(at);
    for (let i = at; i < at + SPIKE; i++) values[i] *= 5;
  }
  return { values, spikes };
}

/** Whether each value in turn is told. */
type Method = (series: Series) => (i: number) => boolean;

interface Measured {
  hits: number;
  falseEvents: number;
}

function measure({ values, spikes }: Series, told: (i: number) => boolean): Measured {
  const hit = new Set<number>();
  let falseEvents = 0;
  let lastFalse = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const alert = told(i);
    if (!alert || i < LEARNING) continue;
    const spike = spikes.find((start) => i >= start && i < start + SPIKE);
    if (spike !== undefined) hit.add(spike);
    else {
      if (i > lastFalse + 1) falseEvents++;
      lastFalse = i;
    }
  }
  return { hits: hit.size, falseEvents };
}

/** What naive tools do: mean and standard deviation of the day before. */
function naive(spreads: number): Method {
  return ({ values }) =>
    (i) => {
      const past = values.subarray(Math.max(0, i - DAY), i);
      if (past.length < 12) return false;
      let sum = 0;
      let squares = 0;
      for (const x of past) {
        sum += x;
        squares += x * x;
      }
      const mean = sum / past.length;
      return values[i] > mean + spreads * Math.sqrt(Math.max(0, squares / past.length - mean * mean));
    };
}

/** Median and median deviation of the logarithm over the day before, made anew every hour. */
function robust(spreads: number): Method {
  return ({ values }) => {
    let limit = Number.POSITIVE_INFINITY;
    return (i) => {
      if (i % HOUR === 0 && i >= HOUR) {
        const past = values.subarray(Math.max(0, i - DAY), i).map((x) => Math.log1p(x));
        const middle = medianOf(past);
        limit = middle + spreads * 1.4826 * medianOf(past.map((x) => Math.abs(x - middle)));
      }
      return Math.log1p(values[i]) > limit;
    };
  };
}

function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Only when it is told twice in a row. */
function twice(method: Method): Method {
  return (series) => {
    const told = method(series);
    let before = false;
    return (i) => {
      const now = told(i);
      const both = now && before;
      before = now;
      return both;
    };
  };
}

function seasonal({ values }: Series): (i: number) => boolean {
  const series = new SeasonalSeries();
  return (i) => {
    const at = MONDAY + i * STEP;
    const expectation = series.predict(at);
    const level = expectation ? series.level(values[i], expectation) : 0;
    series.update(at, values[i], Math.abs(level) > 1 ? 0.1 : 1);
    return level > 1;
  };
}

/** Series without anything remarkable: flat ones, days, days that are only on and off; with little noise or none. */
function cleanSeries(): Series[] {
  const random = new Random(5);
  const day = (i: number) => Math.sin((2 * Math.PI * i) / DAY);
  const on = (i: number) => (i % DAY) / DAY < 0.3;
  const shapes: ((i: number) => number)[] = [
    () => 1e6,
    () => 1e6 * (1 + 0.1 * random.next()),
    (i) => 1e6 * (2 + day(i)),
    (i) => 1e6 * (2 + day(i) + 0.1 * random.next()),
    (i) => (on(i) ? 8e6 : 2e6),
  ];
  return shapes.map((shape) => ({ values: Float64Array.from({ length: LENGTH }, (_, i) => shape(i)), spikes: [] }));
}

function measureAll(all: readonly Series[], by: Method): Measured {
  return all
    .map((series) => measure(series, by(series)))
    .reduce((a, b) => ({ hits: a.hits + b.hits, falseEvents: a.falseEvents + b.falseEvents }));
}

describe('the limit of spikes', () => {
  const all = [1, 2, 3, 4, 5, 6].map(seeded);

  // Measured on 21 series of others with 29 spikes: 19 hit and 24 false events, against 19 and 265 of mean + 3 standard
  // deviations, 17 and 161 of mean + 5; 12 and 4 when it has to be told twice in a row.
  it('hits no fewer than mean and standard deviation, with far fewer false events', () => {
    const [three, five, ours, again] = [naive(3), naive(5), seasonal, twice(seasonal)].map((by) => measureAll(all, by));
    // Of 24: 16 with 40 false events, against 14 with 347, and 12 with 29.
    expect(ours.hits).toBeGreaterThanOrEqual(16);
    expect(ours.falseEvents).toBeLessThanOrEqual(40);
    expect(ours.hits).toBeGreaterThanOrEqual(three.hits);
    expect(ours.falseEvents * 8).toBeLessThan(three.falseEvents);
    expect(ours.hits).toBeGreaterThanOrEqual(five.hits + 4);
    // A third of the hits is what it costs to be nearly without false events.
    expect(again.hits).toBeGreaterThanOrEqual(ours.hits / 2);
    expect(again.falseEvents * 6).toBeLessThanOrEqual(ours.falseEvents);
  });

  it('is silent on clean series, as is the mean, and other than the median', () => {
    const falseEvents = (by: Method) => measureAll(cleanSeries(), by).falseEvents;
    expect([falseEvents(naive(3)), falseEvents(seasonal)]).toEqual([0, 0]);
    // Each time it goes on: 36 on the series of others.
    expect(falseEvents(robust(3.5))).toBeGreaterThanOrEqual(20);
  });
});
