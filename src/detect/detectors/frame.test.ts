import { describe, expect, it } from 'vitest';
import { Alarms } from './alarms.ts';
import { EntityMap } from './entity-map.ts';
import { addEvidence } from './evidence.ts';
import { HomeNetworks } from './home-networks.ts';
import { HyperLogLog } from './hyper-log-log.ts';
import { isMulticast } from './multicast.ts';
import { NetworkGroups } from './network-group.ts';
import { amount, count, duration, percent } from './phrases.ts';
import { medianOf } from './quantiles.ts';
import { RandomWalk } from './random-walk.ts';
import { RoundTripEstimate } from './round-trip-estimate.ts';
import { scoreOf, severityOf } from './score.ts';
import { wilsonLower } from './wilson.ts';

describe('Alarms', () => {
  const run = (levels: readonly (number | undefined)[]) => {
    const alarms = new Alarms();
    return levels.map((level, i) => {
      const verdict = level === undefined ? 'absent' : alarms.judge('a', level, i);
      alarms.endWindow(i);
      return verdict;
    });
  };

  it('open at the limit, and are silent until it has doubled', () => {
    expect(run([0.9, 1, 1.5, 1.9, 2, 3.9, 4, 3])).toEqual([
      'none',
      'opened',
      'silent',
      'silent',
      'doubled',
      'silent',
      'doubled',
      'silent',
    ]);
  });

  it('close after two windows below 0.7 x limit, not after one and not above it', () => {
    expect(run([1, 0.6, 1, 0.8, 0.8, 0.8, 1])).toEqual([
      'opened',
      'silent',
      'silent',
      'silent',
      'silent',
      'silent',
      'silent',
    ]);
    expect(run([1, 0.6, 0.6, 1])).toEqual(['opened', 'silent', 'none', 'opened']);
  });

  it('take windows without the entity for calm ones', () => {
    expect(run([1, undefined, 1, undefined, undefined, 1])).toEqual([
      'opened',
      'absent',
      'silent',
      'absent',
      'absent',
      'opened',
    ]);
  });

  it('tell again by the size that is given', () => {
    const alarms = new Alarms();
    expect(alarms.judge('a', 1.1, 0, 100)).toBe('opened');
    expect(alarms.judge('a', 5, 1, 150)).toBe('silent');
    expect(alarms.judge('a', 1.2, 2, 200)).toBe('doubled');
  });

  it('never open for what is not a number, and hold a bounded number', () => {
    const alarms = new Alarms({ capacity: 3 });
    expect(alarms.judge('a', Number.NaN, 0)).toBe('none');
    for (let i = 0; i < 10; i++) alarms.judge(`h${i}`, 2, 0);
    expect(alarms.size).toBe(3);
  });
});

describe('EntityMap', () => {
  it('drops what was touched longest ago when it is full', () => {
    const map = new EntityMap<number>({ capacity: 2, lifetime: 100 });
    map.touch('a', 1, () => 1);
    map.touch('b', 2, () => 2);
    map.touch('a', 3, () => 9);
    map.touch('c', 4, () => 3);
    expect([...map]).toEqual([
      ['a', 1],
      ['c', 3],
    ]);
    expect(map.evicted).toBe(1);
  });

  it('forgets by the time it is told, never by a clock', () => {
    const map = new EntityMap<number>({ capacity: 9, lifetime: 100 });
    map.touch('a', 0, () => 1);
    map.touch('b', 50, () => 2);
    expect(map.get('a', 100)).toBe(1);
    expect(map.get('a', 101)).toBeUndefined();
    expect(map.touch('a', 101, () => 7)).toBe(7);
    map.expire(170);
    expect([...map]).toEqual([['a', 7]]);
  });

  it('is the same after being saved and loaded', () => {
    const map = new EntityMap<number>({ capacity: 9, lifetime: 100 });
    map.touch('a', 0, () => 1);
    map.set('b', 50, 2);
    const copy = new EntityMap<number>({ capacity: 9, lifetime: 100 });
    copy.load(map.save());
    copy.expire(120);
    expect([...copy]).toEqual([['b', 2]]);
  });
});

