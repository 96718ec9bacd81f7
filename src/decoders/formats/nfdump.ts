import { type Format, TIME_KEYS } from '../json/format.ts';

/**
 * `nfdump -o json` and `-o ndjson` (https://github.com/phaag/nfdump). Its times carry no zone and are those of the
 * machine it ran on: they are read as UTC, so run it with TZ=UTC. `sampled` is a flag only: nfdump has corrected the
 * counters already.
 */
export const NFDUMP: Format = {
  name: 'nfdump',
  kind: 'flow',
  doc: 'nfdump JSON. Times without a zone are read as UTC: run nfdump with TZ=UTC. Where it knows no time it writes 1970; such a flow gets the time it was received.',
  oneWay: true,
  zeroTimeIsUnknown: true,
  fields: {
    ts: ['t_first', 'first', 't_event', 'event_time', ...TIME_KEYS],
    end: ['t_last', 'last'],
    received: ['t_received', 'received'],
    duration: ['duration'],
    src_ip: ['src4_addr', 'src6_addr', 'src_addr', 'src_ip'],
    dst_ip: ['dst4_addr', 'dst6_addr', 'dst_addr', 'dst_ip'],
    src_port: ['src_port'],
    dst_port: ['dst_port'],
    icmp_type: ['icmp_type'],
    icmp_code: ['icmp_code'],
    proto: ['proto'],
    src_bytes: ['in_bytes', 'bytes'],
    dst_bytes: ['out_bytes'],
    src_packets: ['in_packets', 'packets'],
    dst_packets: ['out_packets'],
    tcp_flags: ['tcp_flags'],
    tos: ['src_tos', 'tos'],
    vlan: ['src_vlan', 'vlan'],
    input_if: ['input_snmp'],
    output_if: ['output_snmp'],
    user: ['user_name', 'username'],
    exporter: ['ip4_router', 'ip6_router', 'ip_router', 'exporter'],
    state: ['event'],
  },
  extras: {
    type: 'string',
    sampled: 'integer',
    export_sysid: 'integer',
    src_as: 'integer',
    dst_as: 'integer',
    src_mask: 'integer',
    dst_mask: 'integer',
    dst_tos: 'integer',
    dst_vlan: 'integer',
    direction: 'integer',
    fwd_status: 'integer',
    ip4_next_hop: 'string',
    bgp4_next_hop: 'string',
    src4_xlt_ip: 'string',
    dst4_xlt_ip: 'string',
    label: 'string',
  },
  marks: ['src4_addr', 'dst4_addr', 'src6_addr', 'dst6_addr', 't_first', 't_last', 'export_sysid'],
};
