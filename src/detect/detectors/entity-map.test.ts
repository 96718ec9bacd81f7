import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EntityMap } from './entity-map.ts';

/** The same, as simply as can be. */
class Plain {
  keys: string[] = [];

  touch(key: string, capacity: number): void {
    this.keys = this.keys.filter((other) => other !== key);
    if (this.keys.length >= capacity) this.keys.shift();
    this.keys.push(key);
  }
}

it('forgets what was touched longest ago, whatever was deleted, cleared and touched before', () => {
  const step = fc.record({ key: fc.nat({ max: 12 }).map(String), act: fc.nat({ max: 20 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.integer({ min: 1, max: 8 }), (steps, capacity) => {
      const map = new EntityMap<number>({ capacity, lifetime: 1e9 });
      const plain = new Plain();
      for (const [now, { key, act }] of steps.entries()) {
        if (act === 0) {
          map.clear();
          plain.keys = [];
        } else if (act < 4) {
          map.delete(key);
          plain.keys = plain.keys.filter((other) => other !== key);
        } else {
          map.touch(key, now, () => now);
          plain.touch(key, capacity);
        }
        expect(Array.from(map, ([held]) => held)).toEqual(plain.keys);
      }
    }),
    { numRuns: 60 },
  );
});
