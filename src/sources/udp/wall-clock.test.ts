import { expect, it } from 'vitest';
import { wallClock } from './wall-clock.ts';

it('is as fine as the steady clock and follows the wall clock when that is set', () => {
  let wall = 1_760_000_000_000;
  let steady = 0;
  const clock = wallClock(
    () => Math.floor(wall),
    () => steady,
    wall,
  );
  const pass = (milliseconds: number) => {
    wall += milliseconds;
    steady += milliseconds;
    return clock() - 1_760_000_000_000_000;
  };
  expect(pass(0)).toBe(0);
  expect(pass(0.25)).toBe(250);
  expect(pass(1.5)).toBe(1750);
  wall += 3_600_000;
  expect(pass(0.25)).toBe(3_600_002_000);
  expect(pass(0.25)).toBe(3_600_002_250);
  wall -= 3_600_000;
  expect(Math.abs(pass(0) - 2250)).toBeLessThan(1000);
});

it('starts at the time of day', () => {
  const before = Date.now();
  const now = wallClock()();
  expect(Number.isInteger(now)).toBe(true);
  expect(now).toBeGreaterThanOrEqual((before - 10) * 1000);
  expect(now).toBeLessThanOrEqual((Date.now() + 10) * 1000);
});
