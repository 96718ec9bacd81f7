import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Observation } from '../../model/window.ts';
import { Chance, isInternal, MONDAY, registeredDomain, restarted, seen, watch } from '../fixtures/hunt.ts';
import { NewDestination, type NewDestinationOptions } from './new-destination.ts';

const networkOf = (address: string) => `AS${address.split('.')[0]}`;
const countryOf = (address: string) => (address.startsWith('203.') ? 'XA' : 'XB');
const make = (options: Partial<NewDestinationOptions> = {}) =>
  new NewDestination({ isInternal, registeredDomain, networkOf, countryOf, ...options });
const DAY = 86_400;
const HOURLY = { window: 3600 };

/** Days of one host at its usual sites, some of them new each day. */
function habit(src: string, days: number, chance: Chance, start = MONDAY): Observation[] {
  const all: Observation[] = [];
  for (let day = 0; day < days; day++) {
    for (let i = 0; i < 40; i++) {
      const site = chance.next() < 0.1 ? chance.whole(100, 5000) : chance.whole(1, 30);
      all.push(
        seen(start + day * DAY + 30_000 + chance.between(0, 30_000), {
          src,
          dst: `198.51.${chance.whole(0, 99)}.${chance.whole(1, 200)}`,
          domain: `www.site${site}.com`,
          srcBytes: chance.whole(500, 60_000),
        }),
      );
    }
  }
  return all;
}

describe('new destination', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const past = habit('10.0.0.5', 9, new Chance(1));
  const NEW = { dst: '203.0.113.66', domain: 'drop.example.net', srcBytes: 40_000 };

  it('finds a host that talks to a new country for the first time', () => {
    const anomalies = watch(make(), [...past, seen(MONDAY + 9 * DAY, NEW)], HOURLY);
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0]).toMatchObject({ type: 'new_destination', flow_dst: '203.0.113.66', threshold: 50 });
    expect(anomalies[0].message).toContain('country, the network, the domain');
    expect(anomalies[0].current_value).toBe(70);
  });

  it('finds a new network in a known country by what is sent there', () => {
    const at = MONDAY + 9 * DAY;
    const quiet = [seen(at, { dst: '192.0.2.1', domain: '', srcBytes: 5000 })];
    const parts = Array.from({ length: 30 }, (_, i) =>
      seen(at + i * 60, { dst: '192.0.2.1', domain: 'up.example.org', srcBytes: 400_000, first: i === 0 }),
    );
    expect(watch(make(), [...past, ...quiet], HOURLY)).toEqual([]);
    const anomalies = watch(make(), [...past, ...parts], { window: 600 });
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0].current_value).toBeGreaterThanOrEqual(50);
  });

  it('is silent while it learns, on new sites and on what others know', () => {
    expect(watch(make(), [...habit('10.0.0.5', 6, new Chance(2)), seen(MONDAY + 6 * DAY, NEW)], HOURLY)).toEqual([]);
    const office = Array.from({ length: 12 }, (_, i) => habit(`10.0.1.${i}`, 20, new Chance(10 + i))).flat();
    expect(watch(make(), office, HOURLY)).toEqual([]);
  });

  it('forgets in a month, not before', () => {
    const detector = make();
    watch(detector, [...past, seen(MONDAY + 9 * DAY, NEW)], HOURLY);
    watch(detector, habit('10.0.0.5', 20, new Chance(3), MONDAY + 10 * DAY), HOURLY);
    expect(watch(detector, [seen(MONDAY + 30 * DAY, NEW)], HOURLY)).toEqual([]);
    watch(detector, habit('10.0.0.5', 40, new Chance(4), MONDAY + 31 * DAY), HOURLY);
    expect(watch(detector, [seen(MONDAY + 71 * DAY, NEW)], HOURLY)).toHaveLength(1);
  });

  it('tells the new destinations of one host together', () => {
    const at = MONDAY + 9 * DAY;
    const many = Array.from({ length: 5 }, (_, i) =>
      seen(at + i, { ...NEW, dst: `${203 + i}.0.113.66`, domain: `x${i}.io`, srcBytes: 9e6 }),
    );
    const anomalies = watch(make(), [...past, ...many], HOURLY);
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0].message).toContain('4 other new destinations');
  });

  it('does with addresses where nothing else is known', () => {
    const bare = make({ networkOf: undefined, countryOf: undefined });
    const usual = Array.from({ length: 200 }, (_, i) => seen(MONDAY + i * 3600, { dst: `198.51.100.${i % 5}` }));
    const upload = seen(MONDAY + 9 * DAY, { dst: '203.0.113.66', dstPort: 8443, srcBytes: 1e6 });
    expect(watch(bare, [...usual, upload], HOURLY)).toHaveLength(1);
  });

  it('leaves out what is inside, unanswered or sent to a group', () => {
    const at = MONDAY + 9 * DAY;
    const out = [
      seen(at, { ...NEW, dst: '10.9.9.9' }),
      seen(at, { ...NEW, dst: '203.0.113.1', dstBytes: 0 }),
      seen(at, { ...NEW, dst: '239.1.1.1' }),
      seen(at, { ...NEW, src: '192.0.2.200' }),
    ];
    expect(watch(make(), [...past, ...out], HOURLY)).toEqual([]);
  });

  it('goes on after a restart, by packet time', () => {
    const detector = make();
    watch(detector, past, HOURLY);
    const next = restarted(detector, make);
    const first = watch(next, [seen(MONDAY + 9 * DAY, NEW)], HOURLY);
    expect(first).toHaveLength(1);
    vi.useFakeTimers({ now: 0 });
    const again = restarted(detector, make);
    expect(watch(again, [seen(MONDAY + 9 * DAY, NEW)], HOURLY)).toEqual(first);
    expect(watch(make(), [seen(MONDAY + 9 * DAY, NEW)], HOURLY)).toEqual([]);
  });

  it('holds no more than it may', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const chance = new Chance(seed);
        const detector = make({ capacity: 30, contacts: 4 });
        const traffic = Array.from({ length: 300 }, () =>
          seen(MONDAY + chance.between(0, 20 * DAY), {
            src: `10.0.0.${chance.whole(1, 3)}`,
            dst: `${chance.whole(11, 200)}.0.0.1`,
            domain: `${chance.text(6)}.com`,
          }),
        );
        watch(detector, traffic, HOURLY);
        expect(detector.held.known).toBeLessThanOrEqual(30);
        expect(detector.held.contacts).toBeLessThanOrEqual(4);
      }),
      { numRuns: 15 },
    );
  });
});
