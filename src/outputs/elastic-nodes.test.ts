import { expect, it } from 'vitest';
import { ElasticNodes } from './elastic-nodes.ts';

function nodesOf(...names: string[]) {
  const clock = { now: 1000 };
  const nodes = new ElasticNodes(names, () => clock.now);
  const picks = (count: number) => Array.from({ length: count }, () => nodes.pick()).join('');
  return { clock, nodes, picks };
}

it('takes nodes in turn', () => {
  expect(nodesOf('a', 'b', 'c').picks(7)).toBe('abcabca');
});

it('leaves out one that fails, longer each time, and shares its part evenly', () => {
  const { clock, nodes, picks } = nodesOf('a', 'b', 'c');
  for (const pause of [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]) {
    expect(nodes.report('b', false)).toBe(pause);
    const taken = picks(40);
    expect(taken.replaceAll('c', '')).toBe('a'.repeat(20));
    clock.now += pause - 1;
    expect(picks(9)).not.toContain('b');
    clock.now += 1;
    expect(picks(3)).toContain('b');
  }
});

it('counts one failure of several at the same time', () => {
  const { clock, nodes } = nodesOf('a', 'b');
  expect(Array.from({ length: 8 }, () => nodes.report('a', false))).toEqual([1000, 0, 0, 0, 0, 0, 0, 0]);
  clock.now += 1000;
  expect(nodes.report('a', false)).toBe(2000);
});

it('has one back as soon as it answers, as if nothing had been', () => {
  const { clock, nodes, picks } = nodesOf('a', 'b');
  nodes.report('a', false);
  clock.now += 1000;
  nodes.report('a', false);
  expect(nodes.report('a', true)).toBe(0);
  expect(picks(4)).toBe('abab');
  expect(nodes.report('a', false)).toBe(1000);
});

it('tries all of them where all are left out', () => {
  const { clock, nodes, picks } = nodesOf('a', 'b');
  expect(nodes.available).toBe(true);
  nodes.report('a', false);
  expect(nodes.available).toBe(true);
  nodes.report('b', false);
  expect(nodes.available).toBe(false);
  expect(picks(2).split('').sort()).toEqual(['a', 'b']);
  expect(nodesOf('a').picks(3)).toBe('aaa');
  clock.now += 1000;
  expect(nodes.available).toBe(true);
});
