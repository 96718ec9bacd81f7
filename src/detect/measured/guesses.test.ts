import { describe, expect, it } from 'vitest';
import type { Observation } from '../../model/window.ts';
import { BruteForce } from '../detectors/brute-force.ts';
import { Exfiltration } from '../detectors/exfiltration.ts';
import { LateralMovement } from '../detectors/lateral-movement.ts';
import { Chance, isInternal, MONDAY, seen, watch } from '../fixtures/hunt.ts';
import { Attempts } from '../scores/attempts.ts';

const SSH = { src: '198.51.100.9', dst: '10.0.0.22', dstPort: 22, service: 'ssh', srcPackets: 21, dstPackets: 20 };

/** Logins within so many seconds, of which every client sends the same up to a few. */
function logins(count: number, seconds: number, parts: Partial<Observation>, differ = 0): Observation[] {
  const chance = new Chance(count);
  return Array.from({ length: count }, (_, i) => {
    const srcBytes = 1900 + (i % 10 === 9 ? chance.whole(-differ, differ) : 0);
    return seen(MONDAY + (i * seconds) / (count - 1), { ...SSH, srcPort: 40_000 + i, srcBytes, ...parts });
  });
}

function alike(traffic: readonly Observation[]): number {
  const attempts = new Attempts();
  for (const { start, srcPort, srcBytes } of traffic) attempts.add(start, srcPort, srcBytes);
  return attempts.summary(traffic.at(-1)?.at ?? 0).difference;
}

describe('guessed passwords', () => {
  it.each([
    ['67 at SSH on port 902 in 9 s', 67, 9, { dstPort: 902 }],
    ['30 at FTP in 57 s', 30, 57, { dstPort: 21, service: 'ftp' }],
    ['11 at SSH in 66 s', 11, 66, {}],
  ] as const)('are as alike as measured (0.000), and told: %s', (_, count, seconds, parts) => {
    const traffic = logins(count, seconds, parts, 40);
    expect(alike(traffic)).toBe(0);
    expect(watch(new BruteForce(), traffic).length).toBeGreaterThan(0);
  });

  it('are ten in a minute or twenty in a quarter of an hour', () => {
    const told = (count: number, seconds: number) => watch(new BruteForce(), logins(count, seconds, {})).length;
    expect([told(9, 30), told(10, 60), told(10, 80), told(19, 890), told(20, 890)]).toEqual([0, 1, 0, 0, 1]);
  });

  it('are told of a spray with 26 names at Kerberos, over UDP', () => {
    const kerberos = { dstPort: 88, proto: 17, service: 'krb', srcPackets: 1, dstPackets: 1, srcBytes: 200 };
    expect(watch(new BruteForce(), logins(26, 5, kerberos)).length).toBeGreaterThan(0);
  });
});

describe('uploads', () => {
  const upload = (out: number, back: number) =>
    Array.from({ length: 30 }, (_, i) => seen(MONDAY + i * 60, { srcBytes: out / 30, dstBytes: back / 30 }));
  const told = (out: number, back: number) => watch(new Exfiltration({ isInternal }), upload(out, back)).length > 0;

  it('count from 100 MB in an hour on, four times what came back', () => {
    expect([told(99e6, 1e6), told(101e6, 1e6)]).toEqual([false, true]);
    expect([told(150e6, 150e6 / 3.9), told(150e6, 150e6 / 4.1)]).toEqual([false, true]);
  });
});

describe('lateral movement', () => {
  it('is five hosts within an hour, on the ports that are worked through', () => {
    const DAY = 86_400;
    const office = Array.from({ length: 15 }, (_, host) =>
      [0, 1].map((day) =>
        seen(MONDAY + day * DAY + host, { src: `10.0.1.${host + 1}`, dst: '10.0.3.1', dstPort: 445 }),
      ),
    ).flat();
    const hops = (count: number, port: number, gap: number) =>
      Array.from({ length: count }, (_, i) =>
        seen(MONDAY + 2 * DAY + i * gap, { src: '10.0.1.7', dst: `10.0.2.${i}`, dstPort: port, srcBytes: 9000 }),
      );
    const told = (traffic: readonly Observation[]) =>
      watch(new LateralMovement({ isInternal }), [...office, ...traffic], { window: 600 }).length;
    for (const port of [22, 23, 135, 139, 445, 3389, 5985, 5986, 1433])
      expect([port, told(hops(4, port, 60)), told(hops(5, port, 60))]).toEqual([port, 0, 1]);
    expect(told(hops(5, 443, 60))).toBe(0);
    expect(told(hops(12, 445, 1000))).toBe(0);
  });
});
