import { describe, expect, it } from 'vitest';
import { Pair } from './fixtures/packets.ts';
import { type Reported, recordingTable } from './fixtures/reports.ts';
import type { ConnectionTableOptions } from './table-options.ts';

/** What is told of a connection with a round trip of 30 ms whose server sends what `talk` says, from sequence number 1. */
function told(talk: (pair: Pair, send: (time: number, seq: number, length: number) => void) => void): Reported {
  const options: ConnectionTableOptions = { observed: false };
  const { table, reports } = recordingTable(options);
  const pair = new Pair(table);
  pair.open(0);
  talk(pair, (time, seq, payload) => pair.s(time, 'A', { seq, ack: 1, payload }));
  table.finish();
  expect(table.nodes).toBe(0);
  return reports[0];
}

const NOTHING = { retransmitted: 0, reordered: 0, missedBytes: 0 };

describe('a segment', () => {
  it('with bytes that were seen before is a retransmission, and its bytes count once', () => {
    const { resp, history } = told((_, send) => {
      send(1, 1, 100);
      send(1.01, 101, 100);
      send(1.011, 1, 100);
      send(1.012, 151, 100);
    });
    expect(resp).toMatchObject({ ...NOTHING, dataSegments: 4, payloadBytes: 250, retransmitted: 2 });
    expect(history).toBe('ShAdt');
  });

  it('that fills a hole is reordered within a round trip of the hole, and a retransmission afterwards', () => {
    for (const [after, reordered] of [
      [0.0299, 1],
      [0.0301, 0],
    ]) {
      const { resp } = told((_, send) => {
        send(1, 1, 100);
        send(1.01, 201, 100);
        send(1.01 + after, 101, 100);
      });
      expect(resp).toMatchObject({ ...NOTHING, payloadBytes: 300, reordered, retransmitted: 1 - reordered });
    }
  });

  it('is reordered within 3 ms where no round trip is known', () => {
    for (const [after, reordered] of [
      [0.0029, 1],
      [0.0031, 0],
    ]) {
      const { table, reports } = recordingTable();
      const pair = new Pair(table);
      pair.s(0, 'A', { seq: 101, payload: 100 });
      // What was sent before the first packet of the capture is a hole too.
      pair.s(after, 'A', { seq: 1, payload: 50 });
      pair.s(after, 'A', { seq: 51, payload: 50 });
      table.finish();
      const counted = { payloadBytes: 200, reordered: 2 * reordered, retransmitted: 2 - 2 * reordered };
      expect(reports[0].resp).toMatchObject({ ...NOTHING, ...counted });
    }
  });

  it('of one byte that was acknowledged asks whether the other side is there', () => {
    const { resp } = told((pair, send) => {
      send(1, 1, 100);
      pair.c(1.1, 'A', { seq: 1, ack: 101 });
      send(60, 100, 1);
      send(61, 100, 0);
    });
    expect(resp).toMatchObject({ ...NOTHING, dataSegments: 1, payloadBytes: 100 });
  });

  it('of one byte into a window that is shut asks for room', () => {
    const { resp, orig } = told((pair, send) => {
      send(1, 1, 100);
      pair.c(1.1, 'A', { seq: 1, ack: 101, window: 0 });
      send(2, 101, 1);
      pair.c(2.1, 'A', { seq: 1, ack: 101, window: 0 });
      send(4, 101, 1);
    });
    expect(resp).toMatchObject({ ...NOTHING, payloadBytes: 101 });
    expect(orig.zeroWindows).toBe(2);
  });

  it('of one byte that was not acknowledged was lost', () => {
    const { resp } = told((_, send) => {
      send(1, 1, 1);
      send(1.3, 1, 1);
    });
    expect(resp).toMatchObject({ ...NOTHING, retransmitted: 1, payloadBytes: 1 });
  });

  it('from far away counts only when another follows it', () => {
    const far = 600_000_000;
    const alone = told((_, send) => {
      send(1, 1, 100);
      send(2, far, 100);
      send(3, 101, 100);
    });
    expect(alone.resp).toMatchObject({ ...NOTHING, payloadBytes: 200 });
    const followed = told((_, send) => {
      send(1, 1, 100);
      send(2, far, 100);
      send(2.1, far + 100, 100);
      send(2.2, far + 200, 100);
    });
    expect(followed.resp).toMatchObject({ ...NOTHING, payloadBytes: 400, missedBytes: far - 101 });
  });

  it('with a FIN counts its data only, once', () => {
    const { resp, state } = told((pair) => {
      for (const time of [1, 2]) pair.s(time, 'FA', { seq: 1, ack: 1, payload: 10 });
      pair.s(3, 'FA', { seq: 11, ack: 1 });
      pair.c(4, 'FA', { seq: 1, ack: 12 });
    });
    expect(resp).toMatchObject({ ...NOTHING, retransmitted: 2, payloadBytes: 10, dataSegments: 2 });
    expect(state).toBe('SF');
  });
});

