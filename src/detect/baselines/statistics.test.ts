import { describe, expect, it } from 'vitest';
import { quantile, scaledMad, sortWeighted, statisticsOf } from './statistics.ts';

describe('statistics', () => {
  it('agree with values worked out by hand', () => {
    // Sorted 1 2 3 4 10: deviations from 3 are 0 1 1 2 7, their median 1; p95 stands at 3.8, p99 at 3.96.
    expect(statisticsOf([10, 2, 1, 4, 3])).toEqual({
      count: 5,
      mean: 4,
      median: 3,
      min: 1,
      max: 10,
      p95: expect.closeTo(4 + 0.8 * 6, 12),
      p99: expect.closeTo(4 + 0.96 * 6, 12),
      mad: expect.closeTo(1.4826, 12),
    });
  });

  it('take the middle of two for an even count', () => {
    expect(statisticsOf([4, 1, 3, 2]).median).toBe(2.5);
  });

  it('of one value are that value, of none are 0', () => {
    expect(statisticsOf([7])).toEqual({ count: 1, mean: 7, median: 7, min: 7, max: 7, p95: 7, p99: 7, mad: 0 });
    expect(statisticsOf([])).toEqual({ count: 0, mean: 0, median: 0, min: 0, max: 0, p95: 0, p99: 0, mad: 0 });
  });

  it('leave out what is not a number or has no weight', () => {
    expect(statisticsOf([1, Number.NaN, 3, 100], [1, 1, 1, 0])).toMatchObject({ count: 2, mean: 2, max: 3 });
  });

  it('give the same quantiles for equal weights as for none', () => {
    const values = [5, 1, 9, 3, 3, 8];
    for (const q of [0, 0.1, 0.25, 0.5, 0.9, 1])
      expect(quantile(sortWeighted(values, [2, 2, 2, 2, 2, 2]), q)).toBeCloseTo(quantile(sortWeighted(values), q), 12);
  });

  it('let a light value move the median little', () => {
    // Places of 1, 2, 3, 100 with weights 1 1 1 0.1: 0, 1/2.1, 2/2.1, 1. The median lies a twentieth above 2.
    const median = quantile(sortWeighted([1, 2, 3, 100], [1, 1, 1, 0.1]), 0.5);
    expect(median).toBeCloseTo(2.05, 12);
    expect(quantile(sortWeighted([1, 2, 3, 100]), 0.5)).toBe(2.5);
  });

  it('scale the median deviation to a standard deviation', () => {
    expect(scaledMad(sortWeighted([1, 1, 2, 2, 4, 6, 9]), 2)).toBeCloseTo(1.4826, 12);
  });
});
