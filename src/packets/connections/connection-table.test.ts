import { describe, expect, it } from 'vitest';
import { communityId } from '../community-id.ts';
import type { Inspector } from '../connection.ts';
import { newDissected } from '../dissect.ts';
import { PROBLEMS } from '../dissected.ts';
import { emptyPacket } from '../packet.ts';
import { BEGIN, feed, Pair } from './fixtures/packets.ts';
import { observations, recordingTable } from './fixtures/reports.ts';

const UDP = { proto: 17, src: '10.0.0.1', dst: '192.0.2.53', srcPort: 40_000, dstPort: 53 } as const;
const ANSWER = { proto: 17, src: '192.0.2.53', dst: '10.0.0.1', srcPort: 53, dstPort: 40_000 } as const;

describe('a TCP connection', () => {
  it('is told with both sides, handshake, state and history', () => {
    const { table, reports } = recordingTable();
    const pair = new Pair(table);
    pair.open(0);
    pair.c(0.04, 'PA', { seq: 1, ack: 1, payload: 100 });
    pair.s(0.06, 'A', { seq: 1, ack: 101 });
    pair.s(0.07, 'PA', { seq: 1, ack: 101, payload: 500 });
    pair.c(0.08, 'A', { seq: 101, ack: 501 });
    pair.c(0.09, 'FA', { seq: 101, ack: 501 });
    pair.s(0.11, 'FA', { seq: 501, ack: 102 });
    pair.c(0.12, 'A', { seq: 102, ack: 502 });
    table.finish();
    expect(reports).toHaveLength(1);
    const [{ orig, resp, ...connection }] = reports;
    expect(connection).toMatchObject({ id: 1, family: 4, proto: 6, state: 'SF', history: 'ShADadFf', why: 'closed' });
    expect(connection.start).toBe(BEGIN);
    expect(connection.end).toBe(BEGIN + 120_000);
    expect(connection.handshakeServer).toBeCloseTo(0.02, 6);
    expect(connection.handshakeClient).toBeCloseTo(0.01, 6);
    expect(orig).toMatchObject({ address: '10.0.0.1', port: 40_000, packets: 6, ipBytes: 340, payloadBytes: 100 });
    expect(resp).toMatchObject({ address: '192.0.2.1', port: 443, packets: 4, ipBytes: 660, payloadBytes: 500 });
    expect([orig.flags, resp.flags]).toEqual([0x1b, 0x1b]);
    expect([orig.dataSegments, orig.rttSamples, resp.dataSegments, resp.rttSamples]).toEqual([1, 3, 1, 3]);
    expect(orig.rttMin).toBeCloseTo(0.02, 6);
    expect(resp.rttMax).toBeCloseTo(0.01, 6);
  });

  it('has no clean handshake when one of its segments was repeated', () => {
    for (const repeated of ['SYN', 'SYN/ACK', 'SYN after the handshake']) {
      const { table, reports } = recordingTable();
      const pair = new Pair(table);
      pair.c(0, 'S');
      if (repeated === 'SYN') pair.c(1, 'S');
      pair.s(1.02, 'SA', { ack: 1 });
      if (repeated === 'SYN/ACK') pair.s(2.02, 'SA', { ack: 1 });
      pair.c(2.03, 'A', { seq: 1, ack: 1 });
      if (repeated === 'SYN after the handshake') pair.c(2.04, 'S');
      table.finish();
      expect([repeated, reports[0].handshakeServer, reports[0].handshakeClient]).toEqual([repeated, NaN, NaN]);
      expect(reports[0].orig.retransmitted + reports[0].resp.retransmitted).toBe(1);
    }
  });

  it('is that of the server when its SYN was not seen', () => {
    const { table, reports } = recordingTable();
    const pair = new Pair(table, 443, '10.0.0.1', '192.0.2.1', 40_000);
    pair.s(0, 'SA', { ack: 1 });
    pair.c(0.01, 'A', { seq: 1, ack: 1 });
    table.finish();
    expect(reports[0].orig).toMatchObject({ address: '10.0.0.1', port: 443, packets: 1 });
    expect(reports[0].history).toBe('^hA');
  });

  it('is begun by the side without a port of servers when it is seen from its middle on', () => {
    const { table, reports } = recordingTable();
    new Pair(table).s(0, 'A', { seq: 9, ack: 9, payload: 10 });
    new Pair(table, 50_000, '10.0.0.1', '192.0.2.1', 50_001).s(0, 'A', { seq: 9, ack: 9, payload: 10 });
    table.finish();
    expect(reports.map(({ orig, history }) => [orig.address, history])).toEqual([
      ['10.0.0.1', '^d'],
      ['192.0.2.1', 'D'],
    ]);
  });

  it('is followed by another one when a new SYN comes after its end', () => {
    const { table, reports } = recordingTable();
    const pair = new Pair(table);
    pair.open(0);
    pair.s(0.1, 'R', { seq: 1 });
    pair.c(0.2, 'S', { seq: 0 });
    pair.c(0.3, 'S', { seq: 5000 });
    pair.s(0.4, 'RA', { seq: 0, ack: 5001 });
    table.finish();
    // The same number once more is the same SYN once more.
    expect(reports.map(({ id, state, why, orig }) => [id, state, why, orig.packets])).toEqual([
      [1, 'RSTR', 'closed', 3],
      [2, 'REJ', 'closed', 1],
    ]);
  });

  it('is not ended by a SYN while it is in use, but by one after a minute of silence', () => {
    const { table, reports } = recordingTable();
    const pair = new Pair(table);
    pair.open(0);
    pair.c(1, 'S', { seq: 77_777 });
    expect(reports).toEqual([]);
    pair.c(62, 'S', { seq: 77_777 });
    table.finish();
    expect(reports.map(({ state, why }) => [state, why])).toEqual([
      ['S1', 'expired'],
      ['S0', 'end'],
    ]);
  });

  it('is a new attempt with each new number as long as nobody answers', () => {
    const { table, reports } = recordingTable();
    const pair = new Pair(table);
    for (const [time, seq] of [
      [0, 1],
      [1, 1],
      [2, 900],
    ])
      pair.c(time, 'S', { seq });
    table.finish();
    expect(reports.map(({ state, orig }) => [state, orig.packets, orig.retransmitted])).toEqual([
      ['S0', 2, 1],
      ['S0', 1, 0],
    ]);
  });
});

