import { describe, expect, it } from 'vitest';
import { ethernet, ipv4, ipv6, Numbers, udp } from '../../test/support/captures.ts';
import { expectSane, geneve, gre, gtp, mpls, packetOf, ppp, tcp, vxlan } from '../../test/support/layers.ts';
import { dissect, newDissected } from './dissect.ts';
import { type Dissected, PROBLEMS, TUNNELS } from './dissected.ts';

const big = new Numbers(false);
const DATA = Buffer.from('inside');
const inner4 = ipv4(tcp(DATA), { from: '10.0.0.1', to: '10.0.0.2', proto: 6 });
const inner6 = ipv6(tcp(DATA), 6, Buffer.alloc(16, 0x30), Buffer.alloc(16, 0x31));
const into = newDissected();
const { ipip, gre: GRE, vxlan: VXLAN, geneve: GENEVE, gtpu, teredo } = TUNNELS;

const over = (proto: number, payload: Buffer) => ipv4(payload, { proto });
const overUdp = (port: number, payload: Buffer, sourcePort = 50_000) => ipv4(udp(payload, { port, sourcePort }));
const teredo6 = ipv6(tcp(DATA), 6, Buffer.from('20010000c0000201000000000000abcd', 'hex'), Buffer.alloc(16, 0x31));

type Case = readonly [name: string, bytes: Buffer, expected: Partial<Dissected>];

const CASES: readonly Case[] = [
  ['IP in IP', over(4, inner4), { tunnels: ipip, family: 4, ipLength: inner4.length }],
  ['6in4', over(41, inner6), { tunnels: ipip, family: 6, ipLength: inner6.length }],
  ['IPv4 in IPv6', ipv6(inner4, 4, Buffer.alloc(16, 1), Buffer.alloc(16, 2)), { tunnels: ipip, family: 4 }],
  ['MPLS in IP', over(137, mpls(inner4, 55)), { tunnels: TUNNELS.mpls, mplsLabel: 55 }],
  ['GRE', over(47, gre(inner4, 0x0800)), { tunnels: GRE, tunnelId: 0 }],
  ['GRE with IPv6', over(47, gre(inner6, 0x86dd)), { tunnels: GRE, family: 6 }],
  ['GRE with a key', over(47, gre(inner4, 0x0800, 0x2000, 0xdeadbeef)), { tunnels: GRE, tunnelId: 0xdeadbeef }],
  ['GRE with all fields', over(47, gre(inner4, 0x0800, 0xb000, 1, 77, 3)), { tunnels: GRE, tunnelId: 77 }],
  ['NVGRE', over(47, gre(ethernet(inner4), 0x6558, 0x2000, 0x123456 * 256 + 5)), { tunnelId: 0x12345605 }],
  ['MPLS in GRE', over(47, gre(mpls(inner4, 99), 0x8847)), { tunnels: GRE | TUNNELS.mpls, mplsLabel: 99 }],
  ['PPTP', over(47, gre(ppp(inner4), 0x880b, 0x3081, 0x0040_1234, 1, 2)), { tunnels: GRE, tunnelId: 0x1234 }],
  ['ERSPAN', over(47, gre(ethernet(inner4, 0x0800, 0x8100), 0x88be)), { tunnels: GRE, vlan: 100 }],
  [
    'ERSPAN 2',
    over(47, gre(Buffer.concat([big.u32(0x1000_0001, 2), ethernet(inner6, 0x86dd)]), 0x88be, 0x1000, 9)),
    { tunnels: GRE, family: 6 },
  ],
  [
    'ERSPAN 3',
    over(47, gre(Buffer.concat([big.u32(0x2000_0001, 2, 0), ethernet(inner4)]), 0x22eb, 0x1000, 9)),
    { tunnels: GRE },
  ],
  [
    'ERSPAN 3 with more',
    over(47, gre(Buffer.concat([big.u32(0x2000_0001, 2, 1, 8, 9), ethernet(inner4)]), 0x22eb, 0x1000, 9)),
    { tunnels: GRE },
  ],
  ['VXLAN', overUdp(4789, vxlan(ethernet(inner4), 5000)), { tunnels: VXLAN, tunnelId: 5000, dstMac: 43, srcMac: 49 }],
  ['VXLAN of old Linux', overUdp(8472, vxlan(ethernet(inner6, 0x86dd), 1)), { tunnels: VXLAN, tunnelId: 1 }],
  ['Geneve', overUdp(6081, geneve(ethernet(inner4), 0x6558, 0xabcdef)), { tunnels: GENEVE, tunnelId: 0xabcdef }],
  [
    'Geneve with options',
    overUdp(6081, geneve(inner6, 0x86dd, 3, Buffer.alloc(8, 9))),
    { tunnels: GENEVE, tunnelId: 3 },
  ],
  ['GTP-U', overUdp(2152, gtp(inner4, 0xf0000001), 2152), { tunnels: gtpu, tunnelId: 0xf0000001 }],
  [
    'GTP-U with extensions',
    overUdp(2152, gtp(inner6, 7, Buffer.from([0, 1, 0, 0x85, 1, 0, 9, 0xc0, 2, 1, 2, 3, 4, 5, 6, 0]))),
    { tunnels: gtpu, tunnelId: 7 },
  ],
  ['Teredo', overUdp(3544, teredo6), { tunnels: teredo, family: 6 }],
  [
    'Teredo with indications, the other way',
    overUdp(50_000, Buffer.concat([Buffer.from([0, 1, 0, 0]), Buffer.alloc(9), Buffer.alloc(8), teredo6]), 3544),
    { tunnels: teredo, family: 6 },
  ],
  [
    'tunnels in tunnels',
    over(47, gre(ethernet(overUdp(4789, vxlan(ethernet(over(4, inner4)), 9))), 0x6558, 0x2000, 8)),
    { tunnels: GRE | VXLAN | ipip, tunnelId: 9 },
  ],
];

