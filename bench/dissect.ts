import { openCapture } from '../src/packets/capture-reader.ts';
import { Dissector, newDissected } from '../src/packets/dissect.ts';
import { emptyPacket, type Packet } from '../src/packets/packet.ts';
import { makePacketLoad } from './support/packet-load.ts';

/**
 * Packets taken apart, one thread: mixed TCP, DNS, other UDP, IPv4 and IPv6 over Ethernet from a capture in memory, first
 * without reading (each packet shown where it lies), then with the reader. Time of the processor, so that neighbours on
 * the machine count less; the memory is what one round leaves behind before it is collected.
 */

const PACKETS = 500_000;
const ROUNDS = 9;

const { chunks, totals } = makePacketLoad({ packets: PACKETS });
const views = chunks.map((chunk) => new DataView(chunk.buffer, chunk.byteOffset, chunk.length));
const dissector = new Dissector();
const into = newDissected();

interface Sums {
  packets: number;
  ipBytes: number;
  payload: number;
}

function take(packet: Packet, sums: Sums): void {
  dissector.dissect(packet, into);
  sums.packets++;
  sums.ipBytes += into.ipLength;
  sums.payload += into.payloadLength;
}

function inPlace(sums: Sums): void {
  const packet = emptyPacket();
  packet.linkType = 1;
  for (const [i, chunk] of chunks.entries()) {
    const view = views[i];
    packet.bytes = chunk;
    packet.view = view;
    let at = i === 0 ? 24 : 0;
    while (at < chunk.length) {
      const length = view.getUint32(at + 8, true);
      packet.start = at + 16;
      packet.end = packet.start + length;
      packet.capturedLength = length;
      packet.originalLength = length;
      packet.time = view.getUint32(at, true) * 1e6 + view.getUint32(at + 4, true);
      take(packet, sums);
      at += 16 + length;
    }
  }
}

async function* stream(): AsyncIterable<Uint8Array> {
  yield* chunks;
}

async function read(sums: Sums): Promise<void> {
  const reader = await openCapture(stream(), (text) => {
    throw new Error(text);
  });
  while (await reader.more()) while (reader.next()) take(reader.packet, sums);
}

async function measure(name: string, round: (sums: Sums) => void | Promise<void>): Promise<void> {
  const times: number[] = [];
  let grown = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const sums: Sums = { packets: 0, ipBytes: 0, payload: 0 };
    const heap = process.memoryUsage().heapUsed;
    const began = process.cpuUsage();
    await round(sums);
    const { user, system } = process.cpuUsage(began);
    grown = process.memoryUsage().heapUsed - heap;
    times.push((user + system) / 1e6);
    if (sums.packets !== totals.packets || sums.ipBytes !== totals.ipBytes) throw new Error('packets are missing');
  }
  times.sort((a, b) => a - b);
  const rate = (time: number) => (totals.packets / time / 1e6).toFixed(2);
  const memory = `${(grown / totals.packets).toFixed(1)} bytes a packet`;
  console.log(`${name.padEnd(18)} best ${rate(times[0])}   median ${rate(times[ROUNDS >> 1])}   ${memory}`);
}

console.log('dissect: million packets a CPU-second, one thread,', ROUNDS, 'rounds of', totals.packets, 'packets');
await measure('in place', inPlace);
await measure('read from a pcap', read);