describe('bytes that nobody saw', () => {
  it('were lost before the monitor when the other side has them', () => {
    const { resp, history } = told((pair, send) => {
      send(1, 1, 100);
      send(1.1, 201, 100);
      send(1.2, 401, 100);
      pair.c(1.3, 'A', { seq: 1, ack: 301 });
      pair.c(1.4, 'A', { seq: 1, ack: 801 });
    });
    expect(resp).toMatchObject({ ...NOTHING, payloadBytes: 300, missedBytes: 500 });
    expect(history).toBe('ShAdg');
  });

  it('are not missed any more when they were only captured late', () => {
    const { resp } = told((pair, send) => {
      send(1, 1, 100);
      pair.c(1.03, 'A', { seq: 1, ack: 301 });
      send(1.0301, 101, 100);
      send(1.0302, 201, 100);
    });
    expect(resp).toMatchObject({ ...NOTHING, payloadBytes: 300, reordered: 2 });
  });

  it('are not missed when the FIN alone was not captured, nor what came before the capture began', () => {
    const { resp } = told((pair, send) => {
      send(1, 1, 100);
      pair.c(1.03, 'A', { seq: 1, ack: 102 });
    });
    expect(resp).toMatchObject(NOTHING);
    const { table, reports } = recordingTable();
    const pair = new Pair(table);
    pair.c(0, 'A', { seq: 5, ack: 1 });
    pair.s(1, 'A', { seq: 1000, ack: 5, payload: 100 });
    pair.c(2, 'A', { seq: 5, ack: 1100 });
    pair.s(3, 'A', { seq: 1099, ack: 5 });
    pair.c(4, 'A', { seq: 4, ack: 1100 });
    pair.c(5, 'A', { seq: 5, ack: 1100, payload: 10 });
    pair.s(6, 'A', { seq: 1100, ack: 15 });
    table.finish();
    expect(reports[0].resp).toMatchObject(NOTHING);
    expect(reports[0].orig).toMatchObject(NOTHING);
  });

  it('are forgotten where there are too many holes', () => {
    const { resp } = told((pair, send) => {
      for (let i = 0; i < 1000; i++) send(1, 1 + i * 20, 10);
      pair.c(2, 'A', { seq: 1, ack: 19_991 });
    });
    expect(resp).toMatchObject({ ...NOTHING, payloadBytes: 10_000, missedBytes: 640 });
  });
});

describe('acknowledgements', () => {
  it('are duplicates only while something is outstanding, without data and with the same window', () => {
    const { orig } = told((pair, send) => {
      pair.c(0.9, 'A', { seq: 1, ack: 1 });
      send(1, 1, 100);
      pair.c(1.1, 'A', { seq: 1, ack: 101 });
      send(1.2, 201, 100);
      pair.c(1.3, 'A', { seq: 1, ack: 101 });
      pair.c(1.4, 'A', { seq: 1, ack: 101 });
      pair.c(1.5, 'A', { seq: 1, ack: 101, window: 70 });
      pair.c(1.6, 'A', { seq: 1, ack: 101, window: 70, payload: 5 });
      pair.c(1.7, 'FA', { seq: 6, ack: 101, window: 70 });
    });
    expect(orig.duplicateAcks).toBe(2);
  });

  it('tell a round trip of the newest segment they cover, unless something of it was sent twice or came late', () => {
    const { resp } = told((pair, send) => {
      send(1, 1, 100);
      send(1.1, 101, 100);
      pair.c(1.14, 'A', { seq: 1, ack: 201 });
      send(2, 201, 100);
      send(2.5, 201, 100);
      pair.c(2.6, 'A', { seq: 1, ack: 301 });
      send(3, 301, 100);
      send(3.1, 501, 100);
      send(3.2, 401, 100);
      pair.c(3.3, 'A', { seq: 1, ack: 601 });
      send(4, 601, 100);
      send(4.1, 701, 100);
      send(4.3, 601, 100);
      pair.c(4.4, 'A', { seq: 1, ack: 801 });
      send(5, 801, 100);
      pair.c(5.06, 'A', { seq: 1, ack: 901 });
    });
    expect(resp.rttSamples).toBe(3);
    expect(resp.rttMin).toBeCloseTo(0.01, 6);
    expect(resp.rttMax).toBeCloseTo(0.06, 6);
    expect(resp.rttMean).toBeCloseTo((0.01 + 0.04 + 0.06) / 3, 6);
    // RFC 6298: the first sample, then seven eighths of the old and one of the new.
    expect(resp.srtt).toBeCloseTo((0.01 + 0.03 / 8) * (7 / 8) + 0.06 / 8, 6);
  });

  it('of what nobody can have sent are not believed', () => {
    const { resp, orig } = told((pair, send) => {
      send(1, 1, 100);
      pair.c(1.1, 'A', { seq: 1, ack: 500_000_000 });
      pair.c(1.2, 'A', { seq: 1, ack: 101 });
      pair.c(1.3, 'R', { seq: 1, ack: 7000 });
    });
    expect(resp).toMatchObject({ ...NOTHING, rttSamples: 2 });
    expect(orig.duplicateAcks).toBe(0);
  });
});
