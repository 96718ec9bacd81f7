import { type Fields, goldenFields } from './flow-fields.ts';
import { interfaceFields } from './interface-fields.ts';
import { first, isTree, readTshark, type Tree, type Value } from './tshark-tree.ts';

/** Sampled packets of an `sflow` tree as `tshark -T json` (4.0.17) prints it. */
export function tsharkSamples(file: string): Fields[] {
  return samples(file, /low sample/).map(fieldsOf);
}

/** Interface counters of an `sflow` tree. */
export function tsharkCounters(file: string): Fields[] {
  return samples(file, /ounters sample/).flatMap((sample) => {
    const generic = sample['Generic interface counters'];
    if (!isTree(generic)) return [];
    const value = (name: string) => Number(first(generic[`sflow_245.if${name}`]));
    return [
      interfaceFields({
        index: value('index'),
        speed: value('speed'),
        up: value('oper_status') === 1,
        in_octets: value('inoct'),
        in_packets: [value('inpkt'), value('inmcast'), value('inbcast')],
        in_discards: value('indisc'),
        in_errors: value('inerr'),
        out_octets: value('outoct'),
        out_packets: [value('outpkt'), value('outmcast'), value('outbcast')],
        out_discards: value('outdisc'),
        out_errors: value('outerr'),
      }),
    ];
  });
}

/** Two samples of one number in a datagram are an array under one name. */
function samples(file: string, name: RegExp): Tree[] {
  return readTshark(file).flatMap(({ sflow }) =>
    isTree(sflow) ? Object.entries(sflow).flatMap(([key, value]) => (name.test(key) ? trees(value) : [])) : [],
  );
}

function trees(value: Value): Tree[] {
  return [value].flat().filter(isTree);
}

function fieldsOf(sample: Tree): Fields {
  const at = (...path: readonly string[]) => {
    let value: Value | undefined = sample;
    for (const name of path) value = isTree(value) ? value[name] : undefined;
    return first(value);
  };
  const header = (layer: string, name: string) => at('Raw packet header', 'sflow_245.header_tree', layer, name);
  const of = (name: string) => at(`sflow.flow_sample.${name}`);
  const length = header('ip', 'ip.len');
  const payload = header('ipv6', 'ipv6.plen');
  const gateway = sample['Extended gateway data'];
  const path = isTree(gateway) && isTree(gateway['sflow.as_type_tree']) ? gateway['sflow.as_type_tree'] : {};
  return goldenFields({
    src_ip: header('ip', 'ip.src') ?? header('ipv6', 'ipv6.src'),
    dst_ip: header('ip', 'ip.dst') ?? header('ipv6', 'ipv6.dst'),
    proto: number(header('ip', 'ip.proto') ?? (header('udp', 'udp.srcport') && '17')),
    src_port: number(header('tcp', 'tcp.srcport') ?? header('udp', 'udp.srcport')),
    dst_port: number(header('tcp', 'tcp.dstport') ?? header('udp', 'udp.dstport')),
    icmp_type: number(header('icmpv6', 'icmpv6.type') ?? header('icmp', 'icmp.type')),
    icmp_code: number(header('icmpv6', 'icmpv6.code') ?? header('icmp', 'icmp.code')),
    tos: number(header('ip', 'ip.dsfield')),
    ttl: number(header('ip', 'ip.ttl') ?? header('ipv6', 'ipv6.hlim')),
    tcp_flags: flags(number(header('tcp', 'tcp.flags'))),
    src_mac: header('eth', 'eth.src'),
    dst_mac: header('eth', 'eth.dst'),
    vlan: number(header('vlan', 'vlan.id') ?? at('Extended switch data', 'sflow_245.vlan.in')),
    bytes: length !== undefined ? number(length) : payload !== undefined ? Number(payload) + 40 : undefined,
    packets: 1,
    frame_length: number(at('Raw packet header', 'sflow_245.header.frame_length')),
    sampling: of('sampling_rate') === '1' ? 0 : number(of('sampling_rate')),
    input_if: number(of('input_interface') ?? of('input_interface_value')),
    output_if: of('output_interface_format') === '2' ? 0 : number(of('output_interface_value')),
    next_hop: at('Extended router data', 'sflow_245.nexthop'),
    src_mask: number(at('Extended router data', 'sflow_245.nexthop.src_mask')),
    dst_mask: number(at('Extended router data', 'sflow_245.nexthop.dst_mask')),
    src_bgp_asn: number(at('Extended gateway data', 'sflow_245.srcAS')),
    dst_bgp_asn: number(last(path['sflow_245.dstAS'])),
  });
}

function number(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function flags(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value & 0xff;
}

function last(value: Value | undefined): string | undefined {
  return Array.isArray(value) ? first(value[value.length - 1]) : first(value);
}
