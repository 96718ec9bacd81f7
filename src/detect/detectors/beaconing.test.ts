import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Observation } from '../../model/window.ts';
import { Chance, isInternal, MONDAY, restarted, seen, watch } from '../fixtures/hunt.ts';
import { Beaconing, type BeaconingOptions } from './beaconing.ts';

const make = (options: Partial<BeaconingOptions> = {}) => new Beaconing({ isInternal, ...options });

/** Connections one after the other, `count` of them, with what is given between them. */
function train(count: number, interval: () => number, differs: Partial<Observation> = {}, start = MONDAY) {
  let at = start;
  return Array.from({ length: count }, () => {
    at += interval();
    return seen(at, differs);
  });
}

/** The clicks of a person: pages of some connections within seconds, then reading for minutes. */
function browsing(chance: Chance, hours: number, differs: Partial<Observation> = {}) {
  const all: Observation[] = [];
  for (let at = MONDAY; at < MONDAY + hours * 3600; at += chance.exponential(240)) {
    for (let i = chance.whole(2, 12); i > 0; i--) {
      all.push(seen(at + chance.between(0, 6), { srcBytes: chance.whole(600, 9000), ...differs }));
    }
  }
  return all;
}

describe('beaconing', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([0, 20, 50, 90])('finds a beacon with jitter of %i in a hundred', (jitter) => {
    const chance = new Chance(jitter + 1);
    const traffic = train(600, () => 60 * (1 - (jitter / 100) * chance.next()));
    const anomalies = watch(make(), traffic);
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0]).toMatchObject({
      type: 'beaconing',
      severity: 'high',
      flow_src: '10.0.0.5',
      flow_dst: '203.0.113.10',
      port: 443,
      metric: 'beacon_score',
      threshold: 0.7,
    });
    expect(anomalies[0].evidence.length).toBeGreaterThan(0);
    expect(anomalies[0].techniques).toContain('T1071.001');
  });

  it('shows a fresh beacon within the hour though weeks of other traffic were seen before', () => {
    const detector = make();
    const old = Array.from({ length: 100 }, (_, i) => seen(MONDAY - 20 * 86_400 + i * 17_000, { dst: '10.0.0.9' }));
    const anomalies = watch(detector, [...old, ...train(60, () => 60)], { window: 600 });
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0].window_end).toBeLessThanOrEqual(MONDAY + 3600);
    expect(anomalies[0].current_value).toBeGreaterThanOrEqual(0.7);
  });

  it('scores short captures of fast beacons as RITA does: 2.2 s and 297 connections, 3 s and 22', () => {
    const chance = new Chance(5);
    const first = watch(
      make(),
      train(297, () => 2.2 + 0.013 * chance.normal()),
    );
    expect(Math.max(...first.map((anomaly) => anomaly.current_value))).toBeGreaterThanOrEqual(0.9);
    const second = watch(
      make(),
      train(22, () => 3.05 + chance.between(-0.9, 0.9)),
      { window: 10 },
    );
    expect(Math.max(...second.map((anomaly) => anomaly.current_value))).toBeGreaterThanOrEqual(0.9);
  });

  it('finds hourly, half-second and domain beacons', () => {
    const hourly = watch(
      make(),
      train(40, () => 3600),
      { window: 600 },
    );
    expect(hourly).toHaveLength(1);
    const fast = watch(
      make(),
      train(4000, () => 0.5),
    );
    expect(fast).toHaveLength(1);
    let turn = 0;
    const hosts = train(100, () => 60, { domain: 'c2.example.com' }).map((o) => ({
      ...o,
      dst: `203.0.113.${turn++ % 50}`,
    }));
    const domain = watch(make(), hosts);
    expect(domain).toHaveLength(1);
    expect(domain[0].message).toContain('c2.example.com');
  });

  it('still finds one that has more connections than are held', () => {
    const detector = make();
    const old = seen(MONDAY - 30 * 86_400, { dst: '10.0.0.9' });
    const anomalies = watch(detector, [old, ...train(3 * 1440, () => 60)], { from: MONDAY });
    expect(anomalies).toHaveLength(1);
    expect(detector.held.samples).toBeLessThanOrEqual(512);
  });

  it('is silent on random and human timing', () => {
    for (let seed = 0; seed < 12; seed++) {
      const chance = new Chance(100 + seed);
      const poisson = train(400, () => chance.exponential(60), { dst: '203.0.113.1' });
      const logNormal = train(400, () => 30 * Math.exp(chance.normal()), { dst: '203.0.113.2' });
      const bursts = browsing(chance, 8, { dst: '203.0.113.3' });
      expect(watch(make(), [...poisson, ...logNormal, ...bursts]), `seed ${seed}`).toEqual([]);
    }
  });

  it('is silent on an office: 15 people, 60 sites, updates, time and names', () => {
    const chance = new Chance(77);
    const traffic: Observation[] = [];
    for (let host = 1; host <= 15; host++) {
      const src = `10.0.1.${host}`;
      for (const site of browsing(chance, 9)) {
        traffic.push({ ...site, src, dst: `198.51.100.${chance.whole(1, 60)}`, srcBytes: chance.whole(500, 20_000) });
      }
      traffic.push(...train(500, () => 64, { src, dst: '192.0.2.123', dstPort: 123, proto: 17, service: 'ntp' }));
      traffic.push(...train(200, () => 120, { src, domain: 'ctldl.windowsupdate.com' }));
      traffic.push(...train(200, () => 60, { src, dst: '239.255.255.250', dstPort: 4000, proto: 17 }));
      traffic.push(...train(200, () => 60, { src, dst: '10.0.0.20' }));
      traffic.push(...train(200, () => 60, { src, proto: 1, dst: '192.0.2.9' }));
    }
    expect(watch(make(), traffic)).toEqual([]);
  });

  it('is told once while it lasts, and again when it comes back', () => {
    const traffic = train(1440, () => 60);
    expect(watch(make(), traffic)).toHaveLength(1);
    const again = train(1440, () => 60, {}, MONDAY + 20 * 86_400);
    expect(watch(make(), [...traffic, ...again], { window: 3600 })).toHaveLength(2);
  });

  it('tells many equal pairs of one source as one', () => {
    const traffic = Array.from({ length: 60 }, (_, i) => train(40, () => 60, { dst: `203.0.113.${i}` })).flat();
    const anomalies = watch(make(), traffic, { window: 3600 });
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0].message).toContain('59 other destinations');
  });

  it('rates a destination that most hosts use lower than one that hardly any uses', () => {
    const chance = new Chance(9);
    const others = (dst: string) =>
      Array.from({ length: 99 }, (_, i) => seen(MONDAY + chance.between(0, 60), { src: `10.0.2.${i}`, dst }));
    const interval = () => 60 * (1 - 0.9 * chance.next());
    const rare = watch(make(), [...others('198.51.100.1'), ...train(600, interval)]);
    const common = watch(make(), [...others('203.0.113.10'), ...train(600, interval)]);
    expect(rare[0].score - common[0].score).toBeGreaterThan(15);
  });

  it('goes on where it was after a restart', () => {
    const traffic = train(60, () => 60);
    const whole = watch(make(), traffic, { window: 600 });
    for (const at of [9, 49]) {
      const detector = make();
      const before = watch(detector, traffic.slice(0, at), { window: 600 });
      const after = watch(restarted(detector, make), traffic.slice(at), { window: 600 });
      expect([...before, ...after]).toEqual(whole);
    }
    const fresh = make();
    for (const odd of [null, {}, { version: 7 }, 'x']) fresh.load(odd);
    expect(fresh.held.pairs).toBe(0);
  });

  it('does not look at the clock on the wall', () => {
    const traffic = train(100, () => 60);
    const first = watch(make(), traffic);
    vi.useFakeTimers({ now: 0 });
    expect(watch(make(), traffic)).toEqual(first);
  });

  it('holds no more than it may', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 20 }), (seed, capacity) => {
        const chance = new Chance(seed);
        const detector = make({ capacity, samples: 300 });
        const traffic = Array.from({ length: 600 }, () =>
          seen(MONDAY + chance.between(0, 90_000), {
            dst: `203.0.113.${chance.whole(0, 60)}`,
            srcBytes: chance.whole(0, 9e6),
          }),
        );
        watch(detector, traffic, { window: 3600 });
        expect(detector.held.pairs).toBeLessThanOrEqual(capacity);
        expect(detector.held.samples).toBeLessThanOrEqual(300);
      }),
      { numRuns: 10 },
    );
  });
});
