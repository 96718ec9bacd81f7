import { describe, expect, it } from 'vitest';
import { parseIp } from '../../model/address.ts';
import type { Peer } from './peer.ts';
import { PeerTable } from './peer-table.ts';

const words = new Uint32Array(4);

function find(table: PeerTable, text: string): Peer | undefined {
  expect(parseIp(text, new Uint8Array(words.buffer))).not.toBe(0);
  return table.find(words[0], words[1], words[2], words[3]);
}

function findOrAdd(table: PeerTable, text: string): Peer {
  return find(table, text) ?? table.add(words[0], words[1], words[2], words[3]);
}

describe('PeerTable', () => {
  it('knows a peer by its address, written as people write it', () => {
    const table = new PeerTable(8);
    const texts = ['192.0.2.1', '192.0.2.2', '2001:db8::1', 'fe80::1', '0.0.0.1', '255.255.255.255'];
    const peers = texts.map((text) => findOrAdd(table, text));
    expect(peers.map((peer) => peer.address)).toEqual(texts);
    expect(texts.map((text) => find(table, text))).toEqual(peers);
    expect(find(table, '::ffff:192.0.2.1')).toBe(peers[0]);
    expect(find(table, '192.0.2.3')).toBeUndefined();
    expect(find(table, '2001:db8::2')).toBeUndefined();
    expect(table.size).toBe(6);
  });

  it('grows beyond its first slots and still finds everybody', () => {
    const table = new PeerTable(5000);
    const at = (i: number) => `10.0.${i >> 8}.${i & 255}`;
    const peers = Array.from({ length: 5000 }, (_, i) => findOrAdd(table, at(i)));
    for (let i = 0; i < 5000; i++) if (find(table, at(i)) !== peers[i]) throw new Error(`${at(i)} is lost`);
    expect(new Set(peers).size).toBe(5000);
    expect(table.evicted).toBe(0);
  });

  it('keeps its size and those who send regularly while forged addresses pour in', () => {
    const table = new PeerTable(64);
    const regular = ['192.0.2.1', '192.0.2.2', '2001:db8::1'];
    const peers = regular.map((text) => findOrAdd(table, text));
    for (let i = 0; i < 20_000; i++) {
      findOrAdd(table, i % 2 === 0 ? `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` : `2001:db8:1::${i.toString(16)}`);
      if (i % 16 === 0) for (const [k, text] of regular.entries()) expect(find(table, text)).toBe(peers[k]);
    }
    expect(table.size).toBe(64);
    expect(table.evicted).toBe(20_003 - 64);
  });

  it('finds exactly those it holds after many evictions', () => {
    const table = new PeerTable(50);
    const seen = new Map<string, Peer>();
    let state = 1;
    for (let i = 0; i < 5000; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const text = `198.51.100.${state >>> 24}`;
      seen.set(text, findOrAdd(table, text));
    }
    const held = new Set(table.all());
    expect(held.size).toBe(50);
    let found = 0;
    for (const [text, peer] of seen) {
      if (held.has(peer)) found++;
      expect(find(table, text)).toBe(held.has(peer) ? peer : undefined);
    }
    expect(found).toBe(50);
  });

  it('forgets whom it put out, even when that was the last one asked for', () => {
    const table = new PeerTable(1);
    const first = findOrAdd(table, '192.0.2.1');
    expect(find(table, '192.0.2.1')).toBe(first);
    const second = findOrAdd(table, '192.0.2.2');
    expect(find(table, '192.0.2.1')).toBeUndefined();
    expect(find(table, '192.0.2.2')).toBe(second);
  });

  it('spares somebody who comes in one long run', () => {
    const table = new PeerTable(2);
    const busy = findOrAdd(table, '192.0.2.1');
    for (let i = 0; i < 10; i++) {
      expect(find(table, '192.0.2.1')).toBe(busy);
      findOrAdd(table, `10.0.0.${i}`);
      // Found as the last one asked for.
      expect(find(table, '192.0.2.1')).toBe(busy);
    }
  });
});
