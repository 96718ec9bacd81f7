import { describe, expect, it } from 'vitest';
import { ethernet, frame, ipv4, ipv6, Numbers, udp } from '../../test/support/captures.ts';
import { parseIp } from '../model/address.ts';
import { IpFragments } from './ip-fragments.ts';
import { linkTypeName } from './link-types.ts';
import { emptyPacket, type Packet } from './packet.ts';
import { UdpDatagrams } from './udp-datagrams.ts';

const big = new Numbers(false);
const PAYLOAD = Buffer.from('a flow export');

/** The packet in the middle of other bytes, so that reading past it shows. */
function packet(bytes: Uint8Array, linkType = 1, time = 1e6): Packet {
  const around = Buffer.concat([Buffer.alloc(5, 0xff), bytes, Buffer.alloc(5, 0xff)]);
  const view = new DataView(around.buffer, around.byteOffset, around.length);
  const end = 5 + bytes.length;
  return { ...emptyPacket(), bytes: around, view, start: 5, end, capturedLength: bytes.length, time, linkType };
}

function text(finder: UdpDatagrams): string {
  const { bytes, view, start, end } = finder.datagram;
  if (end > start) expect(view.getUint8(start)).toBe(bytes[start]);
  return Buffer.from(bytes.subarray(start, end)).toString();
}

function address(written: string): Uint8Array {
  const bytes = new Uint8Array(16);
  parseIp(written, bytes);
  return bytes;
}

const ONE = address('2001:db8::1');
const TWO = address('2001:db8::2');
const inV4 = ipv4(udp(PAYLOAD));
const inV6 = ipv6(udp(PAYLOAD), 17, ONE, TWO);

describe('link layers', () => {
  const sll = (type: number, ip: Uint8Array) =>
    Buffer.concat([big.u16(0, 1, 6), Buffer.alloc(8, 2), big.u16(type), ip]);
  const sll2 = (type: number, ip: Uint8Array) => Buffer.concat([big.u16(type, 0), Buffer.alloc(16, 1), ip]);
  const little = new Numbers(true);
  const cases: [string, number, Uint8Array][] = [
    ['Ethernet', 1, ethernet(inV4)],
    ['Ethernet with IPv6', 1, ethernet(inV6, 0x86dd)],
    ['802.1Q', 1, ethernet(inV4, 0x0800, 0x8100)],
    ['QinQ', 1, ethernet(inV6, 0x86dd, 0x88a8, 0x8100)],
    ['three tags of old kinds', 1, ethernet(inV4, 0x0800, 0x9100, 0x9200, 0x8100)],
    ['Ethernet with padding behind', 1, Buffer.concat([ethernet(inV4), Buffer.alloc(9, 7)])],
    ['Linux cooked', 113, sll(0x0800, inV4)],
    ['Linux cooked with a tag', 113, sll(0x8100, Buffer.concat([big.u16(5, 0x86dd), inV6]))],
    ['Linux cooked 2', 276, sll2(0x86dd, inV6)],
    ['raw IP', 101, inV4],
    ['raw IP of BSD', 12, inV6],
    ['raw IPv4', 228, inV4],
    ['raw IPv6', 229, inV6],
    ['null, little endian', 0, Buffer.concat([little.u32(2), inV4])],
    ['null, big endian', 0, Buffer.concat([big.u32(30), inV6])],
    ['loop', 108, Buffer.concat([big.u32(24), inV6])],
  ];
  for (const [name, linkType, bytes] of cases) {
    it(`are passed over: ${name}; cut anywhere they harm nothing`, () => {
      const finder = new UdpDatagrams();
      expect(finder.find(packet(bytes, linkType, 42))).toBe(true);
      expect(text(finder)).toBe('a flow export');
      const { source, sourcePort, destinationPort, time, cut } = finder.datagram;
      expect(['192.0.2.1', '2001:db8::1']).toContain(source);
      expect({ sourcePort, destinationPort, time, cut }).toEqual({
        sourcePort: 50_000,
        destinationPort: 2055,
        time: 42,
        cut: false,
      });
      for (let length = 0; length < bytes.length; length++) {
        if (!finder.find(packet(bytes.subarray(0, length), linkType))) continue;
        expect(PAYLOAD.toString().startsWith(text(finder))).toBe(true);
      }
    });
  }

  it('that are not understood are counted by type', () => {
    const finder = new UdpDatagrams();
    for (const linkType of [189, 189, 9999]) expect(finder.find(packet(ethernet(inV4), linkType))).toBe(false);
    expect([...finder.counts.unknownLinks]).toEqual([
      [189, 2],
      [9999, 1],
    ]);
    expect([105, 9999].map(linkTypeName)).toEqual(['IEEE 802.11 (link type 105)', 'link type 9999']);
  });
});

