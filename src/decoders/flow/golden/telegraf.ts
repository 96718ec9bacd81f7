import { readFileSync } from 'node:fs';
import { protocolNumber } from '../../../model/kinds.ts';
import { type Fields, goldenFields } from './flow-fields.ts';
import { interfaceFields } from './interface-fields.ts';
import { flags } from './nfdump.ts';

const NAMES = {
  src: 'src_ip',
  dst: 'dst_ip',
  src_port: 'src_port',
  dst_port: 'dst_port',
  in_bytes: 'bytes',
  in_packets: 'packets',
  in_total_bytes: 'bytes',
  in_total_packets: 'packets',
  type_29305_85: 'reverse_bytes',
  type_29305_86: 'reverse_packets',
  flow_start_ms: 'start',
  flow_end_ms: 'end',
  src_tos: 'tos',
  bgp_src_as: 'src_bgp_asn',
  bgp_dst_as: 'dst_bgp_asn',
  src_mask: 'src_mask',
  dst_mask: 'dst_mask',
  in_snmp: 'input_if',
  out_snmp: 'output_if',
  next_hop: 'next_hop',
  vlan_src: 'vlan',
  icmp_type: 'icmp_type',
  icmp_code: 'icmp_code',
  in_src_mac: 'src_mac',
  out_dst_mac: 'post_dst_mac',
  ttl: 'ttl',
} as const satisfies Readonly<Record<string, string>>;

/** Of a sampled packet (sFlow) the same names say other things. */
const SAMPLE_NAMES = {
  src: 'src_ip',
  dst: 'dst_ip',
  src_port: 'src_port',
  dst_port: 'dst_port',
  ipv4_total_len: 'bytes',
  l2_bytes: 'frame_length',
  src_tos: 'tos',
  in_snmp: 'input_if',
  out_snmp: 'output_if',
  vlan_src: 'vlan',
  in_src_mac: 'src_mac',
  out_dst_mac: 'dst_mac',
  sampling_interval: 'sampling',
  ttl: 'ttl',
} as const satisfies Readonly<Record<string, string>>;

type Line = Readonly<Record<string, string | number>>;

/** Lines of the influx protocol: tags and fields under their names, `is` the measurement. */
export function telegrafLines(file: string): Line[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, is, rest] = /^([^,]+),(.*)$/.exec(line) ?? [];
      const fields: Record<string, string | number> = { is };
      for (const [, name, value] of rest.matchAll(/([^=, ]+)=("(?:[^"\\]|\\.)*"|[^, ]+)/g))
        fields[name] = value.startsWith('"')
          ? value.slice(1, -1)
          : /^-?[\d.]+[ui]?$/.test(value)
            ? Number.parseFloat(value)
            : value;
      return fields;
    });
}

/** What telegraf makes of flows and of sampled packets (not of options and of counters of interfaces). */
export function telegrafFlows(file: string): Fields[] {
  return telegrafLines(file)
    .filter(({ is, src, dst, reason }) => is === 'netflow' && (src ?? dst ?? reason) !== undefined)
    .map((line) => {
      const fields: Record<string, string | number | undefined> = {};
      const names = line.version === 'sFlowV5' ? SAMPLE_NAMES : NAMES;
      for (const [theirs, name] of Object.entries(names)) {
        const value = line[theirs];
        if (value !== undefined) fields[name] = /^0x/.test(String(value)) ? Number(value) : value;
      }
      if (line.protocol !== undefined) fields.proto = protocolNumber(String(line.protocol)) ?? line.protocol;
      if (line.tcp_flags !== undefined) fields.tcp_flags = flags(String(line.tcp_flags));
      if (line.flow_end_reason !== undefined) fields.state = String(line.flow_end_reason).replaceAll(' ', '-');
      if (line.direction !== undefined) fields.flow_direction = line.direction === 'ingress' ? 1 : 2;
      // The length of an IPv6 packet is told without its header.
      if (line.ipv6_total_len !== undefined) fields.bytes = Number(line.ipv6_total_len) + 40;
      return goldenFields(fields);
    });
}

/** Counters of interfaces. */
export function telegrafCounters(file: string): Fields[] {
  return telegrafLines(file)
    .filter(({ interface_type }) => interface_type !== undefined)
    .map((line) => {
      const packets = (way: 'in' | 'out') =>
        ['unicast', 'mcast', 'broadcast'].map((kind) => Number(line[`${way}_${kind}_packets_total`]));
      return interfaceFields({
        index: Number(line.interface),
        speed: Number(line.speed),
        up: line.status === 'up',
        in_octets: Number(line.in_bytes),
        in_packets: packets('in'),
        in_discards: Number(line.in_dropped_packets),
        in_errors: Number(line.in_errors),
        out_octets: Number(line.out_bytes),
        out_packets: packets('out'),
        out_discards: Number(line.out_dropped_packets),
        out_errors: Number(line.out_errors),
      });
    });
}
