import { describe, expect, it } from 'vitest';
import {
  decodeOne,
  decodeRecords,
  type Field,
  hex,
  ip,
  NOW,
  ntp,
  text,
  uint,
  variable,
} from '../../fixtures/decode-records.ts';
import { VARIABLE } from '../template.ts';

const PAIR: readonly Field[] = [
  [8, 4],
  [12, 4],
];
const PAIR_BYTES = [...ip('192.0.2.1'), ...ip('198.51.100.7')];

/** The `attrs` of a record with these fields behind its addresses. */
function attrsOf(
  fields: readonly Field[],
  parts: readonly (readonly number[])[],
  changes: Parameters<typeof decodeOne>[2] = {},
): unknown {
  const { attrs } = decodeOne([...PAIR, ...fields], [PAIR_BYTES, ...parts], changes);
  return attrs === undefined ? undefined : JSON.parse(String(attrs));
}

const ALL = { fields: 'all' } as const;

describe('attrs', () => {
  it('hold what is of use and has no column', () => {
    const fields: readonly Field[] = [
      [56, 6],
      [80, 6],
      [245, 2],
      [192, 1],
      [52, 1],
      [54, 4],
      [234, 4],
      [235, 4],
      [230, 1],
      [236, 8],
      [18, 4],
    ];
    const parts = [
      hex('02:00:00:00:00:01'),
      hex('02:00:00:00:00:ff'),
      uint(2, 200),
      [64],
      [1],
      uint(4, 4_000_000_000),
      uint(4, 5),
      uint(4, 0),
      [1],
      text('mgmt', 8),
      ip('203.0.113.9'),
    ];
    expect(attrsOf(fields, parts)).toEqual({
      src_mac: '02:00:00:00:00:01',
      dst_mac: '02:00:00:00:00:ff',
      inner_vlan: 200,
      ttl: 64,
      min_ttl: 1,
      ip_id: 4_000_000_000,
      vrf_in: 5,
      nat_event: 1,
      vrf_name: 'mgmt',
      bgp_next_hop: '203.0.113.9',
    });
  });

  it('are none where all is zero or empty', () => {
    const fields: readonly Field[] = [
      [56, 6],
      [192, 1],
      [236, 4],
      [63, 16],
    ];
    expect(attrsOf(fields, [uint(6, 0), [0], text('', 4), ip('::')])).toBeUndefined();
  });

  it('take the alternative that is set under one key', () => {
    const fields: readonly Field[] = [
      [18, 4],
      [63, 16],
      [59, 2],
      [254, 2],
    ];
    expect(attrsOf(fields, [uint(4, 0), ip('2001:db8::9'), uint(2, 7), uint(2, 8)])).toEqual({
      bgp_next_hop: '2001:db8::9',
      post_vlan: 7,
    });
  });

  it('list all labels of an MPLS stack, without their traffic class and end bit', () => {
    const label = (value: number, rest: number) => uint(3, value * 16 + rest);
    const fields: readonly Field[] = [
      [70, 3],
      [71, 3],
      [72, 3],
      [192, 1],
    ];
    expect(attrsOf(fields, [label(16_001, 0), label(1_048_575, 15), label(0, 0), [9]])).toEqual({
      mpls_labels: [16_001, 1_048_575],
      ttl: 9,
    });
    expect(attrsOf(fields, [label(0, 1), label(0, 0), label(0, 0), [0]])).toBeUndefined();
    const repeated: readonly Field[] = [
      [70, 3],
      [70, 3],
    ];
    expect(attrsOf(repeated, [label(5, 0), label(6, 1)])).toEqual({ mpls_labels: [5, 6] });
  });

  it('write numbers above 2^53 as text', () => {
    expect(attrsOf([[148, 8]], [uint(8, 2n ** 53n - 1n)])).toEqual({ flow_id: 2 ** 53 - 1 });
    expect(attrsOf([[148, 8]], [uint(8, 2n ** 53n)])).toEqual({ flow_id: '9007199254740992' });
    expect(attrsOf([[148, 8]], [uint(8, 2n ** 64n - 1n)])).toEqual({ flow_id: '18446744073709551615' });
    expect(attrsOf([[148, 7]], [uint(7, 2n ** 56n - 1n)])).toEqual({ flow_id: '72057594037927935' });
  });

  it('escape texts', () => {
    const value = 'a"b\\c\n\u0001\u007fé😀/';
    expect(attrsOf([[94, VARIABLE]], [variable(text(value))])).toEqual({ app_description: value });
    expect(attrsOf([[94, 4]], [[0x41, 0xff, 0xed, 0xa0]])).toEqual({ app_description: 'A\ufffd\ufffd\ufffd' });
    expect(attrsOf([[94, VARIABLE]], [variable(text('\u0001'.repeat(3000)))])).toEqual({
      app_description: '\u0001'.repeat(3000),
    });
  });

  it('belong to their rows', () => {
    const records = [1, 0, 255].flatMap((ttl) => [...PAIR_BYTES, ttl]);
    const { rows } = decodeRecords([...PAIR, [192, 1]], records);
    expect(rows.map(({ attrs }) => attrs)).toEqual(['{"ttl":1}', undefined, '{"ttl":255}']);
  });

  it('leave out what is of less use, unless all is asked for', () => {
    const fields: readonly Field[] = [
      [25, 2],
      [64_000, 1, 4],
    ];
    const parts = [uint(2, 40), uint(4, 5)];
    expect(attrsOf(fields, parts)).toBeUndefined();
    expect(attrsOf(fields, parts, ALL)).toEqual({ minimum_ip_total_length: 40, '64000:1': 5 });
  });
});

