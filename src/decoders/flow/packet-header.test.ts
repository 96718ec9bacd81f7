import { describe, expect, it } from 'vitest';
import { EventBatch } from '../../model/batch.ts';
import { type Row, rowOf } from '../fixtures/collecting-sink.ts';
import { attrsOf } from './fixtures/collecting-flow-sink.ts';
import { ethernet, icmp, ip4, ip6, join, mpls, tcp, u16, u32, udp } from './fixtures/frames.ts';
import { AttrsWriter } from './json-bytes.ts';
import { LINK_TYPES, parseFrame } from './packet-header.ts';

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const MACS = { src_mac: '02:00:00:00:00:01', dst_mac: '02:00:00:00:00:02' };
const OUTER = { src_ip: '192.0.2.1', dst_ip: '198.51.100.2' };

interface Parsed {
  readonly length: number;
  readonly row: Row;
  readonly attrs: Record<string, unknown>;
}

/** Parses a frame that lies amid bytes that would show if they were read. */
function parse(
  frame: Uint8Array,
  linkType: number = LINK_TYPES.ethernet,
  detailed = false,
  whole = frame.length,
): Parsed {
  const batch = new EventBatch(1);
  const attrs = new AttrsWriter(detailed);
  attrs.begin(batch.columns.attrs, 0);
  const noise = new Uint8Array(64).fill(0x45);
  const bytes = join(noise, frame, noise);
  const length = parseFrame(bytes, 64, 64 + frame.length, whole, linkType, batch, 0, attrs);
  attrs.end();
  const { attrs: _, ...row } = rowOf(batch, 0);
  return { length, row, attrs: attrsOf(rowOf(batch, 0)) };
}

describe('the link layer of a sampled packet', () => {
  const packet = ip4(6, tcp(40_000, 443, 0x12));
  const row = { ...OUTER, src_port: 40_000, dst_port: 443, proto: 6, tcp_flags: 0x12 };

  it('reads Ethernet II', () => {
    expect(parse(ethernet(IPV4, packet))).toEqual({ length: 40, row, attrs: { ...MACS, ttl: 64 } });
  });

  it('reads one tag of 802.1Q', () => {
    const parsed = parse(ethernet(IPV4, packet, [{ vlan: 100, priority: 5 }]));
    expect(parsed).toEqual({ length: 40, row: { ...row, vlan: 100 }, attrs: { ...MACS, ttl: 64 } });
    expect(parse(ethernet(IPV4, packet, [{ vlan: 100, priority: 5 }]), 1, true).attrs).toMatchObject({
      dot1q_priority: 5,
    });
  });

  it.each([0x88a8, 0x9100, 0x9200, 0x8100])('reads two tags, the outer one of type %i', (type) => {
    const parsed = parse(ethernet(IPV4, packet, [{ vlan: 100, type }, { vlan: 200 }]));
    expect(parsed.row).toEqual({ ...row, vlan: 100 });
    expect(parsed.attrs).toEqual({ ...MACS, inner_vlan: 200, ttl: 64 });
  });

  it('goes on behind a third tag, and gives up behind many', () => {
    const tags = (count: number) => Array.from({ length: count }, (_, i) => ({ vlan: 100 + i }));
    expect(parse(ethernet(IPV4, packet, tags(3))).row).toEqual({ ...row, vlan: 100 });
    expect(parse(ethernet(IPV4, packet, tags(12)))).toMatchObject({ length: 0, row: { vlan: 100 } });
  });

  it('reads 802.3 with LLC and SNAP', () => {
    const snap = join([0xaa, 0xaa, 3, 0, 0, 0], u16(IPV4), packet);
    expect(parse(ethernet(snap.length, snap))).toEqual({ length: 40, row, attrs: { ...MACS, ttl: 64 } });
  });

  it('leaves other 802.3 frames, such as those of spanning tree, as they are', () => {
    const stp = join([0x42, 0x42, 3, 0, 0, 0, 0, 0, 0, 0]);
    expect(parse(ethernet(stp.length, stp))).toEqual({ length: 0, row: {}, attrs: MACS });
  });

  it('tells the type of a frame without IP', () => {
    expect(parse(ethernet(0x0806, new Uint8Array(28)))).toEqual({
      length: 0,
      row: {},
      attrs: { ...MACS, ethernet_type: 0x0806 },
    });
  });

  it('reads MPLS labels and finds IPv4 or IPv6 behind the last', () => {
    expect(parse(ethernet(0x8847, mpls([16, 1_048_575, 24_001], packet)))).toEqual({
      length: 40,
      row,
      attrs: { ...MACS, mpls_labels: [16, 1_048_575, 24_001], ttl: 64 },
    });
    expect(parse(ethernet(0x8847, mpls([17], ip6(17, udp(53, 5353))))).row).toMatchObject({ dst_ip: '2001:db8::2' });
    expect(parse(mpls([18], packet), LINK_TYPES.mpls)).toEqual({
      length: 40,
      row,
      attrs: { mpls_labels: [18], ttl: 64 },
    });
  });

  it('does not take what a pseudowire carries for IP', () => {
    const parsed = parse(ethernet(0x8847, mpls([300], join(u32(0), ethernet(IPV4, packet)))));
    expect(parsed).toEqual({ length: 0, row: {}, attrs: { ...MACS, mpls_labels: [300], ethernet_type: 0x8847 } });
  });

  it('reads PPPoE', () => {
    const session = (protocol: number, payload: Uint8Array) =>
      ethernet(0x8864, join([0x11, 0], u16(77), u16(payload.length + 2), u16(protocol), payload));
    expect(parse(session(0x0021, packet))).toEqual({ length: 40, row, attrs: { ...MACS, pppoe_session: 77, ttl: 64 } });
    expect(parse(session(0x0057, ip6(6, tcp(1, 2)))).row).toMatchObject({ src_ip: '2001:db8::1', dst_port: 2 });
    expect(parse(session(0xc021, new Uint8Array(10))).attrs).toEqual({
      ...MACS,
      pppoe_session: 77,
      ethernet_type: 0x8864,
    });
  });

  it('reads IP without a link layer, and nothing of link types that it does not know', () => {
    expect(parse(packet, LINK_TYPES.ipv4)).toEqual({ length: 40, row, attrs: { ttl: 64 } });
    expect(parse(ip6(6, tcp(1, 2)), LINK_TYPES.ipv6).row).toMatchObject({ src_ip: '2001:db8::1', src_port: 1 });
    expect(parse(ethernet(IPV4, packet), 7)).toEqual({ length: 0, row: {}, attrs: {} });
  });

  it('does not read IPv6 where the EtherType says IPv4', () => {
    expect(parse(ethernet(IPV4, ip6(6, tcp(1, 2))))).toMatchObject({
      length: 0,
      row: {},
      attrs: { ethernet_type: IPV4 },
    });
  });
});

