import { describe, expect, it } from 'vitest';
import { dissect, newDissected } from '../dissect.ts';
import { dice } from './fixtures/conversation.ts';
import { frameOf, packetOf, type Written } from './fixtures/packets.ts';
import { PacketKey } from './packet-key.ts';

const into = newDissected();

function read(key: PacketKey, written: Omit<Written, 'time'>): PacketKey {
  const packet = packetOf(frameOf({ time: 0, ...written }), 0);
  dissect(packet, into);
  key.read(packet, into);
  return key;
}

describe('the hash of a packet', () => {
  it('is the same for both directions and another for another port, address or protocol', () => {
    const key = new PacketKey(77, false);
    for (const [src, dst] of [
      ['10.0.0.1', '192.0.2.1'],
      ['10.0.0.1', '10.0.0.1'],
      ['2001:db8::1', '2001:db8::ffff:1'],
    ]) {
      const there = { src, dst, srcPort: 1000, dstPort: 80, proto: 17 };
      const { hash } = read(key, there);
      expect(read(key, { src: dst, dst: src, srcPort: 80, dstPort: 1000, proto: 17 }).hash).toBe(hash);
      expect(read(key, { ...there, srcPort: 1001 }).hash).not.toBe(hash);
      expect(read(key, { ...there, proto: 6 }).hash).not.toBe(hash);
      expect(read(key, { ...there, dst: src.replace(/1$/, '2') }).hash).not.toBe(hash);
      expect(read(new PacketKey(78, false), there).hash).not.toBe(hash);
    }
  });

  it('spreads hosts and ports that follow one another', () => {
    const random = dice(5);
    const key = new PacketKey(random(2 ** 31), false);
    const buckets = new Uint16Array(4096);
    for (let i = 0; i < 40_960; i++) {
      const src = `10.1.${(i >> 8) & 255}.${i & 255}`;
      buckets[read(key, { src, dst: '192.0.2.1', srcPort: 1024 + (i >> 3), dstPort: 443, proto: 17 }).hash & 4095]++;
    }
    // Ten are expected in each; by chance alone no more than about thirty.
    expect(Math.max(...buckets)).toBeLessThan(40);
  });
});

describe('ICMP', () => {
  it('has the number of the answer as its other port', () => {
    const key = new PacketKey(1, false);
    const ports = (proto: number, type: number, code: number) => {
      const host = proto === 1 ? { src: '10.0.0.1', dst: '10.0.0.2' } : { src: 'fe80::1', dst: 'fe80::2' };
      const { srcPort, dstPort, oneWay, reply } = read(key, { proto, srcPort: type, dstPort: code, ...host });
      return [srcPort, dstPort, oneWay, reply];
    };
    expect(ports(1, 8, 0)).toEqual([8, 0, false, false]);
    expect(ports(1, 0, 0)).toEqual([0, 8, false, true]);
    expect(ports(1, 14, 0)).toEqual([14, 13, false, true]);
    expect(ports(1, 9, 0)).toEqual([9, 10, false, false]);
    expect(ports(1, 3, 1)).toEqual([3, 1, true, false]);
    expect(ports(58, 135, 0)).toEqual([135, 136, false, false]);
    expect(ports(58, 129, 0)).toEqual([129, 128, false, true]);
    expect(ports(58, 1, 4)).toEqual([1, 4, true, false]);
  });
});
