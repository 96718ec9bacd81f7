import { describe, expect, it } from 'vitest';
import { ethernet, ipv4, ipv6, Numbers, udp } from '../../test/support/captures.ts';
import {
  expectSane,
  mpls,
  nflog,
  packetOf,
  ppp,
  pppoe,
  radiotap,
  sll,
  sll2,
  snap,
  wifi,
} from '../../test/support/layers.ts';
import { dissect, newDissected } from './dissect.ts';
import { type Dissected, PROBLEMS, TUNNELS } from './dissected.ts';
import { describeLinkType } from './link-types.ts';

const big = new Numbers(false);
const little = new Numbers(true);
const PAYLOAD = Buffer.from('what it carries');
const v4 = ipv4(udp(PAYLOAD));
const v6 = ipv6(udp(PAYLOAD), 17, Buffer.alloc(16, 0x20), Buffer.alloc(16, 0x21));
const into = newDissected();
const NO_MAC = { srcMac: -1, dstMac: -1 };
const length802 = (payload: Buffer) => ethernet(payload, payload.length);

type Case = readonly [name: string, linkType: number, bytes: Buffer, expected?: Partial<Dissected>];

const CASES: readonly Case[] = [
  ['Ethernet', 1, ethernet(v4), { srcMac: 13, dstMac: 7, vlan: 0, tunnels: 0 }],
  ['Ethernet with IPv6', 1, ethernet(v6, 0x86dd), { family: 6 }],
  ['Ethernet with padding behind', 1, Buffer.concat([ethernet(v4), Buffer.alloc(9, 7)])],
  ['802.3 with SNAP', 1, length802(snap(v4))],
  ['802.3 with SNAP of bridges', 1, length802(snap(v6, 0x86dd, 0xf8))],
  ['802.3 with LLC for IP', 1, length802(Buffer.concat([Buffer.from([6, 6, 3]), v4]))],
  ['802.1Q', 1, ethernet(v4, 0x0800, 0x8100), { vlan: 100, innerVlan: 0 }],
  ['QinQ', 1, ethernet(v6, 0x86dd, 0x88a8, 0x8100), { vlan: 100, innerVlan: 101 }],
  ['three tags of old kinds', 1, ethernet(v4, 0x0800, 0x9100, 0x9200, 0x8100), { vlan: 100, innerVlan: 101 }],
  ['SNAP in 802.1Q', 1, ethernet(snap(v4), 60, 0x8100), { vlan: 100 }],
  ['MPLS', 1, ethernet(mpls(v4, 1_000_000, 17), 0x8847), { mplsLabel: 1_000_000, tunnels: TUNNELS.mpls }],
  ['MPLS with IPv6', 1, ethernet(mpls(v6, 16), 0x8848), { mplsLabel: 16 }],
  [
    'a pseudo-wire',
    1,
    ethernet(mpls(Buffer.concat([big.u32(9), ethernet(v4)]), 16), 0x8847),
    { srcMac: 35, dstMac: 29 },
  ],
  ['a pseudo-wire without control word', 1, ethernet(mpls(ethernet(v4), 16), 0x8847), { mplsLabel: 16 }],
  ['PPPoE', 1, ethernet(pppoe(ppp(v4)), 0x8864), { tunnels: TUNNELS.pppoe }],
  ['PPPoE over QinQ', 1, ethernet(pppoe(ppp(v6, 0x57)), 0x8864, 0x88a8, 0x8100), { vlan: 100, innerVlan: 101 }],
  ['PPPoE as link type', 51, pppoe(ppp(v4)), NO_MAC],
  ['PPP', 9, ppp(v4), NO_MAC],
  ['PPP in HDLC framing', 50, Buffer.concat([Buffer.from([0xff, 3]), ppp(v6, 0x57)])],
  ['PPP in HDLC framing as PPP', 9, Buffer.concat([Buffer.from([0xff, 3]), ppp(v4)])],
  ['PPP with its protocol in a byte', 9, Buffer.concat([Buffer.from([0x21]), v4])],
  ['PPP with MPLS', 9, ppp(mpls(v4, 99), 0x0281), { mplsLabel: 99 }],
  ['PPP with direction', 204, Buffer.concat([Buffer.from([1]), ppp(v4)])],
  ['Cisco HDLC', 104, Buffer.concat([big.u16(0x0f00, 0x0800), v4])],
  ['Cisco HDLC as PPP', 50, Buffer.concat([big.u16(0x8f00, 0x86dd), v6])],
  ['RFC 1483', 100, snap(v4)],
  ['raw IP', 101, v4, NO_MAC],
  ['raw IP of BSD', 12, v6],
  ['raw IP of OpenBSD', 14, v4],
  ['raw IPv4', 228, v4],
  ['raw IPv6', 229, v6],
  ['loopback, little endian', 0, Buffer.concat([little.u32(2), v4])],
  ['loopback, big endian', 0, Buffer.concat([big.u32(30), v6])],
  ['loopback of FreeBSD', 0, Buffer.concat([little.u32(28), v6])],
  ['loopback of OpenBSD', 108, Buffer.concat([big.u32(24), v6])],
  ['Linux cooked', 113, sll(v4), { srcMac: 13, dstMac: -1 }],
  ['Linux cooked with a tag', 113, sll(Buffer.concat([big.u16(5, 0x86dd), v6]), 0x8100), { vlan: 5 }],
  ['Linux cooked with LLC', 113, sll(snap(v4), 4)],
  ['Linux cooked with radiotap', 113, sll(radiotap(wifi(snap(v4))), 3, 803)],
  ['Linux cooked 2', 276, sll2(v6, 0x86dd), { srcMac: 19, dstMac: -1 }],
  ['NFLOG, little endian', 239, nflog(v4, 'little'), { srcMac: 7 + 4 + 8 + 8, dstMac: -1 }],
  ['NFLOG, big endian', 239, nflog(v6, 'big')],
  ['pflog', 117, Buffer.concat([Buffer.from([61, 2]), Buffer.alloc(62), v4])],
  ['IPsec of OpenBSD', 109, Buffer.concat([Buffer.alloc(12), v4])],
  ['802.11 to an access point', 105, wifi(snap(v4)), { dstMac: 7 + 16, srcMac: 7 + 10 }],
  ['802.11 from an access point', 105, wifi(snap(v4), { flags: 2 }), { dstMac: 7 + 4, srcMac: 7 + 16 }],
  ['802.11 without one', 105, wifi(snap(v4), { flags: 0 }), { dstMac: 7 + 4, srcMac: 7 + 10 }],
  ['802.11 between two', 105, wifi(snap(v6, 0x86dd), { flags: 3 }), { dstMac: 7 + 16, srcMac: 7 + 24 }],
  ['802.11 with QoS', 105, wifi(snap(v4), { control: 0x88, quality: Buffer.alloc(2) })],
  ['802.11 with QoS and HT', 105, wifi(snap(v4), { control: 0x88, flags: 0x81, quality: Buffer.alloc(6) })],
  [
    '802.11 aggregate',
    105,
    wifi(Buffer.concat([Buffer.alloc(14), snap(v4)]), { control: 0x88, quality: Buffer.from([0x80, 0]) }),
  ],
  ['radiotap', 127, radiotap(wifi(snap(v4)))],
  [
    'radiotap with padding',
    127,
    radiotap(wifi(snap(v4), { control: 0x88, quality: Buffer.alloc(2), padding: 2 }), 0x20),
  ],
  ['Prism', 119, Buffer.concat([little.u32(0x44, 144), Buffer.alloc(136), wifi(snap(v4))])],
  ['Prism, big endian', 119, Buffer.concat([big.u32(0x41, 144), Buffer.alloc(136), wifi(snap(v6, 0x86dd))])],
  ['AVS as Prism', 119, Buffer.concat([big.u32(0x80211001, 64), Buffer.alloc(56), wifi(snap(v4))])],
  ['AVS', 163, Buffer.concat([big.u32(0x80211002, 80), Buffer.alloc(72), wifi(snap(v4))])],
  ['PPI with 802.11', 192, Buffer.concat([little.u16(0, 12), little.u32(105, 0), wifi(snap(v4))])],
  ['pktap with Ethernet', 258, Buffer.concat([little.u32(20, 1, 1, 0, 0), ethernet(v4)])],
];

