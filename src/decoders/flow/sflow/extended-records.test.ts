import { describe, expect, it } from 'vitest';
import type { Row } from '../../fixtures/collecting-sink.ts';
import { attrsOf } from '../fixtures/collecting-flow-sink.ts';
import { decodeSflow } from '../fixtures/decode-sflow.ts';
import { address, ethernet, ip4, join, tcp, u32 } from '../fixtures/frames.ts';
import {
  block,
  datagramOf,
  extendedSwitch,
  flowSample,
  header,
  padded,
  sampledIp,
  text,
  typed,
} from '../fixtures/sflow-datagram.ts';

const PLAIN = header(ethernet(0x0800, ip4(6, tcp(40_000, 443))));
const TAGGED = header(ethernet(0x0800, ip4(6, tcp(40_000, 443)), [{ vlan: 100 }]));

function rowWith(record: Uint8Array, packet = PLAIN): Row {
  const before = decodeSflow([datagramOf([flowSample([record, packet])])]).rows[0];
  const after = decodeSflow([datagramOf([flowSample([packet, record])])]).rows[0];
  const { attrs: _before, ...columns } = before;
  expect(after).toMatchObject(columns);
  expect(attrsOf(after)).toEqual(attrsOf(before));
  return after;
}

/** What the record adds to the attributes. */
function attrsWith(record: Uint8Array, packet = PLAIN): Record<string, unknown> {
  const { src_mac, dst_mac, ttl, frame_length, ...rest } = attrsOf(rowWith(record, packet));
  return rest;
}

const numbers = (...values: readonly number[]) => join(...values.map((value) => u32(value)));

describe('extended switch data', () => {
  it('gives the VLAN that the header lacks', () => {
    const row = rowWith(extendedSwitch(154, 3, 155, 4));
    expect(row).toMatchObject({ vlan: 154 });
    expect(attrsOf(row)).toMatchObject({ post_vlan: 155, vlan_priority: 3, post_vlan_priority: 4 });
  });

  it('gives way to the tag of the header, and says nothing of what it does not know', () => {
    expect(rowWith(extendedSwitch(154, 0, 100, 0xffffffff), TAGGED)).toMatchObject({ vlan: 100 });
    expect(attrsWith(extendedSwitch(154, 0, 100, 0xffffffff), TAGGED)).toEqual({});
    expect(rowWith(extendedSwitch(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff))).not.toHaveProperty('vlan');
  });
});

describe('extended router data', () => {
  it('gives the next hop and the masks', () => {
    expect(rowWith(block(1002, join(typed('203.0.113.1'), numbers(24, 22))))).toMatchObject({
      next_hop: '203.0.113.1',
      src_mask: 24,
      dst_mask: 22,
    });
    expect(rowWith(block(1002, join(typed('2001:db8::9'), numbers(64, 48))))).toMatchObject({
      next_hop: '2001:db8::9',
      src_mask: 64,
      dst_mask: 48,
    });
  });

  it('gives what is there', () => {
    const none = rowWith(block(1002, join(typed('0.0.0.0'), numbers(0xffffffff, 8))));
    expect([none.next_hop, none.src_mask, none.dst_mask]).toEqual([undefined, undefined, 8]);
    expect(rowWith(block(1002, numbers(0, 24, 8)))).toMatchObject({ src_mask: 24, dst_mask: 8 });
    expect(rowWith(block(1002, typed('203.0.113.1')))).toMatchObject({ next_hop: '203.0.113.1' });
    expect(rowWith(block(1002, numbers(2, 1, 2)))).not.toHaveProperty('src_mask');
  });
});

