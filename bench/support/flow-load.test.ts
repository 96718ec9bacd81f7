import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datagramOf, type FlowLoad, makeFlowLoad, readFlowLoad, writeFlowLoad } from './flow-load.ts';

function datagrams(load: Pick<FlowLoad, 'bytes' | 'offsets'>): Buffer[] {
  return Array.from({ length: load.offsets.length - 1 }, (_, index) => datagramOf(load, index));
}

describe('makeFlowLoad', () => {
  it('is the same for the same seed, and another for another', () => {
    const make = (seed: number) => makeFlowLoad({ protocol: 'netflow9', datagrams: 20, seed }).bytes;
    expect(make(1).equals(make(1))).toBe(true);
    expect(make(1).equals(make(2))).toBe(false);
  });

  it('fills version 5 with 30 flows a datagram, whose sums it tells', () => {
    const load = makeFlowLoad({ protocol: 'netflow5', datagrams: 50 });
    let bytes = 0;
    let packets = 0;
    let sequence = 0;
    let time = 0;
    for (const datagram of datagrams(load)) {
      expect(datagram).toHaveLength(24 + 30 * 48);
      expect(datagram.readUInt32BE(16)).toBe(sequence);
      sequence += datagram.readUInt16BE(2);
      expect(datagram.readUInt32BE(4)).toBeGreaterThanOrEqual(time);
      time = datagram.readUInt32BE(4);
      for (let record = 24; record < datagram.length; record += 48) {
        packets += datagram.readUInt32BE(record + 16);
        bytes += datagram.readUInt32BE(record + 20);
        expect(datagram.readUInt32BE(record + 28)).toBeGreaterThanOrEqual(datagram.readUInt32BE(record + 24));
      }
    }
    expect({ flows: sequence, bytes, packets }).toEqual({
      flows: load.flows,
      bytes: load.flowBytes,
      packets: load.flowPackets,
    });
  });

  it('repeats the template of version 9 every 500 datagrams, and has 24 flows in the others', () => {
    const load = makeFlowLoad({ protocol: 'netflow9', datagrams: 1_001 });
    const all = datagrams(load);
    const withTemplate = all.flatMap((datagram, index) => (datagram.readUInt16BE(20) === 0 ? [index] : []));
    expect(withTemplate).toEqual([0, 500, 1_000]);
    expect(load.flows).toBe(3 * 22 + 998 * 24);
    expect(all.map((datagram) => datagram.readUInt32BE(12))).toEqual(all.map((_, index) => index));
    expect(all[1]).toHaveLength(20 + 4 + 24 * 57);
    expect(all[1].readUInt16BE(22)).toBe(all[1].length - 20);
  });

  it('counts records in the sequence of IPFIX, and its length in the header', () => {
    const all = datagrams(makeFlowLoad({ protocol: 'ipfix', datagrams: 3 }));
    expect(all.map((datagram) => datagram.readUInt32BE(8))).toEqual([0, 20, 42]);
    for (const datagram of all) expect(datagram.readUInt16BE(2)).toBe(datagram.length);
  });

  it('gives seven samples to an sFlow datagram', () => {
    const load = makeFlowLoad({ protocol: 'sflow', datagrams: 4 });
    const all = datagrams(load);
    expect(load.flows).toBe(28);
    for (const datagram of all) expect(datagram).toHaveLength(28 + 7 * 192);
    const lengths = all.flatMap((datagram) =>
      Array.from({ length: 7 }, (_, sample) => datagram.readUInt16BE(28 + sample * 192 + 64 + 16)),
    );
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(load.flowBytes);
  });

  it('has a few addresses that are met often and many that are met seldom', () => {
    const load = makeFlowLoad({ protocol: 'netflow5', datagrams: 1_000 });
    const seen = new Map<number, number>();
    for (const datagram of datagrams(load))
      for (let record = 24; record < datagram.length; record += 48)
        seen.set(datagram.readUInt32BE(record), (seen.get(datagram.readUInt32BE(record)) ?? 0) + 1);
    const counts = [...seen.values()].sort((left, right) => right - left);
    expect(counts.length).toBeGreaterThan(5_000);
    const top = counts.slice(0, 20).reduce((sum, count) => sum + count, 0);
    expect(top).toBeGreaterThan(load.flows * 0.2);
    expect(counts.filter((count) => count === 1).length).toBeGreaterThan(2_000);
  });

  it('comes back from a file with its index', () => {
    const folder = mkdtempSync(join(tmpdir(), 'flow-load-'));
    try {
      const load = makeFlowLoad({ protocol: 'ipfix', datagrams: 30 });
      const path = join(folder, 'load.bin');
      writeFlowLoad(path, load);
      const read = readFlowLoad(path);
      expect(read.offsets).toEqual(load.offsets);
      expect(datagrams(read)).toEqual(datagrams(load));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
