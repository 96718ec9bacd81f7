import { seeded } from './seeded.ts';

export interface FlowMixOptions {
  readonly seed: number;
  /** Hosts, half of them at home (10.0.0.0/8), half all over the Internet. */
  readonly hosts: number;
  /** Servers that everybody uses. */
  readonly servers: number;
}

const TCP = 6;
const UDP = 17;
const ICMP = 1;
/** Services by how often they are met; 443 is both TCP and UDP. */
const SERVICES = [443, 443, 443, 443, 53, 53, 80, 443, 123, 22, 25, 993, 445, 3389, 8080, 5432];
/** Parts of the flows: to a well-known server, between two hosts at home; the rest goes to hosts anywhere. */
const TO_SERVERS = 0.7;
const AT_HOME = 0.1;

/**
 * One flow after the other, as a router at the edge of a network sees them: addresses by Zipf's law, both directions of
 * a conversation as flows of their own, most of a few packets and some of very many. The fields hold the flow that
 * {@link next} made last; nothing is allocated.
 */
export class FlowMix {
  readonly #random: () => number;
  readonly #home: Uint32Array;
  readonly #world: Uint32Array;
  readonly #servers: Uint32Array;
  readonly #serverPorts: Uint16Array;
  src = 0;
  dst = 0;
  srcPort = 0;
  dstPort = 0;
  proto = 0;
  tcpFlags = 0;
  tos = 0;
  packets = 0;
  bytes = 0;
  /** Milliseconds from the first packet to the last. */
  duration = 0;
  /** Milliseconds from the last packet to the export. */
  age = 0;
  input = 0;
  output = 0;
  srcAs = 0;
  dstAs = 0;
  srcMask = 0;
  dstMask = 0;

  constructor({ seed, hosts, servers }: FlowMixOptions) {
    const random = seeded(seed);
    this.#random = random;
    this.#home = Uint32Array.from({ length: hosts >>> 1 }, () => 0x0a00_0000 + random() * 0x00ff_ffff);
    this.#world = Uint32Array.from({ length: hosts - (hosts >>> 1) }, () => publicAddress(random));
    this.#servers = Uint32Array.from({ length: servers }, () => publicAddress(random));
    this.#serverPorts = Uint16Array.from({ length: servers }, () => SERVICES[(random() * SERVICES.length) | 0]);
  }

  next(): void {
    const random = this.#random;
    const client = this.#home[zipf(random(), this.#home.length)];
    const dice = random();
    let other: number;
    let port: number;
    if (dice < TO_SERVERS) {
      const server = zipf(random(), this.#servers.length);
      other = this.#servers[server];
      port = this.#serverPorts[server];
    } else {
      const others = dice < TO_SERVERS + AT_HOME ? this.#home : this.#world;
      other = others[zipf(random(), others.length)];
      port = dice > 0.95 ? 1_024 + ((random() * 60_000) | 0) : SERVICES[(random() * SERVICES.length) | 0];
    }
    this.#protocol(port);
    const clientPort = this.proto === ICMP ? 0 : 32_768 + ((random() * 28_232) | 0);
    this.#endpoints(client, other, clientPort, this.proto === ICMP ? 2048 : port, random() < 0.5);
    this.#size(port);
  }

  #protocol(port: number): void {
    const dice = this.#random();
    if (dice < 0.01) this.proto = ICMP;
    else if (port === 53 || port === 123 || (port === 443 && dice < 0.35)) this.proto = UDP;
    else this.proto = TCP;
    this.tcpFlags = this.proto !== TCP ? 0 : dice < 0.8 ? 0x1b : dice < 0.9 ? 0x02 : 0x18;
    this.tos = dice > 0.95 ? 0xb8 : 0;
  }

  #endpoints(client: number, server: number, clientPort: number, serverPort: number, outward: boolean): void {
    this.src = outward ? client : server;
    this.dst = outward ? server : client;
    this.srcPort = outward ? clientPort : serverPort;
    this.dstPort = outward ? serverPort : clientPort;
    this.input = 1 + (this.src & 7);
    this.output = 10 + (this.dst & 3);
    this.srcAs = asOf(this.src);
    this.dstAs = asOf(this.dst);
    this.srcMask = this.srcAs === 64_512 ? 24 : 16;
    this.dstMask = this.dstAs === 64_512 ? 24 : 16;
  }

  /** Pareto: half of the flows have one or two packets, one in ten thousand has thousands. */
  #size(port: number): void {
    const random = this.#random;
    this.packets = port === 53 ? 1 : Math.min(2_000_000, Math.ceil(random() ** -0.8));
    const mean = this.packets === 1 ? 40 + random() * 400 : 60 + random() * 1_380;
    this.bytes = Math.round(this.packets * mean);
    this.duration = this.packets === 1 ? 0 : Math.min(60_000, Math.round(-Math.log(1 - random()) * this.packets * 50));
    this.age = (random() * 5_000) | 0;
  }
}

/** Rank below `count` by Zipf's law with exponent 1: the inverse of its distribution, as if it were continuous. */
function zipf(uniform: number, count: number): number {
  return Math.min(count - 1, Math.floor(Math.exp(uniform * Math.log(count + 1))) - 1);
}

function publicAddress(random: () => number): number {
  for (;;) {
    const address = (random() * 0xe000_0000) >>> 0;
    const first = address >>> 24;
    if (first !== 0 && first !== 10 && first !== 127 && first !== 172 && first !== 192) return address;
  }
}

/** A made-up but constant AS number; the home network has a private one. */
function asOf(address: number): number {
  return address >>> 24 === 10 ? 64_512 : 1 + (Math.imul(address >>> 16, 2_654_435_761) >>> 16);
}