describe('link layers', () => {
  for (const [name, linkType, bytes, expected = {}] of CASES) {
    it(`are passed over: ${name}; cut anywhere they harm nothing`, () => {
      const packet = packetOf(bytes, linkType);
      dissect(packet, into);
      expect(into).toMatchObject({ srcPort: 50_000, dstPort: 2055, proto: 17, problems: 0, ...expected });
      expect([4, 6]).toContain(into.family);
      const { payload, payloadLength, payloadCaptured } = into;
      expect(Buffer.from(packet.bytes.subarray(payload, payload + payloadCaptured)).equals(PAYLOAD)).toBe(true);
      expect(payloadLength).toBe(PAYLOAD.length);
      expect(describeLinkType(linkType).supported).toBe(true);
      expectSane(into, packet);
      for (let length = 0; length < bytes.length; length++) {
        const cut = packetOf(bytes.subarray(0, length), linkType, bytes.length);
        dissect(cut, into);
        expectSane(into, cut);
        const { srcPort, payloadLength: told, problems } = into;
        const headers = srcPort === 50_000 && told === PAYLOAD.length;
        expect([length, headers ? 0 : problems]).toEqual([length, headers ? 0 : PROBLEMS.truncated]);
      }
    });
  }

  it('tell what it is when it is not IP', () => {
    const seen = (bytes: Buffer, linkType = 1) => {
      const packet = packetOf(bytes, linkType);
      dissect(packet, into);
      expectSane(into, packet);
      expect({ family: into.family, problems: into.problems, payload: into.payload }).toEqual({
        family: 0,
        problems: 0,
        payload: -1,
      });
      return into.etherType;
    };
    expect(seen(ethernet(Buffer.alloc(28), 0x0806))).toBe(0x0806);
    expect({ srcMac: into.srcMac, dstMac: into.dstMac }).toEqual({ srcMac: 13, dstMac: 7 });
    expect(seen(ethernet(Buffer.alloc(28), 0x0806, 0x8100))).toBe(0x0806);
    expect(into.vlan).toBe(100);
    expect(seen(ethernet(Buffer.alloc(40), 0x88cc))).toBe(0x88cc);
    expect(seen(length802(Buffer.from([0x42, 0x42, 3, 0, 0])))).toBe(0x4242);
    expect(seen(length802(Buffer.from([0xaa, 0xaa, 3, 0, 0, 12, 1, 2, 9, 9])))).toBe(0);
    expect(seen(ppp(Buffer.alloc(9), 0xc021), 9)).toBe(0xc021);
    expect(seen(ethernet(pppoe(ppp(Buffer.alloc(9), 0x8021)), 0x8864))).toBe(0x8021);
    expect(into.tunnels).toBe(TUNNELS.pppoe);
    expect(seen(ethernet(Buffer.from([0x11, 0x09, 0, 0, 0, 0, 0, 0, 0]), 0x8863))).toBe(0x8863);
    expect(seen(ethernet(mpls(Buffer.alloc(20, 0x11), 5), 0x8847))).toBe(0);
    expect(into.mplsLabel).toBe(5);
    expect(seen(Buffer.concat([little.u32(7), v4]), 0)).toBe(0);
    expect(seen(sll(v4, 0x0800, 824), 113)).toBe(0);
  });

  it('leave 802.11 frames alone that are protected, or hold no data', () => {
    for (const bytes of [
      wifi(snap(v4), { flags: 0x41 }),
      wifi(snap(v4), { control: 0x48 }),
      wifi(snap(v4), { control: 0xc8, quality: Buffer.alloc(2) }),
      wifi(snap(v4), { control: 0x80 }),
    ]) {
      dissect(packetOf(bytes, 105), into);
      expect(into).toMatchObject({ family: 0, etherType: 0, problems: 0, srcMac: -1 });
    }
  });

  it('bound the packet where they tell its length: padding that the IP header counts in is none of it', () => {
    const padded = ipv4(udp(PAYLOAD), { length: v4.length + 6 });
    dissect(packetOf(Buffer.concat([ethernet(pppoe(ppp(padded)), 0x8864), Buffer.alloc(9)])), into);
    expect(into).toMatchObject({ payloadLength: PAYLOAD.length, problems: PROBLEMS.badIpLength });
    expect(into.ipLength).toBe(v4.length + 6);
  });

  it('end where headers repeat without end', () => {
    const tags = Buffer.concat([Buffer.alloc(12), ...Array.from({ length: 400 }, () => big.u16(0x8100, 1))]);
    dissect(packetOf(tags), into);
    expect(into.family).toBe(0);
    const labels = mpls(Buffer.alloc(0), ...Array.from({ length: 400 }, () => 7));
    dissect(packetOf(ethernet(labels, 0x8847)), into);
    expect(into.family).toBe(0);
    const nested = Buffer.concat(Array.from({ length: 100 }, () => Buffer.concat([little.u16(0, 8), little.u32(192)])));
    dissect(packetOf(nested, 192), into);
    expect(into.family).toBe(0);
  });
});