describe('extended gateway data', () => {
  const gateway = (...rest: readonly number[]) => block(1003, join(typed('203.0.113.1'), numbers(...rest)));
  const COMMUNITIES = [2, (64_500 << 16) + 100, 0xffffff01];

  it('gives autonomous systems, path, communities and preference', () => {
    const row = rowWith(
      gateway(64_500, 64_501, 64_502, 2, 2, 2, 64_510, 64_511, 1, 1, 4_200_000_000, ...COMMUNITIES, 150),
    );
    expect(row).toMatchObject({ src_bgp_asn: 64_501, dst_bgp_asn: 4_200_000_000 });
    expect(attrsOf(row)).toMatchObject({
      bgp_next_hop: '203.0.113.1',
      router_asn: 64_500,
      src_peer_asn: 64_502,
      as_path: [64_510, 64_511, 4_200_000_000],
      bgp_communities: ['64500:100', '65535:65281'],
      bgp_local_pref: 150,
    });
  });

  it('means the network of the router where it names none', () => {
    expect(rowWith(gateway(64_500, 0, 0, 0, 0, 0))).toMatchObject({ src_bgp_asn: 64_500, dst_bgp_asn: 64_500 });
    expect(attrsWith(gateway(64_500, 0, 0, 0, 0, 0))).toEqual({ bgp_next_hop: '203.0.113.1', router_asn: 64_500 });
  });

  it('is believed as far as it goes', () => {
    const whole = [64_500, 64_501, 64_502, 1, 2, 2, 64_510, 64_511, ...COMMUNITIES, 150];
    for (let words = 0; words <= whole.length; words++) {
      const row = rowWith(gateway(...whole.slice(0, words)));
      expect(row.src_bgp_asn).toBe(words < 4 ? undefined : 64_501);
      expect(row.dst_bgp_asn).toBe(words < 4 ? undefined : words < 7 ? 64_500 : words < 8 ? 64_510 : 64_511);
    }
    expect(rowWith(gateway(1, 2, 3, 0xffffffff, 2, 0xffffffff, 64_510))).toMatchObject({ dst_bgp_asn: 64_510 });
    expect(attrsWith(gateway(1, 2, 3, 0, 0xffffffff, 65_536))).toMatchObject({ bgp_communities: ['1:0'] });
  });
});

describe('extended user, URL and NAT data', () => {
  it('give users', () => {
    const row = rowWith(block(1004, join(u32(106), text('anna'), u32(106), text('Jörg "J"'))));
    expect(row).toMatchObject({ user: 'anna' });
    expect(attrsOf(row)).toMatchObject({ dst_user: 'Jörg "J"' });
    expect(rowWith(block(1004, join(u32(106), u32(99), [65, 66, 67, 68])))).not.toHaveProperty('user');
  });

  it('give the URL and the host', () => {
    const row = rowWith(block(1005, join(u32(2), text('GET /a?b=c HTTP/1.1'), text('www.example.com'))));
    expect(row).toMatchObject({ domain: 'www.example.com' });
    expect(attrsOf(row)).toMatchObject({ url: 'GET /a?b=c HTTP/1.1' });
    expect(rowWith(block(1005, join(u32(2), text('/'))))).not.toHaveProperty('domain');
    expect(rowWith(block(1005, join(u32(2), u32(0), u32(2), padded([0xff, 65]))))).toMatchObject({ domain: '\ufffdA' });
  });

  it('give the translated addresses and ports', () => {
    expect(rowWith(block(1007, join(typed('203.0.113.5'), typed('2001:db8::5'))))).toMatchObject({
      src_nat_ip: '203.0.113.5',
      dst_nat_ip: '2001:db8::5',
    });
    expect(rowWith(block(1020, numbers(61_000, 8443)))).toMatchObject({ src_nat_port: 61_000, dst_nat_port: 8443 });
    expect(rowWith(block(1007, typed('203.0.113.5')))).toMatchObject({ src_nat_ip: '203.0.113.5' });
  });
});

