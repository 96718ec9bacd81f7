import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAPTURES, readCapture, rows } from './fixtures/shared-captures.ts';

const STREAMS = join(CAPTURES, 'ORACLE-streams.tsv');

/** tshark knows no timeouts. */
const FOREVER = { established: 1e12, short: 1e12, closed: 1e12, reuse: 1e12 };
/** Seconds: tshark prints microseconds. */
const PRECISION = 1.01e-6;

const QUOTED = 'tshark counts the headers that ICMP errors quote as packets of the connection they are about';
const INNER = 'tshark counts tunnelled packets that are neither TCP nor UDP for the stream around them';
/** Captures of which some streams have other numbers, and why. */
const KNOWN: Readonly<Record<string, string>> = {
  'libpcap/filter/AH-IPcomp-IPv4.pcap': 'compressed packets (RFC 3173) are not unpacked',
  'libpcap/filter/AH-IPcomp-IPv6.pcap': 'compressed packets (RFC 3173) are not unpacked',
  'libpcap/filter/arcnet-rfc1051-arp-icmp-http.pcap': 'the link layer is not understood',
  'libpcap/filter/arcnet-rfc1201-arp-icmp-http.pcap': 'the link layer is not understood',
  'libpcap/filter/geneve.pcap': INNER,
  'libpcap/filter/vxlan.pcap': INNER,
  'libpcap/pcap-invalid-version-2.pcap': 'the file is refused',
  'ncsa-simple-scan/backscatter.trace': QUOTED,
  'ncsa-simple-scan/multiport_scan.pcap': QUOTED,
  'zeek-traces/smtp.pcap': QUOTED,
  'zeek-traces/ipv6-fragmented-dns.pcap': 'tshark counts the last fragment of a packet only, here all count',
};

interface Stream {
  readonly key: string;
  /** Packets, bytes of frames and bytes of TCP payload of side a, the first sender, and of side b. */
  readonly counters: number[];
  /** Distinct bytes of payload of both. */
  payload: number[];
  /** Seconds. */
  readonly rtts: number[];
}

/** TCP and UDP streams of a capture, in the order of their first packets. */
async function streamsOf(file: string): Promise<Stream[]> {
  const streams = new Map<number, Stream & { readonly first: string; readonly origFirst: boolean }>();
  const byEnds = new Map<string, number>();
  await readCapture(file, { timeouts: FOREVER }, (packet, d, table) => {
    const { last } = table;
    if (last && (d.proto === 6 || d.proto === 17)) {
      const { orig, resp, id, proto } = last;
      byEnds.set([orig.address, orig.port, resp.address, resp.port, proto].join(' '), id);
      const sender = `${d.srcPort} ${packet.bytes.subarray(d.src, d.src + (d.family === 4 ? 4 : 16)).join()}`;
      let stream = streams.get(id);
      if (!stream) {
        const origFirst = orig.packets === 1;
        const [a, b] = origFirst ? [orig, resp] : [resp, orig];
        const key = [proto === 6 ? 'tcp' : 'udp', a.address, a.port, b.address, b.port].join(' ');
        stream = { key, counters: [0, 0, 0, 0, 0, 0], payload: [], rtts: [], first: sender, origFirst };
        streams.set(id, stream);
      }
      const side = sender === stream.first ? 0 : 1;
      stream.counters[side]++;
      stream.counters[2 + side] += packet.originalLength;
      stream.counters[4 + side] += proto === 6 ? d.payloadLength : 0;
      stream.payload = stream.origFirst
        ? [orig.payloadBytes, resp.payloadBytes]
        : [resp.payloadBytes, orig.payloadBytes];
    }
    table.observe(({ src, srcPort, dst, dstPort, proto, rtts, rttCount }) => {
      const id = byEnds.get([src, srcPort, dst, dstPort, proto].join(' '));
      for (let i = 0; i < rttCount; i++) streams.get(id ?? -1)?.rtts.push(rtts[i] / 1000);
    });
  });
  return [...streams.values()];
}

type Row = Record<string, string>;

function rowsByFile(): Map<string, Row[]> {
  const byFile = new Map<string, Row[]>();
  for (const row of rows(STREAMS)) byFile.set(row.file, [...(byFile.get(row.file) ?? []), row]);
  return byFile;
}

function numbers(row: Row, ...names: string[]): number[] {
  return names.map((name) => Number(row[name] || 0));
}

/** Smallest, lower and upper middle, and largest. */
function shape(rtts: readonly number[]): number[] {
  const sorted = [...rtts].sort((a, b) => a - b);
  return [sorted[0], sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1], sorted[sorted.length - 1]];
}

describe.skipIf(!existsSync(STREAMS))('streams of captures published by others', () => {
  it('have the packets, bytes and round trips that tshark finds', { timeout: 300_000 }, async () => {
    const different = new Set<string>();
    const tally = { same: 0, intact: 0, compared: 0, otherCount: 0 };
    for (const [file, its] of rowsByFile()) {
      const found = KNOWN[file] === 'the file is refused' ? [] : await streamsOf(join(CAPTURES, file));
      for (const row of its) {
        const key = [row.proto, row.a_ip, row.a_port, row.b_ip, row.b_port].join(' ');
        const at = found.findIndex((stream) => stream.key === key);
        const stream = at < 0 ? undefined : found.splice(at, 1)[0];
        const counters = numbers(row, 'a_pkts', 'b_pkts', 'a_bytes', 'b_bytes', 'a_payload', 'b_payload');
        if (!stream || stream.counters.join() !== counters.join()) {
          different.add(file);
          if (!KNOWN[file]) expect([file, key, stream?.counters]).toEqual([file, key, counters]);
          continue;
        }
        tally.same++;
        if (row.proto !== 'tcp') continue;
        if (numbers(row, 'retrans', 'out_of_order', 'lost_segment').every((count) => count === 0)) {
          tally.intact++;
          expect([file, key, ...stream.payload]).toEqual([file, key, ...counters.slice(4)]);
        }
        const [samples, min, median, max] = numbers(row, 'rtt_n', 'rtt_min', 'rtt_p50', 'rtt_max');
        if (samples === 0 || row.rtt_n !== row.karn_rtt_n) continue;
        // An acknowledgement within a segment tells nothing to tshark, and one of something sent twice tells nothing here.
        if (stream.rtts.length !== samples) {
          tally.otherCount++;
          continue;
        }
        tally.compared++;
        const [least, lower, upper, most] = shape(stream.rtts);
        const off = Math.min(
          Math.abs(lower - median),
          Math.abs(upper - median),
          Math.abs((lower + upper) / 2 - median),
        );
        const worst = Math.max(Math.abs(least - min), off, Math.abs(most - max));
        if (worst > PRECISION) expect([file, key, least, lower, most]).toEqual([file, key, min, median, max]);
      }
      if (found.length > 0) different.add(file);
    }
    expect([...different].sort()).toEqual(Object.keys(KNOWN).sort());
    expect(tally.same).toBeGreaterThanOrEqual(1160);
    expect(tally.intact).toBeGreaterThan(150);
    expect(tally.compared).toBeGreaterThanOrEqual(20);
  });
});
