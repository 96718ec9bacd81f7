import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Observation } from '../../model/window.ts';
import { Chance, contextOf, isInternal, MONDAY, restarted, seen, watch } from '../fixtures/hunt.ts';
import { Ddos, type DdosOptions } from './ddos.ts';

const make = (options: Partial<DdosOptions> = {}) => new Ddos({ isInternal, ...options });
const WEB: Partial<Observation> = { dst: '10.0.0.80', dstPort: 443 };
const SYN: Partial<Observation> = {
  ...WEB,
  state: 'S0',
  tcpFlags: 2,
  srcPackets: 1,
  srcBytes: 40,
  dstPackets: 0,
  dstBytes: 0,
  service: '',
};

/** So many observations a second, for some seconds. */
function rain(perSecond: number, seconds: number, one: (i: number) => Partial<Observation>, start = MONDAY) {
  return Array.from({ length: perSecond * seconds }, (_, i) =>
    seen(start + i / perSecond, { srcPort: 1024 + (i % 60_000), ...one(i) }),
  );
}

const spoofed = (i: number) => `198.${(i * 7) & 255}.${(i * 13) & 255}.${(i * 31) & 255}`;

describe('DDoS', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('finds a flood of SYNs from everywhere', () => {
    const flood = rain(500, 20, (i) => ({ ...SYN, src: spoofed(i) }));
    const anomalies = watch(make(), flood, { window: 5 });
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0]).toMatchObject({
      type: 'ddos',
      flow_dst: '10.0.0.80',
      port: 443,
      metric: 'unanswered_syns_per_second',
      current_value: 500,
      threshold: 200,
      techniques: ['T1499.001'],
      severity: 'high',
    });
    expect(anomalies[0].flow_src).toBeUndefined();
    expect(anomalies[0].window_start).toBe(MONDAY + 5);
  });

  it('finds a flood of packets from one source, and one that starts inside', () => {
    const flood = (differs: Partial<Observation>) =>
      rain(1, 30, () => ({
        ...WEB,
        proto: 17,
        dstPort: 80,
        srcPackets: 40_000,
        srcBytes: 4e6,
        dstPackets: 0,
        dstBytes: 0,
        ...differs,
      }));
    const [one] = watch(make(), flood({ src: '198.51.100.1' }), { window: 5 });
    expect(one).toMatchObject({
      metric: 'pps',
      current_value: 40_000,
      flow_src: '198.51.100.1',
      techniques: ['T1498.001'],
    });
    const [outward] = watch(make(), flood({ src: '10.0.0.66', dst: '203.0.113.1' }), { window: 60 });
    expect(outward.message).toContain('inside');
  });

  it('finds answers that nobody asked for', () => {
    const answers = rain(100, 20, (i) => ({
      src: `198.51.100.${i % 60}`,
      dst: '10.0.0.80',
      srcPort: 11_211,
      dstPort: 40_000,
      proto: 17,
      srcPackets: 200,
      srcBytes: 280_000,
      dstPackets: 0,
      dstBytes: 0,
    }));
    const [anomaly] = watch(make(), answers, { window: 10 });
    expect(anomaly).toMatchObject({ metric: 'reflected_bps', techniques: ['T1498.002'] });
    expect(anomaly.message).toContain('Memcached');
  });

  it('finds too many connections from many clients', () => {
    const visits = rain(3000, 10, (i) => ({ ...WEB, src: spoofed(i) }));
    const [anomaly] = watch(make(), visits, { window: 10 });
    expect(anomaly).toMatchObject({ metric: 'new_connections_per_second', techniques: ['T1499.002'] });
  });

  it('waits for a second check when windows are short', () => {
    const flood = rain(500, 5, (i) => ({ ...SYN, src: spoofed(i) }));
    expect(watch(make(), flood, { window: 5, until: MONDAY + 30 })).toEqual([]);
    expect(watch(make(), flood, { window: 5 })).toHaveLength(1);
    expect(watch(make(), flood, { window: 1 })).toHaveLength(1);
  });

  it('is silent on downloads, backups, busy servers, streams and the echo of attacks on others', () => {
    const download = rain(1, 60, () => ({
      dst: '203.0.113.5',
      srcPackets: 40_000,
      srcBytes: 2e6,
      dstPackets: 80_000,
      dstBytes: 1.2e8,
    }));
    const backup = rain(1, 60, () => ({
      dst: '10.0.0.40',
      srcPackets: 80_000,
      srcBytes: 1.2e8,
      dstPackets: 40_000,
      dstBytes: 2e6,
    }));
    const busy = rain(300, 60, (i) => ({ ...WEB, src: spoofed(i) }));
    const stream = rain(1, 60, () => ({
      dst: '10.0.0.41',
      proto: 17,
      srcPackets: 1000,
      srcBytes: 1.3e6,
      dstPackets: 0,
      dstBytes: 0,
    }));
    const group = rain(1, 60, () => ({
      dst: '239.1.1.1',
      proto: 17,
      srcPackets: 90_000,
      srcBytes: 1e8,
      dstPackets: 0,
      dstBytes: 0,
    }));
    const echo = rain(400, 60, (i) => ({
      src: spoofed(i),
      dst: '10.0.0.42',
      tcpFlags: 0x12,
      state: 'OTH',
      srcPackets: 1,
      srcBytes: 44,
      dstPackets: 0,
    }));
    const names = rain(200, 60, (i) => ({
      src: `198.51.100.${i % 90}`,
      dst: '10.0.0.53',
      srcPort: 53,
      proto: 17,
      srcPackets: 1,
      srcBytes: 600,
      dstPackets: 0,
    }));
    const scan = rain(100, 60, (i) => ({ ...SYN, dst: `10.0.${i & 255}.${i % 200}` }));
    const all = [...download, ...backup, ...busy, ...stream, ...group, ...echo, ...names, ...scan];
    expect(watch(make(), all, { window: 5 })).toEqual([]);
  });

  it('has lower floors on a slow link', () => {
    const flood = rain(1, 20, () => ({
      ...WEB,
      proto: 17,
      srcPackets: 4000,
      srcBytes: 4e5,
      dstPackets: 0,
      dstBytes: 0,
    }));
    expect(watch(make(), flood, { window: 5 })).toEqual([]);
    expect(watch(make({ linkBps: 1e8 }), flood, { window: 5 })).toHaveLength(1);
  });

  it('gets used to a lasting stream, and still finds what is much more', () => {
    const stream = (rate: number, from: number, minutes: number) =>
      rain(1, minutes, () => ({ ...WEB, proto: 17, srcPackets: rate, srcBytes: rate * 100, dstPackets: 0 }), 0).map(
        (o, i) => {
          const at = (MONDAY + from + i * 60) * 1e6;
          return { ...o, at, start: at, srcPackets: rate * 60, srcBytes: rate * 6000 };
        },
      );
    const detector = make();
    expect(watch(detector, stream(19_000, 0, 600))).toEqual([]);
    // What is a flood for an address without a past is little more than usual for this one.
    expect(watch(make(), stream(21_500, 36_000, 5))).toHaveLength(1);
    expect(watch(restarted(detector, make), stream(21_500, 36_000, 5))).toEqual([]);
    expect(watch(restarted(detector, make), stream(90_000, 36_000, 5))).toHaveLength(1);
    expect(watch(detector, stream(90_000, 36_000, 5))).toHaveLength(1);
  });

  it('says that baselines should learn little from it while it lasts', () => {
    const detector = make();
    for (const o of rain(500, 20, (i) => ({ ...SYN, src: spoofed(i) }))) detector.observe(o);
    const suspected: string[] = [];
    const context = contextOf(0, MONDAY * 1e6, (MONDAY + 20) * 1e6);
    detector.window({ ...context, suspect: (type) => void suspected.push(type) });
    expect(suspected).toEqual(['bandwidth', 'connection']);
  });

  it('does not look at the clock on the wall', () => {
    const flood = rain(500, 20, (i) => ({ ...SYN, src: spoofed(i) }));
    const first = watch(make(), flood, { window: 5 });
    vi.useFakeTimers({ now: 0 });
    expect(watch(make(), flood, { window: 5 })).toEqual(first);
  });

  it('finds the victim among more addresses than it holds', () => {
    const chance = new Chance(2);
    const scan = rain(300, 20, () => ({ ...SYN, dst: `10.${chance.whole(0, 255)}.${chance.whole(0, 255)}.1` }));
    const flood = rain(500, 20, (i) => ({ ...SYN, src: spoofed(i) }));
    const detector = make({ capacity: 100, victims: 3 });
    expect(watch(detector, [...scan, ...flood], { window: 5 })).toHaveLength(1);
  });

  it('holds no more than it may', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const chance = new Chance(seed);
        const detector = make({ capacity: 8, victims: 3 });
        for (let i = 0; i < 300; i++) {
          detector.observe(
            seen(MONDAY + i, { ...SYN, dst: `10.0.0.${chance.whole(0, 60)}`, srcPackets: chance.whole(1, 1e9) }),
          );
          expect(detector.held.addresses).toBeLessThanOrEqual(8);
          if (i % 50 === 49) detector.window(contextOf(i, (MONDAY + i - 49) * 1e6, (MONDAY + i + 1) * 1e6));
          expect(detector.held.victims).toBeLessThanOrEqual(3);
        }
      }),
      { numRuns: 15 },
    );
  });
});