describe('extended MPLS, VLAN and tunnel data', () => {
  const label = (value: number) => ((value << 12) | 0x140) >>> 0;

  it('give label stacks', () => {
    expect(
      attrsWith(block(1006, join(typed('203.0.113.1'), numbers(2, label(16), label(1_048_575), 1, label(17))))),
    ).toEqual({ mpls_next_hop: '203.0.113.1', mpls_labels_in: [16, 1_048_575], mpls_labels_out: [17] });
    expect(attrsWith(block(1006, join(typed('203.0.113.1'), numbers(9, label(16)))))).toEqual({
      mpls_next_hop: '203.0.113.1',
    });
  });

  it.each([
    [1012, 'stripped_vlans'],
    [1034, 'vlans_in'],
    [1035, 'vlans_out'],
  ])('give the tags of record %i', (format, key) => {
    expect(attrsWith(block(format, numbers(2, 0x88a80064, 0x810060c8)))).toEqual({ [key]: [100, 200] });
    expect(attrsWith(block(format, numbers(0)))).toEqual({});
  });

  it('give the outer header of a tunnel', () => {
    const v4 = sampledIp('203.0.113.1', '203.0.113.2', [120, 17, 55_555, 4789, 0, 0]).subarray(8);
    expect(attrsWith(block(1023, v4))).toEqual({
      tunnel_out_src_ip: '203.0.113.1',
      tunnel_out_dst_ip: '203.0.113.2',
      tunnel_out_proto: 17,
      tunnel_out_src_port: 55_555,
      tunnel_out_dst_port: 4789,
    });
    const v6 = join(numbers(120, 47), address('2001:db8::1'), address('2001:db8::2'), numbers(0, 0, 0, 0));
    expect(attrsWith(block(1026, v6))).toEqual({
      tunnel_in_src_ip: '2001:db8::1',
      tunnel_in_dst_ip: '2001:db8::2',
      tunnel_in_proto: 47,
    });
    expect(attrsWith(block(1024, v4.subarray(0, 20)))).toEqual({});
  });

  it.each([
    [1008, join(text('lsp-7'), numbers(70, 3)), { mpls_tunnel: 'lsp-7', mpls_tunnel_id: 70, mpls_tunnel_cos: 3 }],
    [1009, join(text('vc'), numbers(71, 0)), { mpls_vc: 'vc', mpls_vc_id: 71 }],
    [1011, numbers(24), { mpls_fec_prefix: 24 }],
    [1029, numbers(5001), { vni_out: 5001 }],
    [1030, numbers(5002), { vni_in: 5002 }],
    [1037, join(numbers(12), text('block-telnet'), numbers(1)), { acl_id: 12, acl: 'block-telnet', acl_direction: 1 }],
    [1038, text('ip_rcv_core'), { function: 'ip_rcv_core' }],
    [1039, numbers(1200), { transit_delay_ns: 1200 }],
    [1039, numbers(0xffffffff), {}],
    [
      1041,
      join(text('l2_drops'), text('vlan_tag_mismatch')),
      { hw_trap_group: 'l2_drops', hw_trap: 'vlan_tag_mismatch' },
    ],
    [1042, text('tcp_csum'), { linux_drop_reason: 'tcp_csum' }],
    [
      2209,
      numbers(1, 1460, 0, 0, 2, 0, 1500, 23_000),
      { tcp_info_direction: 1, tcp_snd_mss: 1460, tcp_lost: 2, tcp_pmtu: 1500, tcp_rtt_us: 23_000 },
    ],
    [1008, numbers(99, 65), {}],
  ])('give the fields of record %i', (format, content, attrs) => {
    expect(attrsWith(block(format, content))).toEqual(attrs);
  });

  it('are read once a sample: JSON has each key once', () => {
    const vni = block(1029, numbers(1));
    const { rows } = decodeSflow([
      datagramOf([flowSample([PLAIN, PLAIN, vni, block(1029, numbers(2))]), flowSample([PLAIN, vni])]),
    ]);
    expect(rows).toHaveLength(2);
    for (const row of rows)
      expect(
        String(row.attrs)
          .match(/"vni_out":\d+|"src_mac"/g)
          ?.sort(),
      ).toEqual(['"src_mac"', '"vni_out":1']);
  });
});
