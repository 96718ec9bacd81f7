import { describe, expect, it } from 'vitest';
import { UsualPause } from './exporter-pause.ts';
import { ExporterWindow } from './exporter-window.ts';

const START = Date.UTC(2026, 10, 20, 12) * 1000;
const at = (seconds: number) => START + seconds * 1e6;

describe('the window of an exporter', () => {
  it('sums what came lately, and forgets the rest', () => {
    const window = new ExporterWindow(START);
    for (let second = 0; second < 400; second++) window.add('flows', 2, at(second));
    expect(window.sum('flows', 60, at(399))).toBe(2 * 70);
    expect(window.sum('flows', 300, at(399))).toBe(2 * 310);
    expect(window.sum('flows', 300, at(690))).toBe(2 * 10);
    expect(window.sum('flows', 300, at(700))).toBe(0);
    expect(window.sum('lost', 300, at(700))).toBe(0);
  });

  it('gives a rate that is right within a tenth soon, and falls to nothing within a minute', () => {
    const window = new ExporterWindow(START);
    window.add('flows', 50, at(0));
    expect(window.rate('flows', at(0))).toBe(5);
    for (let second = 1; second <= 200; second++) {
      window.add('flows', 50, at(second));
      if (second >= 20) expect(window.rate('flows', at(second))).toBeCloseTo(50, -1);
    }
    expect(window.rate('flows', at(271))).toBe(0);
  });

  it('takes a clock that is set back, a little or far', () => {
    const window = new ExporterWindow(START);
    window.add('lost', 1, at(100));
    window.add('lost', 1, at(60));
    expect(window.sum('lost', 300, at(100))).toBe(2);
    window.add('lost', 7, at(-3600));
    expect(window.sum('lost', 300, at(-3600))).toBe(7);
  });
});

describe('the usual pause', () => {
  const learned = (gaps: readonly number[]) => {
    const pause = new UsualPause();
    for (const gap of gaps) pause.learn(gap);
    return pause.seconds;
  };

  it('is nothing while nothing is known', () => {
    expect(learned([])).toBe(0);
    expect(learned([0, -5, Number.NaN])).toBe(0);
  });

  it('is the gap of what comes regularly', () => {
    expect(learned(Array(100).fill(1))).toBeCloseTo(1);
    expect(learned(Array(5).fill(1800))).toBeCloseTo(1800);
  });

  it('is the gap between bursts, not within them', () => {
    expect(learned(Array(40).fill([1, 1, 1, 300]).flat())).toBeGreaterThan(200);
  });

  it('is hardly changed by one outage', () => {
    expect(learned([...Array(1000).fill(1), 86_400])).toBeLessThan(5);
  });
});
