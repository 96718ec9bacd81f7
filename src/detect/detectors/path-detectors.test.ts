import { describe, expect, it } from 'vitest';
import { Random } from '../../../demo/random.ts';
import type { Anomaly, Observation } from '../../model/window.ts';
import { Detection } from './detection.ts';
import type { Detector } from './detector.ts';
import { MONDAY, observation } from './fixtures/observation.ts';
import { HighLatency } from './high-latency.ts';
import { PacketLoss } from './packet-loss.ts';

const SECOND = 1e6;

function run(observations: Iterable<Observation>, detector: Detector): Anomaly[] {
  const detection = new Detection({ detectors: [detector] });
  for (const o of observations) detection.observe(o);
  return detection.close(Number.POSITIVE_INFINITY).flatMap(({ anomalies }) => anomalies);
}

interface Traffic {
  readonly windows: number;
  readonly seed: number;
  /** Connections in each window. */
  readonly connections?: number;
  parts(window: number, i: number, random: Random): Partial<Observation>;
}

function* traffic({ windows, seed, connections = 12, parts }: Traffic): Generator<Observation> {
  const random = new Random(seed);
  for (let w = 0; w < windows; w++)
    for (let i = 0; i < connections; i++)
      yield observation({
        at: MONDAY + (w * 10 + (i * 10) / connections) * SECOND,
        src: `10.0.0.${i % 6}`,
        dst: `198.51.100.${i % 3}`,
        event: `w${w}i${i}`,
        ...parts(w, i, random),
      });
}

const rtt = (ms: number, random: Random) => ({
  rtts: Float64Array.from({ length: 3 }, () => random.size(ms, 0.2)),
  rttCount: 3,
});

describe('HighLatency', () => {
  it('tells once that a network answers much later than usual', () => {
    const found = run(
      traffic({ windows: 60, seed: 1, parts: (w, _, random) => rtt(w >= 40 && w < 50 ? 300 : 30, random) }),
      new HighLatency(),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      metric: 'median_rtt_ms',
      flow_dst: '198.51.100.0/24',
      window_start: MONDAY / 1e6 + 400,
    });
    expect(found[0].current_value).toBeGreaterThan(200);
    expect(found[0].expected).toBeGreaterThan(20);
    expect(found[0].expected).toBeLessThan(40);
    expect(found[0].evidence[0]).toMatch(/^w40i/);
  });

  it('tells the one slow server of a network, not the network', () => {
    const parts = (w: number, i: number, random: Random) => rtt(w >= 40 && i % 3 === 1 ? 300 : 30, random);
    const found = run(traffic({ windows: 45, seed: 8, connections: 36, parts }), new HighLatency());
    expect(found).toMatchObject([{ flow_dst: '198.51.100.1', window_start: MONDAY / 1e6 + 400 }]);
  });

  it('says which side is concerned', () => {
    const only = { src: '10.0.0.1', dst: '198.51.100.1' };
    const found = run(
      traffic({ windows: 30, seed: 2, parts: (w, _, random) => ({ ...rtt(w === 29 ? 500 : 40, random), ...only }) }),
      new HighLatency(),
    );
    expect(found).toMatchObject([
      { flow_src: '10.0.0.1', flow_dst: '198.51.100.1', why: expect.stringContaining('Only connections of 10.0.0.1') },
    ]);
  });

  it.each<[string, Omit<Traffic, 'seed'>]>([
    ['usual traffic', { windows: 200, parts: (_, __, random) => rtt(40, random) }],
    ['50 % more that is less than 50 ms', { windows: 60, parts: (w, _, random) => rtt(w > 40 ? 60 : 20, random) }],
    ['a path that is always slow', { windows: 60, parts: (_, __, random) => rtt(700, random) }],
    [
      'a few slow connections of many',
      { windows: 60, parts: (w, i, random) => rtt(w > 40 && i < 4 ? 900 : 40, random) },
    ],
    [
      'fewer than ten connections',
      { windows: 60, connections: 9, parts: (w, _, random) => rtt(w > 40 ? 900 : 40, random) },
    ],
    ['the warm-up', { windows: 11, parts: (w, _, random) => rtt(w > 8 ? 900 : 40, random) }],
  ])('is silent for %s', (_, parts) => {
    for (const seed of [1, 2, 3]) expect(run(traffic({ ...parts, seed }), new HighLatency())).toEqual([]);
  });

  it('keeps what it learned when saved as JSON and loaded', () => {
    const before = new HighLatency();
    run(traffic({ windows: 30, seed: 4, parts: (_, __, random) => rtt(40, random) }), before);
    const after = new HighLatency();
    after.load(JSON.parse(JSON.stringify(before.save())));
    expect(run(traffic({ windows: 1, seed: 5, parts: (_, __, random) => rtt(400, random) }), after)).toHaveLength(1);
    expect(
      run(traffic({ windows: 1, seed: 5, parts: (_, __, random) => rtt(400, random) }), new HighLatency()),
    ).toEqual([]);
  });
});

const loss = (share: number, random: Random, dataSegments = 100) => {
  let retransmitted = 0;
  for (let i = 0; i < dataSegments; i++) if (random.next() < share) retransmitted++;
  return { dataSegments, retransmitted };
};