describe('IP and UDP', () => {
  it('leave what is not UDP', () => {
    const finder = new UdpDatagrams();
    expect(finder.find(packet(ethernet(ipv4(udp(PAYLOAD), { proto: 6 }))))).toBe(false);
    expect(finder.find(packet(ethernet(inV4, 0x0806)))).toBe(false);
    expect(finder.find(packet(ethernet(ipv6(udp(PAYLOAD), 58, ONE, TWO), 0x86dd)))).toBe(false);
    expect(finder.counts).toMatchObject({ packets: 3, datagrams: 0, malformed: 0 });
  });

  it('tell what the capture cut from what contradicts itself', () => {
    const finder = new UdpDatagrams();
    const whole = frame(PAYLOAD);
    expect(finder.find(packet(whole.subarray(0, -3)))).toBe(true);
    expect([text(finder), finder.datagram.cut]).toEqual(['a flow exp', true]);
    const longUdp = Buffer.from(whole);
    longUdp.writeUInt16BE(500, 14 + 20 + 4);
    expect(finder.find(packet(longUdp))).toBe(false);
    const shortIp = ethernet(ipv4(udp(PAYLOAD), { length: 19 }));
    expect(finder.find(packet(shortIp))).toBe(false);
    expect(finder.counts).toMatchObject({ datagrams: 1, cut: 1, malformed: 2 });
  });

  it('take a length of zero, as cards that segment leave it, to the end of the packet', () => {
    const finder = new UdpDatagrams();
    expect(finder.find(packet(ethernet(ipv4(udp(PAYLOAD), { length: 0 }))))).toBe(true);
    expect(text(finder)).toBe('a flow export');
  });

  it('pass over the extension headers of IPv6, but not for ever', () => {
    const finder = new UdpDatagrams();
    const header = (next: number, bytes: number) =>
      Buffer.concat([Buffer.from([next, bytes / 8 - 1]), Buffer.alloc(bytes - 2)]);
    const authentication = Buffer.concat([Buffer.from([17, 4]), Buffer.alloc(22)]);
    const chain = Buffer.concat([header(60, 8), header(43, 24), header(51, 16), authentication, udp(PAYLOAD)]);
    expect(finder.find(packet(ipv6(chain, 0, ONE, TWO), 101))).toBe(true);
    expect(text(finder)).toBe('a flow export');
    const endless = Buffer.concat(Array.from({ length: 200 }, () => header(60, 8)));
    expect(finder.find(packet(ipv6(endless, 60, ONE, TWO), 101))).toBe(false);
  });
});

