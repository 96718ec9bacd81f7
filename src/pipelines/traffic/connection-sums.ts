import { protocolName } from '../../model/kinds.ts';
import type { ConnectionTotals as Answer, HostAmount, PairAmount, TrafficResult } from '../../model/traffic.ts';
import type { Observation } from '../../model/window.ts';
import { Largest } from './largest.ts';
import { LogHistogram } from './log-histogram.ts';

const HOSTS = 16_384;
const PAIRS = 16_384;
const SERVICES = 1024;
/** Services that are told apart between two hosts. */
const PAIR_SERVICES = 16;
const TCP = 6;
const PORTS: ReadonlySet<number> = new Set([6, 17, 132]);

/** What is summed up of a connection that is over. Bytes are those of IP packets, `port` that of the responder. */
export interface FinishedConnection {
  src: string;
  dst: string;
  port: number;
  proto: number;
  state: string;
  /** What the payload told; empty when that was nothing. */
  service: string;
  srcBytes: number;
  dstBytes: number;
  srcPackets: number;
  dstPackets: number;
  /** Of both sides. */
  missedBytes: number;
  payloadBytes: number;
  dataSegments: number;
  /** Seconds, NaN when not seen clean. */
  handshakeServer: number;
  handshakeClient: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Pair extends Omit<Writable<PairAmount>, 'rtt'> {
  /** Bytes of `service`, which is the only one as long as there are not `services`. */
  bytes: number;
  services: Map<string, number> | undefined;
  rtt: number;
}

interface Service {
  readonly name: string;
  connections: number;
  bytes: number;
}

/** Sums up connections that are over, in bounded memory: by host, pair, service and state, and how well they went. */
export class ConnectionSums {
  #total = 0;
  #dataSegments = 0;
  #retransmitted = 0;
  #reordered = 0;
  #missed = 0;
  #tcpPayload = 0;
  readonly #states = new Map<string, number>();
  readonly #services = new Largest<Service>(SERVICES, (service) => service.bytes);
  readonly #hosts = new Largest<Writable<HostAmount>>(HOSTS, (host) => host.sent_bytes + host.received_bytes);
  readonly #pairs = new Largest<Pair>(PAIRS, bytesOfPair);
  readonly #server = new LogHistogram();
  readonly #client = new LogHistogram();
  readonly #roundTrip = new LogHistogram();

  add(connection: FinishedConnection): void {
    const { src: from, dst: to, srcBytes, dstBytes, srcPackets, dstPackets, state, proto } = connection;
    const service = serviceOf(connection);
    const bytes = srcBytes + dstBytes;
    this.#total++;
    this.#states.set(state, (this.#states.get(state) ?? 0) + 1);
    const held = this.#services.get(service);
    const sum = held ?? this.#services.add(service, { name: service, connections: 0, bytes: 0 });
    sum.connections++;
    sum.bytes += bytes;
    const src = this.#host(from);
    src.sent_bytes += srcBytes;
    src.received_bytes += dstBytes;
    src.sent_packets += srcPackets;
    src.received_packets += dstPackets;
    src.connections++;
    const dst = this.#host(to);
    dst.sent_bytes += dstBytes;
    dst.received_bytes += srcBytes;
    dst.sent_packets += dstPackets;
    dst.received_packets += srcPackets;
    dst.connections++;
    const pair = this.#pair(from, to);
    this.#addPair(pair, connection, service);
    if (proto === TCP) this.#addTcp(pair, connection);
  }

