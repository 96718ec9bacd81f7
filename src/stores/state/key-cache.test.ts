import { describe, expect, it } from 'vitest';
import { type HashedKey, KeyCache } from './key-cache.ts';

const found: HashedKey = {
  hash: Buffer.alloc(32),
  key: {
    id: '1',
    name: 'n',
    prefix: 'vdt_12345678',
    scopes: ['read'],
    tier: 'free',
    disabled: false,
    expiresAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    lastUsedAt: null,
  },
};

describe('key cache', () => {
  it('remembers presence and absence for its lifetime', () => {
    const cache = new KeyCache(5_000, 10);
    cache.put('a', found, 0);
    cache.put('b', undefined, 0);
    expect(cache.get('a', 4_999)).toMatchObject({ found });
    expect(cache.get('b', 4_999)).toMatchObject({ found: undefined });
    expect(cache.get('c', 0)).toBeUndefined();
    expect(cache.get('a', 5_000)).toBeUndefined();
    expect(cache.get('b', 5_000)).toBeUndefined();
  });

  it('lets a key that appears or goes replace what was known', () => {
    const cache = new KeyCache(5_000, 10);
    cache.put('a', undefined, 0);
    cache.put('a', found, 1);
    expect(cache.get('a', 2)).toMatchObject({ found });
    cache.put('a', undefined, 3);
    expect(cache.get('a', 4)).toMatchObject({ found: undefined });
    expect(cache.size).toBe(1);
    cache.clear();
    expect(cache.get('a', 4)).toBeUndefined();
  });

  it('stays bounded, and keeps the keys in use through a flood of unknown ones', () => {
    const cache = new KeyCache(5_000, 10);
    cache.put('mine', found, 0);
    for (let i = 0; i < 1_000; i++) cache.put(`made-up-${i}`, undefined, 0);
    expect(cache.size).toBe(11);
    expect(cache.get('mine', 1)).toMatchObject({ found });
    expect(cache.get('made-up-0', 1)).toBeUndefined();
    expect(cache.get('made-up-999', 1)).toBeDefined();
  });
});
