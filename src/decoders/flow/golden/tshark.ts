import { type Fields, goldenFields } from './flow-fields.ts';
import { first, isTree, readTshark, type Tree, type Value } from './tshark-tree.ts';

/** Names of fields with one value; a second one is that of the reverse direction (RFC 5103) and is not compared. */
const NAMES = {
  srcaddr: 'src_ip',
  dstaddr: 'dst_ip',
  srcaddrv6: 'src_ip',
  dstaddrv6: 'dst_ip',
  sta_ipv4_address: 'src_ip',
  srcport: 'src_port',
  dstport: 'dst_port',
  protocol: 'proto',
  tos: 'tos',
  tcpflags: 'tcp_flags',
  inputint: 'input_if',
  outputint: 'output_if',
  nexthop: 'next_hop',
  nexthopv6: 'next_hop',
  bgpnexthop: 'bgp_next_hop',
  srcmask: 'src_mask',
  dstmask: 'dst_mask',
  srcas: 'src_bgp_asn',
  dstas: 'dst_bgp_asn',
  vlanid: 'vlan',
  srcmac: 'src_mac',
  post_srcmac: 'post_src_mac',
  post_dstmac: 'post_dst_mac',
  post_natsource_ipv4_address: 'src_nat_ip',
  post_natdestination_ipv4_address: 'dst_nat_ip',
  post_naptsource_transport_port: 'src_nat_port',
  post_naptdestination_transport_port: 'dst_nat_port',
  icmp_ipv4_type: 'icmp_type',
  icmp_ipv4_code: 'icmp_code',
  icmp_type_code_ipv4: 'icmp_type_code',
  flow_id: 'flow_id',
  fw_ext_event: 'firewall_event_code',
  ingress_vrfid: 'vrf_in',
  egress_vrfid: 'vrf_out',
  aaa_username: 'user',
  ttl_max: 'max_ttl',
  ttl_min: 'min_ttl',
  frag_ident: 'ip_id',
} as const satisfies Readonly<Record<string, string>>;

const ENDS = ['', 'idle-timeout', 'active-timeout', 'end-of-flow', 'forced-end', 'lack-of-resources'];
const EVENTS = ['', 'created', 'deleted', 'denied', 'alert', 'update'];

/** Flows of a `cflow` tree as `tshark -T json` (4.0.17) prints it; a record without an address is no flow. */
export function tsharkFlows(file: string): Fields[] {
  return readTshark(file)
    .flatMap(({ cflow }) => (cflow === undefined ? [] : messages(cflow)))
    .flatMap(flowsOf);
}

function messages(cflow: Value): Tree[] {
  return (Array.isArray(cflow) ? cflow : [cflow]).filter(isTree);
}

function flowsOf(message: Tree): Fields[] {
  const sets = Object.entries(message).flatMap(([name, set]) =>
    /^(pdu |Flow)/.test(name) && !name.startsWith('FlowSet')
      ? [set]
      : /Set \d+ /.test(name) && isTree(set)
        ? flowsIn(set)
        : [],
  );
  return sets
    .filter(isTree)
    .map((flow) => fieldsOf(flow, message))
    .filter(isFlow);
}

function flowsIn(set: Tree): Value[] {
  return Object.entries(set).flatMap(([name, flow]) => (name.startsWith('Flow ') ? [flow] : []));
}

function isFlow({ src_ip, dst_ip, src_mac }: Fields): boolean {
  return (src_ip ?? dst_ip ?? src_mac) !== undefined;
}

function fieldsOf(flow: Tree, message: Tree): Fields {
  const fields: Record<string, string | number | undefined> = { ...times(flow, message), ...counts(flow) };
  for (const [theirs, name] of Object.entries(NAMES)) {
    const value = first(flow[`cflow.${theirs}`]);
    // A record may have addresses of both families, one of them empty.
    if (value !== undefined && value !== '::')
      fields[name] = /^(0x[0-9a-f]+|\d+)$/i.test(value) ? Number(value) : value;
  }
  const direction = first(flow['cflow.direction']);
  if (direction !== undefined) fields.flow_direction = Number(direction) + 1;
  const event = first(flow['cflow.firewall_event']);
  const end = first(flow['cflow.flow_end_reason']);
  fields.state = event !== undefined ? EVENTS[Number(event)] : end !== undefined ? ENDS[Number(end)] : undefined;
  return goldenFields(fields);
}

function numberAt(value: Value | undefined, index: number): number | undefined {
  const one = Array.isArray(value) ? value[index] : index === 0 ? value : undefined;
  return typeof one === 'string' ? Number(one) : undefined;
}

/** Deltas (1, 2), or totals (85, 86), or what was sent (23, 24), or from initiator and responder (231, 232). */
function counts(flow: Tree): Record<string, number | undefined> {
  const of = (kind: 'octets' | 'packets', index: number) =>
    numberAt(flow[`cflow.${kind}`], index) ??
    numberAt(flow[`cflow.initiator_${kind}`], index) ??
    numberAt(flow[`cflow.permanent_${kind}`], index) ??
    numberAt(flow[`cflow.post_${kind}`], index);
  return {
    bytes: of('octets', 0),
    packets: of('packets', 0),
    reverse_bytes: of('octets', 1) ?? numberAt(flow['cflow.responder_octets'], 0),
    reverse_packets: of('packets', 1) ?? numberAt(flow['cflow.responder_packets'], 0),
  };
}

/** Absolute times, or seconds since the start of the device, which is how long before the time of the message. */
function times(flow: Tree, message: Tree): Record<string, number | undefined> {
  const trees = [flow['cflow.timedelta_tree'] ?? []].flat().filter(isTree);
  const find = (name: string) => [flow[name] ?? [], ...trees.map((tree) => tree[name] ?? [])].flat().filter(isText);
  // Where a record tells a time twice, in seconds and in milliseconds, the finer one is the later.
  const absolute = (name: string) => {
    const times = find(name).map((text) => Date.parse(text.replace(/(\.\d{3})\d*/, '$1')));
    return times.length === 0 ? undefined : Math.max(...times);
  };
  const seconds = (message['cflow.timestamp_tree'] ?? {}) as Tree;
  const exported =
    Number(first(seconds['cflow.unix_secs']) ?? Number.NaN) * 1000 +
    Math.floor(Number(first(seconds['cflow.unix_nsecs']) ?? 0) / 1e6);
  const uptime = Math.round(Number(first(message['cflow.sysuptime']) ?? Number.NaN) * 1000);
  const relative = (name: string) => {
    const [text] = find(name);
    return text === undefined || Number.isNaN(uptime)
      ? undefined
      : exported - ((uptime - Math.round(Number(text) * 1000)) | 0);
  };
  return {
    start: absolute('cflow.abstimestart') ?? relative('cflow.timestart'),
    end: absolute('cflow.abstimeend') ?? relative('cflow.timeend'),
  };
}

function isText(value: Value): value is string {
  return typeof value === 'string';
}
