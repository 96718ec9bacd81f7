import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Row } from '../fixtures/collecting-sink.ts';
import { attrsOf } from './fixtures/collecting-flow-sink.ts';
import { decodeSflow, received } from './fixtures/decode-sflow.ts';
import type { FieldValue, FlowObserver } from './flow-observer.ts';
import { agentOf } from './sflow.ts';

/** Captures of others and what others made of them, for cross-checks only; skipped where they are not at hand. */
const SHARED = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../../shared'), 'data/flow');

const read = (path: string) => readFileSync(join(SHARED, path));
const json = (path: string) => JSON.parse(read(path).toString()) as unknown;

/** Payloads of the UDP datagrams to port 6343 of a capture of Ethernet frames, none of them fragmented. */
function datagramsOf(path: string): Uint8Array[] {
  const file = read(path);
  const little = file.readUInt32BE(0) !== 0xa1b2c3d4;
  const payloads: Uint8Array[] = [];
  for (let at = 24; at < file.length; ) {
    const length = little ? file.readUInt32LE(at + 8) : file.readUInt32BE(at + 8);
    const frame = file.subarray(at + 16, at + 16 + length);
    at += 16 + length;
    const udp = frame.readUInt16BE(12) === 0x86dd ? 14 + 40 : 14 + (frame[14] & 15) * 4;
    // One of the captures has NetFlow 5 on the same port.
    if (frame.readUInt16BE(udp + 2) === 6343 && frame.readUInt32BE(udp + 8) === 5)
      payloads.push(frame.subarray(udp + 8, udp + frame.readUInt16BE(udp + 4)));
  }
  return payloads;
}

