import { readFileSync } from 'node:fs';
import { protocolNumber } from '../../../model/kinds.ts';
import { type Fields, goldenFields } from './flow-fields.ts';
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

/** What telegraf makes of flows (not of options and of counters of interfaces). */
export function telegrafFlows(file: string): Fields[] {
  return telegrafLines(file)
    .filter(({ is, src, dst }) => is === 'netflow' && (src ?? dst) !== undefined)
    .map((line) => {
      const fields: Record<string, string | number | undefined> = {};
      for (const [theirs, name] of Object.entries(NAMES)) {
        const value = line[theirs];
        if (value !== undefined) fields[name] = /^0x/.test(String(value)) ? Number(value) : value;
      }
      if (line.protocol !== undefined) fields.proto = protocolNumber(String(line.protocol)) ?? line.protocol;
      if (line.tcp_flags !== undefined) fields.tcp_flags = flags(String(line.tcp_flags));
      if (line.flow_end_reason !== undefined) fields.state = String(line.flow_end_reason).replaceAll(' ', '-');
      if (line.direction !== undefined) fields.flow_direction = line.direction === 'ingress' ? 1 : 2;
      return goldenFields(fields);
    });
}
