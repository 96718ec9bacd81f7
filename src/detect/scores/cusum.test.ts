import { describe, expect, it } from 'vitest';
import { Chance } from '../fixtures/hunt.ts';
import { Cusum } from './cusum.ts';

describe('cumulative sum', () => {
  it('sees a small lasting rise that no single value gives away', () => {
    const chance = new Chance(1);
    const cusum = new Cusum({ leastSpread: 1, warmUp: 10 });
    let alarms = 0;
    for (let i = 0; i < 1000; i++) if (cusum.add(100 + 10 * chance.normal()) >= 1) alarms++;
    const spread = cusum.spread;
    for (let i = 0; i < 10; i++) cusum.add(95);
    let steps = 0;
    while (cusum.add(100 + 1.5 * spread) < 1 && steps < 50) steps++;
    expect(spread).toBeGreaterThan(6);
    expect(spread).toBeLessThan(14);
    expect(steps).toBeGreaterThan(2);
    expect(steps).toBeLessThan(15);
    expect(alarms).toBeLessThan(20);
  });

  it('is over soon after it is over', () => {
    const cusum = new Cusum({ leastSpread: 10 });
    for (let i = 0; i < 100; i++) cusum.add(0);
    expect(cusum.add(1e6)).toBeGreaterThanOrEqual(1);
    for (let i = 0; i < 100; i++) cusum.add(1e6);
    let after = 0;
    while (cusum.add(0) >= 0.7 && after < 100) after++;
    expect(after).toBeLessThan(10);
  });

  it('does not take a rise at the very beginning for usual', () => {
    const cusum = new Cusum({ leastSpread: 40 });
    const levels = [500, 500, 500, 500].map((value) => cusum.add(value));
    expect(levels.every((level) => level >= 1)).toBe(true);
  });

  it('learns a lasting level only slowly while it is suspicious', () => {
    const cusum = new Cusum({ leastSpread: 10 });
    for (let i = 0; i < 100; i++) cusum.add(5);
    for (let i = 0; i < 10; i++) cusum.add(1000);
    expect(cusum.mean).toBeLessThan(60);
  });

  it('says nothing while it warms up', () => {
    const cusum = new Cusum({ leastSpread: 1, warmUp: 10 });
    for (let i = 0; i < 10; i++) expect(cusum.add(500)).toBe(0);
    expect(cusum.mean).toBe(500);
    expect(cusum.add(510)).toBeGreaterThan(0);
  });
});
