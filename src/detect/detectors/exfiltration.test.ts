import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Observation } from '../../model/window.ts';
import { Chance, isInternal, MONDAY, restarted, seen, watch } from '../fixtures/hunt.ts';
import { Exfiltration, type ExfiltrationOptions } from './exfiltration.ts';

const make = (options: Partial<ExfiltrationOptions> = {}) => new Exfiltration({ isInternal, ...options });
const HOUR = 3600;

/** An upload in parts of a minute. */
function upload(bytes: number, minutes: number, differs: Partial<Observation> = {}, start = MONDAY): Observation[] {
  return Array.from({ length: minutes }, (_, i) =>
    seen(start + i * 60, {
      first: i === 0,
      start: start * 1e6,
      srcBytes: bytes / minutes,
      dstBytes: bytes / minutes / 40,
      ...differs,
    }),
  );
}

describe('exfiltration', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('finds a large upload', () => {
    const anomalies = watch(make(), upload(350e6, 30));
    expect(anomalies).toHaveLength(2);
    expect(anomalies[0]).toMatchObject({
      type: 'exfiltration',
      flow_src: '10.0.0.5',
      flow_dst: '203.0.113.10',
      metric: 'bytes_out_per_hour',
      threshold: 100e6,
      techniques: ['T1041', 'T1567'],
    });
    expect(anomalies[0].current_value).toBeGreaterThanOrEqual(100e6);
    expect(anomalies[0].current_value).toBeLessThan(115e6);
  });

  it('adds up the addresses of one owner', () => {
    const spread = Array.from({ length: 40 }, (_, i) =>
      seen(MONDAY + i * 60, { dst: `203.0.113.${i}`, srcBytes: 4e6 }),
    );
    expect(watch(make(), spread)).toEqual([]);
    const [anomaly] = watch(make({ ownerOf: () => 'AS64500 Example' }), spread);
    expect(anomaly.message).toContain('AS64500 Example');
  });

  it('finds data in echo requests', () => {
    const ping = (size: number, gap: number) =>
      Array.from({ length: 300 }, (_, i) =>
        seen(MONDAY + i * gap, {
          proto: 1,
          srcPort: 8,
          dstPort: 0,
          service: '',
          srcPackets: 1,
          srcBytes: size,
          dstPackets: 1,
          dstBytes: size,
        }),
      );
    const [anomaly] = watch(make(), ping(1400, 1));
    expect(anomaly).toMatchObject({ metric: 'echo_bytes_per_hour', techniques: ['T1048', 'T1041'] });
    expect(anomaly.port).toBeUndefined();
    expect(watch(make(), ping(84, 1))).toEqual([]);
    expect(watch(make(), ping(1400, 60))).toEqual([]);
  });

  it('is silent on an office: downloads, calls, mail, copies inside, visitors of an own server', () => {
    const chance = new Chance(1);
    const all: Observation[] = [];
    for (let host = 1; host <= 15; host++) {
      const src = `10.0.1.${host}`;
      all.push(...upload(3e6, 60, { src, dstBytes: 30e6 }));
      all.push(...upload(700e6, 60, { src, dst: '203.0.113.77', dstBytes: 9e6 }));
      all.push(...upload(20e6, 60, { src, dst: `203.0.113.${chance.whole(80, 90)}`, dstBytes: 100 }));
      all.push(...upload(900e6, 60, { src, dst: '10.0.0.40', dstBytes: 100 }));
      all.push(...upload(900e6, 60, { src: `198.51.100.${host}`, dst: '10.0.0.80', dstBytes: 100 }));
    }
    expect(watch(make(), all)).toEqual([]);
  });

  it('does not take a slow upload for a fast one', () => {
    expect(watch(make(), upload(350e6, 5 * 60))).toEqual([]);
  });

  it('gets to know what a host usually uploads, also after a restart', () => {
    const detector = make();
    const days = Array.from({ length: 30 }, (_, hour) => upload(2e9, 50, {}, MONDAY + hour * HOUR)).flat();
    const learning = watch(detector, days, { window: 600 });
    expect(learning.length).toBeGreaterThan(0);
    const known = (bytes: number, hour: number) => upload(bytes, 50, {}, MONDAY + hour * HOUR);
    const next = restarted(detector, make);
    expect(watch(next, known(2e9, 40), { window: 600 })).toEqual([]);
    expect(watch(next, known(9e9, 50), { window: 600 })).toHaveLength(2);
    expect(watch(make(), known(2e9, 40), { window: 600 }).length).toBeGreaterThan(0);
  });

  it('does not tell every hour what goes on at the same pace', () => {
    const hours = Array.from({ length: 10 }, (_, hour) => upload(150e6, 60, {}, MONDAY + hour * HOUR)).flat();
    expect(watch(make(), hours)).toHaveLength(1);
  });

  it('is worth more where the destination is rare', () => {
    const others = (dst: string) =>
      Array.from({ length: 99 }, (_, i) => seen(MONDAY, { src: `10.0.2.${i}`, dst, srcBytes: 100 }));
    const [common] = watch(make(), [...others('203.0.113.10'), ...upload(350e6, 30)]);
    const [rare] = watch(make(), [...others('198.51.100.1'), ...upload(350e6, 30)]);
    expect(rare.score).toBe(common.score + 15);
  });

  it('does not look at the clock on the wall', () => {
    const first = watch(make(), upload(350e6, 30));
    vi.useFakeTimers({ now: 0 });
    expect(watch(make(), upload(350e6, 30))).toEqual(first);
  });

  it('holds no more than it may', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const chance = new Chance(seed);
        const detector = make({ capacity: 7 });
        const traffic = Array.from({ length: 300 }, () =>
          seen(MONDAY + chance.between(0, 90_000), {
            dst: `203.0.113.${chance.whole(0, 90)}`,
            srcBytes: chance.whole(0, 1e12),
          }),
        );
        watch(detector, traffic, { window: 600 });
        expect(detector.held.transfers).toBeLessThanOrEqual(7);
        expect(detector.held.hosts).toBe(1);
      }),
      { numRuns: 15 },
    );
  });
});