describe('IP in a sampled packet', () => {
  it('reads type of service, time to live and, in detail, the identification', () => {
    const frame = ethernet(IPV4, ip4(17, udp(1000, 2000), { tos: 0xb8, ttl: 3, id: 4711 }));
    expect(parse(frame, 1, true)).toEqual({
      length: 28,
      row: { ...OUTER, src_port: 1000, dst_port: 2000, proto: 17, tos: 0xb8 },
      attrs: { ...MACS, ttl: 3, ip_id: 4711 },
    });
  });

  it('finds the ports behind IPv4 options', () => {
    const options = [0x94, 4, 0, 0, 1, 1, 1, 0];
    expect(parse(ethernet(IPV4, ip4(6, tcp(5, 6, 2), { options })))).toMatchObject({
      length: 48,
      row: { src_port: 5, dst_port: 6, tcp_flags: 2 },
    });
  });

  it('gives ports of the first fragment only', () => {
    const fragment = (offset: number) => parse(ethernet(IPV4, ip4(17, udp(7, 8), { fragment: offset })));
    expect(fragment(0x2000).row).toMatchObject({ src_port: 7, dst_port: 8 });
    expect(fragment(0x2000 | 185)).toMatchObject({
      row: { ...OUTER, proto: 17 },
      attrs: { ...MACS, ttl: 64, fragment_offset: 185 },
    });
    expect(fragment(185).row).not.toHaveProperty('src_port');
  });

  it('takes the length of the frame where the packet gives none', () => {
    expect(parse(ethernet(IPV4, ip4(6, tcp(1, 2), { length: 0 })), 1, false, 9014).length).toBe(9000);
    expect(parse(ethernet(IPV6, ip6(6, tcp(1, 2), { length: 0 })), 1, false, 70_014).length).toBe(70_000);
  });

  it('never takes a packet of IP for none, whatever length it was told', () => {
    expect(parse(ethernet(IPV4, ip4(6, tcp(1, 2), { length: 0 })), 1, false, 10)).toMatchObject({ length: 40 });
  });

  it('reads IPv6 with traffic class and, in detail, flow label', () => {
    const frame = ethernet(IPV6, ip6(6, tcp(1, 2, 0x10), { trafficClass: 0xa5, flowLabel: 0xabcde, hops: 9 }));
    expect(parse(frame, 1, true)).toEqual({
      length: 60,
      row: {
        src_ip: '2001:db8::1',
        dst_ip: '2001:db8::2',
        src_port: 1,
        dst_port: 2,
        proto: 6,
        tos: 0xa5,
        tcp_flags: 16,
      },
      attrs: { ...MACS, ttl: 9, flow_label: 0xabcde },
    });
  });

  it('walks the extension headers of IPv6', () => {
    const hop = (next: number, rest: Uint8Array) => join([next, 0, 5, 2, 0, 0, 1, 0], rest);
    const routing = (next: number, rest: Uint8Array) => join([next, 2, 4, 1], new Uint8Array(20), rest);
    const authentication = (next: number, rest: Uint8Array) => join([next, 4, 0, 0], new Uint8Array(20), rest);
    const chain = hop(43, routing(60, hop(51, authentication(58, icmp(128, 1)))));
    expect(parse(ethernet(IPV6, ip6(0, chain))).row).toMatchObject({ proto: 58, src_port: 128, dst_port: 1 });
  });

  it('stops at the fragment header of a later fragment', () => {
    const fragment = (offset: number) => join([17, 0], u16(offset), u32(99), udp(7, 8));
    expect(parse(ethernet(IPV6, ip6(44, fragment(1)))).row).toMatchObject({ proto: 17, src_port: 7, dst_port: 8 });
    const later = parse(ethernet(IPV6, ip6(44, fragment((150 << 3) | 1))), 1, true);
    expect(later.row).not.toHaveProperty('src_port');
    expect(later).toMatchObject({ row: { proto: 17 }, attrs: { fragment_offset: 150, ip_id: 99 } });
  });

  it('does not walk without end', () => {
    const chain = join(...Array.from({ length: 40 }, () => [60, 0, 1, 4, 0, 0, 0, 0]), udp(7, 8));
    expect(parse(ethernet(IPV6, ip6(60, chain))).row).toEqual({
      src_ip: '2001:db8::1',
      dst_ip: '2001:db8::2',
      proto: 60,
    });
  });

  it.each([
    [132, join(u16(2905), u16(2906), u32(0), u32(0)), { src_port: 2905, dst_port: 2906 }],
    [33, join(u16(5), u16(6), u32(0)), { src_port: 5, dst_port: 6 }],
    [136, udp(9, 10), { src_port: 9, dst_port: 10 }],
    [1, icmp(3, 13), { src_port: 3, dst_port: 13 }],
    [50, join(u32(0x01020304), u32(1)), {}],
  ])('reads protocol %i', (proto, payload, ports) => {
    expect(parse(ethernet(IPV4, ip4(proto, payload))).row).toEqual({ ...OUTER, proto, ...ports });
  });
});

