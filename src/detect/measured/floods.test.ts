import { describe, expect, it } from 'vitest';
import type { Observation } from '../../model/window.ts';
import { Ddos } from '../detectors/ddos.ts';
import { Chance, isInternal, MONDAY, seen, watch } from '../fixtures/hunt.ts';
import { Cusum } from '../scores/cusum.ts';

/** Values that the sum learns from before it is measured. */
const KNOWN = 20_000;
const RUNS = 400;

/** Values until the alarm, on average, when all are higher by so many spreads from the first on. */
function runLength(shift: number, chance: Chance): number {
  const cusum = new Cusum({ leastSpread: 1, learning: 1e-5, warmUp: KNOWN });
  for (let i = 0; i < KNOWN; i++) cusum.add(1000 + 100 * chance.normal());
  const learned = cusum.save();
  let values = 0;
  for (let run = 0; run < RUNS; run++) {
    cusum.load({ ...learned, sum: 0 });
    do values++;
    while (cusum.add(1000 + 100 * (shift + chance.normal())) < 1 && values < RUNS * 10_000);
  }
  return values / RUNS;
}

const WEB: Partial<Observation> = { dst: '10.0.0.80', dstPort: 443 };
const spoofed = (i: number) => `198.${18 + ((i >> 16) & 1)}.${(i >> 8) & 255}.${i & 255}`;

/** Ten seconds of a flood from 300 sources, in windows of ten. */
function flood(perSecond: Partial<Observation>): Observation[] {
  return Array.from({ length: 300 }, (_, i) =>
    seen(MONDAY + i / 30, {
      ...WEB,
      ...perSecond,
      src: spoofed(i),
      srcPackets: ((perSecond.srcPackets ?? 0) * 10) / 300,
      srcBytes: ((perSecond.srcBytes ?? 0) * 10) / 300,
      dstPackets: 0,
      dstBytes: 0,
    }),
  );
}

const told = (traffic: readonly Observation[]) => watch(new Ddos({ isInternal }), traffic, { window: 10 }).length;

describe('cumulative sum with a slack of 0.5 and an alarm at 5 spreads', () => {
  // Average run lengths of Montgomery's textbook, table 9.3. Without a rise, that of a one-sided sum is twice the 465 there.
  it.each([
    [1, 10.4],
    [1.5, 5.75],
    [2, 4.01],
    [3, 2.57],
  ])('takes as many values as theory says to see a rise of %f spreads: %f', (shift, expected) => {
    const measured = runLength(shift, new Chance(shift * 100));
    expect(Math.abs(measured / expected - 1)).toBeLessThan(0.1);
  });

  it('raises a false alarm once in 930 values', () => {
    const measured = runLength(0, new Chance(9));
    expect(Math.abs(measured / 930 - 1)).toBeLessThan(0.25);
  });
});

describe('floods', () => {
  it('begin at 20,000 packets or a gigabit in a second', () => {
    const udp = { proto: 17, service: '', state: 'S0' };
    expect(told(flood({ ...udp, srcPackets: 19_000, srcBytes: 1_900_000 }))).toBe(0);
    expect(told(flood({ ...udp, srcPackets: 21_000, srcBytes: 2_100_000 }))).toBe(1);
    expect(told(flood({ ...udp, srcPackets: 10_000, srcBytes: 0.95e9 / 8 }))).toBe(0);
    expect(told(flood({ ...udp, srcPackets: 10_000, srcBytes: 1.05e9 / 8 }))).toBe(1);
  });

  it('are told from a tenth of it where servers answer what nobody asked', () => {
    const answers = (megabits: number, srcPort: number, size: number) =>
      flood({
        proto: 17,
        state: 'S0',
        srcPort,
        srcPackets: (megabits * 1e6) / 8 / size,
        srcBytes: (megabits * 1e6) / 8,
      });
    for (const port of [53, 123, 389, 1900, 11_211])
      expect([port, told(answers(90, port, 1000)), told(answers(110, port, 1000))]).toEqual([port, 0, 1]);
    expect(told(answers(110, 4711, 1000))).toBe(0);
    // Answers are large: of packets up to 400 bytes it takes a flood.
    expect([told(answers(60, 123, 390)), told(answers(70, 123, 390))]).toEqual([0, 1]);
  });
});
