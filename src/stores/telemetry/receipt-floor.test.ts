import { expect, test } from 'vitest';
import { batchOf } from '../../../test/support/event-rows.ts';
import { COUNTERS_PER_SECOND } from './ids.ts';
import { ReceiptFloor } from './receipt-floor.ts';

const DAY = 86_400_000_000;
const T0 = Date.UTC(2026, 10, 20) * 1000;
const HOUR = 3600 * COUNTERS_PER_SECOND;
const idOf = (counter: number) => BigInt(counter) * 256n;

function floorWith(...batches: [counter: number, ...received: number[]][]): ReceiptFloor {
  const floor = new ReceiptFloor();
  floor.begin(1000);
  for (const [counter, ...received] of batches) {
    const batch = batchOf(received.map((time) => ({ received: time })));
    batch.firstId = idOf(counter);
    floor.add(batch);
  }
  return floor;
}

test('nothing is known of what was there before, nor of nothing', () => {
  expect(new ReceiptFloor().dayAfter(0n)).toBeUndefined();
  expect(floorWith().dayAfter(idOf(1000))).toBeUndefined();
  const floor = floorWith([1001, T0]);
  expect(floor.dayAfter(idOf(999))).toBeUndefined();
  expect(floor.dayAfter(idOf(1000))).toBe('20261120');
});

test('the earliest of what came after counts, whatever the ids say of the time', () => {
  const floor = floorWith(
    [1001, T0 + DAY, T0, T0 + 2 * DAY],
    [1001 + 2 * HOUR, T0 + 3 * DAY],
    [1001 + 4 * HOUR, T0 + DAY - 1],
    [1001 + 6 * HOUR, T0 + 4 * DAY],
  );
  const days = [0, 2, 4, 6, 100].map((hours) => floor.dayAfter(idOf(1001 + hours * HOUR)));
  expect(days).toEqual(['20261120', '20261120', '20261120', '20261124', '20261124']);
});

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 1e17])('a time of receipt that is no day: %s', (time) => {
  const floor = floorWith([1001, T0, time], [1001 + 2 * HOUR, T0]);
  if (time === -1 || Number.isNaN(time)) expect(floor.dayAfter(idOf(1001))).toBeUndefined();
  else expect(floor.dayAfter(idOf(1001))).toBe('20261120');
  expect(floorWith([1001, time]).dayAfter(idOf(1001))).toBeUndefined();
});

test('what is long ago is remembered together and never forgotten', () => {
  const hours = Array.from({ length: 5000 }, (_, i) => i);
  const floor = floorWith([1001, T0 - 9 * DAY], ...hours.map((i): [number, number] => [1001 + (i + 1) * HOUR, T0]));
  expect(floor.dayAfter(idOf(1001))).toBe('20261111');
  expect(floor.dayAfter(idOf(1001 + 4999 * HOUR))).toBe('20261120');
});
