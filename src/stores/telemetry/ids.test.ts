import { expect, test } from 'vitest';
import { IdClock } from './ids.ts';

test('ids follow the clock, carry the node and never go back', () => {
  let now = Date.UTC(2026, 0, 1);
  const clock = new IdClock(7, () => now);
  const first = clock.take(10);
  expect(first).toBe(BigInt((now - Date.UTC(2020, 0, 1)) * 8192) * 256n + 7n);
  expect(clock.take(1)).toBe(first + 10n * 256n);
  now -= 60_000;
  expect(clock.take(1)).toBe(first + 11n * 256n);
  now += 120_000;
  expect(clock.take(1)).toBe(BigInt((now - Date.UTC(2020, 0, 1)) * 8192) * 256n + 7n);
});

test('after a restart ids go on above the highest known, even when the clock went back', () => {
  const before = new IdClock(255, () => Date.UTC(2026, 5, 1));
  const last = before.take(3) + 2n * 256n;
  const after = new IdClock(255, () => Date.UTC(2026, 0, 1));
  after.raise(IdClock.counterOf(String(last)));
  expect(after.take(1)).toBe(last + 256n);
});

test('counters stay exact numbers and ids fit 63 bits for decades', () => {
  const clock = new IdClock(0, () => Date.UTC(2054, 0, 1));
  const id = clock.take(1_000_000);
  expect(clock.last).toBeLessThan(Number.MAX_SAFE_INTEGER);
  expect(id < 2n ** 63n).toBe(true);
});

test.each([-1, 256, 1.5, Number.NaN])('%s is no node', (node) => {
  expect(() => new IdClock(node, Date.now)).toThrow(RangeError);
});
