import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressScatter, entropyOfCounts } from './entropy.ts';

const address = (n: number) => `198.51.${(n >> 8) & 255}.${n & 255}`;

describe('entropy', () => {
  it('is the bits that it takes to say which', () => {
    expect(entropyOfCounts([])).toBe(0);
    expect(entropyOfCounts([7])).toBe(0);
    expect(entropyOfCounts([5, 5])).toBe(1);
    expect(entropyOfCounts([1, 1, 1, 1, 1, 1, 1, 1])).toBe(3);
    expect(entropyOfCounts([3, 1])).toBeCloseTo(0.8113, 4);
  });

  it('estimates how many addresses there were', () => {
    for (const count of [1, 10, 100, 1000, 10_000]) {
      const scatter = new AddressScatter();
      for (let i = 0; i < count; i++) for (let k = 0; k < 3; k++) scatter.add(address(i));
      expect(Math.abs(scatter.distinct - count) / count).toBeLessThan(0.06);
    }
  });

  it('is even for many sources and uneven for one among them', () => {
    const many = new AddressScatter();
    const one = new AddressScatter();
    for (let i = 0; i < 5000; i++) {
      many.add(address(i));
      one.add(address(i % 20), i % 20 === 0 ? 10_000 : 1);
    }
    expect(many.evenness).toBeGreaterThan(0.98);
    expect(one.evenness).toBeLessThan(0.1);
    many.clear();
    expect([many.evenness, many.distinct]).toEqual([0, 0]);
  });

  it('stays between 0 and 1 whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.nat())), (adds) => {
        const scatter = new AddressScatter();
        for (const [text, weight] of adds) scatter.add(text, weight);
        return scatter.evenness >= 0 && scatter.evenness <= 1 && scatter.distinct <= 2 * adds.length;
      }),
      { numRuns: 50 },
    );
  });
});
