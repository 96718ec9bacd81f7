import { describe, expect, it } from 'vitest';
import type { Observation } from '../../model/window.ts';
import { Beaconing } from '../detectors/beaconing.ts';
import { Chance, isInternal, MONDAY, seen, watch } from '../fixtures/hunt.ts';
import { intervals, regularity } from '../scores/beacon-score.ts';

/** `1 - MAD / median` of intervals: what tells a beacon from chance. Seeded, 20,000 of each. */
const COUNT = 20_000;
const TOLERANCE = 0.015;

const chance = new Chance(2026);
const TIMINGS: readonly [name: string, tightness: number, interval: () => number][] = [
  ['a beacon without jitter', 1, () => 60],
  ['a beacon with 20 % jitter', 0.94, () => 60 * (1 - 0.2 * chance.next())],
  ['a beacon with 50 % jitter', 0.83, () => 60 * (1 - 0.5 * chance.next())],
  ['a beacon with 90 % jitter', 0.59, () => 60 * (1 - 0.9 * chance.next())],
  ['a beacon with 50 % to both sides', 0.74, () => 60 * (1 + 0.5 * (2 * chance.next() - 1))],
  ['calls at random (Poisson)', 0.31, () => chance.exponential(60)],
  // Of a spread of 1.2 in the logarithm; of 1 it is 0.40.
  ['calls at random (log-normal)', 0.33, () => 60 * Math.exp(1.2 * chance.normal())],
];

/** Pages of a few connections each, and minutes between them: what a person does. */
function clicks(people: Chance): number[] {
  const times: number[] = [];
  for (let at = 0; times.length < COUNT; at += 20 * Math.exp(0.8 * people.normal()))
    for (let i = people.whole(1, 3); i > 0; i--) times.push(at + 25 * people.next());
  return times.sort((a, b) => a - b);
}

function best(traffic: readonly Observation[], window = 60): number {
  const told = watch(new Beaconing({ isInternal }), traffic, { window });
  return Math.max(0, ...told.map((anomaly) => anomaly.current_value));
}

function train(count: number, interval: () => number): Observation[] {
  let at = MONDAY;
  return Array.from({ length: count }, () => {
    at += interval();
    return seen(at);
  });
}

describe('beacons', () => {
  it.each(TIMINGS)('%s have the tightness that was measured: %f', (_, tightness, interval) => {
    const found = regularity(Array.from({ length: COUNT }, interval), 1);
    expect(Math.abs((found?.tightness ?? 0) - tightness)).toBeLessThan(TOLERANCE);
  });

  it('people are far from the 0.5 that a beacon needs', () => {
    const found = regularity(intervals(clicks(new Chance(3))), 1);
    // Measured 0.38 on real people.
    expect(found?.tightness).toBeGreaterThan(0.2);
    expect(found?.tightness).toBeLessThan(0.42);
  });

  it('score 0.9 and more within the hour where RITA gives 1.0 and 0.952', () => {
    const network = new Chance(5);
    // 297 calls every 2.2 s with a deviation of 13 ms, and 22 every 3 s with one of 0.46 s.
    expect(best(train(297, () => 2.2 + 0.013 * 1.4826 * network.normal()))).toBeGreaterThanOrEqual(0.9);
    expect(
      best(
        train(22, () => 3.0 + 2 * 0.46 * (2 * network.next() - 1)),
        10,
      ),
    ).toBeGreaterThanOrEqual(0.9);
  });

  it('score 0.7 and more with up to 90 % jitter, and never from chance', () => {
    for (const jitter of [0, 0.2, 0.5, 0.9]) {
      const program = new Chance(1 + jitter * 10);
      expect(best(train(600, () => 60 * (1 - jitter * program.next()))), `${jitter}`).toBeGreaterThanOrEqual(0.7);
    }
    for (let seed = 0; seed < 40; seed++) {
      const network = new Chance(1000 + seed);
      expect(best(train(600, () => network.exponential(60))), `Poisson ${seed}`).toBe(0);
      expect(best(train(600, () => 60 * Math.exp(1.2 * network.normal()))), `log-normal ${seed}`).toBe(0);
    }
  });
});
