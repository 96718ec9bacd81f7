import { describe, expect, it } from 'vitest';
import type { Anomaly, Observation } from '../../model/window.ts';
import { Detection } from '../detectors/detection.ts';
import type { Detector } from '../detectors/detector.ts';
import { MONDAY, observation } from '../detectors/fixtures/observation.ts';
import { HighLatency } from '../detectors/high-latency.ts';
import { LongLivedConn } from '../detectors/long-lived-conn.ts';
import { PacketLoss } from '../detectors/packet-loss.ts';
import { Chance, isInternal } from '../fixtures/hunt.ts';

const SECOND = 1e6;
/** The window, of ten seconds, in which something happens; all before it teach what is usual. */
const THEN = 30;

function told(detector: Detector, traffic: Iterable<Observation>): Anomaly[] {
  const detection = new Detection({ maxEmpty: 2, detectors: [detector] });
  for (const o of traffic) detection.observe(o);
  return detection.close(Number.POSITIVE_INFINITY).flatMap(({ anomalies }) => anomalies);
}

type Parts = (isThen: boolean, i: number, chance: Chance) => Partial<Observation>;

function* windows(connections: number, parts: Parts, seed = 1): Generator<Observation> {
  const chance = new Chance(seed);
  for (let window = 0; window <= THEN; window++)
    for (let i = 0; i < connections; i++) {
      const at = MONDAY + (window * 10 + (9 * i) / connections) * SECOND;
      const ends = { src: `10.0.0.${i % 6}`, dst: `198.51.100.${i % 3}` };
      yield observation({ at, ...ends, ...parts(window === THEN, i, chance) });
    }
}

/** One pair whose data is lost: so many of so many segments in the last window. */
function lossOf(retransmitted: number, dataSegments: number): Anomaly[] {
  const parts: Parts = (isThen, i) => {
    if (i > 0 || !isThen) return { dataSegments: 100, retransmitted: 0 };
    return { src: '10.9.9.9', dst: '203.0.113.5', dataSegments, retransmitted };
  };
  return told(new PacketLoss(), windows(12, parts));
}

describe('loss', () => {
  it('counts from 2 % on by the lower bound of Wilson, of 50 segments and 5 retransmissions at least', () => {
    // 1 of 3, 4 of 50, 10 of 49 and 18 of 600 prove nothing; 5 of 50, 30 of 600 and 300 of 10,000 do.
    const few = [lossOf(1, 3), lossOf(4, 50), lossOf(10, 49), lossOf(18, 600)];
    expect(few.map((anomalies) => anomalies.length)).toEqual([0, 0, 0, 0]);
    const many = [lossOf(5, 50), lossOf(30, 600), lossOf(300, 10_000)];
    expect(many.map((anomalies) => anomalies.length)).toEqual([1, 1, 1]);
    expect(many.map(([{ threshold }]) => threshold)).toEqual([0.02, 0.02, 0.02]);
    expect(lossOf(160, 1000)[0].severity).toBe('high');
  });
});

describe('latency', () => {
  const latencyOf = (usual: number, then: number, connections = 12) =>
    told(
      new HighLatency(),
      windows(connections, (isThen, _, chance) => {
        const around = (isThen ? then : usual) * (1 + 0.02 * (2 * chance.next() - 1));
        return { rtts: Float64Array.of(around, around, around), rttCount: 3 };
      }),
    ).length;

  it('counts from 50 ms and half as much again on, of ten connections', () => {
    // From 30 ms to 879, as on the slow network of the textbook; then the two limits, and the third.
    expect([latencyOf(30, 879), latencyOf(30, 75), latencyOf(30, 90)]).toEqual([1, 0, 1]);
    expect([latencyOf(200, 280), latencyOf(200, 320)]).toEqual([0, 1]);
    expect([latencyOf(30, 879, 9), latencyOf(30, 879, 10)]).toEqual([0, 1]);
  });
});

describe('long connections', () => {
  it('are told at 10 and 30 min and 1, 4, 8, 12, 24 and 72 h, in the bands of RITA', () => {
    const open = (seconds: number) =>
      Array.from({ length: Math.floor(seconds / 300) + 1 }, (_, i) =>
        observation({ at: MONDAY + i * 300 * SECOND, start: MONDAY, first: i === 0, state: 'S1' }),
      );
    // The longest of RITA's own data: 270,036.63 s, "high".
    const found = told(new LongLivedConn({ isInternal }), open(270_036.63));
    const hours = found.map(({ threshold }) => (threshold ?? 0) / 3600);
    expect(hours).toEqual([1 / 6, 1 / 2, 1, 4, 8, 12, 24, 72]);
    expect(found.map(({ severity }) => severity)).toEqual([
      'low',
      'low',
      'low',
      'medium',
      'high',
      'high',
      'high',
      'high',
    ]);
  });
});
