import { expect, test } from 'vitest';
import { TailWidth, TailWidths } from './tail-width.ts';

const WANTED = 20_000;

/** Steps until a page is found whole, over ids of this density (counters an event). */
function stepsOver(density: number, width = new TailWidth()): number[] {
  const found: number[] = [];
  for (let step = 0; step < 20; step++) {
    const there = Math.floor(width.value / density);
    found.push(there);
    const taken = Math.min(WANTED, there);
    width.adapt(taken === WANTED ? WANTED * density : width.value, taken, WANTED, 10);
  }
  return found;
}

test.each([1, 10, 400, 8192, 5e6, 3e9])(
  'with an event each %d counters a page is found, and little more looked at',
  (density) => {
    const found = stepsOver(density);
    const settled = found.slice(6);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(WANTED);
    expect(Math.max(...settled)).toBeLessThanOrEqual(4 * WANTED);
  },
);

test('an empty stretch of months is passed in few steps', () => {
  const width = new TailWidth();
  const months = 120 * 86_400 * 8_192_000;
  let steps = 0;
  for (let at = 0; at < months; steps++) {
    at += width.value;
    width.adapt(width.value, 0, WANTED, 5);
  }
  expect(steps).toBeLessThan(6);
});

test('a filter that few pass: no step grows far beyond its time', () => {
  const width = new TailWidth();
  const perCounter = 1e-6; // milliseconds
  let longest = 0;
  for (let step = 0; step < 50; step++) {
    const ms = width.value * perCounter;
    longest = Math.max(longest, ms);
    width.adapt(width.value, 1, WANTED, ms);
  }
  expect(longest).toBeLessThan(5000);
  expect(width.value * perCounter).toBeGreaterThan(500);
});

test('what was ended by its limits is narrowed, down to a millisecond, and grows again with care', () => {
  const width = new TailWidth(8_192_000);
  expect(width.narrow()).toBe(true);
  expect(width.value).toBe(512_000);
  width.adapt(width.value, 0, WANTED, 1);
  expect(width.value).toBe(1_024_000);
  while (width.narrow());
  expect(width.value).toBe(8192);
});

test('widths are remembered by bookmark, the latest ones', () => {
  const widths = new TailWidths();
  const fresh = widths.at('1').value;
  for (let i = 0; i < 300; i++) widths.remember(String(i), new TailWidth(1_000_000 + i));
  expect(widths.at('299').value).toBe(1_000_299);
  expect(widths.at('0').value).toBe(fresh);
});
