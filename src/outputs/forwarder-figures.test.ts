import { describe, expect, it } from 'vitest';
import { ForwarderFigures } from './forwarder-figures.ts';

describe('figures', () => {
  it('are rates over the last minute, or since the start', () => {
    const figures = new ForwarderFigures(1_000_500);
    figures.delivered(1_000_600, 50, 5000);
    expect(figures.rates(1_004_999)).toEqual({ events: 10, bytes: 1000 });
    figures.delivered(1_030_000, 70, 7000);
    expect(figures.rates(1_059_999)).toEqual({ events: 2, bytes: 200 });
    expect(figures.rates(1_060_000).events).toBeCloseTo(70 / 60);
    expect(figures.rates(1_089_999).events).toBeCloseTo(70 / 60);
    expect(figures.rates(1_090_000).events).toBe(0);
    figures.delivered(9_000_000, 60, 0);
    expect(figures.rates(9_000_000).events).toBe(1);
  });

  it('are percentiles of the last thousand requests, in milliseconds', () => {
    const figures = new ForwarderFigures(0);
    expect(figures.latency()).toBeNull();
    figures.answered(0.25);
    expect(figures.latency()).toEqual({ p50: 250, p99: 250 });
    for (let n = 1; n <= 1000; n++) figures.answered(n / 1000);
    expect(figures.latency()).toEqual({ p50: 500, p99: 990 });
  });
});
