import { describe, expect, it } from 'vitest';
import { Random } from '../../../demo/random.ts';
import { HostTable } from './host-table.ts';

describe('HostTable', () => {
  it('is exact for as many hosts as it has room for', () => {
    const table = new HostTable(4);
    for (let i = 0; i < 8; i++) table.totals(`10.0.0.${i}`).sentBytes += i;
    expect(table.missed).toBe(0);
    expect(table.topSenders(3).map(({ address, bytes }) => [address, bytes])).toEqual([
      ['10.0.0.7', 7],
      ['10.0.0.6', 6],
      ['10.0.0.5', 5],
    ]);
  });

  it('orders equal hosts by address and leaves out those with nothing', () => {
    const table = new HostTable(4);
    for (const address of ['c', 'a', 'b']) table.totals(address).receivedBytes += 5;
    expect(table.topReceivers(2).map(({ address }) => address)).toEqual(['a', 'b']);
    expect(table.topSenders(2)).toEqual([]);
  });

  it('finds the big ones among very many, and is too low by no more than it says', () => {
    const table = new HostTable(200);
    const random = new Random(5);
    const truth = new Map<string, number>();
    const add = (address: string, bytes: number) => {
      truth.set(address, (truth.get(address) ?? 0) + bytes);
      table.totals(address).sentBytes += bytes;
    };
    for (let i = 0; i < 50_000; i++) {
      add(`10.${random.between(0, 99)}.${random.between(0, 99)}.1`, random.between(1, 100));
      if (i % 100 === 0) for (let big = 0; big < 5; big++) add(`192.0.2.${big}`, 1000 * (big + 1));
    }
    expect(table.hosts.size).toBeLessThanOrEqual(400);
    expect(table.dropped).toBeGreaterThan(0);
    expect(table.topSenders(5).map(({ address }) => address)).toEqual([4, 3, 2, 1, 0].map((big) => `192.0.2.${big}`));
    for (const [address, { sentBytes }] of table.hosts) {
      expect(sentBytes).toBeLessThanOrEqual(truth.get(address)!);
      expect(sentBytes + table.missed).toBeGreaterThanOrEqual(truth.get(address)!);
    }
  });
});
