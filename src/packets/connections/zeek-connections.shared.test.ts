import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Reported } from './fixtures/reports.ts';
import { CAPTURES, readCapture, rows } from './fixtures/shared-captures.ts';

const TCPRS = join(CAPTURES, 'tcprs');
const COUNTERS = ['orig_bytes', 'resp_bytes', 'orig_pkts', 'orig_ip_bytes', 'resp_pkts', 'resp_ip_bytes'] as const;
const FIN_OR_RST = 5;

const LAST_ONCE_MORE = 'Bro 2.5 did not call the last segment once more a retransmission, Zeek does since 2.6';
const FIN_ONCE_MORE = 'Bro 2.5 forgot it five seconds after both FINs, so that a FIN once more was another connection';
/** Connections that are not the same, by file and the order of the log. */
const DIFFERENT: Readonly<Record<string, readonly [ours: string | undefined, why: string]>> = {
  'comp021 0': ['RSTO ShADadtTFR 1445 219199 158 9353 208 293684', LAST_ONCE_MORE],
  'comp023 0': ['SF ShADadtTFf 3129 23884 26 4648 30 31440', LAST_ONCE_MORE],
  'fack014 0': ['RSTO ShADadtTR 7726 117772 81 11712 100 126169', LAST_ONCE_MORE],
  'rto005 0': ['RSTO ShADadtR 7663 4634 15 8299 16 6377', LAST_ONCE_MORE],
  'rto003 0': ['SF ShADadtFf 428 8406 13 980 23 19200', FIN_ONCE_MORE],
  'rto003 1': [undefined, FIN_ONCE_MORE],
  'rto003 2': [undefined, FIN_ONCE_MORE],
  'rto005 1': ['OTH R 0 0 1 40 0 0', 'a reset out of nothing is OTH since Zeek, RSTOS0 in Bro 2.5'],
};

/** Two in which Zeek counts in the resets of the side that had closed first. */
const WITH_RESETS = ['comp005: 46.322364 is 46.697458', 'comp027: 68.165420 is 68.174947'];

/** T stood once for a direction then, where it stands for the tenth time, too, now. */
function history(text: string): string {
  return text.replace(/(?<=t.*)t/g, '').replace(/(?<=T.*)T/g, '');
}

function described(one: Reported): string {
  const { state, orig, resp } = one;
  const sides = [orig.payloadBytes, resp.payloadBytes, orig.packets, orig.ipBytes, resp.packets, resp.ipBytes];
  return [state, history(one.history), ...sides].join(' ');
}

interface Read {
  readonly found: Reported[];
  /** Microseconds of the last packet of a connection until both had sent FIN or RST: what Zeek takes for its end. */
  readonly ends: Map<number, number>;
}

async function read(file: string): Promise<Read> {
  const ends = new Map<number, number>();
  const closed = new Map<number, Set<number>>();
  const found = await readCapture(file, { observed: false }, (packet, d, { last }) => {
    if (!last) return;
    const sides = closed.get(last.id) ?? new Set();
    closed.set(last.id, sides);
    if (sides.size < 2) ends.set(last.id, packet.time);
    if ((d.flags & FIN_OR_RST) !== 0) sides.add(d.srcPort);
  });
  return { found, ends };
}

function isOf(one: Reported, row: Record<string, string>): boolean {
  const { start, orig, resp } = one;
  const ours = [(start / 1e6).toFixed(6), orig.address, orig.port, resp.address, resp.port];
  return ours.join() === [row.ts, row['id.orig_h'], row['id.orig_p'], row['id.resp_h'], row['id.resp_p']].join();
}

describe.skipIf(!existsSync(TCPRS))('connections of captures for which there is a conn.log of Zeek', () => {
  it('have its state, history, bytes, packets and duration', { timeout: 120_000 }, async () => {
    const different: Record<string, string | undefined> = {};
    const longer: string[] = [];
    let same = 0;
    for (const group of readdirSync(join(TCPRS, 'Traces/tcp'))) {
      for (const file of readdirSync(join(TCPRS, 'Traces/tcp', group))) {
        const name = file.replace(/\.trace$/, '');
        const log = join(TCPRS, 'Baseline', `tcprs.${group}.${name}`, 'conn.log');
        if (!existsSync(log)) continue;
        const { found, ends } = await read(join(TCPRS, 'Traces/tcp', group, file));
        for (const [i, row] of rows(log).entries()) {
          const one = found.find((each) => isOf(each, row));
          const ours = one && described(one);
          const theirs = [row.conn_state, row.history, ...COUNTERS.map((title) => row[title].replace('-', '0'))];
          if (ours !== theirs.join(' ')) {
            different[`${name} ${i}`] = ours;
            continue;
          }
          same++;
          const end = ends.get(one?.id ?? -1) ?? 0;
          const duration = ((end - (one?.start ?? 0)) / 1e6).toFixed(6);
          if (duration !== row.duration) longer.push(`${name}: ${duration} is ${row.duration}`);
        }
      }
    }
    expect(different).toEqual(Object.fromEntries(Object.entries(DIFFERENT).map(([key, [ours]]) => [key, ours])));
    expect(longer).toEqual(WITH_RESETS);
    expect(same).toBe(47);
  });
});
