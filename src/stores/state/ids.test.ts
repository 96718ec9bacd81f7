import { afterEach, describe, expect, it, vi } from 'vitest';
import { isUuid, timeOrderedId } from './ids.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('time-ordered id', () => {
  it('is a UUID of version 7 and variant 10 with the time in front', () => {
    const before = Date.now();
    const id = timeOrderedId();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(isUuid(id)).toBe(true);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBeGreaterThanOrEqual(before);
  });

  it('increases strictly, within a millisecond and when the clock goes back', () => {
    vi.useFakeTimers({ now: Date.now() + 10_000 });
    const ids: string[] = [];
    for (let i = 0; i < 10_000; i++) ids.push(timeOrderedId());
    vi.setSystemTime(Date.now() - 5_000);
    for (let i = 0; i < 100; i++) ids.push(timeOrderedId());
    for (let i = 1; i < ids.length; i++) expect(ids[i] > ids[i - 1], `${ids[i - 1]} < ${ids[i]}`).toBe(true);
  });
});

describe('isUuid', () => {
  it.each(['', '1', "' or true", '01a1fd00-0b2b-728b-aa9f-ea174b75537', '01a1fd000b2b728baa9fea174b75537a'])(
    'refuses %j',
    (text) => expect(isUuid(text)).toBe(false),
  );
});