describe('fragments', () => {
  const large = Buffer.from(Array.from({ length: 60_000 }, (_, n) => n % 251));
  const whole = udp(large);
  const pieces = (size: number) => Array.from({ length: Math.ceil(whole.length / size) }, (_, n) => n * size);
  const fragments4 = (size: number, id = 7) =>
    pieces(size).map((offset) =>
      ipv4(whole.subarray(offset, offset + size), { id, offset, more: offset + size < whole.length }),
    );
  const fragments6 = (size: number) =>
    pieces(size).map((offset) => {
      const flags = offset | (offset + size < whole.length ? 1 : 0);
      const header = Buffer.concat([Buffer.from([17, 0]), big.u16(flags), big.u32(99)]);
      return ipv6(Buffer.concat([header, whole.subarray(offset, offset + size)]), 44, ONE, TWO);
    });

  for (const [name, parts] of [
    ['IPv4', fragments4(1480)],
    ['IPv6', fragments6(1232)],
  ] as const) {
    it(`of ${name} make a datagram, in order, backwards, and with duplicates`, () => {
      for (const order of [parts, parts.toReversed(), parts.flatMap((part) => [part, part]).slice(0, -1)]) {
        const finder = new UdpDatagrams();
        const found = order.map((part) => finder.find(packet(part, 101)));
        expect(found.filter(Boolean).length).toBe(1);
        expect(found.at(-1)).toBe(true);
        const { bytes, start, end, source, destinationPort } = finder.datagram;
        expect(Buffer.compare(bytes.subarray(start, end), large)).toBe(0);
        expect([name === 'IPv4' ? '192.0.2.1' : '2001:db8::1', 2055]).toEqual([source, destinationPort]);
        expect(finder.incomplete).toBe(0);
      }
    });
  }

  it('of several packets do not mix, and a missing one leaves the packet out', () => {
    const finder = new UdpDatagrams();
    const [one, two] = [fragments4(20_000, 1), fragments4(20_000, 2)];
    const found = [one[0], two[0], two[1], one[1], two[2], two[3]].map((part) => finder.find(packet(part, 101)));
    expect(found).toEqual([false, false, false, false, false, true]);
    expect(finder.incomplete).toBe(1);
  });

  it('that contradict each other end the packet', () => {
    const bytes = new Uint8Array(4096);
    type Piece = readonly [offset: number, last: boolean, length: number];
    const first: Piece = [0, false, 16];
    const cases: readonly (readonly Piece[])[] = [
      [first, [8, false, 16]],
      [first, [65_528, false, 16]],
      [first, [16, false, 15]],
      [
        [64, true, 16],
        [128, true, 8],
      ],
      [
        [64, true, 16],
        [80, false, 8],
      ],
      [
        [64, false, 16],
        [0, true, 24],
      ],
    ];
    for (const pieces of cases) {
      const table = new IpFragments();
      const add = ([offset, last, length]: Piece) => table.add('k', 0, offset, last, 17, bytes, 0, length);
      expect(pieces.map(add)).toEqual([undefined, undefined]);
      expect([table.givenUp, table.waiting], JSON.stringify(pieces)).toEqual([1, 0]);
      expect(add([0, true, 5])?.length).toBe(5);
    }
  });

  it('are bounded in number, bytes and age', () => {
    const table = new IpFragments();
    const bytes = new Uint8Array(60_000);
    for (let id = 0; id < 2000; id++) table.add(`${id}`, id, 0, false, 17, bytes, 0, 8);
    expect([table.waiting, table.givenUp]).toEqual([512, 1488]);
    const large = new IpFragments();
    for (let id = 0; id < 1000; id++) large.add(`${id}`, id, 0, false, 17, bytes, 0, 60_000);
    expect(large.waiting).toBeLessThanOrEqual(141);
    const aged = new IpFragments();
    aged.add('a', 0, 0, false, 17, bytes, 0, 8);
    expect(aged.add('a', 61e6, 8, true, 17, bytes, 0, 8)).toBe(undefined);
    expect(aged.givenUp).toBe(1);
  });

  it('cut by the capture are of no use, and are not waited for', () => {
    const finder = new UdpDatagrams();
    expect(finder.find(packet(fragments4(1480)[0].subarray(0, 200), 101))).toBe(false);
    expect([finder.counts.fragments, finder.incomplete]).toEqual([1, 0]);
  });
});