describe('time', () => {
  it('ends what is silent, by what it is', () => {
    const { table, reports } = recordingTable();
    new Pair(table, 1).open(0);
    new Pair(table, 2).c(0, 'S');
    feed(table, { time: 0, ...UDP, payload: 30 });
    const reset = new Pair(table, 3);
    reset.open(0);
    reset.c(0.1, 'R', { seq: 1 });
    const at = (seconds: number) => {
      reports.length = 0;
      table.tick(BEGIN + seconds * 1e6);
      return reports.map(({ orig, why }) => [orig.port, why]);
    };
    expect(at(5)).toEqual([]);
    expect(at(5.2)).toEqual([[3, 'closed']]);
    expect(at(59.9)).toEqual([]);
    expect(at(60.1)).toEqual([
      [2, 'expired'],
      [40_000, 'expired'],
    ]);
    expect(at(300)).toEqual([]);
    expect(at(300.1)).toEqual([[1, 'expired']]);
    expect(table.size).toBe(0);
    // Samples of the handshakes wait to be observed.
    expect(table.nodes).toBe(4);
    expect(observations(table)).toHaveLength(4);
    expect(table.nodes).toBe(0);
  });

  it('that passes between two packets begins a new connection, also when nobody calls tick', () => {
    const { table, reports } = recordingTable();
    for (const time of [0, 50, 100, 161]) feed(table, { time, ...UDP, payload: 30 });
    table.finish();
    expect(reports.map(({ orig, why }) => [orig.packets, why])).toEqual([
      [3, 'expired'],
      [1, 'end'],
    ]);
  });

  it('that jumps far away for one packet costs no more than that the connections are told in two parts', () => {
    const { table, reports } = recordingTable();
    feed(table, { time: 0, ...UDP, payload: 30 });
    feed(table, { time: 4e9, ...UDP, srcPort: 1, payload: 30 });
    for (let time = 1; time < 20; time++) feed(table, { time, ...UDP, payload: 30 });
    table.finish();
    expect(reports.map(({ orig }) => [orig.port, orig.packets])).toEqual([
      [40_000, 1],
      [1, 1],
      [40_000, 19],
    ]);
  });

  it('makes a connection that stays open be reported at each of the poll times', () => {
    const { table, reports } = recordingTable();
    const pair = new Pair(table);
    pair.open(0);
    for (let time = 30; time <= 4000; time += 30) pair.c(time, 'A', { seq: 1, ack: 1 });
    table.tick(BEGIN + 4_010e6);
    table.finish();
    const told = reports.map(({ why, end }) => [why, (end - BEGIN) / 1e6]);
    expect(told).toEqual([
      ['poll', 570],
      ['poll', 1770],
      ['poll', 3570],
      ['end', 3990],
    ]);
  });
});

