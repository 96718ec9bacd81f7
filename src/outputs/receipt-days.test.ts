import { describe, expect, it } from 'vitest';
import { isAfter } from './event-order.ts';
import { countDays, dayOf, startOfDay } from './receipt-days.ts';

const midnight = Date.UTC(2026, 1, 28) * 1000;

describe('days of receipt', () => {
  it('are those of UTC', () => {
    expect(dayOf(midnight)).toBe('20260228');
    expect(dayOf(midnight - 1)).toBe('20260227');
    expect(dayOf(midnight + 86_400_000_000)).toBe('20260301');
    expect(startOfDay('20260228')).toBe(midnight);
  });

  it('are counted also where they alternate', () => {
    const rows = [0, -1, -1, 0, 1].map((offset) => ({ received: midnight + offset }));
    expect([...countDays(rows)]).toEqual([
      ['20260228', 3],
      ['20260227', 2],
    ]);
    expect(countDays([]).size).toBe(0);
  });
});

describe('the order of events', () => {
  it('is that of their ids as numbers', () => {
    expect([isAfter('10', '9'), isAfter('9', '10'), isAfter('9', '9'), isAfter('18', '17')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
