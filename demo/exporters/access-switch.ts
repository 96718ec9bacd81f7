import type { Conversation } from '../office.ts';
import { Random } from '../random.ts';
import { type Device, parts } from './device.ts';
import { type CounterSample, encodeSflow, type FlowSample } from './encode-sflow.ts';
import { buildFrame } from './frame.ts';
import { FlowCache, type Piece, PROTOCOLS, packetsOf } from './pieces.ts';
import { sampled } from './sampling.ts';

/** One frame in this many is looked at. */
export const SWITCH_SAMPLING = 16;
/** Milliseconds between two readings of the counters. */
const POLLING = 20_000;
/** Bytes of a frame that are sent. */
const HEADER = 128;
const ETHERNET_AND_CHECK = 18;
/** Frames of one direction that are sent as samples at a time at most. */
const SAMPLES = 40;
/** Ports 1 to 12 are the desks', 25 leads to the servers. */
const DESKS = 12;
const UPLINK = 25;
const UPTIME = 9 * 86_400_000;

interface Port {
  readonly index: number;
  readonly speed: number;
  inOctets: number;
  inPackets: number;
  outOctets: number;
  outPackets: number;
  /** Samples taken here, frames seen, readings sent. */
  samples: number;
  pool: number;
  readings: number;
}

/** The switch on the floor: sFlow with the headers of sampled frames, and the counters of its ports. */
export class AccessSwitch implements Device {
  readonly #random: Random;
  readonly #agent: string;
  readonly #cache = new FlowCache();
  readonly #boot: number;
  readonly #ports = [...Array.from({ length: DESKS }, (_, n) => port(n + 1, 1e9)), port(UPLINK, 10e9)];
  #sequence = 0;
  #read = Number.NEGATIVE_INFINITY;

  constructor(seed: number, now: number, agent: string) {
    this.#random = new Random(seed);
    this.#boot = now - UPTIME;
    this.#agent = agent;
  }

  see(conversation: Conversation): void {
    this.#cache.add(conversation);
  }

  export(now: number): Buffer[] {
    const samples: (FlowSample | CounterSample)[] = this.#cache.take(now).flatMap((piece) => this.#samples(piece));
    if (now - this.#read >= POLLING) {
      this.#read = now;
      samples.push(...this.#ports.map(reading));
    }
    const header = { agent: this.#agent, uptime: now - this.#boot };
    return parts(samples, 6).map((part) => encodeSflow({ ...header, sequence: ++this.#sequence }, part));
  }

  #samples(piece: Piece): FlowSample[] {
    const { from, to, fromPort, toPort } = piece.conversation;
    const desk = this.#ports[Number(from.split('.')[3]) % DESKS];
    const uplink = this.#ports[DESKS];
    const there = { from, to, fromPort, toPort };
    const back = { from: to, to: from, fromPort: toPort, toPort: fromPort };
    return [
      ...this.#direction(piece, piece.sent, desk, uplink, there),
      ...this.#direction(piece, piece.received, uplink, desk, back),
    ];
  }

  #direction(piece: Piece, bytes: number, input: Port, output: Port, way: Way): FlowSample[] {
    const packets = packetsOf(bytes);
    if (packets === 0) return [];
    const before = input.pool;
    input.pool += packets;
    input.inPackets += packets;
    output.outPackets += packets;
    input.inOctets += bytes + ETHERNET_AND_CHECK * packets;
    output.outOctets += bytes + ETHERNET_AND_CHECK * packets;
    const { proto } = piece.conversation;
    const transport = proto === 'tcp' ? 20 : 8;
    // What stands in the frames of the conversation besides the payload was counted in its bytes.
    const payload = Math.max(0, Math.round(bytes / packets) - 20 - transport);
    const frame = buildFrame({
      srcIp: way.from,
      dstIp: way.to,
      srcPort: way.fromPort,
      dstPort: way.toPort,
      proto: PROTOCOLS[proto],
      tcpFlags: 0x18,
      payload,
      srcMac: macOf(way.from),
      dstMac: macOf(way.to),
    });
    const count = Math.min(SAMPLES, sampled(this.#random, packets, SWITCH_SAMPLING));
    return Array.from({ length: count }, (_, n) => ({
      kind: 'flow',
      sequence: ++input.samples,
      source: { index: input.index },
      rate: SWITCH_SAMPLING,
      pool: before + Math.round((packets * (n + 1)) / count),
      input: input.index,
      output: output.index,
      records: [
        { kind: 'header', frameLength: frame.length + 4, stripped: 4, header: frame.subarray(0, HEADER) },
        { kind: 'switch', srcVlan: vlanOf(way.from), dstVlan: vlanOf(way.to) },
      ],
    }));
  }
}

interface Way {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
}

function port(index: number, speed: number): Port {
  return {
    index,
    speed,
    inOctets: 0,
    inPackets: 0,
    outOctets: 0,
    outPackets: 0,
    samples: 0,
    pool: 0,
    readings: 0,
  };
}

function reading(from: Port): CounterSample {
  return {
    kind: 'counters',
    sequence: ++from.readings,
    source: { index: from.index },
    interface: { ...from, up: true },
  };
}

/** A locally administered address made of the IPv4 address. */
function macOf(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return `02:00:${bytes.join(':')}`;
}

/** Each floor has its VLAN. */
function vlanOf(address: string): number {
  return 100 + Number(address.split('.')[2]);
}