describe('what has no connections', () => {
  it('is told by its addresses and ports, with SF when it was answered', () => {
    const { table, reports } = recordingTable();
    feed(table, { time: 0, ...UDP, payload: 30 });
    feed(table, { time: 0.01, ...ANSWER, payload: 90 });
    feed(table, { time: 0.02, ...UDP, srcPort: 40_001, payload: 30 });
    feed(table, { time: 0.03, ...ANSWER, dstPort: 40_002, payload: 90 });
    feed(table, { time: 0.04, ...UDP, proto: 132, srcPort: 5, dstPort: 6, payload: 16 });
    feed(table, { time: 0.05, ...ANSWER, proto: 132, srcPort: 6, dstPort: 5, payload: 16 });
    table.finish();
    expect(reports.map(({ proto, state, history, orig }) => [proto, state, history, orig.address])).toEqual([
      [17, 'SF', 'Dd', '10.0.0.1'],
      [17, 'S0', 'D', '10.0.0.1'],
      [17, 'SHR', '^d', '10.0.0.1'],
      [132, 'SF', 'Dd', '10.0.0.1'],
    ]);
    expect(reports[0].resp).toMatchObject({ payloadBytes: 90, ipBytes: 118, rttSamples: 0, rttMin: NaN });
  });

  it('is one when an ICMP message has its answer, and keeps type and code where it has none', () => {
    const { table, reports } = recordingTable();
    const [a, b] = ['10.0.0.1', '192.0.2.1'];
    feed(table, { time: 0, proto: 1, src: a, dst: b, srcPort: 8, dstPort: 0, payload: 56 });
    feed(table, { time: 0.1, proto: 1, src: b, dst: a, srcPort: 0, dstPort: 0, payload: 56 });
    feed(table, { time: 0.2, proto: 1, src: b, dst: a, srcPort: 3, dstPort: 3, payload: 56 });
    feed(table, { time: 0.3, proto: 58, src: 'fe80::1', dst: 'fe80::2', srcPort: 129, dstPort: 0, payload: 8 });
    table.finish();
    expect(reports.map(({ state, orig, resp }) => [state, orig.address, orig.port, resp.port, resp.packets])).toEqual([
      ['SF', a, 8, 0, 1],
      ['OTH', b, 3, 3, 0],
      ['SHR', 'fe80::2', 128, 129, 1],
    ]);
  });

  it('is counted, not kept, when it is not IP', () => {
    const { table } = recordingTable();
    table.add(emptyPacket(), newDissected());
    expect([table.ignored, table.size, table.last]).toEqual([1, 0, undefined]);
  });
});

