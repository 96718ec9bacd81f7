import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Observation } from '../../model/window.ts';
import { Chance, MONDAY, restarted, seen, watch } from '../fixtures/hunt.ts';
import { BruteForce } from './brute-force.ts';

const make = () => new BruteForce();
const SSH: Partial<Observation> = {
  src: '198.51.100.9',
  dst: '10.0.0.22',
  dstPort: 22,
  service: 'ssh',
  srcBytes: 1900,
  dstBytes: 2600,
  srcPackets: 12,
  dstPackets: 11,
};

/** Connections to one login, each from a port of its own. */
function guesses(count: number, gap: number, differs: Partial<Observation> = {}, start = MONDAY): Observation[] {
  return Array.from({ length: count }, (_, i) =>
    seen(start + i * gap, {
      ...SSH,
      srcPort: 40_000 + i,
      ...differs,
      ...(differs.srcBytes ? {} : { srcBytes: 1900 + 4 * (i % 8) }),
    }),
  );
}

describe('brute force', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['67 SSH connections in 9 s', 67, 9, {}],
    ['30 FTP connections in 57 s', 30, 57, { dstPort: 21, service: 'ftp' }],
    ['11 SSH connections in 60 s', 11, 60, {}],
    ['25 RDP connections in 12 minutes', 25, 720, { dstPort: 3389, service: '' }],
    ['SSH on another port', 40, 60, { dstPort: 8822, service: 'ssh' }],
    ['26 names at Kerberos', 26, 5, { dstPort: 88, proto: 17, service: 'krb', srcPackets: 1, dstPackets: 1 }],
    ['80 SMB logins in a minute', 80, 60, { dstPort: 445, service: 'smb' }],
  ] as const)('finds %s', (_, count, seconds, differs) => {
    const anomalies = watch(make(), guesses(count, seconds / count, differs));
    expect(anomalies.length).toBeGreaterThan(0);
    expect(anomalies[0]).toMatchObject({ type: 'brute_force', flow_src: '198.51.100.9', flow_dst: '10.0.0.22' });
    expect(anomalies[0].techniques).toContain('T1110.001');
    expect(anomalies[0].evidence.length).toBeGreaterThan(0);
  });

  it('says when one of them seems to have been let in', () => {
    const way = seen(MONDAY + 31, { ...SSH, srcPort: 50_001, srcBytes: 42_000 });
    const without = watch(make(), guesses(30, 1));
    const anomalies = watch(make(), [...guesses(30, 1), way]);
    expect(without[0].message).not.toContain('may have been right');
    expect(anomalies.at(-1)?.message).toContain('may have been right');
    expect(anomalies.at(-1)?.techniques).toContain('T1078');
    expect(anomalies.at(-1)!.score - without.at(-1)!.score).toBeGreaterThanOrEqual(25);
    const later = watch(make(), [...guesses(30, 1), { ...way, at: (MONDAY + 200) * 1e6, start: (MONDAY + 200) * 1e6 }]);
    expect(later).toHaveLength(2);
    expect(later[1].message).toContain('may have been right');
  });

  it('puts the parts of a connection together', () => {
    const parts = guesses(30, 4, { srcBytes: 1000 }).flatMap((o, i) => [
      { ...o, srcBytes: 1000 - i },
      { ...o, at: o.at + 60e6, first: false, srcBytes: 900 + i },
    ]);
    const anomalies = watch(make(), parts);
    expect(anomalies.length).toBeGreaterThan(0);
    expect(anomalies.at(-1)?.message).toContain('30 in all');
  });

  it('is silent on people and programs that log in', () => {
    const chance = new Chance(1);
    const work = guesses(60, 50).map((o) => ({ ...o, srcBytes: chance.whole(2000, 90_000) }));
    const mail = guesses(200, 4, { dstPort: 25, service: 'smtp' }).map((o) => ({
      ...o,
      srcBytes: Math.round(800 + chance.exponential(20_000)),
    }));
    const few = guesses(9, 2, { dst: '10.0.0.30' });
    const slow = guesses(100, 120, { dst: '10.0.0.31' });
    const domain = guesses(40, 1.4, { dst: '10.0.0.32', dstPort: 88, service: 'krb_tcp' });
    const web = guesses(300, 0.2, { dst: '10.0.0.33', dstPort: 443, service: 'tls' });
    expect(watch(make(), [...work, ...mail, ...few, ...slow, ...domain, ...web])).toEqual([]);
  });

  it('leaves a scan to the detector of scans', () => {
    const closed = { state: 'REJ', srcBytes: 44, srcPackets: 1, dstPackets: 1, dstBytes: 40 };
    const silent = { state: 'S0', srcBytes: 44, srcPackets: 1, dstPackets: 0, dstBytes: 0 };
    expect(watch(make(), [...guesses(200, 0.1, closed), ...guesses(200, 0.1, silent)])).toEqual([]);
  });

  it('knows after three days what is automation, also after a restart', () => {
    const days: Observation[][] = [0, 1, 2, 3, 4].map((day) => guesses(30, 1, {}, MONDAY + day * 86_400));
    const detector = make();
    const told = days.slice(0, 3).map((day) => watch(detector, day).length > 0);
    expect(told).toEqual([true, true, true]);
    expect(watch(detector, days[3])).toEqual([]);
    expect(watch(restarted(detector, make), days[4])).toEqual([]);
    expect(watch(make(), days[4]).length).toBeGreaterThan(0);
  });

  it('tells a doubling, not every window', () => {
    expect(watch(make(), guesses(400, 3)).length).toBeLessThanOrEqual(6);
  });

  it('does not look at the clock on the wall', () => {
    const first = watch(make(), guesses(30, 1));
    vi.useFakeTimers({ now: 0 });
    expect(watch(make(), guesses(30, 1))).toEqual(first);
  });

  it('holds no more than it may', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const chance = new Chance(seed);
        const detector = new BruteForce({ capacity: 6 });
        const traffic = Array.from({ length: 300 }, () =>
          seen(MONDAY + chance.between(0, 9000), {
            ...SSH,
            src: `198.51.100.${chance.whole(1, 90)}`,
            srcBytes: chance.whole(0, 1e9),
            first: chance.next() < 0.7,
          }),
        );
        watch(detector, traffic);
        expect(detector.held).toBeLessThanOrEqual(6);
      }),
      { numRuns: 15 },
    );
  });
});