function take(bytes: Buffer, linkType = 101, wire = bytes.length): Dissected {
  const packet = packetOf(bytes, linkType, wire);
  dissect(packet, into);
  expectSane(into, packet);
  return into;
}

describe('tunnels', () => {
  for (const [name, bytes, expected] of CASES) {
    it(`are followed: ${name}; cut anywhere the packet outside counts`, () => {
      expect(take(bytes)).toMatchObject({
        srcPort: 40_000,
        dstPort: 443,
        proto: 6,
        payloadLength: 6,
        problems: 0,
        ...expected,
      });
      const at = into.payload - 7;
      expect(bytes.subarray(at, at + 6).equals(DATA)).toBe(true);
      const header = bytes[0] >> 4 === 6 ? 40 : 20;
      for (let length = header; length < bytes.length; length++) {
        take(bytes.subarray(0, length), 101, bytes.length);
        expect(into.family).not.toBe(0);
        if (into.tunnels === 0) expect(into.ipLength).toBe(bytes.length);
        else expect([inner4.length, inner6.length].includes(into.ipLength) || into.proto !== 6).toBe(true);
      }
    });
  }

  it('keep what was outside when the frame inside has no addresses of hardware', () => {
    expect(take(ethernet(over(4, inner4), 0x0800, 0x8100), 1)).toMatchObject({ dstMac: 7, srcMac: 13, vlan: 100 });
  });

  it('that hold something else count as what they are outside', () => {
    const arp = ethernet(Buffer.alloc(28, 1), 0x0806);
    const outside = { family: 4, src: 19, tunnels: 0, tunnelId: 0, problems: 0 };
    expect(take(overUdp(4789, vxlan(arp, 5)))).toMatchObject({ ...outside, proto: 17, dstPort: 4789, srcMac: -1 });
    expect(into.payloadLength).toBe(arp.length + 8);
    expect(take(overUdp(4789, Buffer.alloc(60, 0x45)))).toMatchObject({ ...outside, dstPort: 4789 });
    expect(take(overUdp(2152, gtp(Buffer.alloc(60, 0x11), 5)))).toMatchObject({ ...outside, dstPort: 2152 });
    expect(take(overUdp(2152, gtp(Buffer.alloc(60, 0x41), 5)))).toMatchObject({ ...outside, dstPort: 2152 });
    expect(take(overUdp(6081, geneve(inner4, 0x1234, 5)))).toMatchObject({ ...outside, dstPort: 6081 });
    expect(take(overUdp(3544, inner6))).toMatchObject({ ...outside, dstPort: 3544 });
    expect(take(overUdp(3544, Buffer.concat([teredo6, DATA])))).toMatchObject({ ...outside, dstPort: 3544 });
    expect(take(over(47, gre(Buffer.alloc(30), 0x9999)))).toMatchObject({ ...outside, proto: 47, payloadLength: 34 });
    expect(take(over(47, gre(inner4, 0x0800, 0x4000, 0)))).toMatchObject({ ...outside, proto: 47 });
    expect(take(over(47, gre(inner4, 0x0800, 0x0002)))).toMatchObject({ ...outside, proto: 47 });
  });

  it('by protocol that hold no packet are flagged', () => {
    expect(take(over(4, Buffer.alloc(30, 0x31)))).toMatchObject({
      family: 4,
      proto: 4,
      problems: PROBLEMS.badIpLength,
    });
    expect(take(over(47, Buffer.alloc(3)))).toMatchObject({ proto: 47, problems: PROBLEMS.badTransportLength });
  });

  it('flag inner packets that do not fit into the outer one', () => {
    const long = ipv4(tcp(DATA), { proto: 6, length: 60 });
    expect(take(over(4, long))).toMatchObject({ ipLength: 60, payloadLength: 6, problems: PROBLEMS.badIpLength });
  });

  it('are followed into first fragments; the inner packet ends elsewhere', () => {
    const large = ipv4(tcp(Buffer.alloc(300)), { proto: 6, from: '10.0.0.1' });
    expect(take(ipv4(large.subarray(0, 120), { proto: 4, more: true }))).toMatchObject({
      tunnels: ipip,
      fragment: 0,
      ipLength: 340,
      payloadLength: 300,
      payloadCaptured: 80,
      problems: 0,
    });
    expect(take(ipv4(large.subarray(120), { proto: 4, offset: 120 }))).toMatchObject({
      tunnels: 0,
      fragment: 2,
      proto: 4,
    });
  });

  it('are followed to a depth only', () => {
    let bytes = inner4;
    for (let depth = 0; depth < 40; depth++) bytes = over(4, bytes);
    expect(take(bytes)).toMatchObject({ family: 4, proto: 4, tunnels: ipip });
  });
});