describe('the Community ID', () => {
  it('is that of the specification, from both families and for types of ICMP', () => {
    const { table, reports } = recordingTable({ communityId });
    new Pair(table, 34_855, '128.232.110.120', '66.35.250.204', 80).c(0, 'S');
    feed(table, { time: 0, proto: 58, src: 'fe80::1', dst: 'fe80::2', srcPort: 128 });
    table.finish();
    const bytes = Buffer.from(`fe80${'0'.repeat(27)}1fe80${'0'.repeat(27)}2`, 'hex');
    const expected = communityId(58, bytes, 0, 16, 16, 128, 0);
    expect(reports.map((report) => report.communityId)).toEqual(['1:LQU9qZlK+B5F3KDmev6m5PMibrg=', expected]);
  });
});

describe('VLANs', () => {
  it('do not tell connections apart unless it is asked for', () => {
    for (const separateVlans of [false, true]) {
      const { table, reports } = recordingTable({ separateVlans });
      feed(table, { time: 0, ...UDP, vlan: 7, payload: 30 });
      feed(table, { time: 0, ...UDP, vlan: 8, payload: 30 });
      table.finish();
      expect(reports.map(({ vlan }) => vlan)).toEqual(separateVlans ? [7, 8] : [7]);
    }
  });
});

describe('limits', () => {
  it('make the connection go that was silent for longest', () => {
    const { table, reports } = recordingTable({ limit: 3, observed: false });
    for (const [time, srcPort] of [1, 2, 3, 1, 4, 5].entries()) feed(table, { time, ...UDP, srcPort });
    expect(reports.map(({ orig, why }) => [orig.port, why])).toEqual([
      [2, 'evicted'],
      [3, 'evicted'],
    ]);
    expect([table.size, table.evicted, table.opened]).toEqual([3, 2, 5]);
  });

  it('give what was not observed yet to the hook, or count it', () => {
    const seen: number[] = [];
    for (const onObservation of [undefined, (observation: { srcPort: number }) => seen.push(observation.srcPort)]) {
      const { table } = recordingTable({ limit: 2, onObservation });
      for (const srcPort of [1, 2, 3, 4]) feed(table, { time: 0, ...UDP, srcPort });
      expect(table.unobserved).toBe(onObservation ? 0 : 2);
      expect(observations(table).map(({ srcPort }) => srcPort)).toEqual([3, 4]);
    }
    expect(seen).toEqual([1, 2]);
  });
});

