import { closeSync, openSync, writeSync } from 'node:fs';
import { EventHeap } from './event-heap.ts';
import { FrameWriter } from './frame-writer.ts';
import { makePayloads } from './packet-payloads.ts';
import { emptyTotals, type LoadTotals } from './packet-totals.ts';
import { seeded } from './seeded.ts';
import { SmallTalk } from './small-talk.ts';
import type { Host, Talk } from './talk.ts';
import { TcpTalk } from './tcp-talk.ts';

export interface PacketLoadOptions {
  /** Packets at least; the step that passes this number is finished. */
  readonly packets: number;
  readonly seed?: number;
  /** Conversations at the same time. */
  readonly conversations?: number;
  readonly hosts?: number;
  readonly servers?: number;
  /** Time of the first packet, microseconds since 1970. */
  readonly from?: number;
  /** Part of the data segments that something happens to: a third each sent twice, lost before the monitor, reordered. */
  readonly trouble?: number;
}

/** A pcap file in pieces; the first begins with the header of the file, and no record is in two of them. */
export interface PacketLoad {
  readonly chunks: readonly Buffer[];
  readonly totals: LoadTotals;
}

const FROM = 1_760_000_000_000_000;
/** Parts of the conversations. */
const TCP_PART = 0.4;
const V6_PART = 0.15;
const SERVER_PORTS = [443, 443, 443, 80, 443, 22, 8443, 25, 993, 5432];

/** A large capture, the same for the same options: TCP, DNS, other UDP and pings over IPv4 and IPv6, some ARP. */
export function makePacketLoad(options: PacketLoadOptions): PacketLoad {
  const chunks: Buffer[] = [];
  const totals = generate(options, (chunk) => chunks.push(chunk));
  return { chunks, totals };
}

/** The same as a file, with memory that does not grow with it. */
export function writePacketLoad(path: string, options: PacketLoadOptions): LoadTotals {
  const file = openSync(path, 'w');
  try {
    return generate(options, (chunk) => {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
    });
  } finally {
    closeSync(file);
  }
}

function generate(options: PacketLoadOptions, onChunk: (chunk: Buffer) => void): LoadTotals {
  const { packets, seed = 1, conversations = 2_000, from = FROM, trouble = 0.02 } = options;
  const random = seeded(seed);
  const writer = new FrameWriter(onChunk);
  const payloads = makePayloads(random);
  const totals = emptyTotals();
  const tcp = new TcpTalk(conversations, writer, payloads, totals, random, trouble);
  const small = new SmallTalk(conversations, writer, payloads, totals, random);
  const talks: Talk[] = new Array(conversations);
  const nextHost = dealer(options, random);
  const heap = new EventHeap(conversations);
  const begin = (place: number, time: number): void => {
    talks[place] = random() < TCP_PART ? tcp : small;
    talks[place].begin(place, nextHost(), time);
  };
  for (let place = 0; place < conversations; place++) {
    begin(place, from);
    heap.add(place, from + random() * 2e6);
  }
  while (writer.packets < packets) {
    const { place, time } = heap;
    let wait = talks[place].step(place, time);
    if (wait < 0) {
      begin(place, time);
      wait = 1_000 + random() * 200_000;
    }
    // Packets of the file are a microsecond apart at least in each conversation.
    heap.delay(time + Math.max(1, wait));
  }
  tcp.finish(conversations, talks);
  writer.end();
  totals.packets = writer.packets;
  totals.wireBytes = writer.wireBytes;
  totals.ipBytes = writer.ipBytes;
  return totals;
}

/** Deals out endpoints. No two conversations of a kind have the same: the port of the client goes on with each round. */
function dealer(options: PacketLoadOptions, random: () => number): () => Host {
  const { hosts = 4_000, servers = 500 } = options;
  const host: Host = { client: 0, server: 0, clientPort: 0, serverPort: 0, v6: false, number: 0 };
  let number = 0;
  return () => {
    const index = number % hosts;
    const server = Math.floor(servers * random() ** 3);
    host.client = 0x0a00_0001 + index;
    host.clientPort = 32_768 + (Math.floor(number / hosts) % 28_000);
    // 198.18.0.0/15, kept for measurements (RFC 2544).
    host.server = 0xc612_0001 + server;
    host.serverPort = SERVER_PORTS[server % SERVER_PORTS.length];
    host.v6 = random() < V6_PART;
    host.number = number++;
    return host;
  };
}
