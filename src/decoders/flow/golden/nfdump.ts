import { readFileSync } from 'node:fs';
import { type Fields, goldenFields } from './flow-fields.ts';

type Flow = Readonly<Record<string, string | number>>;

const NAMES = {
  in_packets: 'packets',
  in_bytes: 'bytes',
  out_packets: 'reverse_packets',
  out_bytes: 'reverse_bytes',
  src_port: 'src_port',
  dst_port: 'dst_port',
  src_tos: 'tos',
  src4_addr: 'src_ip',
  dst4_addr: 'dst_ip',
  src6_addr: 'src_ip',
  dst6_addr: 'dst_ip',
  input_snmp: 'input_if',
  output_snmp: 'output_if',
  src_mask: 'src_mask',
  dst_mask: 'dst_mask',
  src_as: 'src_bgp_asn',
  dst_as: 'dst_bgp_asn',
  src_vlan: 'vlan',
  ip4_next_hop: 'next_hop',
  ip6_next_hop: 'next_hop',
  bgp4_next_hop: 'bgp_next_hop',
  in_src_mac: 'src_mac',
  out_dst_mac: 'post_dst_mac',
  in_dst_mac: 'dst_mac',
  out_src_mac: 'post_src_mac',
  proto: 'proto',
  icmp_type: 'icmp_type',
  icmp_code: 'icmp_code',
  connect_id: 'flow_id',
  xevent_id: 'firewall_event_code',
  src4_xlt_ip: 'src_nat_ip',
  dst4_xlt_ip: 'dst_nat_ip',
  src_xlt_port: 'src_nat_port',
  dst_xlt_port: 'dst_nat_port',
  user_name: 'user',
  ingress_vrf: 'vrf_in',
  egress_vrf: 'vrf_out',
} as const satisfies Readonly<Record<string, string>>;

const EVENTS: Readonly<Record<string, string>> = {
  CREATE: 'created',
  DELETE: 'deleted',
  DENIED: 'denied',
  ALERT: 'alert',
  UPDATE: 'update',
};

/**
 * Flows as `nfdump -o json` (1.7.1) prints them.
 *
 * @param sampled of sFlow: times are those of the conversion, counters are corrected and of whole frames.
 */
export function nfdumpFlows(file: string, sampled = false): Fields[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as Flow[]).map((flow) => {
    const fields: Record<string, string | number | undefined> = {
      start: Date.parse(`${flow.first}Z`),
      end: Date.parse(`${flow.last}Z`),
      tcp_flags: flow.tcp_flags === undefined ? undefined : flags(String(flow.tcp_flags)),
      state: flow.event === undefined ? undefined : (EVENTS[String(flow.event)] ?? String(flow.event)),
    };
    for (const [theirs, name] of Object.entries(NAMES)) if (flow[theirs] !== undefined) fields[name] = flow[theirs];
    if (fields.user === '<empty>') fields.user = '';
    if (!sampled) return goldenFields(fields);
    const { start: _, end: __, packets, bytes, post_dst_mac, dst_mac: ___, ...rest } = fields;
    return goldenFields({ ...rest, corrected_packets: packets, frame_bytes: bytes, dst_mac: post_dst_mac });
  });
}

/** `...AP.SF` as the byte of the header. */
export function flags(text: string): number {
  return [...text].reduce((byte, letter) => byte * 2 + (letter === '.' ? 0 : 1), 0);
}
