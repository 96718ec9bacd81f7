import { buildFrame, type Packet } from '../../demo/exporters/frame.ts';
import { Random } from '../../demo/random.ts';
import type { CapturedFrame } from './pcap-writer.ts';

/** One direction of a conversation, with what lies in the capture of it. */
export interface CapturedFlow {
  readonly srcIp: string;
  readonly dstIp: string;
  readonly proto: number;
  readonly srcPort: number;
  readonly dstPort: number;
  packets: number;
  /** Bytes of the IP packets: what NetFlow counts. */
  bytes: number;
  /** Bytes of the Ethernet frames, without frame check sequence. */
  frameBytes: number;
  /** Milliseconds since 1970. */
  first: number;
  last: number;
}

export interface TrafficFrame extends CapturedFrame {
  readonly flow: CapturedFlow;
}

export interface CaptureTraffic {
  readonly frames: readonly TrafficFrame[];
  readonly flows: readonly CapturedFlow[];
}

export interface CaptureTrafficOptions {
  readonly seed: number;
  readonly conversations: number;
  /** Time of the first packet, milliseconds since 1970. */
  readonly from: number;
  /** Also over IPv6; version 5 cannot tell of those. */
  readonly ipv6: boolean;
}

const TCP = 6;
const UDP = 17;
const ETHERNET_HEADER = 14;
/** All packets lie within this many milliseconds, so that no exporter ends a flow before its time. */
const SPAN = 20_000;

/**
 * Conversations of two hosts each, over TCP (with handshake and end), UDP and ICMP. No two share addresses and ports, so
 * that every exporter makes the same flows of them: one for each direction.
 */
export function makeCaptureTraffic(options: CaptureTrafficOptions): CaptureTraffic {
  const random = new Random(options.seed);
  const frames: TrafficFrame[] = [];
  const flows = new Map<string, CapturedFlow>();
  for (let n = 0; n < options.conversations; n++) {
    const ipv6 = options.ipv6 && n % 4 === 3;
    let at = options.from + random.between(0, SPAN / 2);
    for (const packet of conversation(random, n, ipv6)) {
      const frame = buildFrame(packet);
      frames.push({ at, frame, flow: count(flows, packet, frame.length, at) });
      at += random.between(1, 150);
    }
  }
  frames.sort((left, right) => left.at - right.at);
  return { frames, flows: [...flows.values()] };
}

/** Sums over flows. */
export function sumFlows(flows: readonly CapturedFlow[]) {
  const sum = { flows: flows.length, packets: 0, bytes: 0, frameBytes: 0 };
  for (const flow of flows) {
    sum.packets += flow.packets;
    sum.bytes += flow.bytes;
    sum.frameBytes += flow.frameBytes;
  }
  return sum;
}

function count(flows: Map<string, CapturedFlow>, packet: Packet, frameBytes: number, at: number): CapturedFlow {
  const { srcIp, dstIp, proto, srcPort = 0, dstPort = 0 } = packet;
  const key = `${srcIp} ${srcPort} ${dstIp} ${dstPort} ${proto}`;
  let flow = flows.get(key);
  if (!flow) {
    flow = { srcIp, dstIp, proto, srcPort, dstPort, packets: 0, bytes: 0, frameBytes: 0, first: at, last: at };
    flows.set(key, flow);
  }
  flow.packets++;
  flow.bytes += frameBytes - ETHERNET_HEADER;
  flow.frameBytes += frameBytes;
  flow.last = at;
  return flow;
}

function conversation(random: Random, n: number, ipv6: boolean): Packet[] {
  const [client, server] = ipv6
    ? [`2001:db8:1::${(n + 1).toString(16)}`, `2001:db8:2::${(n + 1).toString(16)}`]
    : [`10.1.${n >> 8}.${n & 255}`, `192.0.${n >> 8}.${n & 255}`];
  const dice = random.next();
  if (dice < 0.1) return ping(random, client, server, n, ipv6);
  const ports = { srcPort: random.between(32_768, 60_999), dstPort: random.pick([80, 443, 22, 8080]) };
  if (dice < 0.4) return exchange(random, client, server, { ...ports, dstPort: 53, proto: UDP }, random.between(1, 4));
  const tcp = { ...ports, proto: TCP };
  const flags = (sender: 'client' | 'server', tcpFlags: number): Packet =>
    sender === 'client'
      ? { srcIp: client, dstIp: server, ...tcp, tcpFlags }
      : { srcIp: server, dstIp: client, proto: TCP, srcPort: tcp.dstPort, dstPort: tcp.srcPort, tcpFlags };
  return [
    flags('client', 0x02),
    flags('server', 0x12),
    ...exchange(random, client, server, { ...tcp, tcpFlags: 0x18 }, random.between(1, 14)),
    flags('client', 0x11),
    flags('server', 0x11),
    flags('client', 0x10),
  ];
}

function exchange(
  random: Random,
  client: string,
  server: string,
  packet: Omit<Packet, 'srcIp' | 'dstIp'>,
  rounds: number,
): Packet[] {
  const { srcPort, dstPort } = packet;
  return Array.from({ length: rounds }, () => [
    { ...packet, srcIp: client, dstIp: server, payload: random.between(1, 400) },
    {
      ...packet,
      srcIp: server,
      dstIp: client,
      srcPort: dstPort,
      dstPort: srcPort,
      payload: random.between(1, 1_400),
    },
  ]).flat();
}

/** Echo requests and their replies; the ports are type and code. */
function ping(random: Random, client: string, server: string, n: number, ipv6: boolean): Packet[] {
  const [proto, request, reply] = ipv6 ? [58, 128, 129] : [1, 8, 0];
  const common = { proto, dstPort: 0, identification: n, payload: 56 };
  return Array.from({ length: random.between(1, 5) }, (_, sequence) => [
    { ...common, srcIp: client, dstIp: server, srcPort: request, sequence },
    { ...common, srcIp: server, dstIp: client, srcPort: reply, sequence },
  ]).flat();
}
