import { readFileSync } from 'node:fs';
import { type Fields, goldenFields } from './flow-fields.ts';
import type { Told } from './lost-values.ts';

type Event = Readonly<Record<string, unknown>>;

interface Test {
  readonly test: string;
  readonly files_in_order: readonly string[];
  readonly expected: readonly { readonly netflow?: Event }[];
  readonly asserts: readonly {
    readonly events_total?: number;
    readonly equals_expected_index?: number;
    readonly event?: number;
    readonly field?: string;
    readonly eq?: unknown;
  }[];
}

/** What a test says of the records in its files. */
export interface LogstashTest {
  readonly name: string;
  readonly files: readonly string[];
  /** Flows and options records together; null where the test does not count. */
  readonly total: number | null;
  readonly flows: readonly Fields[];
  /** Flows and options records that it gives as a whole, as they are printed. */
  readonly records: readonly Told[];
}

/** Names of NetFlow 5 and 9, then of IPFIX, in the order in which they win. */
const NAMES: readonly (readonly [string, string])[] = [
  ['ipv4_src_addr', 'src_ip'],
  ['ipv4_dst_addr', 'dst_ip'],
  ['ipv6_src_addr', 'src_ip'],
  ['ipv6_dst_addr', 'dst_ip'],
  ['l4_src_port', 'src_port'],
  ['l4_dst_port', 'dst_port'],
  ['protocol', 'proto'],
  ['in_bytes', 'bytes'],
  ['in_pkts', 'packets'],
  ['tcp_flags', 'tcp_flags'],
  ['src_tos', 'tos'],
  ['src_as', 'src_bgp_asn'],
  ['dst_as', 'dst_bgp_asn'],
  ['src_mask', 'src_mask'],
  ['dst_mask', 'dst_mask'],
  ['input_snmp', 'input_if'],
  ['output_snmp', 'output_if'],
  ['ipv4_next_hop', 'next_hop'],
  ['bgp_ipv4_next_hop', 'bgp_next_hop'],
  ['src_vlan', 'vlan'],
  ['dst_vlan', 'post_vlan'],
  ['icmp_type', 'icmp_type'],
  ['icmp_code', 'icmp_code'],
  ['xlate_src_addr_ipv4', 'src_nat_ip'],
  ['xlate_dst_addr_ipv4', 'dst_nat_ip'],
  ['xlate_src_port', 'src_nat_port'],
  ['xlate_dst_port', 'dst_nat_port'],
  ['conn_id', 'flow_id'],
  ['fw_ext_event', 'firewall_event_code'],
  ['ingressVRFID', 'vrf_in'],
  ['egressVRFID', 'vrf_out'],
  ['username', 'user'],
  ['user_id', 'user'],
  ['in_src_mac', 'src_mac'],
  ['in_dst_mac', 'dst_mac'],
  ['out_src_mac', 'post_src_mac'],
  ['out_dst_mac', 'post_dst_mac'],
  ['sourceMacAddress', 'src_mac'],
  ['sourceIPv4Address', 'src_ip'],
  ['destinationIPv4Address', 'dst_ip'],
  ['staIPv4Address', 'src_ip'],
  ['sourceTransportPort', 'src_port'],
  ['destinationTransportPort', 'dst_port'],
  ['protocolIdentifier', 'proto'],
  ['octetDeltaCount', 'bytes'],
  ['packetDeltaCount', 'packets'],
  ['octetTotalCount', 'bytes'],
  ['packetTotalCount', 'packets'],
  ['reverseOctetTotalCount', 'reverse_bytes'],
  ['reversePacketTotalCount', 'reverse_packets'],
  ['tcpControlBits', 'tcp_flags'],
  ['ipClassOfService', 'tos'],
  ['bgpSourceAsNumber', 'src_bgp_asn'],
  ['bgpDestinationAsNumber', 'dst_bgp_asn'],
  ['ingressInterface', 'input_if'],
  ['egressInterface', 'output_if'],
  ['ipNextHopIPv4Address', 'next_hop'],
  ['vlanId', 'vlan'],
  ['icmpTypeCodeIPv4', 'icmp_type_code'],
  ['postNATSourceIPv4Address', 'src_nat_ip'],
  ['postNATDestinationIPv4Address', 'dst_nat_ip'],
  ['flowId', 'flow_id'],
];

const TIMES: readonly (readonly [string, string])[] = [
  ['first_switched', 'start'],
  ['last_switched', 'end'],
  ['flowStartMilliseconds', 'start'],
  ['flowEndMilliseconds', 'end'],
  ['flowStartMicroseconds', 'start'],
  ['flowEndMicroseconds', 'end'],
  ['flowStartSeconds', 'start'],
  ['flowEndSeconds', 'end'],
  ['flow_start_msec', 'start'],
];

const ENDS = ['', 'idle-timeout', 'active-timeout', 'end-of-flow', 'forced-end', 'lack-of-resources'];
const EVENTS = ['', 'created', 'deleted', 'denied', 'alert', 'update'];

export function logstashTests(file: string): LogstashTest[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as Test[]).map(({ test, files_in_order, expected, asserts }) => {
    // An expectation may stand for any number of events; those that only say what a field is are events of their own.
    const whole = new Map<number, Event>();
    for (const { event = 0, equals_expected_index: index, field, eq } of asserts)
      if (index !== undefined) whole.set(event, expected[index].netflow ?? {});
      else if (field !== undefined) whole.set(event, { ...whole.get(event), [field]: eq });
    return {
      name: test,
      files: files_in_order,
      total: asserts.find(({ events_total }) => events_total !== undefined)?.events_total ?? null,
      records: expected.flatMap(({ netflow }) => (netflow ? [netflow] : [])),
      flows: [...whole.values()].map(fieldsOf).filter(({ src_ip, dst_ip, src_mac }) => src_ip ?? dst_ip ?? src_mac),
    };
  });
}

function fieldsOf(event: Event): Fields {
  const fields: Record<string, string | number | undefined> = {};
  for (const [theirs, name] of NAMES) {
    const value = event[theirs];
    if (fields[name] === undefined && (typeof value === 'number' || typeof value === 'string')) fields[name] = value;
  }
  for (const [theirs, name] of TIMES) {
    const value = event[theirs];
    if (value !== undefined)
      fields[name] ??= typeof value === 'number' ? milliseconds(value) : Date.parse(String(value));
  }
  const direction = event.direction ?? event.flowDirection;
  if (direction !== undefined) fields.flow_direction = Number(direction) + 1;
  const reason = event.flowEndReason ?? event.flow_end_reason;
  const happened = event.fw_event ?? event.firewallEvent;
  if (reason !== undefined) fields.state = ENDS[Number(reason)];
  if (happened !== undefined) fields.state = EVENTS[Number(happened)];
  return goldenFields(fields);
}

/** Numbers are milliseconds or, of v9, seconds since 1970. */
function milliseconds(value: number): number {
  return value < 1e11 ? value * 1000 : value;
}
