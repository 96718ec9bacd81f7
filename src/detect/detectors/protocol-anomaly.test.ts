import { describe, expect, it } from 'vitest';
import { Random } from '../../../demo/random.ts';
import type { Anomaly, Observation } from '../../model/window.ts';
import { PROBLEMS } from '../../packets/dissected.ts';
import { Detection } from './detection.ts';
import { MONDAY, observation } from './fixtures/observation.ts';
import { HEADER_PROBLEMS } from './header-problems.ts';
import { HomeNetworks } from './home-networks.ts';
import { ProtocolAnomaly } from './protocol-anomaly.ts';
import { jensenShannon } from './protocol-mix.ts';

const SECOND = 1e6;
const DAY = 86_400;
const at = (seconds: number) => MONDAY + seconds * SECOND;
const { isInternal } = new HomeNetworks();

function run(observations: Iterable<Observation>, detector = new ProtocolAnomaly({ isInternal })): Anomaly[] {
  const detection = new Detection({ maxEmpty: 2, detectors: [detector] });
  for (const o of observations) detection.observe(o);
  return detection.close(Number.POSITIVE_INFINITY).flatMap(({ anomalies }) => anomalies);
}

/** Windows of 250 connections, a tenth DNS, unless `service` says otherwise. */
function* mixed(
  windows: number,
  seed: number,
  service: (window: number) => string = () => 'tls',
): Generator<Observation> {
  const random = new Random(seed);
  for (let w = 0; w < windows; w++)
    for (let i = 0; i < 250; i++) {
      const dns = random.next() < 0.1;
      yield observation({
        at: at(w * 10 + i / 30),
        srcPort: i,
        event: `w${w}`,
        ...(dns ? { proto: 17, dstPort: 53, service: 'dns' } : { service: service(w), dstPort: 40_001 }),
      });
    }
}

describe('ProtocolAnomaly: headers', () => {
  it('knows the problems by the bits of the dissector', () => {
    const known = Object.fromEntries(HEADER_PROBLEMS.map(({ kind, bit }) => [kind, bit]));
    const { truncated: _, ...told } = PROBLEMS;
    expect(known).toEqual(told);
  });

  it('tells each kind once for a source and an hour', () => {
    const land = (seconds: number, src = '10.0.0.1') =>
      observation({ at: at(seconds), src, problems: PROBLEMS.land, event: `e${seconds}` });
    const found = run([land(1), land(2), land(15), land(20, '10.0.0.2'), land(3800)]);
    expect(found.map(({ flow_src, window_start }) => [flow_src, window_start - MONDAY / 1e6])).toEqual([
      ['10.0.0.1', 0],
      ['10.0.0.2', 20],
      ['10.0.0.1', 3800],
    ]);
    expect(found[0]).toMatchObject({
      severity: 'high',
      current_value: 2,
      evidence: ['e1', 'e2'],
      message: '10.0.0.1 sent packets with the same address and port at both ends to 198.51.100.7 (2 connections).',
    });
  });

  it('tells several problems of one connection apart, and nothing of a cut packet', () => {
    expect(run([observation({ problems: PROBLEMS.xmas | PROBLEMS.sourceRoute | PROBLEMS.truncated })])).toHaveLength(2);
    expect(run([observation({ problems: PROBLEMS.truncated })])).toEqual([]);
  });
});

describe('ProtocolAnomaly: services on foreign ports', () => {
  it.each([
    ['ssh', 443, 'medium'],
    ['ssh', 4444, 'medium'],
    ['http', 443, 'medium'],
    ['dns', 80, 'medium'],
    ['tls', 22, 'medium'],
    ['ssl', 4444, 'low'],
    ['http', 4444, 'low'],
  ])('tells %s on port %i', (service, dstPort, severity) => {
    expect(run([observation({ service, dstPort })])).toMatchObject([
      { severity, port: dstPort, techniques: ['T1571'] },
    ]);
  });

  it.each([
    ['ssl', 443],
    ['tls', 8443],
    ['http', 8080],
    ['ssh', 22],
    ['ssh', 2222],
    ['dns', 5353],
    ['gssapi,smb', 445],
    ['ssl,http', 443],
    ['quic', 443],
    ['ntp', 40_000],
    ['', 4444],
    ['constructor', 4444],
    ['__proto__', 4444],
  ])('is silent for %s on port %i', (service, dstPort) => {
    expect(run([observation({ service, dstPort })])).toEqual([]);
  });

  it('tells data on port 443 that is no TLS, only where TLS is usually recognised', () => {
    const unknown = observation({ at: at(9), src: '10.0.0.9', service: '' });
    expect(run([unknown])).toEqual([]);
    const recognised = Array.from({ length: 20 }, (_, i) => observation({ at: at(i / 10), service: 'tls' }));
    expect(run([...recognised, unknown])).toMatchObject([{ flow_src: '10.0.0.9', port: 443, severity: 'low' }]);
    expect(run([...recognised, { ...unknown, dataSegments: 0 }, { ...unknown, state: 'S0' }])).toEqual([]);
  });
});

