import type { Data, FrameWriter } from './frame-writer.ts';
import type { Payloads } from './packet-payloads.ts';
import type { LoadTotals } from './packet-totals.ts';
import type { Host, Talk } from './talk.ts';

const DNS = 0;
const STREAM = 1;
const ECHO = 2;
const ARP = 3;
/** Resolvers and the servers of streams stand apart from those of TCP. */
const RESOLVER = 0xc613_0001;
const STREAM_PORTS = [443, 123, 4500, 5060];

/** Conversations without connections: DNS, other UDP in both directions, pings, and ARP. */
export class SmallTalk implements Talk {
  readonly #writer: FrameWriter;
  readonly #payloads: Payloads;
  readonly #totals: LoadTotals;
  readonly #random: () => number;
  readonly #kind: Uint8Array;
  readonly #left: Uint8Array;
  readonly #sent: Uint8Array;
  readonly #v6: Uint8Array;
  readonly #client: Uint32Array;
  readonly #server: Uint32Array;
  readonly #ports: Uint32Array;
  readonly #number: Uint32Array;
  readonly #rtt: Float64Array;
  readonly #data: Data;

  constructor(places: number, writer: FrameWriter, payloads: Payloads, totals: LoadTotals, random: () => number) {
    this.#writer = writer;
    this.#payloads = payloads;
    this.#totals = totals;
    this.#random = random;
    this.#kind = new Uint8Array(places);
    this.#left = new Uint8Array(places);
    this.#sent = new Uint8Array(places);
    this.#v6 = new Uint8Array(places);
    this.#client = new Uint32Array(places);
    this.#server = new Uint32Array(places);
    this.#ports = new Uint32Array(places);
    this.#number = new Uint32Array(places);
    this.#rtt = new Float64Array(places);
    this.#data = { bytes: payloads.noise, offset: 0, length: 0 };
  }

  begin(place: number, host: Host): void {
    const random = this.#random;
    const dice = random();
    const kind = dice < 0.6 ? DNS : dice < 0.9 ? STREAM : dice < 0.97 ? ECHO : ARP;
    this.#kind[place] = kind;
    this.#left[place] = kind === DNS ? (random() < 0.02 ? 1 : 2) : kind === ARP ? 1 : 2 + random() * 30;
    this.#sent[place] = 0;
    this.#v6[place] = host.v6 && kind !== ARP ? 1 : 0;
    this.#client[place] = host.client;
    this.#server[place] = kind === DNS ? RESOLVER + (host.number & 3) : host.server;
    const port = kind === DNS ? 53 : STREAM_PORTS[host.number & 3];
    this.#ports[place] = host.clientPort * 65_536 + port;
    this.#number[place] = host.number;
    this.#rtt[place] = 1_000 + random() * 60_000;
  }

  step(place: number, time: number): number {
    const kind = this.#kind[place];
    if (kind === ARP) {
      this.#writer.arp(time, this.#client[place], this.#server[place]);
      this.#totals.arp++;
      return -1;
    }
    const back = (this.#sent[place] & 1) === 1;
    const v6 = this.#v6[place] === 1;
    if (v6) this.#totals.ipv6++;
    else this.#totals.ipv4++;
    const from = back ? this.#server[place] : this.#client[place];
    const to = back ? this.#client[place] : this.#server[place];
    const ports = this.#ports[place];
    const swapped = back ? (ports << 16) | (ports >>> 16) : ports;
    if (kind === DNS) this.#dns(place, time, v6, from, to, swapped, back);
    else if (kind === STREAM) this.#stream(place, time, v6, from, to, swapped);
    else this.#echo(place, time, v6, from, to, back);
    this.#sent[place]++;
    if (--this.#left[place] === 0) return -1;
    return back ? 2_000 + this.#random() * 100_000 : this.#rtt[place];
  }

  #dns(place: number, time: number, v6: boolean, from: number, to: number, ports: number, back: boolean): void {
    const index = Math.imul(this.#number[place], 2_654_435_761) >>> 24;
    const data = this.#data;
    data.bytes = back ? this.#payloads.answers[index] : this.#payloads.questions[index];
    data.offset = 0;
    data.length = data.bytes.length;
    this.#writer.udp(time, v6, from, to, ports, data, this.#number[place] & 0xffff);
    this.#totals.udp++;
    if (back) this.#totals.dnsAnswers++;
    else {
      this.#totals.dnsQuestions++;
      this.#totals.udpTalks++;
    }
  }

  #stream(place: number, time: number, v6: boolean, from: number, to: number, ports: number): void {
    const random = this.#random;
    this.#noise(random() < 0.3 ? 1_200 : 20 + random() * 400);
    this.#writer.udp(time, v6, from, to, ports, this.#data);
    this.#totals.udp++;
    if (this.#sent[place] === 0) this.#totals.udpTalks++;
  }

  #echo(place: number, time: number, v6: boolean, from: number, to: number, back: boolean): void {
    this.#noise(56);
    const id = this.#ports[place] >>> 16;
    this.#writer.echo(time, v6, from, to, back, id, this.#sent[place] >> 1, this.#data);
    this.#totals.icmp++;
    if (this.#sent[place] === 0) this.#totals.echoTalks++;
  }

  #noise(length: number): void {
    const data = this.#data;
    data.bytes = this.#payloads.noise;
    data.offset = (this.#random() * 32_768) | 0;
    data.length = length | 0;
  }
}