describe('a tunnel in a sampled packet', () => {
  const inside = ip4(6, tcp(1234, 443), { source: '10.0.0.1', destination: '10.0.0.2' });
  const INNER = {
    inner_src_ip: '10.0.0.1',
    inner_dst_ip: '10.0.0.2',
    inner_src_port: 1234,
    inner_dst_port: 443,
    inner_proto: 6,
  };
  const attrsIn = (frame: Uint8Array) => {
    const { row, attrs } = parse(frame);
    expect(row).toMatchObject(OUTER);
    const { src_mac, dst_mac, ttl, ...rest } = attrs;
    return rest;
  };

  it('is entered: IP in IP', () => {
    expect(attrsIn(ethernet(IPV4, ip4(4, inside)))).toEqual(INNER);
    const six = ip6(17, udp(53, 5353), { source: '::1', destination: '2001:db8:0:0:1::9' });
    expect(attrsIn(ethernet(IPV4, ip4(41, six)))).toEqual({
      inner_src_ip: '::1',
      inner_dst_ip: '2001:db8::1:0:0:9',
      inner_src_port: 53,
      inner_dst_port: 5353,
      inner_proto: 17,
    });
  });

  it('is entered: GRE with and without key, checksum and number', () => {
    expect(attrsIn(ethernet(IPV4, ip4(47, join(u16(0), u16(IPV4), inside))))).toEqual(INNER);
    const all = join(u16(0xb000), u16(IPV4), u32(0), u32(4_000_000_000), u32(1), inside);
    expect(attrsIn(ethernet(IPV4, ip4(47, all)))).toEqual({ gre_key: 4_000_000_000, ...INNER });
  });

  it('is entered: NVGRE and ERSPAN', () => {
    const nvgre = join(u16(0x2000), u16(0x6558), u32((5001 << 8) | 7), ethernet(IPV4, inside));
    expect(attrsIn(ethernet(IPV4, ip4(47, nvgre)))).toEqual({ vni: 5001, gre_key: (5001 << 8) | 7, ...INNER });
    const erspan1 = join(u16(0), u16(0x88be), ethernet(IPV4, inside));
    const erspan2 = join(u16(0x1000), u16(0x88be), u32(1), new Uint8Array(8), ethernet(IPV4, inside));
    const erspan3 = (long: boolean) =>
      join(
        u16(0x1000),
        u16(0x22eb),
        u32(1),
        new Uint8Array(11),
        [long ? 1 : 0],
        new Uint8Array(long ? 8 : 0),
        ethernet(IPV4, inside),
      );
    for (const erspan of [erspan1, erspan2, erspan3(false), erspan3(true)])
      expect(attrsIn(ethernet(IPV4, ip4(47, erspan)))).toEqual(INNER);
  });

  it('is not entered: PPTP', () => {
    expect(attrsIn(ethernet(IPV4, ip4(47, join(u16(0x3001), u16(0x880b), u32(0), u32(1), inside))))).toEqual({});
  });

  it.each([4789, 8472])('is entered: VXLAN on port %i', (port) => {
    const vxlan = join([8, 0, 0, 0], u32(70_000 << 8), ethernet(IPV4, inside, [{ vlan: 9 }]));
    const { row, attrs } = parse(ethernet(IPV4, ip4(17, udp(55_555, port, vxlan))));
    expect(row).toEqual({ ...OUTER, proto: 17, src_port: 55_555, dst_port: port });
    expect(attrs).toEqual({ ...MACS, ttl: 64, vni: 70_000, ...INNER });
    const other = join([0, 0, 0, 0], u32(70_000 << 8), ethernet(IPV4, inside));
    expect(attrsIn(ethernet(IPV4, ip4(17, udp(1, port, other))))).toEqual({});
  });

  it('is entered: Geneve with options', () => {
    const geneve = join([2, 0], u16(0x6558), u32(99 << 8), new Uint8Array(8), ethernet(IPV4, inside));
    expect(attrsIn(ethernet(IPV4, ip4(17, udp(1, 6081, geneve))))).toEqual({ vni: 99, ...INNER });
  });
});

