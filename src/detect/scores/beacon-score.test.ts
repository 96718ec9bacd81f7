import { describe, expect, it } from 'vitest';
import { Chance } from '../fixtures/hunt.ts';
import { evennessScore, twoHeightsScore } from './beacon-histogram.ts';
import {
  beaconScore,
  durationScore,
  gateRandom,
  intervals,
  RANDOM_CAP,
  regularity,
  timingScore,
} from './beacon-score.ts';

function tightness(count: number, interval: () => number): number {
  return regularity(
    Array.from({ length: count }, () => interval()),
    1,
  )!.tightness;
}

describe('beacon score', () => {
  it('measures a beacon by how tight its intervals are, as published', () => {
    const chance = new Chance(11);
    const sleep = (jitter: number) => () => 60 * (1 - jitter * chance.next());
    expect(tightness(2000, sleep(0))).toBe(1);
    expect(tightness(2000, sleep(0.2))).toBeCloseTo(0.944, 1);
    expect(tightness(2000, sleep(0.5))).toBeCloseTo(0.833, 1);
    expect(tightness(2000, sleep(0.9))).toBeCloseTo(0.591, 1);
    expect(tightness(2000, () => chance.exponential(60))).toBeCloseTo(0.306, 1);
    expect(tightness(2000, () => 60 * Math.exp(chance.normal()))).toBeCloseTo(0.4, 1);
  });

  it('lets hardly any random timing through, however few intervals there are', () => {
    const chance = new Chance(12);
    const random = [() => chance.exponential(60), () => 60 * Math.exp(chance.normal())];
    for (const interval of random) {
      for (const count of [10, 22, 50, 100]) {
        let passed = 0;
        for (let pair = 0; pair < 1000; pair++) {
          const timing = regularity(Array.from({ length: count }, interval), 1)!;
          if (gateRandom(0.95, timing, count) > RANDOM_CAP) passed++;
        }
        expect(passed, `${count} intervals`).toBeLessThanOrEqual(2);
      }
    }
  });

  it('holds down only what is above the cap', () => {
    const clock = regularity(new Array<number>(20).fill(60), 1)!;
    const loose = { ...clock, tightness: 0.3 };
    expect(gateRandom(0.95, clock, 20)).toBe(0.95);
    expect(gateRandom(0.95, loose, 500)).toBe(RANDOM_CAP);
    expect(gateRandom(0.4, loose, 500)).toBe(0.4);
    expect(gateRandom(0.95, { ...clock, reach: 3 }, 500)).toBe(RANDOM_CAP);
    expect(gateRandom(0.95, clock, 9)).toBe(RANDOM_CAP);
  });

  it('works below a second', () => {
    expect(timingScore(Array.from({ length: 20 }, (_, i) => i * 0.2))?.score).toBeCloseTo(1, 3);
    expect(Array.from(intervals([1, 1, 1.5, 2.5]))).toEqual([0.5, 1]);
  });

  it('rounds shares of time up and the shape of a histogram to the nearest, as RITA does', () => {
    const view = { viewStart: 0, viewEnd: 3000, first: 0, filled: 7, minimumBars: 6, idealBars: 12 };
    // A third and seven twelfths; what is even stays, and nothing becomes more than all.
    expect(durationScore({ ...view, last: 1000, longestRun: 7 })).toEqual({
      coverage: 0.334,
      consistency: 0.584,
      score: 0.584,
    });
    expect(durationScore({ ...view, last: 2999.5, longestRun: 6 })?.coverage).toBe(1);
    expect(durationScore({ ...view, last: 750, longestRun: 0 })?.coverage).toBe(0.25);
    // 55 of 59, and one less a coefficient of 1/3.
    expect(
      twoHeightsScore(
        new Map([
          [1, 50],
          [2, 5],
        ]),
        60,
        1,
        10,
      ),
    ).toBe(0.932);
    expect(evennessScore([1, 2])).toBe(0.667);
  });

  it('refuses what is no score', () => {
    expect(beaconScore({ timing: Number.NaN, size: 1, duration: 1, histogram: 1 })).toBeNull();
  });
});
