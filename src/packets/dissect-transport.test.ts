import { describe, expect, it } from 'vitest';
import { ipv4, ipv6, Numbers, udp } from '../../test/support/captures.ts';
import { expectSane, icmp, packetOf, tcp } from '../../test/support/layers.ts';
import { dissect, newDissected } from './dissect.ts';
import { type Dissected, PROBLEMS } from './dissected.ts';

const big = new Numbers(false);
const NONE = Buffer.alloc(0);
const DATA = Buffer.from('0123456789abcdef');
const into = newDissected();

function take(bytes: Buffer, wire = bytes.length): Dissected {
  const packet = packetOf(bytes, 101, wire);
  dissect(packet, into);
  expectSane(into, packet);
  return into;
}

const overTcp = (segment: Buffer) => ipv4(segment, { proto: 6 });
const ABSENT = { mss: -1, windowScale: -1, tsVal: -1, tsEcr: -1, sackPermitted: false };

describe('TCP', () => {
  it('tells its header', () => {
    expect(take(overTcp(tcp(DATA)))).toMatchObject({
      srcPort: 40_000,
      dstPort: 443,
      seq: 0xfedcba98,
      ack: 0x89abcdef,
      flags: 0x18,
      window: 8_192,
      payload: 47,
      payloadLength: 16,
      payloadCaptured: 16,
      problems: 0,
      ...ABSENT,
    });
  });

  it('tells the options of a SYN, in any order', () => {
    const times = [8, 10, 0xff, 0, 0, 1, 0x80, 0, 0, 2];
    const options = [
      [2, 4, 5, 0xb4, 4, 2, ...times, 1, 3, 3, 7],
      [1, 3, 3, 7, ...times, 2, 4, 5, 0xb4, 4, 2, 0, 0],
    ];
    for (const bytes of options) {
      const syn = tcp(NONE, { flags: 2, options: Buffer.from(bytes.concat(Array(-bytes.length & 3).fill(0))) });
      expect(take(overTcp(syn))).toMatchObject({
        mss: 1460,
        windowScale: 7,
        sackPermitted: true,
        tsVal: 0xff000001,
        tsEcr: 0x80000002,
        payloadLength: 0,
        problems: 0,
      });
    }
    const later = tcp(DATA, { options: Buffer.from([2, 4, 5, 0xb4, 3, 3, 7, 0]) });
    expect(take(overTcp(later))).toMatchObject({ ...ABSENT, payloadLength: 16 });
  });

  it('tells timestamps of any segment, in the usual place and elsewhere', () => {
    const times = [8, 10, 0xff, 0, 0, 1, 0, 0, 0, 2];
    for (const options of [
      [1, 1, ...times],
      [...times, 1, 0],
      [5, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1, ...times, 1, 1],
    ]) {
      expect(take(overTcp(tcp(DATA, { options: Buffer.from(options) })))).toMatchObject({
        tsVal: 0xff000001,
        tsEcr: 2,
        payloadLength: 16,
        problems: 0,
      });
    }
  });

  it('stops at options that do not fit', () => {
    for (const options of [
      [3, 0, 8, 10],
      [3, 9, 8, 10],
      [1, 1, 1, 8],
    ]) {
      const syn = tcp(NONE, { flags: 2, options: Buffer.from(options) });
      expect(take(overTcp(syn))).toMatchObject({ ...ABSENT, srcPort: 40_000, problems: 0 });
    }
  });

  it('flags headers that do not fit the packet', () => {
    for (const words of [0, 4, 10]) {
      expect(take(overTcp(tcp(DATA, { words })))).toMatchObject({
        srcPort: 40_000,
        payload: -1,
        payloadLength: 0,
        problems: PROBLEMS.badTransportLength,
      });
    }
    expect(take(overTcp(tcp(NONE).subarray(0, 12)))).toMatchObject({
      srcPort: 40_000,
      ack: 0x89abcdef,
      problems: PROBLEMS.badTransportLength,
    });
  });

  it('tells what was captured of a header, and no problem that is not sure', () => {
    const whole = overTcp(tcp(DATA, { options: Buffer.from([1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]) }));
    const cut = (length: number) => take(whole.subarray(0, length), whole.length);
    expect(cut(23)).toMatchObject({ srcPort: 0, seq: 0, flags: 0, problems: PROBLEMS.truncated });
    expect(cut(28)).toMatchObject({ srcPort: 40_000, seq: 0xfedcba98, ack: 0, problems: PROBLEMS.truncated });
    expect(cut(34)).toMatchObject({ ack: 0x89abcdef, flags: 0x18, window: 0, payloadLength: 16 });
    expect(cut(40)).toMatchObject({ window: 8_192, payload: -1, payloadLength: 16, problems: PROBLEMS.truncated });
    expect(cut(51)).toMatchObject({ tsVal: -1, payloadLength: 16, problems: PROBLEMS.truncated });
    expect(cut(52)).toMatchObject({ tsVal: 1, payloadLength: 16, payloadCaptured: 0, problems: 0 });
  });

  it('flags combinations that no system sends', () => {
    const flagged = (flags: number, payload = NONE) => take(overTcp(tcp(payload, { flags }))).problems;
    expect(flagged(0)).toBe(PROBLEMS.nullFlags);
    expect(flagged(0xc0)).toBe(PROBLEMS.nullFlags);
    expect(flagged(0x03)).toBe(PROBLEMS.synFin);
    expect(flagged(0x06)).toBe(PROBLEMS.synRst);
    expect(flagged(0x3f)).toBe(PROBLEMS.synFin | PROBLEMS.synRst);
    expect(flagged(0x29)).toBe(PROBLEMS.xmas);
    expect(flagged(0x02, DATA)).toBe(PROBLEMS.synWithData);
    for (const usual of [0x02, 0xc2, 0x12, 0x10, 0x18, 0x11, 0x14, 0x04, 0x19, 0x38, 0x39]) {
      expect([usual, flagged(usual)]).toEqual([usual, 0]);
    }
    expect(flagged(0x12, DATA)).toBe(0);
    const fastOpen = tcp(DATA, { flags: 2, options: Buffer.from([34, 2, 1, 1]) });
    expect(take(overTcp(fastOpen)).problems).toBe(0);
  });
});

