import { describe, expect, it } from 'vitest';
import { KINDS } from '../../model/kinds.ts';
import { decode, RECEIVED_AT } from '../fixtures/decode.ts';

function only(record: unknown, encoding = 'auto'): Record<string, unknown> {
  const { events, rejected } = decode(record, encoding);
  expect(rejected).toEqual([]);
  expect(events).toHaveLength(1);
  const { attrs, ...event } = events[0];
  return attrs === undefined ? event : { ...event, attrs: JSON.parse(String(attrs)) };
}

describe('flows.v1', () => {
  const record = {
    ts: '2024-04-19T01:59:55Z',
    src_ip: '192.0.2.1',
    dst_ip: '198.51.100.2',
    src_port: 40000,
    dst_port: '53',
    protocol: 'UDP',
    bytes: 1200,
    packets: 3,
    app: 'dns',
  };
  const event = {
    ts: 1713491995000000,
    kind: KINDS.flow,
    src_ip: '192.0.2.1',
    dst_ip: '198.51.100.2',
    src_port: 40000,
    dst_port: 53,
    proto: 17,
    bytes: 1200,
    packets: 3,
    src_bytes: 1200,
    src_packets: 3,
    app: 'dns',
  };

  it.each(['auto', 'flows.v1', 'netflow', 'Flows'])('is read as %s', (encoding) => {
    expect(only(record, encoding)).toEqual(event);
  });

  it('keeps both directions apart, and sums them where there is no total', () => {
    const { bytes: _, packets: __, ...rest } = record;
    const both = { ...rest, bytes_out: 100, bytes_in: 900, packets_out: 1, packets_in: 2 };
    expect(only(both)).toMatchObject({ src_bytes: 100, dst_bytes: 900, bytes: 1000, packets: 3, dst_packets: 2 });
  });

  it('fills the rest of the columns', () => {
    const rich = {
      ...record,
      end: 1713492005,
      tags: ['vpn', 'lab', 'vpn'],
      user: 'ada',
      vlan: 12,
      in_if: 3,
      out_if: 4,
      tos: 184,
      tcp_flags: 'SA',
      sampling_rate: 100,
      exporter: 'edge.example',
      domain: 'a.example',
      state: 'end',
      uid: 'f-1',
      custom: { nested: [1, { a: null }] },
      __proto_: 1,
    };
    expect(only(rich)).toEqual({
      ...event,
      duration: 10,
      tags: 'lab,vpn',
      user: 'ada',
      vlan: 12,
      input_if: 3,
      output_if: 4,
      tos: 184,
      tcp_flags: 0x12,
      sampling: 100,
      exporter: 'edge.example',
      domain: 'a.example',
      state: 'end',
      uid: 'f-1',
      attrs: { custom: { nested: [1, { a: null }] }, __proto_: 1 },
    });
  });

  it('puts the ICMP type and code where the ports are', () => {
    expect(only({ ...record, protocol: 1, icmp_type: 3, icmp_code: 1 })).toMatchObject({ src_port: 3, dst_port: 1 });
    expect(only({ ...record, icmp_type: 3 })).toMatchObject({ src_port: 40000, attrs: { icmp_type: 3 } });
  });

  it('takes milliseconds of duration', () => {
    expect(only({ ...record, duration_ms: 1500 })).toMatchObject({ duration: 1.5 });
  });
});