describe('attrs with all fields', () => {
  it('write every type in its own way', () => {
    const float = new DataView(new ArrayBuffer(12));
    float.setFloat32(0, 1.5);
    float.setFloat64(4, -0.25);
    const floats = new Uint8Array(float.buffer);
    const fields: readonly Field[] = [
      [434, 4],
      [15_397, 11, 2],
      [320, 4],
      [321, 8],
      [388, 1],
      [389, 1],
      [403, 4],
      [404, 16],
      [349, 4],
      [268, 8],
      [269, 8],
      [261, 4],
      [365, 6],
    ];
    const parts = [
      uint(4, -5),
      uint(2, -300),
      [...floats.subarray(0, 4)],
      [...floats.subarray(4)],
      [1],
      [2],
      ip('203.0.113.1'),
      ip('2001:db8:0:0:1::1'),
      hex('deadbeef'),
      ntp(NOW + 5),
      uint(8, NOW / 1000),
      uint(4, NOW / 1e6),
      hex('02:00:00:00:00:07'),
    ];
    expect(attrsOf(fields, parts, ALL)).toEqual({
      mib_object_value_integer: -5,
      internal_rtt: -300,
      absolute_error: 1.5,
      relative_error: -0.25,
      dot1q_dei: true,
      dot1q_customer_dei: false,
      original_exporter_ipv4_address: '203.0.113.1',
      original_exporter_ipv6_address: '2001:db8::1:0:0:1',
      virtual_station_uuid: 'deadbeef',
      max_flow_end_microseconds: NOW + 5,
      max_flow_end_milliseconds: NOW / 1000,
      max_flow_end_seconds: NOW / 1e6,
      station_mac: '02:00:00:00:00:07',
    });
  });

  it('name unknown ones by enterprise and id, or by id', () => {
    const fields: readonly Field[] = [
      [9999, 2],
      [64_000, 7, 8],
      [64_000, 8, 9],
      [64_000, 9, VARIABLE],
      [64_000, 10, VARIABLE],
    ];
    const parts = [
      uint(2, 513),
      uint(8, 2n ** 63n),
      hex('010203040506070809'),
      variable([1, 0]),
      variable(uint(12, 255)),
    ];
    expect(attrsOf(fields, parts, ALL)).toEqual({
      '9999': 513,
      '64000:7': '9223372036854775808',
      '64000:8': '010203040506070809',
      '64000:9': 256,
      '64000:10': '0000000000000000000000ff',
    });
  });

  it('write as bytes what has a length that its type cannot have', () => {
    const fields: readonly Field[] = [
      [365, 5],
      [403, 3],
      [388, 2],
      [434, 7],
      [320, 2],
      [60, 9],
    ];
    const parts = [uint(5, 1), uint(3, 2), uint(2, 3), uint(7, 4), uint(2, 5), uint(9, 6)];
    expect(attrsOf(fields, parts, ALL)).toEqual({
      station_mac: '0000000001',
      original_exporter_ipv4_address: '000002',
      dot1q_dei: '0003',
      mib_object_value_integer: '00000000000004',
      absolute_error: '0005',
      ip_version: '000000000000000006',
    });
  });

  it('write 64-bit signed numbers to the last digit', () => {
    const of = (value: bigint) => attrsOf([[434, 8]], [uint(8, value)], ALL);
    expect(of(-5n)).toEqual({ mib_object_value_integer: -5 });
    expect(of(-(2n ** 63n))).toEqual({ mib_object_value_integer: '-9223372036854775808' });
    expect(of(2n ** 62n)).toEqual({ mib_object_value_integer: '4611686018427387904' });
  });

  it('leave out padding, and what is no number', () => {
    const fields: readonly Field[] = [
      [210, 4],
      [320, 4],
      [9998, 0],
    ];
    expect(attrsOf(fields, [uint(4, 1), uint(4, 0x7fc00000)], ALL)).toBeUndefined();
  });

  it('hold the counters that were not chosen, as they were sent', () => {
    const fields: readonly Field[] = [
      [1, 4],
      [23, 4],
    ];
    expect(attrsOf(fields, [uint(4, 100), uint(4, 90)], { ...ALL, samplingRate: 10 })).toEqual({
      post_octet_delta_count: 90,
    });
  });
});
