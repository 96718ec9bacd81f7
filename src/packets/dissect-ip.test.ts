import { describe, expect, it } from 'vitest';
import { ethernet, ipv4, ipv6, Numbers, udp } from '../../test/support/captures.ts';
import {
  authentication,
  expectSane,
  extension,
  fragment,
  icmp,
  packetOf,
  tcp,
  withOptions,
} from '../../test/support/layers.ts';
import { Dissector, dissect, newDissected } from './dissect.ts';
import { type Dissected, PROBLEMS } from './dissected.ts';

const big = new Numbers(false);
const DATA = Buffer.from('0123456789abcdef');
const ONE = Buffer.alloc(16, 0x20);
const TWO = Buffer.alloc(16, 0x21);
const into = newDissected();

function take(bytes: Buffer, linkType = 101, wire = bytes.length): Dissected {
  const packet = packetOf(bytes, linkType, wire);
  dissect(packet, into);
  expectSane(into, packet);
  return into;
}

describe('IPv4', () => {
  it('tells its header, and does not take padding for payload', () => {
    const short = ipv4(udp(Buffer.from('x')));
    short[1] = 0xb8;
    const packet = packetOf(Buffer.concat([ethernet(short), Buffer.alloc(17, 0xee)]));
    dissect(packet, into);
    expect(into).toMatchObject({
      family: 4,
      etherType: 0x0800,
      src: 7 + 26,
      dst: 7 + 30,
      proto: 17,
      ttl: 64,
      tos: 0xb8,
      ipLength: 29,
      fragment: 0,
      srcPort: 50_000,
      dstPort: 2055,
      payload: 7 + 42,
      payloadLength: 1,
      payloadCaptured: 1,
      problems: 0,
    });
    dissect(packetOf(Buffer.concat([ethernet(ipv4(tcp(Buffer.alloc(0)), { proto: 6 })), Buffer.alloc(6)])), into);
    expect(into).toMatchObject({ payload: -1, payloadLength: 0, payloadCaptured: 0, ipLength: 40 });
  });

  it('counts by its header what the capture cut off', () => {
    const whole = ipv4(udp(DATA));
    expect(take(whole.subarray(0, 30), 101, 44)).toMatchObject({
      ipLength: 44,
      payload: 35,
      payloadLength: 16,
      payloadCaptured: 2,
      problems: 0,
    });
    expect(take(whole.subarray(0, 28), 101, 44)).toMatchObject({ payload: -1, payloadLength: 16, problems: 0 });
    expect(take(whole.subarray(0, 27), 101, 44)).toMatchObject({
      payload: -1,
      payloadLength: 16,
      srcPort: 50_000,
      problems: PROBLEMS.truncated,
    });
    expect(take(whole.subarray(0, 19), 101, 44)).toMatchObject({ family: 0, problems: PROBLEMS.truncated });
  });

  it('takes the length from the wire where the network card was to fill it in', () => {
    expect(take(ipv4(udp(DATA), { length: 0 }))).toMatchObject({ ipLength: 44, payloadLength: 16, problems: 0 });
    expect(take(ipv4(udp(DATA), { length: 0 }), 101, 90)).toMatchObject({ ipLength: 90, problems: 0 });
  });

  it('flags lengths that cannot be', () => {
    expect(take(ipv4(udp(DATA), { length: 19 }))).toMatchObject({ family: 0, problems: PROBLEMS.badIpLength });
    expect(take(ipv4(udp(DATA), { length: 45 }))).toMatchObject({
      family: 4,
      ipLength: 45,
      payloadLength: 16,
      problems: PROBLEMS.badIpLength,
    });
    const small = ipv4(udp(DATA));
    small[0] = 0x44;
    expect(take(small)).toMatchObject({ family: 0, etherType: 0x0800, problems: PROBLEMS.badIpLength });
  });

  it('passes over options, and flags those that choose the way', () => {
    const plain = withOptions(ipv4(udp(DATA)), Buffer.from([1, 148, 4, 0, 0, 0, 0, 0]));
    expect(take(plain)).toMatchObject({ srcPort: 50_000, payloadLength: 16, ipLength: 52, problems: 0 });
    for (const kind of [131, 137]) {
      const routed = withOptions(ipv4(udp(DATA)), Buffer.from([1, kind, 7, 4, 1, 2, 3, 4]));
      expect(take(routed)).toMatchObject({ srcPort: 50_000, payloadLength: 16, problems: PROBLEMS.sourceRoute });
    }
    const ended = withOptions(ipv4(udp(DATA)), Buffer.from([0, 131, 7, 4]));
    expect(take(ended).problems).toBe(0);
    const broken = withOptions(ipv4(udp(DATA)), Buffer.from([7, 0, 131, 4]));
    expect(take(broken)).toMatchObject({ srcPort: 50_000, problems: 0 });
    expect(take(broken.subarray(0, 22), 101, 48)).toMatchObject({
      family: 4,
      payloadLength: 24,
      payload: -1,
      problems: PROBLEMS.truncated,
    });
  });

  it('passes over an authentication header', () => {
    const packet = ipv4(Buffer.concat([authentication(17), udp(DATA)]), { proto: 51 });
    expect(take(packet)).toMatchObject({ proto: 17, srcPort: 50_000, payloadLength: 16, ipLength: 68, problems: 0 });
    expect(take(packet.subarray(0, 30), 101, 68)).toMatchObject({ proto: 17, problems: PROBLEMS.truncated });
    expect(take(ipv4(authentication(17).subarray(0, 7), { proto: 51 }))).toMatchObject({
      problems: PROBLEMS.badIpLength,
    });
  });

  it('gives the payload of protocols that are not looked into', () => {
    expect(take(ipv4(DATA, { proto: 89 }))).toMatchObject({
      proto: 89,
      srcPort: 0,
      dstPort: 0,
      payload: 27,
      payloadLength: 16,
      payloadCaptured: 16,
    });
  });
});