describe('nfdump', () => {
  const record = {
    type: 'FLOW',
    sampled: 0,
    first: '2024-04-19T01:59:55.123',
    last: '2024-04-19T02:00:00.623',
    in_packets: 7,
    in_bytes: 700,
    out_packets: 3,
    out_bytes: 300,
    proto: 6,
    tcp_flags: '...AP.SF',
    src_port: 51000,
    dst_port: 443,
    src_tos: 8,
    src4_addr: '192.0.2.1',
    dst4_addr: '198.51.100.2',
    input_snmp: 5,
    output_snmp: 6,
    src_vlan: 7,
    ip4_router: '192.0.2.254',
    label: '<none>',
  };

  it.each(['auto', 'nfdump', 'nfdump-json', 'netflow'])('is read as %s', (encoding) => {
    expect(only(record, encoding)).toEqual({
      ts: 1713491995123000,
      kind: KINDS.flow,
      duration: 5.5,
      src_ip: '192.0.2.1',
      dst_ip: '198.51.100.2',
      src_port: 51000,
      dst_port: 443,
      proto: 6,
      tcp_flags: 0x1b,
      bytes: 1000,
      packets: 10,
      src_bytes: 700,
      dst_bytes: 300,
      src_packets: 7,
      dst_packets: 3,
      tos: 8,
      vlan: 7,
      input_if: 5,
      output_if: 6,
      exporter: '192.0.2.254',
      attrs: { type: 'FLOW', sampled: 0, label: '<none>' },
    });
  });

  it('reads IPv6, and ICMP by type and code', () => {
    const { src4_addr: _, dst4_addr: __, src_port: ___, dst_port: ____, ...rest } = record;
    const icmp = { ...rest, proto: 58, icmp_type: 136, icmp_code: 0, src6_addr: '2001:db8::1', dst6_addr: 'fe80::1' };
    expect(only(icmp)).toMatchObject({ src_ip: '2001:db8::1', dst_ip: 'fe80::1', proto: 58, src_port: 136 });
  });

  it('gives a flow of unknown time the time it was received', () => {
    const unknown = { ...record, first: '1970-01-01T00:00:00.000', last: '1970-01-01T00:00:00.000' };
    expect(only(unknown).ts).toBe(RECEIVED_AT);
    expect(only({ ...unknown, t_received: '2024-04-19T00:00:00Z' })).toMatchObject({
      ts: Date.parse('2024-04-19T00:00:00Z') * 1000,
      attrs: { t_received: '2024-04-19T00:00:00Z' },
    });
  });
});

describe('pmacct', () => {
  const record = {
    event_type: 'purge',
    ip_src: '192.0.2.1',
    ip_dst: '198.51.100.2',
    port_src: 123,
    port_dst: 123,
    ip_proto: 'udp',
    tcp_flags: '0',
    tos: 0,
    iface_in: 1,
    iface_out: 2,
    peer_ip_src: '203.0.113.1',
    as_src: 64496,
    timestamp_start: '2024-04-19 01:59:55.123456',
    timestamp_end: '2024-04-19 01:59:56.123456',
    stamp_inserted: '2024-04-19 02:00:00',
    packets: 2,
    bytes: 152,
    writer_id: 'default_print/1',
  };

  it.each(['auto', 'pmacct', 'netflow'])('is read as %s', (encoding) => {
    expect(only(record, encoding)).toEqual({
      ts: 1713491995123456,
      kind: KINDS.flow,
      duration: 1,
      src_ip: '192.0.2.1',
      dst_ip: '198.51.100.2',
      src_port: 123,
      dst_port: 123,
      proto: 17,
      bytes: 152,
      packets: 2,
      src_bytes: 152,
      src_packets: 2,
      input_if: 1,
      output_if: 2,
      exporter: '203.0.113.1',
      attrs: {
        event_type: 'purge',
        as_src: 64496,
        stamp_inserted: '2024-04-19 02:00:00',
        writer_id: 'default_print/1',
      },
    });
  });

  it('corrects for sampling, reads epoch times and lists of flags', () => {
    const sampled = { ...record, sampling_rate: 1000, timestamp_start: '1713491995.123456', tcp_flags: ['SYN', 'ACK'] };
    expect(only(sampled)).toMatchObject({
      ts: 1713491995123456,
      bytes: 152_000,
      packets: 2000,
      sampling: 1000,
      tcp_flags: 0x12,
    });
  });

  it('falls back to the bin where it aggregates without times', () => {
    const { timestamp_start: _, timestamp_end: __, ...binned } = record;
    expect(only(binned)).toMatchObject({ ts: Date.parse('2024-04-19T02:00:00Z') * 1000 });
  });
});