describe('ProtocolAnomaly: the first time', () => {
  it('tells a protocol that a host never used in the week before', () => {
    const week = Array.from({ length: 80 }, (_, i) => observation({ at: at((i * DAY) / 10), service: 'tls' }));
    const found = run([
      ...week,
      observation({ at: at(8 * DAY), proto: 47, dstPort: 0 }),
      observation({ at: at(8 * DAY), src: '10.0.0.2', proto: 47 }),
    ]);
    expect(found).toMatchObject([
      { flow_src: '10.0.0.1', message: '10.0.0.1 used gre for the first time, with 198.51.100.7.' },
    ]);
  });

  it('keeps what it learned when saved as JSON and loaded', () => {
    const before = new ProtocolAnomaly({ isInternal });
    run([observation({ service: 'tls' })], before);
    const after = new ProtocolAnomaly({ isInternal });
    after.load(JSON.parse(JSON.stringify(before.save())));
    after.load({ of: 'another version' });
    expect(run([observation({ at: at(8 * DAY), service: 'tls' })], after)).toEqual([]);
    expect(run([observation({ at: at(9 * DAY), service: 'ntp', dstPort: 123 })], after)).toHaveLength(1);
  });
});

describe('ProtocolAnomaly: the mix', () => {
  it('measures divergence from 0 to 1', () => {
    const half = new Map([
      ['a', 0.5],
      ['b', 0.5],
    ]);
    expect(jensenShannon(half, half)).toBe(0);
    expect(jensenShannon(new Map([['a', 1]]), new Map([['b', 1]]))).toBeCloseTo(1, 12);
    // 1/2 log2(1 / 0.75) + 1/4 log2(0.5 / 0.75) + 1/4 log2(0.5 / 0.25), worked out by hand.
    expect(jensenShannon(new Map([['a', 1]]), half)).toBeCloseTo(0.3113, 4);
  });

  it('tells once that it has shifted, and what', () => {
    const found = run(mixed(60, 1, (w) => (w >= 40 ? 'bittorrent' : 'ntp')));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ metric: 'mix_divergence', window_start: MONDAY / 1e6 + 400 });
    expect(found[0].message).toMatch(/tcp\/(bittorrent is 8|bittorrent is 9|ntp is 0).*; tcp\//);
    expect(found[0].current_value).toBeGreaterThan(found[0].threshold);
    expect(found[0].evidence).toContain('w40');
  });

  it('keeps the usual mix when saved as JSON and loaded', () => {
    const before = new ProtocolAnomaly({ isInternal });
    expect(
      run(
        mixed(30, 4, () => 'ntp'),
        before,
      ),
    ).toEqual([]);
    const after = new ProtocolAnomaly({ isInternal });
    after.load(JSON.parse(JSON.stringify(before.save())));
    expect(
      run(
        mixed(1, 5, () => 'bittorrent'),
        after,
      ),
    ).toHaveLength(1);
  });

  it.each([1, 2, 3])('is silent for a steady mix (seed %i)', (seed) => {
    expect(run(mixed(100, seed, () => 'ntp'))).toEqual([]);
  });

  it('is silent while connections are too few', () => {
    const few = Array.from({ length: 199 }, (_, i) =>
      observation({ at: at(i * 30), service: i < 100 ? 'ntp' : 'syslog', dstPort: 123 }),
    );
    expect(run(few)).toEqual([]);
  });
});
