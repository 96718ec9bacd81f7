import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asked, backoff } from './backoff.ts';

describe('backoff', () => {
  it('is between one second and twice as much with each attempt, 60 seconds at most', () => {
    expect(backoff(1, () => 0)).toBe(1000);
    expect(backoff(1, () => 0.999999)).toBeCloseTo(2000, 0);
    expect(backoff(4, () => 0.5)).toBe(8500);
    expect(backoff(9, () => 1)).toBe(60_000);
    expect(backoff(1e9, () => 1)).toBe(60_000);
  });

  it('never leaves its bounds', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, x) => {
        const wait = backoff(attempt, () => x);
        expect(wait).toBeGreaterThanOrEqual(1000);
        expect(wait).toBeLessThanOrEqual(60_000);
      }),
    );
  });

  it('waits as long as the receiver asked, up to 15 minutes', () => {
    expect(backoff(1, () => 0, 120)).toBe(120_000);
    expect(backoff(9, () => 1, 5)).toBe(60_000);
    expect(backoff(1, () => 0, 86_400)).toBe(900_000);
  });

  it('takes no nonsense for a time', () => {
    for (const nonsense of [undefined, Number.NaN, -5, 0]) expect(asked(nonsense)).toBe(0);
    expect(asked(Number.POSITIVE_INFINITY)).toBe(900_000);
  });
});
