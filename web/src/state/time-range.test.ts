import { describe, expect, it } from 'vitest';
import { endsNow, readTyped, resolveRange, resolveTime, shiftRange, widenRange } from './time-range.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const iso = (text: string) => Date.parse(text);

describe('resolveTime', () => {
  it.each([
    ['now', NOW],
    ['-15m', NOW - 15 * 60_000],
    ['now-6h', NOW - 6 * 3_600_000],
    ['-7d', NOW - 7 * 86_400_000],
    ['-30s', NOW - 30_000],
    ['all', 0],
    ['0', 0],
    ['1763640000', 1_763_640_000_000],
    ['1763640000000', 1_763_640_000_000],
    ['2026-11-20T08:00:00Z', iso('2026-11-20T08:00:00Z')],
    ['2026-11-20T08:00:00', iso('2026-11-20T08:00:00Z')],
    ['2026-11-20T08:00:00.123456Z', iso('2026-11-20T08:00:00.123Z')],
    ['2026-11-20T08:00:00+02:00', iso('2026-11-20T06:00:00Z')],
  ])('reads %s', (text, expected) => expect(resolveTime(text, NOW)).toBe(expected));

  it.each(['', 'soon', '-5', '-5x', '2026-13-40T00:00:00Z', '12'])('refuses "%s"', (text) =>
    expect(resolveTime(text, NOW)).toBeUndefined(),
  );
});

describe('ranges', () => {
  it('falls back to the last hour where the range cannot be read or is turned around', () => {
    const hour = { from: NOW - 3_600_000, to: NOW };
    expect(resolveRange({ from: 'x', to: 'now' }, NOW)).toEqual(hour);
    expect(resolveRange({ from: 'now', to: '-1h' }, NOW)).toEqual(hour);
  });

  it('moves by its own width, there and back', () => {
    const back = shiftRange({ from: '-6h', to: 'now' }, -1, NOW);
    expect(back).toEqual({ from: '2026-11-20T00:00:00.000Z', to: '2026-11-20T06:00:00.000Z' });
    expect(shiftRange(back, 1, NOW)).toEqual({ from: '2026-11-20T06:00:00.000Z', to: '2026-11-20T12:00:00.000Z' });
  });

  it('widens around the middle, but not into the future', () => {
    expect(widenRange({ from: '-2h', to: 'now' }, NOW)).toEqual({
      from: '2026-11-20T09:00:00.000Z',
      to: '2026-11-20T12:00:00.000Z',
    });
    expect(widenRange({ from: '-4h', to: '-2h' }, NOW)).toEqual({
      from: '2026-11-20T07:00:00.000Z',
      to: '2026-11-20T11:00:00.000Z',
    });
  });

  it('is live only when it ends now', () => {
    expect(endsNow({ from: '-1h', to: 'now' })).toBe(true);
    expect(endsNow({ from: '-2h', to: '-1h' })).toBe(false);
  });
});

describe('readTyped', () => {
  it('reads a time without a zone in the zone that is shown', () => {
    expect(readTyped('2026-11-20 08:00', 'utc', NOW)).toBe('2026-11-20T08:00:00.000Z');
    expect(readTyped('2026-11-20 08:00', 'local', NOW)).toBe(new Date(2026, 10, 20, 8, 0).toISOString());
    expect(readTyped('2026-11-20', 'utc', NOW)).toBe('2026-11-20T00:00:00.000Z');
  });

  it('understands words and short spans', () => {
    expect(readTyped('6h', 'utc', NOW)).toBe('-6h');
    expect(readTyped('yesterday', 'utc', NOW)).toBe('2026-11-19T00:00:00.000Z');
    expect(readTyped('today', 'utc', NOW)).toBe('2026-11-20T00:00:00.000Z');
    expect(readTyped('now - 1h', 'utc', NOW)).toBe('now-1h');
  });

  it.each(['2026-02-31', '2026-11-20 25:00', '2026-11-20 10:75', 'whenever', ''])('refuses "%s"', (text) =>
    expect(readTyped(text, 'utc', NOW)).toBeUndefined(),
  );
});