describe('observations', () => {
  it('tell what happened since the last one, and of what has ended meanwhile too', () => {
    const { table } = recordingTable();
    const pair = new Pair(table);
    pair.open(0);
    pair.c(0.04, 'PA', { seq: 1, ack: 1, payload: 100 });
    const [first, ...none] = observations(table);
    expect(none).toEqual([]);
    expect(first).toMatchObject({ src: '10.0.0.1', dst: '192.0.2.1', srcPort: 40_000, dstPort: 443, proto: 6 });
    expect(first).toMatchObject({ first: true, start: BEGIN, at: BEGIN + 40_000, state: 'S1', tcpFlags: 0x1a });
    expect(first).toMatchObject({ srcPackets: 3, dstPackets: 1, srcBytes: 220, dstBytes: 40, dataSegments: 1 });
    expect(first.rtts.map((ms) => Math.round(ms))).toEqual([20, 10]);
    expect(observations(table)).toEqual([]);
    pair.c(0.5, 'PA', { seq: 1, ack: 1, payload: 100 });
    pair.s(0.52, 'R', { seq: 1 });
    table.tick(BEGIN + 20e6);
    expect(table.size).toBe(0);
    const [second] = observations(table);
    expect(second).toMatchObject({ first: false, srcPackets: 1, dstPackets: 1, srcBytes: 140, dstBytes: 40 });
    expect(second).toMatchObject({ state: 'RSTR', dataSegments: 1, retransmitted: 1, rttCount: 0 });
    expect(table.nodes).toBe(0);
  });

  it('do not call SYNs without an answer loss', () => {
    const { table, reports } = recordingTable();
    const pair = new Pair(table);
    for (const time of [0, 1, 3]) pair.c(time, 'S');
    expect(observations(table)[0]).toMatchObject({ state: 'S0', dataSegments: 0, retransmitted: 0 });
    table.finish();
    expect(reports[0].orig.retransmitted).toBe(2);
  });

  it('carry problems of headers once, and round trips evenly thinned', () => {
    const { table } = recordingTable();
    const pair = new Pair(table);
    pair.open(0);
    pair.c(0.1, 'SF', { seq: 1 });
    for (let i = 0; i < 1000; i++) {
      pair.c(1 + i, 'PA', { seq: 1 + i * 10, ack: 1, payload: 10 });
      pair.s(1 + i + i / 1e4, 'A', { seq: 1, ack: 11 + i * 10 });
    }
    const [observation] = observations(table);
    expect(observation.problems & PROBLEMS.synFin).toBe(PROBLEMS.synFin);
    expect(observation.rttCount).toBeGreaterThan(64);
    expect(observation.rttCount).toBeLessThanOrEqual(128);
    const mean = observation.rtts.reduce((sum, ms) => sum + ms, 0) / observation.rttCount;
    expect(mean).toBeGreaterThan(45);
    expect(mean).toBeLessThan(55);
    feed(table, { time: 1002, src: '10.0.0.1', dst: '192.0.2.1', srcPort: 40_000, dstPort: 443, seq: 1 });
    expect(observations(table)[0].problems).toBe(0);
  });
});

describe('the inspector', () => {
  it('sees payload once and in order, with the port of the server, and is told when the slot is free', () => {
    const seen: [boolean, number, string][] = [];
    const closed: number[] = [];
    const inspector: Inspector = {
      payload: (_slot, _proto, port, fromOrig, bytes, start, end) => {
        seen.push([fromOrig, port, Buffer.from(bytes.subarray(start, end)).toString()]);
        return !fromOrig || seen.length < 2;
      },
      application: () => ({ service: 'ssh', domain: 'example.org', attrs: {} }),
      close: (slot) => closed.push(slot),
    };
    const { table } = recordingTable({ inspector });
    const pair = new Pair(table);
    pair.open(0);
    pair.c(1, 'PA', { seq: 1, ack: 1, payload: 'one' });
    pair.c(1.5, 'PA', { seq: 1, ack: 1, payload: 'one' });
    pair.c(2, 'PA', { seq: 4, ack: 1, payload: 'two' });
    pair.c(3, 'PA', { seq: 7, ack: 1, payload: 'three' });
    pair.s(4, 'PA', { seq: 1, ack: 12, payload: 'four' });
    table.finish();
    expect(seen).toEqual([
      [true, 443, 'one'],
      [true, 443, 'two'],
      [false, 443, 'four'],
    ]);
    expect(closed).toEqual([]);
    expect(observations(table)[0]).toMatchObject({ service: 'ssh', domain: 'example.org' });
    expect(closed).toEqual([0]);
  });

  it('sees no more than the first bytes of a direction', () => {
    let seen = 0;
    const inspector: Inspector = {
      payload: (_slot, _proto, _port, _fromOrig, _bytes, start, end) => {
        seen += end - start;
        return true;
      },
      application: () => ({ service: '', domain: '', attrs: {} }),
      close: () => undefined,
    };
    const { table } = recordingTable({ inspector, inspectedBytes: 3000 });
    const pair = new Pair(table);
    pair.open(0);
    for (let i = 0; i < 10; i++) pair.c(1, 'A', { seq: 1 + i * 1000, ack: 1, payload: 1000 });
    expect(seen).toBe(4000);
  });
});
