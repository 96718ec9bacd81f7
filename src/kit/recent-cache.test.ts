import { expect, it } from 'vitest';
import { RecentCache } from './recent-cache.ts';

it('asks once for what is used, and forgets what is not', () => {
  const asked: string[] = [];
  const cache = new RecentCache(10, (key) => {
    asked.push(key);
    return key === 'none' ? undefined : key.length;
  });
  for (let i = 0; i < 1000; i++) {
    expect(cache.get('often')).toBe(5);
    expect(cache.get('none')).toBeUndefined();
    expect(cache.get(`key ${i}`)).toBe(`key ${i}`.length);
    expect(cache.size).toBeLessThanOrEqual(20);
  }
  expect(asked.filter((key) => key === 'often')).toEqual(['often']);
  expect(asked.filter((key) => key === 'none')).toHaveLength(1000);
  expect(asked).toHaveLength(2001);
  cache.get('key 1');
  expect(asked.at(-1)).toBe('key 1');
});
