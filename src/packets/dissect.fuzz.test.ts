import { describe, expect, it } from 'vitest';
import { makePacketLoad } from '../../bench/support/packet-load.ts';
import { seeded } from '../../bench/support/seeded.ts';
import { chunks, ethernet, ipv4, ipv6, udp } from '../../test/support/captures.ts';
import {
  authentication,
  expectSane,
  extension,
  fragment,
  geneve,
  gre,
  gtp,
  icmp,
  mpls,
  nflog,
  packetOf,
  ppp,
  pppoe,
  radiotap,
  sll2,
  snap,
  tcp,
  vxlan,
  wifi,
  withOptions,
} from '../../test/support/layers.ts';
import { openCapture } from './capture-reader.ts';
import { Dissector, newDissected } from './dissect.ts';
import { emptyPacket } from './packet.ts';

const A = Buffer.alloc(16, 0x20);
const B = Buffer.alloc(16, 0x21);
const segment = tcp(Buffer.from('payload'), { options: Buffer.from([2, 4, 5, 0xb4, 3, 3, 7, 0]), flags: 2 });
const inner = ipv4(segment, { proto: 6 });
const inUdp = (port: number, payload: Buffer) => ethernet(ipv4(udp(payload, { port })));
const chain = Buffer.concat([extension(43), extension(51, 0, 1), authentication(44), fragment(6, 0, true, 9), segment]);

/** Packets of all kinds, with their link types. */
const SEEDS: readonly (readonly [linkType: number, bytes: Buffer])[] = [
  [1, ethernet(inner)],
  [1, ethernet(withOptions(inner, Buffer.from([131, 7, 4, 1, 2, 3, 4, 0])), 0x0800, 0x88a8, 0x8100)],
  [1, ethernet(ipv6(chain, 0, A, B), 0x86dd)],
  [1, ethernet(ipv6(Buffer.concat([fragment(60, 64, false, 9), segment]), 44, A, B), 0x86dd)],
  [1, ethernet(pppoe(ppp(mpls(inner, 5, 6), 0x0281)), 0x8864)],
  [1, ethernet(ipv4(gre(ethernet(inner), 0x6558, 0xb000, 1, 2, 3), { proto: 47 }))],
  [1, ethernet(ipv4(gre(ethernet(inner), 0x88be, 0x1000, 1), { proto: 47 }))],
  [1, inUdp(4789, vxlan(ethernet(ipv4(ipv6(segment, 6, A, B), { proto: 41 })), 7))],
  [1, inUdp(6081, geneve(ethernet(inner), 0x6558, 7, Buffer.alloc(8, 1)))],
  [1, inUdp(2152, gtp(inner, 7, Buffer.from([0, 1, 0, 0x85, 1, 0, 9, 0])))],
  [1, inUdp(3544, ipv6(segment, 6, Buffer.from('20010000c0000201000000000000abcd', 'hex'), B))],
  [1, ethernet(ipv4(icmp(5, 1, inner), { proto: 1 }))],
  [276, sll2(inner)],
  [239, nflog(inner, 'little')],
  [127, radiotap(wifi(snap(inner), { control: 0x88, quality: Buffer.alloc(2), padding: 2 }), 0x20)],
  [0, Buffer.concat([Buffer.from([2, 0, 0, 0]), inner])],
  [117, Buffer.concat([Buffer.from([61, 2]), Buffer.alloc(62), inner])],
];
const LINK_TYPES = [
  0, 1, 9, 12, 50, 51, 100, 104, 105, 108, 109, 113, 117, 119, 127, 163, 192, 204, 239, 258, 276, 999,
];

/** `bytes` with something done to them that no sender does. */
function mutated(bytes: Buffer, random: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  for (let changes = random(6); changes >= 0; changes--) {
    const at = random(copy.length);
    const kind = random(4);
    if (kind === 0) copy[at] ^= 1 << random(8);
    else if (kind === 1) copy[at] = random(256);
    else if (kind === 2) copy[at] = [0, 255, 0x45, 0x60, 0x08, 1][random(6)];
    else copy.copyWithin(at, random(copy.length));
  }
  return random(3) === 0 ? copy.subarray(0, random(copy.length + 1)) : copy;
}