describe('UDP', () => {
  it('goes by its own length inside that of the packet', () => {
    const surplus = ipv4(Buffer.concat([udp(DATA), Buffer.alloc(5)]));
    expect(take(surplus)).toMatchObject({ payloadLength: 16, payloadCaptured: 16, problems: 0 });
    const told = (length: number) => {
      const datagram = udp(DATA);
      datagram.writeUInt16BE(length, 4);
      return take(ipv4(datagram));
    };
    expect(told(0)).toMatchObject({ payloadLength: 16, problems: 0 });
    expect(told(7)).toMatchObject({ payloadLength: 16, problems: PROBLEMS.badTransportLength });
    expect(told(25)).toMatchObject({ payloadLength: 16, problems: PROBLEMS.badTransportLength });
    expect(take(ipv4(udp(DATA).subarray(0, 7)))).toMatchObject({
      srcPort: 50_000,
      payload: -1,
      problems: PROBLEMS.badTransportLength,
    });
  });
});

describe('ICMP', () => {
  it('has type and code in place of ports, and the identifier of echoes', () => {
    const body = Buffer.concat([big.u16(777, 3), DATA]);
    expect(take(ipv4(icmp(8, 0, body), { proto: 1 }))).toMatchObject({
      srcPort: 8,
      dstPort: 0,
      icmpId: 777,
      payload: 35,
      payloadLength: 16,
      problems: 0,
    });
    expect(take(ipv4(icmp(0, 0, body), { proto: 1 })).icmpId).toBe(777);
    expect(take(ipv4(icmp(3, 1, body), { proto: 1 }))).toMatchObject({ srcPort: 3, dstPort: 1, icmpId: 0 });
    const six = (type: number) => take(ipv6(icmp(type, 0, body), 58, Buffer.alloc(16, 1), Buffer.alloc(16, 2)));
    expect(six(128)).toMatchObject({ srcPort: 128, icmpId: 777, problems: 0 });
    expect(six(129).icmpId).toBe(777);
    expect(six(8).icmpId).toBe(0);
    expect(six(137)).toMatchObject({ srcPort: 137, problems: PROBLEMS.icmpRedirect });
  });

  it('is flagged when it redirects, or is too short', () => {
    expect(take(ipv4(icmp(5, 1, Buffer.alloc(8)), { proto: 1 }))).toMatchObject({
      dstPort: 1,
      problems: PROBLEMS.icmpRedirect,
    });
    expect(take(ipv4(icmp(8, 0, NONE), { proto: 1 }))).toMatchObject({
      srcPort: 8,
      payloadLength: 0,
      problems: PROBLEMS.badTransportLength,
    });
    expect(take(ipv4(icmp(8, 0, DATA), { proto: 1 }).subarray(0, 26), 40)).toMatchObject({
      srcPort: 8,
      payloadLength: 12,
      problems: PROBLEMS.truncated,
    });
  });
});

describe('SCTP', () => {
  it('has ports, and its chunks as payload', () => {
    const whole = ipv4(Buffer.concat([big.u16(36_412, 2_905), big.u32(1, 2), DATA]), { proto: 132 });
    expect(take(whole)).toMatchObject({ srcPort: 36_412, dstPort: 2_905, payload: 39, payloadLength: 16, problems: 0 });
    expect(take(whole.subarray(0, 26), whole.length)).toMatchObject({
      srcPort: 36_412,
      payloadLength: 16,
      problems: PROBLEMS.truncated,
    });
  });
});

describe('packets that a host seems to send itself', () => {
  const same = { from: '192.0.2.1', to: '192.0.2.1' };
  const lands = (bytes: Buffer) => (take(bytes).problems & PROBLEMS.land) !== 0;

  it('are flagged, but not on the loopback', () => {
    expect(lands(ipv4(tcp(NONE, { from: 139, to: 139, flags: 2 }), { ...same, proto: 6 }))).toBe(true);
    expect(lands(ipv4(udp(DATA, { sourcePort: 9, port: 9 }), same))).toBe(true);
    expect(lands(ipv4(udp(DATA, { sourcePort: 8, port: 9 }), same))).toBe(false);
    expect(lands(ipv4(udp(DATA, { sourcePort: 9, port: 9 })))).toBe(false);
    const local = { from: '127.0.0.1', to: '127.0.0.1' };
    expect(lands(ipv4(udp(DATA, { sourcePort: 9, port: 9 }), local))).toBe(false);
    const six = (first: number, last: number) => {
      const address = Buffer.from([first, ...Array(14).fill(0), last]);
      return lands(ipv6(udp(DATA, { sourcePort: 9, port: 9 }), 17, address, address));
    };
    expect(six(0x20, 1)).toBe(true);
    expect(six(0, 1)).toBe(false);
    expect(six(0, 2)).toBe(true);
  });
});
