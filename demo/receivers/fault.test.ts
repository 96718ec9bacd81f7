import { expect, it } from 'vitest';
import { type Fault, FaultDice, faultOf, hits } from './fault.ts';

it('hits the route that takes events, or the one that is named', () => {
  const dice = new FaultDice();
  const main: Fault = { kind: 'truncate' };
  const ack: Fault = { kind: 'tear', when: 'before', route: '/ack' };
  expect(dice.pick([main, ack], '/services/collector/event', true)).toEqual([main]);
  expect(dice.pick([main, ack], '/services/collector/ack', false)).toEqual([ack]);
  expect(faultOf([main, ack], 'tear')).toBe(ack);
  expect(faultOf([main, ack], 'slow')).toBeUndefined();
});

it('happens as often as it should, and the same way with the same seed', () => {
  const count = (fault: Fault, seed: number) => {
    const dice = new FaultDice(seed);
    return Array.from({ length: 1000 }, () => dice.pick([fault], '/', true).length);
  };
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  expect(sum(count({ kind: 'truncate', times: 3 }, 1))).toBe(3);
  const share = count({ kind: 'truncate', share: 0.3 }, 1);
  expect(sum(share)).toBeGreaterThan(200);
  expect(sum(share)).toBeLessThan(400);
  expect(count({ kind: 'truncate', share: 0.3 }, 1)).toEqual(share);
  expect(count({ kind: 'truncate', share: 0.3 }, 2)).not.toEqual(share);
});

it('hits events by id, or every so many', () => {
  expect(hits({ kind: 'item', code: 6, ids: ['a'] }, 'a')).toBe(true);
  expect(hits({ kind: 'item', code: 6, ids: ['a'] }, '7')).toBe(false);
  expect(hits({ kind: 'item', code: 6, every: 7 }, '1844674407370955161')).toBe(1844674407370955161n % 7n === 0n);
  expect(hits({ kind: 'item', code: 6, every: 7 }, '14')).toBe(true);
  expect(hits({ kind: 'item', code: 6, every: 7 }, 'x')).toBe(false);
});
