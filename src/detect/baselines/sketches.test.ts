import { describe, expect, it } from 'vitest';
import { ResidualHistory } from './residual-history.ts';
import { Tally } from './tally.ts';
import { ThinnedSamples } from './thinned-samples.ts';

const DAY = 86_400e6;

describe('ThinnedSamples', () => {
  it('holds everything while it fits, then values evenly spread', () => {
    const samples = new ThinnedSamples(8);
    const held = () => {
      const values: number[] = [];
      const weights: number[] = [];
      samples.appendTo(values, weights);
      return { values, weights };
    };
    for (let i = 1; i <= 8; i++) samples.add(i, 1);
    expect(held().values).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (let i = 9; i <= 32; i++) samples.add(i, 1);
    expect(held().values).toEqual([4, 8, 12, 16, 20, 24, 28, 32]);
    expect(held().weights).toEqual([4, 4, 4, 4, 4, 4, 4, 4]);
  });
});

describe('ResidualHistory', () => {
  it('gives quantiles that are at most 10 % too high and never too low', () => {
    const history = new ResidualHistory();
    for (let i = 1; i <= 1000; i++) history.add(0, i / 100, 1);
    for (const q of [0.01, 0.5, 0.9, 0.995]) {
      const exact = (q * 1000) / 100;
      expect(history.quantile(0, 7, q)).toBeGreaterThanOrEqual(exact);
      expect(history.quantile(0, 7, q)).toBeLessThanOrEqual(exact * 1.1 + 1e-9);
    }
  });

  it('looks back as many days as it is asked to, and holds eight', () => {
    const history = new ResidualHistory();
    for (let day = 0; day < 20; day++) history.add(day * DAY, day + 1, 1);
    expect(history.quantile(19 * DAY, 0, 1)).toBeGreaterThanOrEqual(20);
    expect(history.quantile(19 * DAY, 7, 0.001)).toBeGreaterThanOrEqual(13);
    expect(history.quantile(19 * DAY, 7, 0.001)).toBeLessThan(13 * 1.1);
    expect(history.quantile(40 * DAY, 7, 1)).toBe(0);
    expect(history.save()).toHaveLength(8);
  });

  it('weighs what it is given', () => {
    const history = new ResidualHistory();
    for (let i = 0; i < 24; i++) history.add(0, 0.1, 1);
    history.add(0, 5, 0.1);
    expect(history.quantile(0, 7, 0.995)).toBeLessThan(0.12);
    history.add(0, 5, 1);
    expect(history.quantile(0, 7, 0.995)).toBeGreaterThanOrEqual(5);
  });
});

describe('Tally', () => {
  it('is exact in count, mean and extremes, and close in quantiles, for more values than it holds', () => {
    const tally = new Tally();
    for (let i = 1; i <= 100_000; i++) tally.add(i);
    const { count, mean, min, max, median, p99 } = tally.statistics();
    expect([count, mean, min, max]).toEqual([100_000, 50_000.5, 1, 100_000]);
    expect(median / 50_000).toBeCloseTo(1, 2);
    expect(p99 / 99_000).toBeCloseTo(1, 2);
  });

  it('is the same after being saved, empty or not', () => {
    for (const values of [[], [3, 1, 2]]) {
      const tally = new Tally();
      for (const value of values) tally.add(value);
      const copy = new Tally();
      copy.load(JSON.parse(JSON.stringify(tally.save())));
      expect(copy.statistics()).toEqual(tally.statistics());
      copy.add(10);
      expect(copy.statistics().max).toBe(10);
    }
  });
});