describe('Dissector', () => {
  it('takes 100,000 broken packets without a word, and stays inside of them', { timeout: 120_000 }, () => {
    const stream = seeded(20);
    const random = (below: number) => Math.floor(stream() * below);
    const dissector = new Dissector();
    const into = newDissected();
    let withIp = 0;
    let problems = 0;
    for (let run = 0; run < 100_000; run++) {
      const [linkType, bytes] = SEEDS[random(SEEDS.length)];
      const other = random(8) === 0 ? LINK_TYPES[random(LINK_TYPES.length)] : linkType;
      const broken = mutated(bytes, random);
      const packet = packetOf(broken, other, broken.length + random(3) * random(100), run);
      dissector.dissect(packet, into);
      expectSane(into, packet);
      if (into.family !== 0) withIp++;
      problems |= into.problems;
    }
    expect(withIp).toBeGreaterThan(30_000);
    // All thirteen kinds of problems come up.
    expect(problems).toBe(0x1fff);
  });

  it('never reads beside the packet: what lies around it changes nothing', () => {
    const stream = seeded(21);
    const random = (below: number) => Math.floor(stream() * below);
    const dissectors = [new Dissector(), new Dissector()];
    const dissected = [newDissected(), newDissected()];
    for (let run = 0; run < 5_000; run++) {
      const [linkType, bytes] = SEEDS[random(SEEDS.length)];
      const broken = mutated(bytes, random);
      for (const [side, filler] of [0, 0xff].entries()) {
        const around = Buffer.concat([Buffer.alloc(64, filler), broken, Buffer.alloc(300, filler)]);
        const view = new DataView(around.buffer, around.byteOffset, around.length);
        const end = 64 + broken.length;
        const packet = {
          ...emptyPacket(),
          bytes: around,
          view,
          start: 64,
          end,
          originalLength: broken.length,
          linkType,
        };
        dissectors[side].dissect(packet, dissected[side]);
      }
      expect(dissected[0]).toEqual(dissected[1]);
    }
  });

  it('tells each link type that it does not understand once', () => {
    const problems: string[] = [];
    const dissector = new Dissector((text) => problems.push(text));
    const into = newDissected();
    for (const linkType of [189, 1, 189, 999, 189, 1]) dissector.dissect(packetOf(ethernet(inner), linkType), into);
    expect(problems).toEqual([
      'Its packets of USB (Linux) (link type 189) are left out: that link layer is not understood.',
      'Its packets of link type 999 are left out: that link layer is not understood.',
    ]);
    expect(dissector.refused).toBe(4);
    expect(into.srcPort).toBe(40_000);
  });

  it('finds in a large load what was put into it', async () => {
    const { chunks: pieces, totals } = makePacketLoad({ packets: 30_000, conversations: 300 });
    const reader = await openCapture(chunks(Buffer.concat(pieces)), () => undefined);
    const dissector = new Dissector();
    const into = newDissected();
    const found = { ipv4: 0, ipv6: 0, arp: 0, tcp: 0, udp: 0, icmp: 0, dataSegments: 0, dnsQuestions: 0, ipBytes: 0 };
    let wrong = 0;
    const connections = new Set<string>();
    while (await reader.more()) {
      while (reader.next()) {
        const { bytes } = reader.packet;
        dissector.dissect(reader.packet, into);
        const { family, proto, src, dst, srcPort, dstPort, payloadLength } = into;
        if (family === 4) found.ipv4++;
        else if (family === 6) found.ipv6++;
        else if (into.etherType === 0x0806) found.arp++;
        found.ipBytes += into.ipLength;
        if (proto === 17) found.udp++;
        if (proto === 1 || proto === 58) found.icmp++;
        if (proto === 17 && dstPort === 53) found.dnsQuestions++;
        if (into.problems !== 0 || into.payloadCaptured !== payloadLength) wrong++;
        if (proto !== 6) continue;
        found.tcp++;
        if (payloadLength > 0) found.dataSegments++;
        if (into.tsVal === -1) wrong++;
        if (into.flags !== 2) continue;
        expect(into).toMatchObject({ mss: 1460, windowScale: 7, sackPermitted: true });
        const length = family === 4 ? 4 : 16;
        const hosts = [src, dst].map((at) => Buffer.from(bytes.subarray(at, at + length)).toString('hex'));
        connections.add(`${hosts} ${srcPort} ${dstPort}`);
      }
    }
    expect(wrong).toBe(0);
    const {
      ipv4: v4,
      ipv6: v6,
      arp,
      tcp: segments,
      udp: datagrams,
      icmp,
      dataSegments,
      dnsQuestions,
      ipBytes,
    } = totals;
    expect(found).toEqual({
      ipv4: v4,
      ipv6: v6,
      arp,
      tcp: segments,
      udp: datagrams,
      icmp,
      dataSegments,
      dnsQuestions,
      ipBytes,
    });
    expect(connections.size).toBe(totals.connections);
  });
});
