import { describe, expect, it } from 'vitest';
import { dice } from './fixtures/conversation.ts';
import { NONE, NodePool } from './node-pool.ts';
import { SlotIndex } from './slot-index.ts';
import { SlotLists } from './slot-lists.ts';

function find(index: SlotIndex, hash: number, slot: number): boolean {
  for (let at = index.begin(hash); index.entries[at] !== 0; at = index.after(at))
    if (index.entries[at + 1] === hash && index.entries[at] === slot + 1) return true;
  return false;
}

describe('SlotIndex', () => {
  it('finds what was put in and not removed, also where hashes collide', () => {
    const random = dice(3);
    const index = new SlotIndex();
    const known = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const slot = random(3000);
      const hash = known.get(slot);
      if (hash === undefined) {
        // Few different hashes: long chains, over the end of the table too.
        const fresh = (random(2) === 0 ? random(40) : -1 - random(40)) | 0;
        index.insert(fresh, slot);
        known.set(slot, fresh);
      } else {
        index.remove(hash, slot);
        known.delete(slot);
        expect(find(index, hash, slot)).toBe(false);
      }
      if (i % 1000 === 0) for (const [other, its] of known) expect(find(index, its, other)).toBe(true);
    }
    expect(index.size).toBe(known.size);
    for (const [slot, hash] of known) index.remove(hash, slot);
    expect(index.entries.every((entry, at) => at % 2 === 1 || entry === 0)).toBe(true);
  });

  it('is not moved by removing what is not there', () => {
    const index = new SlotIndex();
    index.insert(5, 1);
    index.remove(5, 2);
    expect([index.size, find(index, 5, 1)]).toEqual([1, true]);
  });
});

describe('SlotLists', () => {
  it('keep the order of appending through all moves', () => {
    const random = dice(4);
    const lists = new SlotLists(3);
    lists.reserve(50);
    const model: number[][] = [[], [], []];
    for (let i = 0; i < 5000; i++) {
      const slot = random(50);
      const from = model.findIndex((list) => list.includes(slot));
      const to = random(3);
      if (from < 0) {
        lists.append(to, slot);
        model[to].push(slot);
        continue;
      }
      model[from].splice(model[from].indexOf(slot), 1);
      if (random(3) === 0) lists.remove(from, slot);
      else {
        lists.move(from, to, slot);
        model[to].push(slot);
      }
      for (const [list, slots] of model.entries()) {
        const walked: number[] = [];
        for (let at = lists.head(list); at !== NONE; at = lists.behind(at)) walked.push(at);
        expect(walked).toEqual(slots);
      }
    }
  });
});

describe('NodePool', () => {
  it('grows to its limit and no further, and gives out again what came back', () => {
    const pool = new NodePool(5000);
    const nodes = Array.from({ length: 5001 }, (_, i) => pool.take(i, i + 1, i / 2, i & 7));
    expect(nodes[5000]).toBe(NONE);
    expect([pool.used, pool.refused]).toEqual([5000, 1]);
    for (const [i, node] of nodes.slice(0, 5000).entries())
      expect([pool.from[node], pool.to[node], pool.time[node], pool.mark[node]]).toEqual([i, i + 1, i / 2, i & 7]);
    for (let i = 0; i < 10; i++) pool.next[nodes[i]] = i < 9 ? nodes[i + 1] : NONE;
    pool.giveChain(nodes[0]);
    expect(pool.used).toBe(4990);
    const again = Array.from({ length: 10 }, () => pool.take(0, 0, 0, 0));
    expect(new Set(again)).toEqual(new Set(nodes.slice(0, 10)));
    expect(pool.take(0, 0, 0, 0)).toBe(NONE);
  });
});