interface Seen {
  readonly index: number;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

function decodeWhole(path: string, sflowBytes: 'ip' | 'frame' = 'frame') {
  const seen: Seen[] = [];
  const observer: FlowObserver = {
    template: () => {},
    options: () => {},
    counters: (_exporter, index, _counters, fields) => seen.push({ index, fields }),
  };
  const datagrams = datagramsOf(path);
  return { datagrams, seen, ...decodeSflow(datagrams, { sflowBytes, observer }) };
}

const CAPTURES = [
  'tcpdump/sflow-print-v6',
  'tcpdump/sflow_expanded',
  'tcpdump/sflow_multiple_counter_30_pdus',
  'wrapped-pcap/telegraf/sflow_issue_15375',
  'wrapped-pcap/telegraf/sflow_issue_15918',
  'wrapped-pcap/telegraf/sflow_issue_18876',
  'wrapped-pcap/telegraf/sflow_v5_example',
];

type Fields = Readonly<Record<string, string | number>>;

/** Key and number in every such object of a tree, the numbers in the order in which they come. */
function* objectsNamed(tree: unknown, name: RegExp): Generator<Record<string, unknown>> {
  if (Array.isArray(tree)) for (const item of tree) yield* objectsNamed(item, name);
  else if (tree !== null && typeof tree === 'object')
    for (const [key, value] of Object.entries(tree)) {
      if (name.test(key)) for (const one of [value].flat()) yield one as Record<string, unknown>;
      else yield* objectsNamed(value, name);
    }
}

const sorted = (items: readonly object[]) => items.map((item) => JSON.stringify(item)).sort();

describe.skipIf(!existsSync(SHARED))('sFlow captured by others', () => {
  it.each(CAPTURES)('is read to its end: %s', (capture) => {
    const { rejected, exporter, datagrams } = decodeWhole(`${capture}.pcap`);
    expect(rejected).toEqual([]);
    expect(exporter.counters).toMatchObject({ datagrams: datagrams.length, malformed: 0 });
    expect(datagrams.length).toBeGreaterThan(0);
  });

  it('that is broken makes no row', () => {
    const { rows, rejected, exporter } = decodeWhole('tcpdump/sflow_print-segv.pcap');
    expect(rows).toEqual([]);
    expect(rejected.length).toBeGreaterThan(0);
    expect(exporter.counters.malformed).toBe(1);
  });

  it.each(CAPTURES)('may be cut anywhere: %s', (capture) => {
    const whole = datagramsOf(`${capture}.pcap`).reduce((a, b) => (b.length > a.length ? b : a));
    const cuts = Array.from({ length: whole.length }, (_, cut) => whole.subarray(0, cut));
    const { rejected, exporter, rows } = decodeSflow(cuts, { fields: 'all' });
    expect([rejected.length, exporter.counters.malformed]).toEqual([cuts.length, cuts.length]);
    for (const row of rows) attrsOf(row);
  });

  it.each(CAPTURES)('has the samples and packets that tshark finds: %s', (capture) => {
    const { rows, datagrams } = decodeWhole(`${capture}.pcap`, 'ip');
    const packets = json(`tshark/${capture}.pcap.json`) as { sflow?: Record<string, string> }[];
    const told = packets.flatMap(({ sflow }) => (sflow ? [sflow] : []));
    expect(datagrams.map((bytes) => agentOf(received(bytes)))).toEqual(
      told.map((sflow) => sflow['sflow_245.agent'] ?? sflow['sflow_245.agent.v6']),
    );
    const expected = [...objectsNamed(told, /^(Expanded f|F)low sample, seq/)].map((sample) => expectedRow(sample));
    const made = rows.filter(({ state }) => state !== 'discarded').map((row) => comparable(row));
    expect(sorted(made)).toEqual(sorted(expected));
  });

  it.each(CAPTURES.slice(0, 3))('has the counters that tcpdump finds: %s', (capture) => {
    const { seen, exporter } = decodeWhole(`${capture}.pcap`);
    const lines = read(`${capture}.out`).toString();
    const expected = [
      ...lines.matchAll(
        /ifindex (\d+), iftype (\d+), ifspeed (\d+), ifdirection (\d+).*\n.*ifstatus (\d+),.*\n.*In octets (\d+), unicast pkts (\d+), multicast pkts (\d+), broadcast pkts (\d+), discards (\d+)\n.*In errors (\d+), unknown protos (\d+)\n.*Out octets (\d+), unicast pkts (\d+), multicast pkts (\d+), broadcast pkts (\d+), discards (\d+)\n.*Out errors (\d+), promisc mode (\d+)/g,
      ),
    ].map(([, ...numbers]) => numbers.map(Number));
    const NAMES = `ifIndex ifType ifSpeed ifDirection ifStatus ifInOctets ifInUcastPkts ifInMulticastPkts
      ifInBroadcastPkts ifInDiscards ifInErrors ifInUnknownProtos ifOutOctets ifOutUcastPkts ifOutMulticastPkts
      ifOutBroadcastPkts ifOutDiscards ifOutErrors ifPromiscuousMode`.split(/\s+/);
    const generic = seen.filter(({ fields }) => 'ifIndex' in fields);
    // All ones is "not known".
    expect(generic.map(({ fields }) => NAMES.map((name) => fields[name] ?? 2 ** 32 - 1))).toEqual(expected);
    expect(exporter.counters.counter_samples).toBe([...lines.matchAll(/counter sample \(/g)].length);
  });

  it.each(['tcpdump/sflow-print-v6', 'tcpdump/sflow_expanded', 'wrapped-pcap/telegraf/sflow_issue_15918'])(
    'makes the flows that nfdump makes: %s',
    (capture) => {
      const { rows } = decodeWhole(`${capture}.pcap`);
      const flows = json(`nfdump/${capture}.pcap.json`) as Fields[];
      expect(flows.length).toBeGreaterThan(0);
      expect(sorted(rows.map((row) => asNfdump(row)))).toEqual(sorted(flows.map((flow) => fromNfdump(flow))));
    },
  );

  it('gives the discarded packet, the name and the counters that telegraf gives', () => {
    const discarded = decodeWhole('wrapped-pcap/telegraf/sflow_issue_15375.pcap').rows;
    const [wanted] = lineProtocol('telegraf/sflow_issue_15375/expected.out');
    expect(discarded).toHaveLength(1);
    expect(discarded[0]).toMatchObject({ state: 'discarded', input_if: wanted.in_snmp, output_if: wanted.out_snmp });
    expect(attrsOf(discarded[0])).toEqual({ egress_queue: wanted.out_queue, drop_reason: 'host_unreachable' });
    const { exporter } = decodeWhole('wrapped-pcap/telegraf/sflow_v5_example.pcap');
    const [counters] = lineProtocol('telegraf/sflow_v5_example/expected.out');
    expect(exporter.interfaces.report()).toMatchObject([
      {
        index: counters.interface,
        name: counters.port_name,
        counters: {
          speed: counters.speed,
          up: counters.status === 'up',
          in_octets: counters.in_bytes,
          out_octets: counters.out_bytes,
          in_packets: counters.in_unicast_packets_total,
        },
      },
    ]);
  });
});

/** What a flow sample of tshark must become: its own numbers, and those of the IP packet in its header. */
function expectedRow(sample: Record<string, unknown>): object {
  const number = (key: string) => Number(sample[`sflow.flow_sample.${key}`] ?? 0);
  const rate = number('sampling_rate');
  const [header] = [...objectsNamed(sample, /^Raw packet header$/)];
  const first = (name: RegExp) => [...objectsNamed(header, name)][0] as Record<string, string> | undefined;
  const ip = first(/^ip$/);
  const ip6 = first(/^ipv6$/);
  const transport = first(/^(tcp|udp)$/) ?? {};
  return {
    src_ip: ip?.['ip.src'] ?? ip6?.['ipv6.src'],
    dst_ip: ip?.['ip.dst'] ?? ip6?.['ipv6.dst'],
    src_port: Number(transport['tcp.srcport'] ?? transport['udp.srcport'] ?? 0),
    dst_port: Number(transport['tcp.dstport'] ?? transport['udp.dstport'] ?? 0),
    tcp_flags: Number(transport['tcp.flags'] ?? 0) & 255,
    bytes: rate * (ip ? Number(ip['ip.len']) : 40 + Number(ip6?.['ipv6.plen'])),
    packets: rate,
    frame_length: Number(header['sflow_245.header.frame_length']),
    ttl: Number(ip?.['ip.ttl'] ?? ip6?.['ipv6.hlim']),
  };
}

function comparable(row: Row): object {
  const { src_ip, dst_ip, src_port = 0, dst_port = 0, tcp_flags = 0, bytes, packets } = row;
  const { frame_length, ttl } = attrsOf(row);
  const ports = row.proto === 58 ? { src_port: 0, dst_port: 0 } : { src_port, dst_port };
  return { src_ip, dst_ip, ...ports, tcp_flags, bytes, packets, frame_length, ttl };
}

const FLAGS = 'CEUAPRSF';

/** nfdump 1.7.1 does not read the type of ICMP behind extension headers, and takes a number of outputs for an index. */
function fromNfdump(flow: Fields): object {
  const icmp = flow.proto === 58;
  return {
    src: flow.src4_addr ?? flow.src6_addr,
    dst: flow.dst4_addr ?? flow.dst6_addr,
    ports: icmp ? [] : [flow.src_port, flow.dst_port],
    proto: flow.proto,
    tos: flow.src_tos,
    flags: flow.tcp_flags ?? '........',
    bytes: flow.in_bytes,
    packets: flow.in_packets,
    input: flow.input_snmp,
    vlan: flow.src_vlan,
    masks: [flow.src_mask, flow.dst_mask],
    as: [flow.src_as, flow.dst_as],
    next: [flow.ip4_next_hop, flow.bgp4_next_hop],
    macs: [flow.in_src_mac, flow.out_dst_mac],
  };
}

function asNfdump(row: Row): object {
  const { tcp_flags = 0, src_port = 0, dst_port = 0, src_mask = 0, dst_mask = 0 } = row;
  const { src_bgp_asn = 0, dst_bgp_asn = 0 } = row;
  const attrs = attrsOf(row);
  return {
    src: row.src_ip,
    dst: row.dst_ip,
    ports: row.proto === 58 ? [] : [src_port, dst_port],
    proto: row.proto,
    tos: row.tos ?? 0,
    flags: [...FLAGS].map((letter, i) => (Number(tcp_flags) & (128 >> i) ? letter : '.')).join(''),
    bytes: row.bytes,
    packets: row.packets,
    input: row.input_if,
    vlan: row.vlan ?? 0,
    masks: [src_mask, dst_mask],
    as: [src_bgp_asn, dst_bgp_asn],
    next: [row.next_hop, attrs.bgp_next_hop],
    macs: [attrs.src_mac, attrs.dst_mac],
  };
}

/** The fields of a line of the InfluxDB line protocol. */
function lineProtocol(path: string): Fields[] {
  const lines = read(path).toString().trim().split('\n');
  return lines.map((line) =>
    Object.fromEntries(
      [...line.matchAll(/[ ,]([a-z_0-9]+)=(?:"([^"]*)"|(\d+)u)/g)].map(([, key, word, number]) => [
        key,
        word ?? Number(number),
      ]),
    ),
  );
}