describe('ntopng', () => {
  const event = {
    ts: 1713491995000000,
    kind: KINDS.flow,
    duration: 5,
    src_ip: '192.0.2.1',
    dst_ip: '198.51.100.2',
    src_port: 50000,
    dst_port: 443,
    proto: 6,
    tcp_flags: 27,
    bytes: 400,
    packets: 4,
    src_bytes: 100,
    dst_bytes: 300,
    src_packets: 1,
    dst_packets: 3,
    vlan: 9,
    app: 'TLS',
    exporter: '203.0.113.1',
    domain: 'a.example',
  };

  it('is read by the names of the elements', () => {
    const record = {
      IPV4_SRC_ADDR: '192.0.2.1',
      IPV4_DST_ADDR: '198.51.100.2',
      L4_SRC_PORT: 50000,
      L4_DST_PORT: 443,
      PROTOCOL: 6,
      TCP_FLAGS: 27,
      IN_BYTES: 100,
      OUT_BYTES: 300,
      IN_PKTS: 1,
      OUT_PKTS: 3,
      FIRST_SWITCHED: 1713491995,
      LAST_SWITCHED: 1713492000,
      SRC_VLAN: 9,
      L7_PROTO: '91',
      L7_PROTO_NAME: 'TLS',
      EXPORTER_IPV4_ADDRESS: '203.0.113.1',
      TLS_SERVER_NAME: 'a.example',
      HTTP_HOST: '',
    };
    expect(only(record)).toEqual({ ...event, attrs: { L7_PROTO: '91', HTTP_HOST: '' } });
  });

  it('is read by their numbers', () => {
    const record = {
      8: '192.0.2.1',
      12: '198.51.100.2',
      7: 50000,
      11: 443,
      4: 6,
      6: 27,
      1: 100,
      23: 300,
      2: 1,
      24: 3,
      22: 1713491995,
      21: 1713492000,
      58: 9,
      57591: 'TLS',
      130: '203.0.113.1',
      57660: 'a.example',
    };
    expect(only(record)).toEqual(event);
    expect(only(record, 'ntopng')).toEqual(event);
  });
});

describe('goflow2', () => {
  const record = {
    type: 'SFLOW_5',
    time_received_ns: '1713491996000000123',
    sequence_num: 7,
    sampling_rate: 512,
    sampler_address: '203.0.113.1',
    time_flow_start_ns: 1713491995000000000,
    time_flow_end_ns: 1713491995500000000,
    bytes: 1500,
    packets: 1,
    src_addr: '2001:db8::1',
    dst_addr: '2001:db8::2',
    etype: 'IPv6',
    proto: 'TCP',
    src_port: 443,
    dst_port: 50000,
    in_if: 3,
    out_if: 4,
    tcp_flags: 16,
    ip_tos: 2,
    vlan_id: 5,
  };

  it.each(['auto', 'goflow2', 'netflow'])('is read as %s', (encoding) => {
    const { attrs, ...event } = only(record, encoding);
    expect(event).toEqual({
      ts: 1713491995000000,
      kind: KINDS.flow,
      duration: 0.5,
      src_ip: '2001:db8::1',
      dst_ip: '2001:db8::2',
      src_port: 443,
      dst_port: 50000,
      proto: 6,
      tcp_flags: 16,
      tos: 2,
      vlan: 5,
      bytes: 768_000,
      packets: 512,
      src_bytes: 768_000,
      src_packets: 512,
      sampling: 512,
      input_if: 3,
      output_if: 4,
      exporter: '203.0.113.1',
    });
    expect(attrs).toMatchObject({ type: 'SFLOW_5', sequence_num: 7, etype: 'IPv6' });
  });

  it('takes the time received where the flow has none, and no rate for none', () => {
    const { time_flow_start_ns: _, time_flow_end_ns: __, ...rest } = record;
    expect(only({ ...rest, sampling_rate: 0 })).toMatchObject({ ts: 1713491996000000, bytes: 1500 });
    expect(only({ ...rest, time_flow_start_ns: 0 })).toMatchObject({ ts: 1713491996000000 });
  });
});
