import { describe, expect, it } from 'vitest';
import { Random } from '../../../demo/random.ts';
import type { Anomaly, Observation } from '../../model/window.ts';
import { Detection } from './detection.ts';
import { MONDAY, observation } from './fixtures/observation.ts';
import { HomeNetworks } from './home-networks.ts';
import { TrafficSpike } from './traffic-spike.ts';

const SECOND = 1e6;
const { isInternal } = new HomeNetworks();

/** Some hosts that each carry about 0.8 Mbit/s, window by window; `more` adds to it. */
function* office(
  windows: number,
  seed: number,
  more: (window: number) => Observation[] = () => [],
): Generator<Observation> {
  const random = new Random(seed);
  for (let w = 0; w < windows; w++) {
    for (let host = 1; host <= 5; host++)
      yield observation({
        at: MONDAY + (w * 10 + host) * SECOND,
        src: `10.0.0.${host}`,
        dstBytes: random.size(1e6, 0.2),
        dstPackets: 700,
      });
    yield* more(w);
  }
}

function run(observations: Iterable<Observation>, detector = new TrafficSpike({ isInternal })): Anomaly[] {
  const detection = new Detection({ detectors: [detector] });
  for (const o of observations) detection.observe(o);
  return detection.close(Number.POSITIVE_INFINITY).flatMap(({ anomalies }) => anomalies);
}

const upload = (w: number, bytes: number, parts: Partial<Observation> = {}) =>
  observation({
    at: MONDAY + (w * 10 + 5) * SECOND,
    src: '10.0.0.2',
    srcBytes: bytes,
    srcPackets: bytes / 1000,
    event: 'upload',
    ...parts,
  });

describe('TrafficSpike', () => {
  it('tells a spike of the network once while it lasts, with who caused it', () => {
    const found = run(office(60, 1, (w) => (w >= 40 && w < 45 ? [upload(w, 1e8)] : [])));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ type: 'traffic_spike', severity: 'high', evidence: ['upload'] });
    expect(found[0].window_start).toBe(MONDAY / 1e6 + 400);
    expect(found[0].current_value).toBeGreaterThan(found[0].threshold);
    expect(found[0].threshold).toBeGreaterThan(2 * found[0].expected! - 1);
    expect(found[0].message).toMatch(/^The network carried .* times the usual .*/);
  });

  it('tells the spike of one host that the network does not notice', () => {
    const many = (w: number) =>
      Array.from({ length: 20 }, (_, i) => upload(w, 4e6, { src: `10.0.1.${i}`, event: '' })).concat(
        w === 40 ? [upload(w, 8e6)] : [],
      );
    const found = run(office(60, 2, many));
    expect(found).toMatchObject([{ flow_src: '10.0.0.2', evidence: ['upload'] }]);
    expect(found[0].message).toContain('10.0.0.2 sent and received');
  });

  it.each([1, 2, 3, 4, 5])('is silent for usual traffic (seed %i)', (seed) => {
    expect(run(office(300, seed))).toEqual([]);
  });

  it('is silent below its floor, however unusual', () => {
    const small = (w: number) => [observation({ at: MONDAY + w * 10 * SECOND, dstBytes: w === 40 ? 100_000 : 100 })];
    expect(run(Array.from({ length: 60 }, (_, w) => small(w)).flat())).toEqual([]);
  });

  it('is silent while it warms up', () => {
    expect(run(office(11, 1, (w) => (w === 10 ? [upload(w, 1e8)] : [])))).toEqual([]);
  });

  it('does not learn a spike as usual: the next one is found as well', () => {
    const found = run(office(120, 4, (w) => (w % 40 >= 35 ? [upload(w, 1e8)] : [])));
    expect(found.map(({ window_start }) => (window_start - MONDAY / 1e6) / 10)).toEqual([35, 75, 115]);
  });

  it('tells a flood of connections of no volume', () => {
    const flood = (w: number) =>
      w === 40
        ? Array.from({ length: 2000 }, (_, i) =>
            upload(w, 0, { srcPort: i, dstBytes: 0, srcPackets: 1, dstPackets: 0 }),
          )
        : [];
    expect(run(office(60, 5, flood))).toMatchObject([{ metric: 'connections', current_value: 2005 }]);
  });

  it('keeps what it learned of hosts when saved as JSON and loaded', () => {
    const before = new TrafficSpike({ isInternal });
    run(office(40, 6), before);
    const after = new TrafficSpike({ isInternal });
    after.load(JSON.parse(JSON.stringify(before.save())));
    const detection = new Detection({ detectors: [after] });
    detection.observe(observation({ at: MONDAY + 405 * SECOND, src: '10.0.0.3', srcBytes: 2e7 }));
    expect(detection.close(Number.POSITIVE_INFINITY)[0].anomalies).toMatchObject([{ flow_src: '10.0.0.3' }]);
  });
});
