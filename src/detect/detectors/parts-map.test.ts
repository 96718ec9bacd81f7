import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EntityMap } from './entity-map.ts';
import { PartsMap } from './parts-map.ts';
import { NONE } from './recency-list.ts';

const LIFETIME = 40;

/** All that is held, in its order, by the keys of an EntityMap. */
function all(map: PartsMap<number>): [string, number, number][] {
  return Array.from(map.places(), (at) => {
    const key = [map.first(at), map.second(at), map.third(at), map.number(at)].join(' ');
    return [key, map.touched(at), map.at(at)];
  });
}

it('holds and forgets what an EntityMap does whose keys are the parts in one text', () => {
  const part = fc.constantFrom('', 'a', 'b', 'ab');
  const key = fc.record({ first: part, second: part, third: part, number: fc.constantFrom(0, 1, -1) });
  const step = fc.record({ key, act: fc.nat({ max: 20 }), wait: fc.nat({ max: 10 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), fc.integer({ min: 1, max: 100 }), (steps, capacity) => {
      const parts = new PartsMap<number>({ capacity, lifetime: LIFETIME });
      const plain = new EntityMap<number>({ capacity, lifetime: LIFETIME });
      let now = 0;
      for (const [i, { key, act, wait }] of steps.entries()) {
        now += wait;
        const { first, second, third, number } = key;
        const text = [first, second, third, number].join(' ');
        const found = parts.find(first, second, third, number);
        expect(found === NONE ? undefined : parts.at(found)).toBe(plain.peek(text));
        if (act === 0 && i % 3 === 0) {
          parts.clear();
          plain.clear();
        } else if (act < 3) {
          if (found !== NONE) parts.delete(found);
          plain.delete(text);
        } else if (act === 3) {
          parts.expire(now);
          plain.expire(now);
        } else {
          const place = parts.touch(first, second, third, number, now);
          if (parts.made) parts.set(place, i);
          expect(plain.touch(text, now, () => i)).toBe(parts.at(place));
        }
        expect(all(parts)).toEqual(plain.save());
        expect([parts.size, parts.evicted]).toEqual([plain.size, plain.evicted]);
      }
    }),
    { numRuns: 100 },
  );
});

it('finds each of very many', () => {
  const map = new PartsMap<number>({ capacity: 20_000, lifetime: 1e9 });
  for (let i = 0; i < 50_000; i++) map.set(map.touch(`10.0.${i >> 8}.${i & 255}`, '198.51.100.7', '', i % 7, i), i);
  expect([map.size, map.evicted]).toEqual([20_000, 30_000]);
  for (let i = 0; i < 50_000; i++) {
    const place = map.find(`10.0.${i >> 8}.${i & 255}`, '198.51.100.7', '', i % 7);
    expect(place === NONE ? -1 : map.at(place)).toBe(i < 30_000 ? -1 : i);
  }
});