describe('PacketLoss', () => {
  it('tells that one client loses with everybody, and not its servers', () => {
    const parts = (w: number, i: number, random: Random) => loss(w >= 20 && i % 6 === 1 ? 0.1 : 0.001, random);
    const found = run(traffic({ windows: 30, seed: 1, connections: 24, parts }), new PacketLoss());
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatchObject({ metric: 'loss_rate', flow_src: '10.0.0.1', window_start: MONDAY / 1e6 + 200 });
    expect(new Set(found.map(({ flow_src }) => flow_src))).toEqual(new Set(['10.0.0.1']));
  });

  it('tells a pair that is alone with each other once, with both ends', () => {
    const parts = (w: number, i: number, random: Random) => ({
      ...(i === 0 ? { src: '10.9.9.9', dst: '203.0.113.5' } : {}),
      ...loss(w === 20 && i === 0 ? 0.2 : 0, random, 500),
    });
    const found = run(traffic({ windows: 25, seed: 2, parts }), new PacketLoss());
    expect(found).toMatchObject([
      { flow_src: '10.9.9.9', flow_dst: '203.0.113.5', severity: 'high', evidence: ['w20i0'] },
    ]);
  });

  it('tells a network that loses everywhere once, not host by host', () => {
    const found = run(
      traffic({ windows: 30, seed: 3, parts: (w, _, random) => loss(w >= 20 ? 0.08 : 0.002, random) }),
      new PacketLoss(),
    );
    expect(found).toHaveLength(1);
    expect(found[0].flow_src).toBeUndefined();
    expect(found[0].message).toMatch(/of all data segments were sent again .* hosts are above it/);
  });

  it('is severe from 15 %', () => {
    const [found] = run(
      traffic({ windows: 1, seed: 4, parts: (_, __, random) => loss(0.2, random) }),
      new PacketLoss(),
    );
    expect(found.severity).toBe('high');
  });

  it.each<[string, Omit<Traffic, 'seed'>]>([
    ['1 % of loss', { windows: 100, parts: (_, __, random) => loss(0.01, random) }],
    ['1 of 3', { windows: 20, connections: 1, parts: () => ({ dataSegments: 3, retransmitted: 1 }) }],
    ['4 of 60', { windows: 20, connections: 1, parts: () => ({ dataSegments: 60, retransmitted: 4 }) }],
    [
      '5 of 120, which may well be 2 % by chance',
      { windows: 20, connections: 1, parts: () => ({ dataSegments: 120, retransmitted: 5 }) },
    ],
    ['no data', { windows: 20, parts: () => ({ dataSegments: 0, retransmitted: 0 }) }],
  ])('is silent for %s', (_, parts) => {
    for (const seed of [1, 2, 3]) expect(run(traffic({ ...parts, seed }), new PacketLoss())).toEqual([]);
  });

  it('learns a path that always loses 8 % and tells it no more', () => {
    const parts = (_: number, __: number, random: Random) => ({
      src: '10.0.0.1',
      dst: '203.0.113.5',
      ...loss(0.08, random, 100),
    });
    const found = run(traffic({ windows: 200, seed: 6, connections: 10, parts }), new PacketLoss());
    expect(found).toMatchObject([{ window_start: MONDAY / 1e6, expected: null }]);
  });

  it('says which way what is lost goes', () => {
    const why = (srcRetransmitted: number) =>
      run([observation({ dataSegments: 100, retransmitted: 20, srcRetransmitted })], new PacketLoss())[0].why;
    expect(why(19)).toContain('goes out: 95 % of it was sent by 10.0.0.1.');
    expect(why(0)).toContain('comes in: 100 % of it was sent to 10.0.0.1.');
    expect(why(10)).not.toContain('What is lost');
  });

  it('names a technique only for many that send to one', () => {
    const to = (sources: number) =>
      run(
        traffic({
          windows: 1,
          seed: 1,
          connections: sources,
          parts: (_, i) => ({ src: `203.0.113.${i}`, dst: '10.0.0.9', dataSegments: 60, retransmitted: 9 }),
        }),
        new PacketLoss(),
      );
    const [flooded] = to(40);
    expect(flooded).toMatchObject({ flow_dst: '10.0.0.9', techniques: ['T1498'] });
    expect(flooded.why).toMatch(/^40 others send to 10\.0\.0\.9/);
    for (const few of [1, 2, 10]) for (const { techniques } of to(few)) expect(techniques).toEqual([]);
    const everywhere = run(
      traffic({ windows: 1, seed: 3, parts: (_, __, random) => loss(0.2, random) }),
      new PacketLoss(),
    );
    expect(everywhere[0].techniques).toEqual([]);
  });
});

describe('loss of the capture', () => {
  const missing = (missedBytes: number, more: Partial<Observation> = {}) =>
    run(
      traffic({
        windows: 6,
        seed: 1,
        parts: () => ({ srcBytes: 10_000, dstBytes: 90_000, dataSegments: 100, missedBytes, ...more }),
      }),
      new PacketLoss(),
    );

  it('is told as that of the monitor, once, and names no technique', () => {
    const found = missing(25_000);
    expect(found).toMatchObject([{ type: 'packet_loss', metric: 'capture_loss_rate', threshold: 0.1, techniques: [] }]);
    expect(found[0].current_value).toBeCloseTo(0.2);
    expect(found[0].message).toMatch(/^The monitor missed 20 % of the data/);
    expect(found[0].why).toContain('not loss of the network');
    expect(found[0].evidence).toContain('w0i0');
  });

  it('is silent below 10 %, and for little', () => {
    expect(missing(10_000)).toEqual([]);
    expect(missing(-500)).toEqual([]);
    expect(missing(100, { srcBytes: 100, dstBytes: 100, dataSegments: 1 })).toEqual([]);
  });

  it('is mentioned where the network loses as well', () => {
    const [found] = missing(5_000, { retransmitted: 20 });
    expect(found.metric).toBe('loss_rate');
    expect(found.why).toContain('The monitor itself missed 4.76 % of the bytes');
  });
});
