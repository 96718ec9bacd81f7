import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dissected } from '../dissected.ts';
import { CAPTURES, readCapture, rows } from './fixtures/shared-captures.ts';
import { TsharkRoundTrips } from './fixtures/tshark-round-trips.ts';

const STREAMS = join(CAPTURES, 'ORACLE-streams.tsv');

/** tshark knows no timeouts. */
const FOREVER = { established: 1e12, short: 1e12, closed: 1e12, reuse: 1e12 };
const TCP = 6;
/** Microseconds: tshark prints whole ones. */
const PRECISION = 1.01;

/** Read by tshark alone: half of each stream is compressed (RFC 3173), or the file is of a version that is not known. */
const ELSEWHERE = /AH-IPcomp|invalid-version/;

/**
 * Streams without an acknowledgement that tshark takes for one of a segment sent twice, and that still differ from ours in
 * their samples: those that tshark alone has, all of segments that were sent twice or came late, and those that we alone
 * have, all of acknowledgements that end within a segment.
 */
const DIFFERENT: Readonly<Record<string, readonly [theirs: number, ours: number]>> = {
  'composite/comp001': [4, 27],
  'composite/comp003': [5, 2],
  'composite/comp009': [1, 3],
  'fastretransmit/fast004': [1, 2],
  'fastretransmit/fast008': [1, 1],
  'fastretransmit/fast010': [1, 10],
  'fastretransmit/fast016': [7, 18],
  'fastretransmit/fast018': [4, 22],
  'forwardacknowledgement/fack021': [4, 3],
  'forwardacknowledgement/fack023': [9, 59],
  'forwardacknowledgement/fack027': [1, 0],
  'forwardacknowledgement/fack043': [3, 49],
  'heuristics/reordering-via-proximity': [4, 0],
};

class Stream {
  readonly key: string;
  /** The first sender, in its own bytes. */
  readonly first: string;
  readonly #sides = [new TsharkRoundTrips(), new TsharkRoundTrips()];
  /** Trips of tshark, in microseconds, and how many of them we have too. */
  readonly trips: number[] = [];
  common = 0;
  theirs = 0;
  ours = 0;
  /** Differences without a reason. */
  readonly odd: string[] = [];

  constructor(key: string, first: string) {
    this.key = key;
    this.first = first;
  }

  /** @param sample ours of the same packet, NaN without one. */
  packet(d: Dissected, sender: string, time: number, sample: number): void {
    const [self, peer] = sender === this.first ? this.#sides : [...this.#sides].reverse();
    self.sent(d.seq, d.payloadLength + ((d.flags >> 1) & 1) + (d.flags & 1), time);
    const { trip, inside, again } = peer.acknowledged(d.ack, time);
    // tshark prints no trip of no time, as packets have that were read at once.
    if (trip > 0) this.trips.push(trip);
    if (trip >= 0 && sample >= 0) {
      this.common++;
      if (!(Math.abs(trip - sample) <= PRECISION)) this.odd.push(`${sample} is ${trip}`);
    } else if (trip > 0) {
      this.theirs++;
      if (!again) this.odd.push(`tshark alone has ${trip}`);
    } else if (sample >= 0) {
      this.ours++;
      if (!inside) this.odd.push(`we alone have ${sample}`);
    }
  }
}

async function streamsOf(file: string): Promise<Stream[]> {
  const streams = new Map<number, Stream>();
  await readCapture(file, { timeouts: FOREVER }, (packet, d, table) => {
    let sample = Number.NaN;
    table.observe(({ rtts, rttCount }) => {
      if (rttCount > 0) sample = rtts[0] * 1000;
    });
    const { last } = table;
    if (!last || d.proto !== TCP) return;
    const sender = `${d.srcPort} ${packet.bytes.subarray(d.src, d.src + (d.family === 4 ? 4 : 16)).join()}`;
    let stream = streams.get(last.id);
    if (!stream) {
      const [a, b] = last.orig.packets === 1 ? [last.orig, last.resp] : [last.resp, last.orig];
      stream = new Stream([a.address, a.port, b.address, b.port].join(' '), sender);
      streams.set(last.id, stream);
    }
    stream.packet(d, sender, packet.time, sample);
  });
  return [...streams.values()];
}

/** Count, smallest, largest and median (the upper one of two), in microseconds. */
function described(trips: readonly number[]): number[] {
  const sorted = [...trips].sort((a, b) => a - b);
  return sorted.length === 0 ? [0] : [sorted.length, sorted[0], sorted[sorted.length - 1], sorted[sorted.length >> 1]];
}

function oracle(row: Record<string, string>): number[] {
  const [count, ...seconds] = [row.rtt_n, row.rtt_min, row.rtt_max, row.rtt_p50].map(Number);
  return count === 0 ? [0] : [count, ...seconds.map((value) => value * 1e6)];
}

describe.skipIf(!existsSync(STREAMS))('round trips of captures published by others', () => {
  it('are those of tshark within a microsecond, or differ by a rule that is known', { timeout: 300_000 }, async () => {
    const tally = { streams: 0, karn: 0, same: 0, common: 0, theirs: 0, ours: 0 };
    const different = new Map<string, readonly [number, number]>();
    const all = rows(STREAMS).filter(({ file, proto }) => proto === 'tcp' && !ELSEWHERE.test(file));
    for (const file of new Set(all.map((row) => row.file))) {
      const found = await streamsOf(join(CAPTURES, file));
      for (const row of all.filter((one) => one.file === file)) {
        const key = [row.a_ip, row.a_port, row.b_ip, row.b_port].join(' ');
        const at = found.findIndex((stream) => stream.key === key);
        // Of link layers that are not understood, and those that only ICMP errors quote.
        if (at < 0) continue;
        const [stream] = found.splice(at, 1);
        tally.streams++;
        // The model is tshark: count, extremes and median are those that it printed.
        const [expected, modelled] = [oracle(row), described(stream.trips)];
        expect([file, key, modelled.length, modelled[0]]).toEqual([file, key, expected.length, expected[0]]);
        for (const [i, value] of expected.entries())
          expect(Math.abs(modelled[i] - value), `${file} ${key}: ${modelled} ${expected}`).toBeLessThan(PRECISION);
        expect([file, key, ...stream.odd]).toEqual([file, key]);
        tally.common += stream.common;
        tally.theirs += stream.theirs;
        tally.ours += stream.ours;
        if (expected[0] === 0 || row.rtt_n !== row.karn_rtt_n) continue;
        tally.karn++;
        if (stream.theirs + stream.ours === 0) tally.same++;
        else different.set(file.replace(/^tcprs\/Traces\/tcp\/|\.trace$/g, ''), [stream.theirs, stream.ours]);
      }
    }
    expect(Object.fromEntries(different)).toEqual(DIFFERENT);
    expect(tally).toEqual({ streams: 1060, karn: 33, same: 20, common: 2660, theirs: 392, ours: 731 });
  });
});
