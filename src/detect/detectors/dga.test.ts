import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DnsQuery } from '../../model/dns-query.ts';
import { asked, Chance, MONDAY, registeredDomain, seen, watch } from '../fixtures/hunt.ts';
import { Dga, type DgaOptions } from './dga.ts';

const make = (options: Partial<DgaOptions> = {}) => new Dga({ registeredDomain, ...options });
const hunt = (queries: readonly DnsQuery[], detector = make()) => watch(detector, [], {}, queries);
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

function missing(count: number, gap: number, name: (i: number) => string): DnsQuery[] {
  return Array.from({ length: count }, (_, i) => asked(MONDAY + i * gap, name(i), { code: 'NXDOMAIN' }));
}

describe('generated domains', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['letters', LETTERS, 12],
    ['short letters', LETTERS, 7],
    ['digits of 16', '0123456789abcdef', 16],
    ['letters and digits', `${LETTERS}0123456789`, 20],
  ])('finds names of %s', (_, alphabet, length) => {
    for (let seed = 0; seed < 20; seed++) {
      const chance = new Chance(seed);
      const anomalies = hunt(missing(15, 20, () => `${chance.text(length, alphabet)}.com`));
      expect(anomalies, `seed ${seed}`).toHaveLength(1);
      expect(anomalies[0]).toMatchObject({
        type: 'dga',
        flow_src: '10.0.0.5',
        metric: 'missing_domains',
        threshold: 10,
        techniques: ['T1568.002'],
      });
      expect(anomalies[0].evidence).toHaveLength(10);
    }
  });

  it('needs ten, within an hour, and as many as exist', () => {
    const chance = new Chance(1);
    const name = () => `${chance.text(12, LETTERS)}.net`;
    expect(hunt(missing(9, 20, name))).toEqual([]);
    expect(hunt(missing(40, 600, name))).toEqual([]);
    const existing = Array.from({ length: 30 }, (_, i) => asked(MONDAY + i, `www.site${i}.com`));
    expect(hunt([...existing, ...missing(20, 10, name)])).toEqual([]);
    expect(hunt([...existing, ...missing(40, 10, name)])).toHaveLength(1);
  });

  it('does not mind mistyped names, however many', () => {
    const words = [
      'mountain',
      'garden',
      'office',
      'travel',
      'kitchen',
      'winter',
      'silver',
      'market',
      'river',
      'letter',
    ];
    const chance = new Chance(2);
    const mistyped = () => {
      const name = chance.pick(words) + chance.pick(words);
      const at = chance.whole(1, name.length - 2);
      return `${name.slice(0, at)}${name.slice(at + 1)}.com`;
    };
    expect(hunt(missing(60, 30, mistyped))).toEqual([]);
  });

  it('does not mind random names of the own domain, or without one', () => {
    const chance = new Chance(3);
    const own = missing(60, 10, () => `${chance.text(12, LETTERS)}.office.example.com`);
    const bare = missing(60, 10, () => chance.text(10, LETTERS));
    const reverse = missing(60, 10, (i) => `${i}.2.0.192.in-addr.arpa`);
    expect(hunt([...own, ...bare, ...reverse])).toEqual([]);
  });

  it('does not mind random names that exist, nor questions without an answer', () => {
    const chance = new Chance(4);
    const queries = missing(60, 10, () => `${chance.text(12, LETTERS)}.com`);
    expect(hunt(queries.map((query) => ({ ...query, code: 'NOERROR' })))).toEqual([]);
    expect(hunt(queries.map((query) => ({ ...query, code: '' })))).toEqual([]);
  });

  it('reads logs: the state of a DNS observation is its response code', () => {
    const chance = new Chance(5);
    const logs = Array.from({ length: 20 }, (_, i) =>
      seen(MONDAY + i, { service: 'dns', domain: `${chance.text(12, LETTERS)}.com`, state: 'NXDOMAIN' }),
    );
    expect(watch(make(), logs)).toHaveLength(1);
  });

  it('tells a doubling, not every window', () => {
    const chance = new Chance(6);
    expect(hunt(missing(170, 20, () => `${chance.text(12, LETTERS)}.com`))).toHaveLength(4);
  });

  it('does not look at the clock on the wall', () => {
    const chance = new Chance(7);
    const queries = missing(30, 10, () => `${chance.text(12, LETTERS)}.com`);
    const first = hunt(queries);
    vi.useFakeTimers({ now: 0 });
    expect(hunt(queries)).toEqual(first);
  });

  it('holds no more clients than it may', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.nat({ max: 30_000 }), fc.nat({ max: 50 }))), (asks) => {
        const detector = make({ capacity: 4 });
        hunt(
          asks.map(([name, second, host]) =>
            asked(MONDAY + second, `${name}.com`, { client: `10.0.0.${host}`, code: 'NXDOMAIN' }),
          ),
          detector,
        );
        expect(detector.held).toBeLessThanOrEqual(4);
      }),
      { numRuns: 30 },
    );
  });
});
