import { describe, expect, it } from 'vitest';
import type { Anomaly, Observation } from '../../model/window.ts';
import { Detection } from './detection.ts';
import { MONDAY, observation } from './fixtures/observation.ts';
import { HomeNetworks } from './home-networks.ts';
import { LongLivedConn } from './long-lived-conn.ts';

const SECOND = 1e6;
const HOUR = 3600;
const { isInternal } = new HomeNetworks();

/** The parts of one connection that shows signs of life every `step` seconds. */
function* open(seconds: number, step: number, parts: Partial<Observation> = {}): Generator<Observation> {
  for (let age = 0; age <= seconds; age += step)
    yield observation({
      at: MONDAY + age * SECOND,
      start: MONDAY,
      first: age === 0,
      state: 'S1',
      event: 'e',
      ...parts,
    });
}

function run(observations: Iterable<Observation>, polls?: readonly number[]): Anomaly[] {
  const detection = new Detection({ maxEmpty: 2, detectors: [new LongLivedConn({ isInternal, polls })] });
  for (const o of observations) detection.observe(o);
  return detection.close(Number.POSITIVE_INFINITY).flatMap(({ anomalies }) => anomalies);
}

describe('LongLivedConn', () => {
  it('tells a connection while it is open, at the first sign of life after each poll', () => {
    const found = run(open(4000, 25.25));
    expect(found.map(({ current_value, threshold }) => [current_value, threshold])).toEqual([
      [606, 600],
      [1818, 1800],
      [3610.75, 3600],
    ]);
    expect(found[0]).toMatchObject({
      severity: 'low',
      flow_src: '10.0.0.1',
      flow_dst: '198.51.100.7',
      port: 443,
      expected: null,
      evidence: ['e'],
    });
    expect(found[0].message).toContain('has a connection to 198.51.100.7 port 443 open for 10 min 6 s');
  });

  it.each([
    [HOUR, 'low'],
    [4 * HOUR, 'medium'],
    [8 * HOUR, 'high'],
    [24 * HOUR, 'high'],
  ])('is of the severity of its band: %i s', (seconds, severity) => {
    expect(run(open(seconds, 600)).at(-1)).toMatchObject({ threshold: seconds, severity });
  });

  it('tells what it learns from a log once, after it was closed, at the highest band', () => {
    const closed = observation({ at: MONDAY + 270_036 * SECOND, start: MONDAY, state: 'SF' });
    const found = run([closed]);
    expect(found).toMatchObject(
      [{ severity: 'high', current_value: 270_036, threshold: 259_200 }].map((each) => ({ ...each })),
    );
    expect(found[0].message).toContain('had a connection');
  });

  it('says when a connection is only kept open', () => {
    const [idle] = run(open(700, 60, { srcBytes: 40, dstBytes: 40 }));
    expect(idle.message).toContain('only kept open');
    const [busy] = run(open(700, 60));
    expect(busy.message).toContain('kB so far');
  });

  it('sums up connections of one pair that are renewed every hour', () => {
    const renewed = Array.from({ length: 10 }, (_, i) => {
      const start = MONDAY + i * HOUR * SECOND;
      return observation({ at: start + 3500 * SECOND, start, srcPort: 1000 + i });
    });
    const found = run(renewed).filter(({ metric }) => metric === 'open_s');
    expect(found.map(({ threshold, severity }) => [threshold, severity])).toEqual([
      [4 * HOUR, 'medium'],
      [8 * HOUR, 'high'],
    ]);
    expect(found[0].message).toContain('in all (5 connections)');
  });

  it('is less worried about what half of the hosts do', () => {
    const hosts = Array.from({ length: 10 }, (_, i) => [...open(5 * HOUR, 600, { src: `10.0.0.${i}` })]).flat();
    const found = run(hosts.sort((a, b) => a.at - b.at)).filter(({ threshold }) => threshold === 4 * HOUR);
    expect(found).toHaveLength(10);
    expect(found.at(-1)).toMatchObject({ severity: 'low', why: expect.stringContaining('at least half') });
    expect(run(open(5 * HOUR, 600)).at(-1)?.severity).toBe('medium');
  });

  it('takes polls of your own', () => {
    expect(run(open(400, 10), [120, 180, 300]).map(({ threshold }) => threshold)).toEqual([120, 180, 300]);
  });

  it.each<[string, Iterable<Observation>]>([
    ['connections of less than ten minutes', open(599, 10)],
    ['tries in vain', open(5000, 60, { state: 'S0' })],
    ['what is left of forged packets', open(5000, 60, { state: 'OTH', dataSegments: 0 })],
    ['multicast', open(5000, 60, { dst: '239.255.255.250', proto: 17 })],
    [
      'many short ones',
      Array.from({ length: 5000 }, (_, i) =>
        observation({ at: MONDAY + i * 10 * SECOND, start: MONDAY + (i * 10 - 30) * SECOND, srcPort: i }),
      ),
    ],
  ])('is silent for %s', (_, observations) => {
    expect(run(observations)).toEqual([]);
  });
});
