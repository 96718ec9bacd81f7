import { describe, expect, it } from 'vitest';
import { Random } from '../../../demo/random.ts';
import { SeasonalSeries } from './seasonal-series.ts';

const MONDAY = Date.UTC(2026, 0, 5) * 1000;
const MINUTE = 60e6;
const HOUR = 3600e6;
const DAY = 24 * HOUR;

/** Busy from 8 to 18 on working days. */
function office(at: number): number {
  const day = Math.floor((at - MONDAY) / DAY) % 7;
  const hour = Math.floor(at / HOUR) % 24;
  return day < 5 && hour >= 8 && hour < 18 ? 5e6 : 2e4;
}

function learned(until: number, noise = 0.1): SeasonalSeries {
  const random = new Random(1);
  const series = new SeasonalSeries();
  for (let at = MONDAY; at < until; at += 5 * MINUTE)
    series.update(at, office(at) * Math.exp(noise * (random.next() * 2 - 1)));
  return series;
}

describe('SeasonalSeries', () => {
  it('expects nothing before the first value, and that value after it', () => {
    const series = new SeasonalSeries();
    expect(series.predict(MONDAY)).toBeUndefined();
    series.update(MONDAY, 1000);
    expect(series.predict(MONDAY + MINUTE)).toMatchObject({ samples: 1, basis: 'last day' });
    expect(series.predict(MONDAY + MINUTE)?.expected).toBeCloseTo(1000, 6);
  });

  it('predicts before it learns: a value has no part in its own limit', () => {
    const series = learned(MONDAY + 2 * HOUR);
    const before = series.predict(MONDAY + 2 * HOUR)!;
    expect(series.level(1e9, before)).toBeGreaterThan(1);
    series.update(MONDAY + 2 * HOUR, 1e9, 0.1);
    expect(series.predict(MONDAY + 2 * HOUR)!.expected).toBeCloseTo(before.expected, -3);
  });

  it('goes by the last day, then the hour of the day, then the hour of the week', () => {
    expect(learned(MONDAY + 10 * HOUR).predict(MONDAY + 10 * HOUR)?.basis).toBe('last day');
    expect(learned(MONDAY + 3 * DAY).predict(MONDAY + 3 * DAY)?.basis).toBe('hour of day');
    expect(learned(MONDAY + 15 * DAY).predict(MONDAY + 15 * DAY)?.basis).toBe('hour of week');
  });

  it('knows after two weeks that Saturday noon is quiet and Monday noon is not', () => {
    const series = learned(MONDAY + 19 * DAY);
    const saturday = series.predict(MONDAY + 19 * DAY + 12 * HOUR)!;
    const monday = series.predict(MONDAY + 21 * DAY + 12 * HOUR)!;
    expect(saturday.expected).toBeGreaterThan(15e3);
    expect(saturday.expected).toBeLessThan(25e3);
    expect(monday.expected).toBeGreaterThan(4.5e6);
    expect(monday.expected).toBeLessThan(5.5e6);
  });

  it('never takes its limit below 3.5 times 5 %', () => {
    const series = new SeasonalSeries();
    for (let i = 0; i < 100; i++) series.update(MONDAY + i * MINUTE, 1000);
    const steady = series.predict(MONDAY + 100 * MINUTE)!;
    expect(steady.limit).toBeCloseTo(0.175, 12);
    expect(steady.upper).toBeCloseTo(1001 * Math.exp(0.175) - 1, 6);
  });

  it('widens its limit to 1.1 x the 99.5 % quantile of its errors', () => {
    const series = new SeasonalSeries();
    // Every fiftieth value is e times the others: an error of 1 in 2 % of all.
    for (let i = 0; i < 1000; i++) series.update(MONDAY + i * MINUTE, i % 50 === 49 ? 1000 * Math.E : 1000);
    const { limit } = series.predict(MONDAY + 1000 * MINUTE)!;
    expect(limit).toBeGreaterThanOrEqual(1.1 * 0.999);
    expect(limit).toBeLessThan(1.1 * 1.12);
  });

  it('holds a bounded past, whatever the rate', () => {
    const series = new SeasonalSeries({ perHour: 8, hours: 48 });
    for (let at = MONDAY; at < MONDAY + 4 * DAY; at += 10e6) series.update(at, 5);
    const { hours } = series.save();
    expect(hours).toHaveLength(48);
    for (const [, [, , values]] of hours) expect(values.length).toBeLessThanOrEqual(8);
  });

  it('is the same after being saved as JSON and loaded', () => {
    const series = learned(MONDAY + 9 * DAY);
    const copy = new SeasonalSeries();
    copy.load(JSON.parse(JSON.stringify(series.save())));
    const at = MONDAY + 9 * DAY + 9 * HOUR;
    const [a, b] = [series.predict(at)!, copy.predict(at)!];
    expect(b.basis).toBe(a.basis);
    expect(b.samples).toBe(a.samples);
    for (const key of ['expected', 'limit', 'upper', 'lower'] as const) expect(b[key] / a[key]).toBeCloseTo(1, 3);
  });

  it('takes times far apart and values that are none', () => {
    const series = new SeasonalSeries();
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY, -5]) series.update(MONDAY, x);
    series.update(Number.NaN, 5);
    series.update(0, 5);
    series.update(8e15, 7);
    expect(series.predict(8e15)?.expected).toBeCloseTo(7, 9);
  });
});