describe('scores and phrases', () => {
  it('rise by 20 with every doubling of the limit', () => {
    expect([0, 0.5, 1, 2, 4, 100].map(scoreOf)).toEqual([0, 10, 30, 50, 70, 100]);
    expect([39, 40, 59, 60].map(severityOf)).toEqual(['low', 'medium', 'medium', 'high']);
  });

  it('say figures as people do', () => {
    expect([amount(950, 'bit/s'), amount(1_234_567, 'bit/s'), amount(12e9, 'B')]).toEqual([
      '950 bit/s',
      '1.23 Mbit/s',
      '12 GB',
    ]);
    expect([percent(0.034), count(1, 'host'), count(1500, 'host')]).toEqual(['3.4 %', '1 host', '1,500 hosts']);
    expect([45, 600, 4500, 3600, 273_600].map(duration)).toEqual(['45 s', '10 min', '1 h 15 min', '1 h', '3 d 4 h']);
  });

  it('name few events, none twice', () => {
    const evidence: string[] = [];
    for (let i = 0; i < 50; i++) addEvidence(evidence, i % 2 ? `e${i >> 2}` : '');
    expect(evidence).toEqual(Array.from({ length: 10 }, (_, i) => `e${i}`));
  });
});

describe('statistics of detectors', () => {
  it('Wilson: 1 of 3 proves little, 100 of 1000 much', () => {
    // Worked out from Wilson's formula with z = 1.96.
    expect(wilsonLower(1, 3)).toBeCloseTo(0.0615, 4);
    expect(wilsonLower(100, 1000)).toBeCloseTo(0.0829, 4);
    expect([wilsonLower(0, 0), wilsonLower(0, 100)]).toEqual([0, 0]);
  });

  it('median of few values leaves them as they are', () => {
    const values = Float64Array.of(5, 1, 3, 99);
    expect([medianOf(values, 3), medianOf(values), medianOf([])]).toEqual([3, 4, Number.NaN]);
    expect([...values]).toEqual([5, 1, 3, 99]);
  });

  it('RFC 6298: 100 then 200 ms', () => {
    const estimate = new RoundTripEstimate();
    estimate.update(100);
    expect([estimate.smoothed, estimate.variation]).toEqual([100, 50]);
    estimate.update(200);
    expect([estimate.smoothed, estimate.variation]).toEqual([112.5, 62.5]);
  });

  it.each([1, 10, 64, 65, 100, 1000, 10_000, 200_000])('counts %i different texts to 10 %', (n) => {
    const sketch = new HyperLogLog();
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < n; i++) sketch.add(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    expect(Math.abs(sketch.count() - n)).toBeLessThanOrEqual(n <= 64 ? 0 : 0.1 * n);
  });

  it('decides a random walk after four failures in a row', () => {
    const walk = new RandomWalk();
    for (let i = 0; i < 3; i++) walk.step(false);
    expect(walk.scanner).toBe(false);
    walk.step(false);
    expect(walk.decidedAfter).toBe(4);
  });

  it('begins a random walk anew when it was benign, so that successes buy nothing', () => {
    const walk = new RandomWalk();
    for (let i = 0; i < 100; i++) walk.step(true);
    for (let i = 0; i < 4; i++) walk.step(false);
    expect(walk.scanner).toBe(true);
  });

  it('takes no office for a scanner in which one of ten fails', () => {
    const walk = new RandomWalk();
    for (let i = 0; i < 1000; i++) walk.step(i % 10 !== 0);
    expect(walk.scanner).toBe(false);
  });
});

describe('addresses', () => {
  it('are inside by the networks that are given', () => {
    const { isInternal } = new HomeNetworks(['192.0.2.0/25', '2001:db8::/32']);
    expect(['192.0.2.127', '192.0.2.128', '2001:db8::1', '2001:db9::1', 'no address'].map(isInternal)).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
  });

  it('are inside when they are private, unless something else is said', () => {
    const { isInternal } = new HomeNetworks();
    const inside = ['10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', 'fd00::1', 'fe80::1', '::1', '127.0.0.1'];
    expect(inside.filter((address) => !isInternal(address))).toEqual([]);
    expect(['8.8.8.8', '172.32.0.1', '2606:4700::1'].filter(isInternal)).toEqual([]);
  });

  it('have a network', () => {
    const groups = new NetworkGroups();
    expect(['198.51.100.7', '2001:db8:1:2::3', 'x'].map((address) => groups.of(address))).toEqual([
      '198.51.100.0/24',
      '2001:db8:1::/48',
      'x',
    ]);
  });

  it('are of many hosts when they are multicast', () => {
    expect(['224.0.0.251', '239.255.255.250', 'ff02::1', '255.255.255.255'].every(isMulticast)).toBe(true);
    expect(['223.1.1.1', '240.0.0.1', '22.4.0.1', 'fe80::1', '2.224.0.1'].some(isMulticast)).toBe(false);
  });
});