describe('IPv6', () => {
  it('tells its header', () => {
    const packet = ipv6(tcp(DATA), 6, ONE, TWO);
    packet[0] = 0x6b;
    packet[1] = 0x80;
    expect(take(packet)).toMatchObject({
      family: 6,
      etherType: 0x86dd,
      src: 15,
      dst: 31,
      proto: 6,
      ttl: 64,
      tos: 0xb8,
      ipLength: 76,
      srcPort: 40_000,
      payload: 67,
      payloadLength: 16,
      problems: 0,
    });
    expect(take(packet.subarray(0, 39), 101, 76)).toMatchObject({ family: 0, problems: PROBLEMS.truncated });
  });

  it('passes over extension headers', () => {
    const chain = Buffer.concat([
      extension(60),
      extension(43),
      extension(44, 2),
      fragment(51, 0, false, 9),
      authentication(135),
      extension(139),
      extension(140),
      extension(17),
      udp(DATA),
    ]);
    const packet = ipv6(chain, 0, ONE, TWO);
    expect(take(packet)).toMatchObject({
      proto: 17,
      srcPort: 50_000,
      fragment: 0,
      payloadLength: 16,
      ipLength: 40 + chain.length,
      problems: 0,
    });
    for (let length = 40; length < 40 + chain.length - 16; length++) {
      expect(take(packet.subarray(0, length), 101, packet.length)).toMatchObject({
        family: 6,
        payload: -1,
        problems: PROBLEMS.truncated,
      });
    }
  });

  it('flags routing headers of type 0, and extension headers that do not fit', () => {
    const routed = Buffer.concat([extension(17, 0, 1), udp(DATA)]);
    expect(take(ipv6(routed, 43, ONE, TWO))).toMatchObject({ srcPort: 50_000, problems: PROBLEMS.routingHeader0 });
    const long = extension(17);
    long[1] = 9;
    expect(take(ipv6(long, 60, ONE, TWO))).toMatchObject({ srcPort: 0, proto: 60, problems: PROBLEMS.badIpLength });
  });

  it('ends where extension headers repeat without end', () => {
    const chain = Buffer.concat(Array.from({ length: 200 }, () => extension(60)));
    expect(take(ipv6(chain, 60, ONE, TWO))).toMatchObject({ family: 6, srcPort: 0, problems: 0 });
  });

  it('takes the length of segments to be split from the wire', () => {
    const packet = ipv6(tcp(DATA), 6, ONE, TWO);
    packet.writeUInt16BE(0, 4);
    expect(take(packet)).toMatchObject({ ipLength: 76, payloadLength: 16, problems: 0 });
    expect(take(ipv6(Buffer.alloc(0), 59, ONE, TWO))).toMatchObject({ ipLength: 40, payloadLength: 0, problems: 0 });
  });
});

