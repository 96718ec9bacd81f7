import { describe, expect, it } from 'vitest';
import { LogHistogram } from './log-histogram.ts';

describe('LogHistogram', () => {
  it('is exact for a few samples', () => {
    const histogram = new LogHistogram();
    for (const value of [3, 1, 2, Number.NaN, -1]) histogram.add(value);
    expect(histogram.spread()).toEqual({ samples: 3, median: 2, p95: 3, max: 3 });
    expect(new LogHistogram().spread()).toEqual({ samples: 0, median: null, p95: null, max: null });
  });

  it('is within 1 % for many, from microseconds to hours', () => {
    const histogram = new LogHistogram();
    for (let i = 1; i <= 100_000; i++) histogram.add(i / 10);
    const { median, p95, max } = histogram.spread();
    expect(Math.abs(median! / 5000 - 1)).toBeLessThan(0.01);
    expect(Math.abs(p95! / 9500 - 1)).toBeLessThan(0.01);
    expect(max).toBe(10_000);
    const wide = new LogHistogram();
    for (let i = 0; i < 100; i++) wide.add(i < 60 ? 0 : 1e12);
    expect(wide.spread()).toMatchObject({ median: 0.001, max: 1e12 });
  });
});
