import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberText } from './number-text.ts';

describe('numbers in documents', () => {
  it('are those of JSON.stringify', () => {
    const anyNumber = fc.oneof(
      fc.integer(),
      fc.nat(2_000_000),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.nat(2 ** 31).map((millionths) => millionths / 1e6),
      fc.nat(2 ** 31).map((hundredths) => hundredths / -100),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(
        0,
        -0,
        999,
        1000,
        999_999,
        1e6,
        999_999_999,
        1e9,
        1e21,
        1e-6,
        1e-7,
        0.1,
        123.456,
        0.000001,
        5e-324,
      ),
    );
    fc.assert(
      fc.property(anyNumber, (value) => {
        expect(numberText(value)).toBe(JSON.stringify(value));
      }),
      { numRuns: 5000 },
    );
  });
});
