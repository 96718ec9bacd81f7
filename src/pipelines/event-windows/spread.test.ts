import { describe, expect, it } from 'vitest';
import { Chance } from '../../detect/fixtures/hunt.ts';
import { partUntil, shareOf } from './spread.ts';

describe('spreading', () => {
  it('keeps every sum, whatever the course and the windows are', () => {
    const chance = new Chance(7);
    const random = () => chance.next();
    for (let round = 0; round < 2000; round++) {
      const from = Math.floor(random() * 1e9);
      const to = from + Math.floor(random() ** 4 * 5e8);
      const packets = Math.floor(random() ** 3 * 2000);
      const total = Math.floor(random() ** 3 * 1e9);
      const size = 1e6 + Math.floor(random() * 2e7);
      let sum = 0;
      for (let at = Math.floor(from / size) * size; at <= to; at += size) {
        const share = shareOf({ from, to }, total, packets, at, at + size);
        expect(Number.isInteger(share) && share >= 0).toBe(true);
        sum += share;
      }
      expect(sum).toBe(total);
    }
  });

  it('is by time, but for the packets that a connection begins with', () => {
    const course = { from: 0, to: 100e6 };
    expect(partUntil(course, 1000, 50e6)).toBe(0.5);
    expect(partUntil(course, 1000, 1)).toBe(0.003);
    expect(partUntil(course, 2, 1)).toBe(1);
    expect(partUntil(course, 0, 25e6)).toBe(0.25);
    expect(partUntil({ from: 5, to: 5 }, 1, 5)).toBe(0);
    expect(partUntil({ from: 5, to: 5 }, 1, 6)).toBe(1);
  });
});
