import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTime } from '../../model/filter/time.ts';
import { isoTimes } from './iso-times.ts';
import { FIRST_TIME, LAST_TIME } from './iso-writer.ts';

describe('times in documents', () => {
  it('are those of the API, in any order', () => {
    const iso = isoTimes();
    const anyTime = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 53 }),
      fc.integer({ min: 1_763_740_000_000_000, max: 1_763_740_003_000_000 }),
    );
    fc.assert(
      fc.property(anyTime, (time) => {
        expect(iso(time)).toBe(formatTime(time));
      }),
      { numRuns: 2000 },
    );
  });

  it('may be before 1970, and end with the year 9999', () => {
    const iso = isoTimes();
    expect(iso(-1)).toBe('1969-12-31T23:59:59.999999Z');
    expect(iso(FIRST_TIME)).toBe('0000-01-01T00:00:00.000Z');
    expect(iso(LAST_TIME)).toBe('9999-12-31T23:59:59.000Z');
    expect([iso(LAST_TIME + 1e6), iso(Number.NaN), iso(Number.POSITIVE_INFINITY)]).toEqual(['', '', '']);
  });
});