describe('a sampled packet that is cut', () => {
  const inside = ip4(6, tcp(1234, 443), { source: '10.0.0.1', destination: '10.0.0.2' });
  const vxlan = join([8, 0, 0, 0], u32(70_000 << 8), ethernet(IPV4, inside));
  const options = [1, 1, 1, 0];
  const frames = {
    'IPv4 in VXLAN': ethernet(IPV4, ip4(17, udp(9, 4789, vxlan), { options, tos: 4 }), [{ vlan: 5 }, { vlan: 6 }]),
    'IPv6 behind labels': ethernet(0x8847, mpls([16, 17], ip6(0, join([6, 0, 0, 0, 0, 0, 0, 0], tcp(3, 4))))),
    'GRE in PPPoE': ethernet(
      0x8864,
      join([0x11, 0], u16(7), u16(90), u16(0x21), ip4(47, join(u16(0x2000), u16(IPV4), u32(7), inside))),
    ),
  };

  it.each(Object.entries(frames))('gives nothing that the whole does not give: %s', (_name, frame) => {
    const whole = parse(frame);
    let fields = 0;
    for (let cut = 0; cut <= frame.length; cut++) {
      const { row, attrs } = parse(frame.slice(0, cut), 1, false, frame.length);
      // The last next header of IPv6 that was seen, and the type of what was not, are all that differs.
      const { proto: _proto, ...columns } = row;
      const { ethernet_type: _type, mpls_labels: _labels, inner_proto: _inner, ...rest } = attrs;
      expect(whole.row).toMatchObject(columns);
      expect(whole.attrs).toMatchObject(rest);
      const now = Object.keys(columns).length + Object.keys(rest).length;
      expect(now).toBeGreaterThanOrEqual(fields);
      fields = now;
    }
    expect(parse(frame)).toEqual(whole);
  });

  it('keeps a source address without a destination, and addresses without ports', () => {
    const frame = ethernet(IPV4, ip4(6, tcp(1, 2)));
    expect(parse(frame.slice(0, 30)).row).toEqual({ src_ip: '192.0.2.1', proto: 6 });
    expect(parse(frame.slice(0, 34)).row).toEqual({ ...OUTER, proto: 6 });
    expect(parse(frame.slice(0, 38)).row).toEqual({ ...OUTER, proto: 6, src_port: 1, dst_port: 2 });
    expect(parse(frame.slice(0, 17))).toMatchObject({ row: {}, length: 3 });
  });
});
