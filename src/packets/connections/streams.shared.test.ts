import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CountedElsewhere } from './fixtures/counted-elsewhere.ts';
import { CAPTURES, readCapture, rows } from './fixtures/shared-captures.ts';

const STREAMS = join(CAPTURES, 'ORACLE-streams.tsv');

/** tshark knows no timeouts. */
const FOREVER = { established: 1e12, short: 1e12, closed: 1e12, reuse: 1e12 };
const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
const IPCOMP = 108;

/** Of a version that is not known: refused here, read by tshark. */
const REFUSED = 'libpcap/pcap-invalid-version-2.pcap';
/** The link layer is not understood. */
const ARCNET = /arcnet-rfc1051|arcnet-rfc1201/;
/** tshark counts the last fragment of a packet only, and none without its first; here all count. */
const FRAGMENTED = 'zeek-traces/ipv6-fragmented-dns.pcap';
const FRAGMENTS: Readonly<Record<string, readonly number[]>> = {
  'udp 2001:470:1f11:81f:d138:5f55:6d4:1fe2 51851 2607:f740:b::f93 53': [2, 3, 272, 2 * 1494 + 436, 0, 0],
  'udp 2607:f740:b::f93 0 2001:470:1f11:81f:d138:5f55:6d4:1fe2 0': [1, 0, 404, 0, 0, 0],
};

interface Stream {
  readonly key: string;
  /** Packets, bytes of frames and bytes of TCP payload of side a, the first sender, and of side b. */
  readonly counters: number[];
  /** Distinct bytes of payload of both. */
  payload: number[];
}

/** TCP and UDP streams of a capture in the order of their first packets, and what else tshark counts for one. */
async function streamsOf(file: string): Promise<{ streams: Stream[]; others: CountedElsewhere }> {
  const streams = new Map<number, Stream & { readonly first: string; readonly origFirst: boolean }>();
  const others = new CountedElsewhere();
  await readCapture(file, { timeouts: FOREVER, observed: false }, (packet, d, table) => {
    const { last } = table;
    if (d.proto === ICMP || d.proto === ICMPV6) others.quoted(packet, d);
    if (d.proto === IPCOMP) others.compressed(packet);
    if (d.tunnels !== 0 && d.proto !== TCP && d.proto !== UDP) others.tunnelled(packet, d);
    if (!last || (d.proto !== TCP && d.proto !== UDP)) return;
    const { orig, resp, id, proto } = last;
    const sender = `${d.srcPort} ${packet.bytes.subarray(d.src, d.src + (d.family === 4 ? 4 : 16)).join()}`;
    let stream = streams.get(id);
    if (!stream) {
      const origFirst = orig.packets === 1;
      const [a, b] = origFirst ? [orig, resp] : [resp, orig];
      const key = [proto === TCP ? 'tcp' : 'udp', a.address, a.port, b.address, b.port].join(' ');
      stream = { key, counters: [0, 0, 0, 0, 0, 0], payload: [], first: sender, origFirst };
      streams.set(id, stream);
    }
    const side = sender === stream.first ? 0 : 1;
    stream.counters[side]++;
    stream.counters[2 + side] += packet.originalLength;
    stream.counters[4 + side] += proto === TCP ? d.payloadLength : 0;
    stream.payload = stream.origFirst ? [orig.payloadBytes, resp.payloadBytes] : [resp.payloadBytes, orig.payloadBytes];
  });
  return { streams: [...streams.values()], others };
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

describe.skipIf(!existsSync(STREAMS))('streams of captures published by others', () => {
  it('have the packets and bytes that tshark finds, or differ by a rule that is known', {
    timeout: 300_000,
  }, async () => {
    const tally = { same: 0, intact: 0, quoted: 0, tunnelled: 0, compressed: 0, fragmented: 0, unread: 0 };
    for (const [file, its] of rowsByFile()) {
      if (file === REFUSED) {
        await expect(streamsOf(join(CAPTURES, file))).rejects.toThrow('version 2.5');
        tally.unread += its.length;
        continue;
      }
      const { streams, others } = await streamsOf(join(CAPTURES, file));
      for (const row of its) {
        const key = [row.proto, row.a_ip, row.a_port, row.b_ip, row.b_port].join(' ');
        const at = streams.findIndex((stream) => stream.key === key);
        const stream = at < 0 ? undefined : streams.splice(at, 1)[0];
        const found = stream?.counters ?? [0, 0, 0, 0, 0, 0];
        const counters = numbers(row, 'a_pkts', 'b_pkts', 'a_bytes', 'b_bytes', 'a_payload', 'b_payload');
        if (found.join() === counters.join()) {
          tally.same++;
          if (row.proto !== 'tcp') continue;
          if (numbers(row, 'retrans', 'out_of_order', 'lost_segment').some((count) => count > 0)) continue;
          tally.intact++;
          expect([file, key, ...(stream?.payload ?? [])]).toEqual([file, key, ...counters.slice(4)]);
        } else if (ARCNET.test(file)) tally.unread++;
        else if (file === FRAGMENTED) {
          tally.fragmented++;
          expect([key, found]).toEqual([key, FRAGMENTS[key]]);
        } else {
          const added = others.of(key);
          if (!added) throw new Error(`${file} ${key}: ${found} is ${counters}`);
          tally[added.rule]++;
          const all = found.map((count, i) => count + (added.counters[i] ?? 0));
          const both = added.rule === 'compressed';
          const compare = (of: readonly number[]) => (both ? [of[0] + of[1], of[2] + of[3]] : of);
          expect([file, key, compare(all)]).toEqual([file, key, compare(counters)]);
        }
      }
      const left = streams.map(({ key, counters }) => [key, counters]);
      const known = file === FRAGMENTED ? Object.entries(FRAGMENTS).slice(1) : [];
      expect([file, left]).toEqual([file, known]);
    }
    expect(tally).toEqual({
      ...{ same: 1161, intact: 154 },
      ...{ quoted: 15, tunnelled: 4, compressed: 2, fragmented: 1, unread: 5 },
    });
  });
});
