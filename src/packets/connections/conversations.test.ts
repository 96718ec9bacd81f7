import { describe, expect, it } from 'vitest';
import type { Observation } from '../../model/window.ts';
import { type Conversation, dice, interleave, makeConversation, type SideTruth } from './fixtures/conversation.ts';
import { feed } from './fixtures/packets.ts';
import { type Reported, recordingTable } from './fixtures/reports.ts';

function expectSide(side: Reported['orig'], { rtts, ...counters }: SideTruth): void {
  expect(side).toMatchObject(counters);
  expect(side.rttSamples).toBe(rtts.length);
  expect(side.rttMin).toBeCloseTo(Math.min(...rtts), 5);
  expect(side.rttMax).toBeCloseTo(Math.max(...rtts), 5);
  expect(side.rttMean).toBeCloseTo(rtts.reduce((sum, rtt) => sum + rtt, 0) / rtts.length, 5);
  let smoothed = rtts[0];
  for (const rtt of rtts) smoothed += (rtt - smoothed) / 8;
  expect(side.srtt).toBeCloseTo(smoothed, 5);
}

/** Sums of what the observations of a connection say. */
class Sums {
  readonly counters = {
    srcPackets: 0,
    dstPackets: 0,
    dataSegments: 0,
    retransmitted: 0,
    srcRetransmitted: 0,
    reordered: 0,
    rttCount: 0,
  };
  duplicateAcks = 0;
  missedBytes = 0;
  bytes = 0;
  firsts = 0;

  add(observation: Observation): void {
    const { counters } = this;
    for (const name of Object.keys(counters) as (keyof typeof counters)[]) counters[name] += observation[name];
    this.missedBytes += observation.missedBytes;
    this.duplicateAcks += observation.duplicateAcks;
    this.bytes += observation.srcBytes + observation.dstBytes;
    if (observation.first) this.firsts++;
  }
}

function expectSums(sums: Sums | undefined, { orig, resp }: Conversation, { orig: a, resp: b }: Reported): void {
  expect(sums?.counters).toEqual({
    srcPackets: orig.packets,
    dstPackets: resp.packets,
    dataSegments: orig.dataSegments + resp.dataSegments,
    retransmitted: orig.retransmitted + resp.retransmitted,
    srcRetransmitted: orig.retransmitted,
    reordered: orig.reordered + resp.reordered,
    rttCount: orig.rtts.length + resp.rtts.length,
  });
  expect(sums?.missedBytes).toBe(a.missedBytes + b.missedBytes);
  expect(sums?.duplicateAcks).toBe(orig.duplicateAcks + resp.duplicateAcks);
  expect(sums?.bytes).toBe(a.ipBytes + b.ipBytes);
  expect(sums?.firsts).toBe(1);
}

describe('conversations of which everything is known', () => {
  it.each([1, 2, 3, 4, 5])('are told exactly, however they are mixed, and so are their windows (seed %i)', (seed) => {
    const random = dice(seed);
    const conversations = Array.from({ length: 120 }, (_, i) => makeConversation(i, 5 + random(60), random));
    const { table, reports } = recordingTable();
    const sums = new Map<number, Sums>();
    const observe = () =>
      table.observe((observation) => {
        const port = observation.srcPort;
        const sum = sums.get(port) ?? new Sums();
        sums.set(port, sum);
        sum.add(observation);
      });
    for (const packet of interleave(conversations)) {
      feed(table, packet);
      if (random(500) === 0) observe();
    }
    table.finish();
    observe();
    expect(reports).toHaveLength(conversations.length);
    for (const conversation of conversations) {
      const found = reports.find(({ orig }) => orig.port === conversation.clientPort);
      if (!found) throw new Error(`Nothing was told of port ${conversation.clientPort}.`);
      expect(found).toMatchObject({ state: 'SF', why: 'closed' });
      expect(found.orig.address).toBe(conversation.client);
      expectSide(found.orig, conversation.orig);
      expectSide(found.resp, conversation.resp);
      expectSums(sums.get(conversation.clientPort), conversation, found);
    }
    expect([table.nodes, table.size]).toEqual([0, 0]);
  });
});
