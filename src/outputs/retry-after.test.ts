import { expect, it } from 'vitest';
import { retryAfter } from './retry-after.ts';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 0);

it.each([
  ['7', 7],
  [' 120 ', 120],
  ['0', 0],
  ['1.5', 1.5],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 37],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 37],
  ['Sun Nov  6 08:49:37 1994', 37],
  ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
  ['', undefined],
  ['soon', undefined],
  ['-5', undefined],
  ['1e3', undefined],
  ['99999999999', undefined],
  ['Sun, 99 Nov 1994 08:49:37 GMT', undefined],
])('reads %j as %j seconds', (value, seconds) => {
  expect(retryAfter({ 'retry-after': value }, NOW)).toBe(seconds);
});

it('measures a date against the clock of the receiver where it shows it', () => {
  const headers = { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT', date: 'Sun, 06 Nov 1994 08:49:27 GMT' };
  expect(retryAfter(headers, NOW + 3_600_000)).toBe(10);
  expect(retryAfter({}, NOW)).toBeUndefined();
});
