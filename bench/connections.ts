import { openCapture } from '../src/packets/capture-reader.ts';
import { ConnectionTable } from '../src/packets/connections/connection-table.ts';
import { Dissector, newDissected } from '../src/packets/dissect.ts';
import { makePacketLoad } from './support/packet-load.ts';

/**
 * Packets of a mixed load (TCP with trouble, DNS, pings; IPv4 and IPv6) through the dissector and the connection table, with
 * windows of ten seconds. Three rounds over the same capture; time of the processor, so that neighbours count less.
 */

const PACKETS = 500_000;
const ROUNDS = 4;
const WINDOW = 10e6;

interface Run {
  readonly packets: number;
  readonly seconds: number;
}

async function run(chunks: readonly Buffer[], withTable: boolean): Promise<Run> {
  let observations = 0;
  const table = new ConnectionTable({ onConnection: () => undefined });
  const dissector = new Dissector();
  const into = newDissected();
  const sink = () => observations++;
  let packets = 0;
  let border = 0;
  const begun = process.cpuUsage();
  const reader = await openCapture(pieces(chunks), (text) => {
    throw new Error(text);
  });
  while (await reader.more()) {
    while (reader.next()) {
      const { packet } = reader;
      packets++;
      dissector.dissect(packet, into);
      if (!withTable) continue;
      if (packet.time >= border) {
        table.observe(sink);
        border = packet.time + WINDOW;
      }
      table.add(packet, into);
    }
  }
  table.finish();
  table.observe(sink);
  const { user, system } = process.cpuUsage(begun);
  return { packets, seconds: (user + system) / 1e6 };
}

async function* pieces(chunks: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

const { chunks } = makePacketLoad({ packets: PACKETS, conversations: 2_000 });
for (const withTable of [false, true]) {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { packets, seconds } = await run(chunks, withTable);
    if (round > 0) rates.push(packets / seconds / 1e6);
  }
  rates.sort((a, b) => a - b);
  const what = withTable ? 'read, dissect, connections, windows' : 'read, dissect';
  console.log(`${what.padEnd(40)} ${rates[rates.length >> 1].toFixed(2)} M packets per CPU-second`);
}
console.log(
  `memory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB, the capture of ${(size() / 1e6).toFixed(0)} MB included`,
);

function size(): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}
