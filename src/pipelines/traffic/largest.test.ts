import { describe, expect, it } from 'vitest';
import { Random } from '../../../demo/random.ts';
import { Largest } from './largest.ts';

const make = (capacity: number) => new Largest<{ name: string; bytes: number }>(capacity, (entry) => entry.bytes);

describe('Largest', () => {
  it('answers the largest first, equal ones by key', () => {
    const held = make(10);
    for (const [name, bytes] of [
      ['b', 5],
      ['a', 5],
      ['c', 9],
      ['d', 0],
    ] as const)
      held.add(name, { name, bytes });
    expect(held.top(3).map((entry) => entry.name)).toEqual(['c', 'a', 'b']);
    expect(held.top(10).length).toBe(3);
    expect([held.count, held.dropped]).toEqual([4, 0]);
  });

  it('answers what sorting all of them would', () => {
    const random = new Random(5);
    for (const limit of [0, 1, 3, 40, 1000]) {
      const held = make(1000);
      const all = Array.from({ length: 500 }, (_, i) => ({ name: `${i}`, bytes: random.between(0, 60) }));
      for (const entry of all) held.add(entry.name, entry);
      const sorted = all.filter(({ bytes }) => bytes > 0);
      sorted.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
      expect(held.top(limit)).toEqual(sorted.slice(0, limit));
    }
  });

  it('keeps the large ones when there are too many', () => {
    const held = make(10);
    held.add('big', { name: 'big', bytes: 1e6 });
    for (let i = 0; i < 1000; i++) held.add(`${i}`, { name: `${i}`, bytes: 1 });
    expect(held.count).toBeLessThanOrEqual(20);
    expect(held.top(1)[0].name).toBe('big');
    expect(held.dropped + held.count).toBe(1001);
  });
});
