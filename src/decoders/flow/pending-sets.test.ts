import { describe, expect, it } from 'vitest';
import { type PendingSet, PendingSets } from './pending-sets.ts';

function pending(template: number, length: number, receivedAt = 0, domain = 1): PendingSet {
  return {
    domain,
    template,
    bytes: new Uint8Array(length),
    source: '',
    receivedAt,
    exportTime: 0,
    bootTime: 0,
    uptime: 0,
  };
}

describe('sets that wait', () => {
  it('are taken by domain and template, in their order, once', () => {
    const sets = new PendingSets(10_000, 10);
    for (const [i, template] of [256, 257, 256].entries()) sets.add(pending(template, i + 1));
    sets.add(pending(256, 9, 0, 2));
    expect(sets.take(1, 256).map(({ bytes }) => bytes.length)).toEqual([1, 3]);
    expect(sets.take(1, 256)).toEqual([]);
    expect(sets.size).toBe(2);
    expect([sets.take(2, 256).length, sets.take(1, 257).length]).toEqual([1, 1]);
    expect(sets).toMatchObject({ size: 0, bytes: 0 });
  });

  it('never take more bytes than they may, however small they are', () => {
    const sets = new PendingSets(5000, 10);
    let given = 0;
    for (let i = 0; i < 1000; i++) given += sets.add(pending(256, i % 7));
    expect(sets.bytes).toBeLessThanOrEqual(5000);
    expect(given + sets.size).toBe(1000);
    expect(sets.size).toBeGreaterThan(10);
    expect(sets.admits(5000)).toBe(false);
  });

  it('are given up when they have waited too long', () => {
    const sets = new PendingSets(10_000, 10);
    for (const at of [0, 5e6, 11e6]) sets.add(pending(256, 4, at));
    expect([sets.expire(10e6), sets.expire(10e6 + 1), sets.expire(15e6), sets.expire(16e6)]).toEqual([0, 1, 0, 1]);
    expect(sets.size).toBe(1);
  });
});
