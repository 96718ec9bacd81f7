import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAPTURES, readCapture, rows } from './fixtures/shared-captures.ts';

const STREAMS = join(CAPTURES, 'ORACLE-streams.tsv');

/** tshark knows no timeouts. */
const FOREVER = { established: 1e12, short: 1e12, closed: 1e12, reuse: 1e12 };

interface Stream {
  readonly key: string;
  readonly counters: number[];
  readonly rtts: number[];
}

/** TCP and UDP streams of a capture in the order of their first packets; side a is the first sender. */
async function streamsOf(file: string): Promise<Stream[]> {
  const streams = new Map<number, Stream & { readonly first: string }>();
  const byEnds = new Map<string, number>();
  await readCapture(file, { timeouts: FOREVER, limit: 100_000 }, (packet, d, table) => {
    const { last } = table;
    if (last && (d.proto === 6 || d.proto === 17)) {
      const { orig, resp, id, proto } = last;
      const ends = `${orig.address}\t${orig.port}\t${resp.address}\t${resp.port}\t${proto}`;
      byEnds.set(ends, id);
      let stream = streams.get(id);
      const sender = `${d.srcPort} ${packet.bytes.subarray(d.src, d.src + (d.family === 4 ? 4 : 16)).join()}`;
      if (!stream) {
        const [a, b] = orig.packets === 1 ? [orig, resp] : [resp, orig];
        const name = proto === 6 ? 'tcp' : 'udp';
        const key = [name, a.address, a.port, b.address, b.port].join(' ');
        stream = { key, counters: [0, 0, 0, 0, 0, 0], rtts: [], first: sender };
        streams.set(id, stream);
      }
      const side = sender === stream.first ? 0 : 1;
      stream.counters[side]++;
      stream.counters[2 + side] += packet.originalLength;
      stream.counters[4 + side] += proto === 6 ? d.payloadLength : 0;
    }
    table.observe(({ src, srcPort, dst, dstPort, proto, rtts, rttCount }) => {
      const id = byEnds.get(`${src}\t${srcPort}\t${dst}\t${dstPort}\t${proto}`);
      const stream = id === undefined ? undefined : streams.get(id);
      for (let i = 0; i < rttCount; i++) stream?.rtts.push(rtts[i] / 1000);
    });
  });
  return [...streams.values()];
}

function expected(row: Record<string, string>): Stream & { readonly karn: boolean; readonly rtt: number[] } {
  const key = [row.proto, row.a_ip, row.a_port, row.b_ip, row.b_port].join(' ');
  const names = ['a_pkts', 'b_pkts', 'a_bytes', 'b_bytes', 'a_payload', 'b_payload'];
  const rtt = [row.rtt_n, row.rtt_min, row.rtt_p50, row.rtt_max].map(Number);
  return {
    key,
    counters: names.map((name) => Number(row[name] || 0)),
    rtts: [],
    karn: row.rtt_n === row.karn_rtt_n,
    rtt,
  };
}

describe.skipIf(!existsSync(STREAMS))('streams of captures published by others', () => {
  it('have the packets, bytes and round trips that tshark finds', { timeout: 300_000 }, async () => {
    const byFile = new Map<string, Record<string, string>[]>();
    for (const row of rows(STREAMS)) byFile.set(row.file, [...(byFile.get(row.file) ?? []), row]);
    let same = 0;
    let all = 0;
    let compared = 0;
    let countDiffers = 0;
    for (const [file, its] of byFile) {
      const found = await streamsOf(join(CAPTURES, file));
      for (const row of its) {
        all++;
        const want = expected(row);
        const at = found.findIndex(({ key }) => key === want.key);
        const stream = at < 0 ? undefined : found.splice(at, 1)[0];
        if (!stream || stream.counters.join() !== want.counters.join()) {
          console.log('DIFF', file, row.stream, want.key, want.counters.join(), stream?.counters.join());
          continue;
        }
        same++;
        if (row.proto !== 'tcp' || !want.karn || want.rtt[0] === 0) continue;
        if (stream.rtts.length !== want.rtt[0]) {
          countDiffers++;
          console.log('COUNT', file, row.stream, want.rtt[0], stream.rtts.length);
          continue;
        }
        compared++;
        const sorted = stream.rtts.sort((a, b) => a - b);
        const middle = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
        const got = [sorted[0], middle[0], sorted[sorted.length - 1]];
        if (
          Math.abs(got[0] - want.rtt[1]) > 1.01e-6 ||
          Math.min(...middle.map((m) => Math.abs(m - want.rtt[2]))) > 1.01e-6 ||
          Math.abs(got[2] - want.rtt[3]) > 1.01e-6
        )
          console.log('RTT', file, row.stream, want.rtt.join(), got.join());
      }
      for (const extra of found) console.log('EXTRA', file, extra.key, extra.counters.join());
    }
    console.log({ same, all, compared, countDiffers });
    expect(same).toBe(all);
  });
});