  result(): Omit<Answer, 'evicted'> {
    const states = [...this.#states].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    const services = this.#services.top(SERVICES).map(({ name, connections, bytes }) => [name, { connections, bytes }]);
    return {
      total: this.#total,
      states: Object.fromEntries(states),
      services: Object.fromEntries(services),
      data_segments: this.#dataSegments,
      retransmitted: this.#retransmitted,
      reordered: this.#reordered,
      missed_bytes: this.#missed,
      tcp_payload_bytes: this.#tcpPayload,
      handshake_server: this.#server.spread(),
      handshake_client: this.#client.spread(),
      round_trip: this.#roundTrip.spread(),
    };
  }

  /** What is known by window only: round trips, and loss of data (that of a connection counts repeated SYNs as well). */
  observe(o: Observation): void {
    for (let i = 0; i < o.rttCount; i++) this.#roundTrip.add(o.rtts[i]);
    this.#dataSegments += o.dataSegments;
    if (o.retransmitted === 0 && o.reordered === 0) return;
    this.#retransmitted += o.retransmitted;
    this.#reordered += o.reordered;
    const pair = this.#pair(o.src, o.dst);
    pair.retransmitted += o.retransmitted;
    pair.reordered += o.reordered;
  }

  hosts(limit: number): TrafficResult['hosts'] {
    const { count, dropped } = this.#hosts;
    return { count, exact: dropped === 0, top: this.#hosts.top(limit) };
  }

  pairs(limit: number): TrafficResult['pairs'] {
    const { count, dropped } = this.#pairs;
    return {
      count,
      exact: dropped === 0,
      top: this.#pairs.top(limit).map(toAmount),
      lossy: this.#pairs.top(limit, (pair) => pair.retransmitted).map(toAmount),
    };
  }

  #addPair(pair: Pair, { src, srcBytes, dstBytes, srcPackets, dstPackets }: FinishedConnection, service: string): void {
    pair.connections++;
    pair.packets += srcPackets + dstPackets;
    // The pair is named by who began it first.
    const forward = src === pair.src;
    pair.src_bytes += forward ? srcBytes : dstBytes;
    pair.dst_bytes += forward ? dstBytes : srcBytes;
    addService(pair, service, srcBytes + dstBytes);
  }

  #addTcp(pair: Pair, connection: FinishedConnection): void {
    const { handshakeServer, handshakeClient } = connection;
    this.#missed += connection.missedBytes;
    this.#tcpPayload += connection.payloadBytes;
    this.#server.add(handshakeServer * 1000);
    this.#client.add(handshakeClient * 1000);
    pair.data_segments += connection.dataSegments;
    const rtt = (handshakeServer + handshakeClient) * 1000;
    if (rtt < pair.rtt) pair.rtt = rtt;
  }

  #host(address: string): Writable<HostAmount> {
    return (
      this.#hosts.get(address) ??
      this.#hosts.add(address, {
        address,
        sent_bytes: 0,
        received_bytes: 0,
        sent_packets: 0,
        received_packets: 0,
        connections: 0,
      })
    );
  }

  #pair(src: string, dst: string): Pair {
    const key = src < dst ? `${src} ${dst}` : `${dst} ${src}`;
    return (
      this.#pairs.get(key) ??
      this.#pairs.add(key, {
        src,
        dst,
        service: '',
        bytes: 0,
        services: undefined,
        connections: 0,
        packets: 0,
        src_bytes: 0,
        dst_bytes: 0,
        data_segments: 0,
        retransmitted: 0,
        reordered: 0,
        rtt: Number.POSITIVE_INFINITY,
      })
    );
  }
}

/** What the payload told, else the port of the responder: `dns`, `8443/tcp`, `icmp`. */
function serviceOf({ service, port, proto }: FinishedConnection): string {
  if (service !== '') return service;
  return PORTS.has(proto) ? `${port}/${protocolName(proto)}` : protocolName(proto);
}

function bytesOfPair(pair: Pair): number {
  return pair.src_bytes + pair.dst_bytes;
}

function addService(pair: Pair, service: string, bytes: number): void {
  if (!pair.services && (pair.service === service || pair.service === '')) {
    pair.service = service;
    pair.bytes += bytes;
    return;
  }
  pair.services ??= new Map([[pair.service, pair.bytes]]);
  const known = pair.services.get(service);
  if (known !== undefined || pair.services.size < PAIR_SERVICES) pair.services.set(service, (known ?? 0) + bytes);
}

function toAmount(pair: Pair): PairAmount {
  const { src, dst, connections, packets, src_bytes, dst_bytes, data_segments, retransmitted, reordered, rtt } = pair;
  let { service, bytes: most } = pair;
  for (const [name, bytes] of pair.services ?? []) if (bytes > most) [service, most] = [name, bytes];
  return {
    src,
    dst,
    connections,
    packets,
    src_bytes,
    dst_bytes,
    data_segments,
    retransmitted,
    reordered,
    service,
    rtt: Number.isFinite(rtt) ? rtt : null,
  };
}