describe('fragments', () => {
  const whole = udp(Buffer.alloc(60, 7));
  const parts = (id: number, proto = 17, body: Buffer = whole) => [
    ipv4(body.subarray(0, 24), { id, proto, more: true }),
    ipv4(body.subarray(24, 48), { id, proto, offset: 24, more: true }),
    ipv4(body.subarray(48), { id, proto, offset: 48 }),
  ];
  const seen = (dissector: Dissector, bytes: Buffer, time = 1e6) => {
    const packet = packetOf(bytes, 101, bytes.length, time);
    dissector.dissect(packet, into);
    expectSane(into, packet);
    return { fragment: into.fragment, ports: [into.srcPort, into.dstPort], length: into.payloadLength };
  };

  it('have the ports of the first one', () => {
    const dissector = new Dissector();
    const [first, second, third] = parts(5);
    expect(seen(dissector, first)).toEqual({ fragment: 1, ports: [50_000, 2055], length: 16 });
    expect(into.problems).toBe(0);
    expect(seen(dissector, second)).toEqual({ fragment: 2, ports: [50_000, 2055], length: 24 });
    expect(seen(dissector, third, 60e6)).toEqual({ fragment: 2, ports: [50_000, 2055], length: 20 });
    expect(seen(dissector, third, 62e6).ports).toEqual([0, 0]);
    expect(seen(dissector, parts(6)[1]).ports).toEqual([0, 0]);
    expect(seen(dissector, parts(5, 6)[2]).ports).toEqual([0, 0]);
    expect(seen(new Dissector(), second).ports).toEqual([0, 0]);
    dissect(packetOf(second, 101), into);
    expect(into).toMatchObject({ fragment: 2, srcPort: 0, proto: 17, payloadLength: 24 });
  });

  it('of echoes have their type, code and identifier', () => {
    const dissector = new Dissector();
    const [first, second] = parts(7, 1, icmp(8, 0, Buffer.concat([big.u16(321, 1), Buffer.alloc(60)])));
    expect(seen(dissector, first).ports).toEqual([8, 0]);
    expect(into.icmpId).toBe(321);
    expect(seen(dissector, second).ports).toEqual([8, 0]);
    expect(into.icmpId).toBe(321);
  });

  it('of IPv6 have also the protocol of the first one', () => {
    const part = (next: number, offset: number, more: boolean, body: Buffer, id = 0xffff_0001) =>
      ipv6(Buffer.concat([fragment(next, offset, more, id), body]), 44, ONE, TWO);
    const dissector = new Dissector();
    const headed = Buffer.concat([extension(17), whole]);
    expect(seen(dissector, part(60, 0, true, headed.subarray(0, 32)))).toEqual({
      fragment: 1,
      ports: [50_000, 2055],
      length: 16,
    });
    expect(seen(dissector, part(60, 32, false, headed.subarray(32)))).toEqual({
      fragment: 2,
      ports: [50_000, 2055],
      length: headed.length - 32,
    });
    expect(into.proto).toBe(17);
    expect(seen(dissector, part(60, 32, false, headed.subarray(32), 2)).ports).toEqual([0, 0]);
    const other = ipv6(Buffer.concat([fragment(60, 32, false, 0xffff_0001), DATA]), 44, TWO, ONE);
    expect(seen(dissector, other).ports).toEqual([0, 0]);
  });

  it('are remembered within bounds, the newest', () => {
    const dissector = new Dissector();
    for (let id = 0; id < 30_000; id++) seen(dissector, parts(id)[0], 1e6 + id);
    expect(seen(dissector, parts(29_999)[1], 2e6).ports).toEqual([50_000, 2055]);
    expect(seen(dissector, parts(0)[1], 2e6).ports).toEqual([0, 0]);
    let known = 0;
    for (let id = 0; id < 30_000; id++) if (seen(dissector, parts(id)[1], 2e6).ports[0] !== 0) known++;
    expect(known).toBeGreaterThan(3_000);
    expect(known).toBeLessThanOrEqual(4_096);
  });

  it('that split a TCP header are flagged', () => {
    const segment = tcp(Buffer.alloc(40));
    const cut = (offset: number, length: number, more: boolean) =>
      take(ipv4(segment.subarray(offset, offset + length), { proto: 6, offset, more })).problems;
    expect(cut(0, 16, true)).toBe(PROBLEMS.tinyFragment);
    expect(into).toMatchObject({ srcPort: 40_000, flags: 0x18, fragment: 1 });
    expect(cut(0, 24, true)).toBe(0);
    expect(cut(8, 24, true)).toBe(PROBLEMS.tinyFragment);
    expect(cut(16, 24, false)).toBe(PROBLEMS.tinyFragment);
    expect(cut(24, 16, false)).toBe(0);
    expect(take(ipv4(segment.subarray(0, 8), { proto: 17, more: true })).problems).toBe(0);
  });
});
