import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Observation } from '../../model/window.ts';
import { Chance, isInternal, MONDAY, restarted, seen, watch } from '../fixtures/hunt.ts';
import { LateralMovement, type LateralMovementOptions } from './lateral-movement.ts';

const make = (options: Partial<LateralMovementOptions> = {}) => new LateralMovement({ isInternal, ...options });
const DAY = 86_400;
const SMB: Partial<Observation> = { src: '10.0.1.7', dstPort: 445, service: 'smb', srcBytes: 9000 };

/** One host reaches `count` others, from the `first` one on. */
function hops(count: number, gap: number, start: number, differs: Partial<Observation> = {}, first = 1): Observation[] {
  return Array.from({ length: count }, (_, i) =>
    seen(start + i * gap, { ...SMB, ...differs, dst: `10.0.2.${first + i}` }),
  );
}

/** A day of an office: everybody at the file server and the directory, an administrator at four servers. */
function office(day: number): Observation[] {
  const all: Observation[] = [];
  for (let host = 1; host <= 15; host++) {
    for (const server of ['10.0.3.1', '10.0.3.2', '10.0.3.3']) {
      all.push(seen(MONDAY + day * DAY + host * 30, { ...SMB, src: `10.0.1.${host}`, dst: server }));
    }
  }
  all.push(...hops(4, 60, MONDAY + day * DAY + 900, { src: '10.0.1.1', dstPort: 22, service: 'ssh' }, 200));
  return all;
}

describe('lateral movement', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('finds a host that newly works on five others', () => {
    const anomalies = watch(make(), [...office(0), ...office(1), ...hops(6, 120, MONDAY + 2 * DAY)], { window: 600 });
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0]).toMatchObject({
      type: 'lateral_movement',
      flow_src: '10.0.1.7',
      port: 445,
      threshold: 5,
      techniques: ['T1021.002'],
    });
    expect(anomalies[0].current_value).toBeGreaterThanOrEqual(5);
  });

  it('is stronger where files are written, and names the technique of each port', () => {
    const plain = hops(6, 10, MONDAY + 2 * DAY);
    const writes = plain.map((o) => ({ ...o, srcBytes: 400_000 }));
    const remote = hops(6, 10, MONDAY + 2 * DAY, { dstPort: 3389, service: 'rdp' }, 50);
    const [first] = watch(make(), [...office(0), ...plain]);
    const [second] = watch(make(), [...office(0), ...writes]);
    const [third] = watch(make(), [...office(0), ...remote, ...plain]);
    expect(second.score).toBe(first.score + 15);
    expect(second.techniques).toContain('T1570');
    expect(third.techniques).toEqual(['T1021.002', 'T1021.001']);
  });

  it('asks for twice as many while it hardly knows the network', () => {
    expect(watch(make(), hops(9, 60, MONDAY))).toEqual([]);
    expect(watch(make(), hops(11, 60, MONDAY))).toHaveLength(1);
  });

  it('is silent on an office, on slow work and on what was done before', () => {
    const days = Array.from({ length: 10 }, (_, day) => office(day)).flat();
    const slow = hops(40, 1000, MONDAY + 2 * DAY);
    const again = [...hops(4, 10, MONDAY + 3 * DAY, {}, 1), ...hops(20, 10, MONDAY + 4 * DAY, {}, 1)];
    expect(watch(make(), [...days, ...slow, ...again], { window: 600 })).toEqual([]);
  });

  it('leaves scans, the web and the outside to others', () => {
    const start = MONDAY + 2 * DAY;
    const refused = hops(50, 1, start, { state: 'REJ', dstBytes: 40, dstPackets: 1, srcPackets: 1 });
    const unanswered = hops(50, 1, start, { state: 'S0', dstBytes: 0, dstPackets: 0, srcPackets: 3 });
    const web = hops(50, 1, start, { dstPort: 443, service: 'tls' });
    const outside = hops(50, 1, start).map((o, i) => ({ ...o, dst: `203.0.113.${i}` }));
    const inward = hops(50, 1, start, { src: '203.0.113.5' });
    expect(watch(make(), [...office(0), ...refused, ...unanswered, ...web, ...outside, ...inward])).toEqual([]);
  });

  it('knows an administrator after three days, also after a restart', () => {
    const rounds = [1, 2, 3, 4, 5].map((day) => hops(8, 20, MONDAY + day * DAY, {}, day * 10));
    const detector = make();
    watch(detector, office(0));
    const told = rounds.slice(0, 4).map((round) => watch(detector, round).length);
    expect(told).toEqual([1, 1, 1, 0]);
    const next = restarted(detector, make);
    expect(watch(next, rounds[4])).toEqual([]);
    expect(watch(next, hops(8, 20, MONDAY + 6 * DAY, { src: '10.0.1.9' })).length).toBe(1);
  });

  it('does not look at the clock on the wall', () => {
    const traffic = [...office(0), ...hops(6, 10, MONDAY + 2 * DAY)];
    const first = watch(make(), traffic);
    vi.useFakeTimers({ now: 0 });
    expect(watch(make(), traffic)).toEqual(first);
  });

  it('holds no more than it may', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const chance = new Chance(seed);
        const detector = make({ capacity: 5, ways: 40 });
        const traffic = Array.from({ length: 400 }, () =>
          seen(MONDAY + chance.between(0, 9000), {
            ...SMB,
            src: `10.0.1.${chance.whole(1, 40)}`,
            dst: `10.0.2.${chance.whole(1, 200)}`,
          }),
        );
        watch(detector, traffic);
        expect(detector.held.sources).toBeLessThanOrEqual(5);
        expect(detector.held.ways).toBeLessThanOrEqual(40);
      }),
      { numRuns: 15 },
    );
  });
});
