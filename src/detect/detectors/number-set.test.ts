import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashPair, hashText } from './hyper-log-log.ts';
import { NumberSet } from './number-set.ts';

it('holds what a Set holds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 5 }), { maxLength: 12 }), (numbers) => {
      const set = new NumberSet();
      const plain = new Set<number>();
      for (const number of numbers) {
        set.add(number);
        plain.add(number);
        expect(set.size).toBe(plain.size);
        for (let i = 0; i <= 5; i++) expect(set.has(i)).toBe(plain.has(i));
      }
    }),
  );
});

it('is given the same hash for two texts as for both in one', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (first, second) => {
      expect(hashPair(first, second)).toBe(hashText(`${first} ${second}`));
    }),
  );
});
