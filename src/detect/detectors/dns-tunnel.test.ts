import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DnsQuery } from '../../model/dns-query.ts';
import { asked, Chance, isInternal, MONDAY, registeredDomain, seen, watch } from '../fixtures/hunt.ts';
import { DnsTunnel, type DnsTunnelOptions } from './dns-tunnel.ts';

const make = (options: Partial<DnsTunnelOptions> = {}) => new DnsTunnel({ isInternal, registeredDomain, ...options });
const hunt = (queries: readonly DnsQuery[], detector = make()) => watch(detector, [], {}, queries);

const HEX = '0123456789abcdef';
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Questions one after the other for names that `name` makes. */
function ask(count: number, gap: number, name: (i: number) => string, differs: Partial<DnsQuery> = {}): DnsQuery[] {
  return Array.from({ length: count }, (_, i) => asked(MONDAY + i * gap, name(i), differs));
}

function labels(text: string): string {
  return (text.match(/.{1,60}/g) ?? []).join('.');
}

/** Names as the tools that are known make them: how many, how long, of which letters. */
const TOOLS: readonly [tool: string, count: number, length: number, alphabet: string, type: string][] = [
  ['dnscat2 txt', 1250, 178, HEX, 'TXT'],
  ['dnscat2 cname', 1000, 175, HEX, 'CNAME'],
  ['iodine', 1039, 32, 'abcdefgh', 'CNAME'],
  ['ozymandns', 1013, 36, BASE32, 'A'],
  ['dns2tcp', 1265, 14, BASE32, 'TXT'],
  ['iodine on a telephone', 137, 34, BASE32, 'MX'],
  ['a short iodine', 222, 36, 'abcdef', 'NULL'],
];

describe('DNS tunnel', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(TOOLS)('finds %s', (tool, total, length, alphabet, type) => {
    const chance = new Chance(length + total);
    const queries = ask(total, 0.3, () => `${labels(chance.text(length, alphabet))}.t.example.com`, { type });
    const anomalies = hunt(queries);
    expect(anomalies.length, tool).toBeGreaterThan(0);
    expect(anomalies[0]).toMatchObject({ type: 'dns_tunnel', flow_src: '10.0.0.5', flow_dst: '10.0.0.53' });
    expect(anomalies[0].message).toContain('example.com');
    expect(anomalies[0].techniques).toContain('T1071.004');
    if (total >= 1000) expect(anomalies.at(-1)?.severity).toBe('high');
  });

  it('finds names without a real domain, by the resolver', () => {
    const chance = new Chance(4);
    const server = '198.51.100.7';
    const queries = ask(150, 2, () => `${chance.text(60)}.${chance.text(6)}`, { server });
    const anomalies = hunt(queries);
    expect(anomalies.length).toBeGreaterThan(0);
    expect(anomalies[0]).toMatchObject({ flow_dst: server });
    expect(anomalies[0].message).toContain('without a real domain');
  });

  it('finds a slow one by its day: a name in five minutes', () => {
    const chance = new Chance(5);
    const anomalies = hunt(ask(280, 300, () => `${chance.text(30, BASE32)}.example.org`));
    expect(anomalies).toHaveLength(2);
    expect(anomalies[0].current_value).toBe(100);
  });

  it('finds few but very long names by what they carry', () => {
    const chance = new Chance(6);
    const anomalies = hunt(ask(60, 10, () => `${labels(chance.text(180, BASE32))}.example.net`));
    expect(anomalies[0]).toMatchObject({ severity: 'high' });
    expect(['encoded_bytes', 'long_labels']).toContain(anomalies[0].metric);
  });

  it('is silent on names that people and programs ask for', () => {
    const chance = new Chance(7);
    const words = ['mail', 'shop', 'news', 'cloud', 'video', 'bank', 'photo', 'map', 'forum', 'game'];
    const queries: DnsQuery[] = [];
    for (let host = 1; host <= 15; host++) {
      const client = `10.0.1.${host}`;
      for (let i = 0; i < 1500; i++) {
        const site = `${chance.pick(words)}${chance.pick(words)}${chance.whole(1, 20)}.com`;
        const sub = chance.pick([
          'www',
          'cdn',
          'api',
          `img${chance.whole(1, 9)}`,
          `static-assets-${chance.whole(1, 30)}`,
        ]);
        queries.push(asked(MONDAY + chance.between(0, 30_000), `${sub}.${site}`, { client }));
      }
      for (let i = 0; i < 400; i++) {
        const at = MONDAY + i * 60;
        queries.push(
          asked(at, `${i % 250}.${i % 200}.168.192.in-addr.arpa`, { client, type: 'PTR', code: 'NXDOMAIN' }),
        );
        queries.push(asked(at, `workstation-number-${i}.local`, { client }));
        queries.push(asked(at, `${chance.text(32, HEX)}.avqs.mcafee.com`, { client }));
        queries.push(asked(at, `shard-${i % 40}.regional.example.co.uk`, { client }));
      }
    }
    expect(hunt(queries)).toEqual([]);
  });

  it('does not take all of a country for one domain', () => {
    const chance = new Chance(8);
    const queries = ask(300, 60, () => `www.${chance.text(14, 'abcdefghijklmnop')}.com.br`);
    expect(hunt(queries)).toEqual([]);
  });

  it('does not mind many questions for the same names', () => {
    const queries = ask(3000, 1, (i) => `a-rather-long-label-${i % 95}.example.com`);
    expect(hunt(queries)).toEqual([]);
  });

  it('looks at observations where no questions are given, and not twice where both are', () => {
    const chance = new Chance(9);
    const names = Array.from({ length: 300 }, () => `${chance.text(30, BASE32)}.example.com`);
    const logs = names.map((domain, i) =>
      seen(MONDAY + i, { service: 'dns', domain, proto: 17, dst: '10.0.0.53', dstPort: 53, state: 'NOERROR' }),
    );
    const questions = names.map((name, i) => asked(MONDAY + i, name));
    const alone = watch(make(), logs);
    expect(alone.map((anomaly) => anomaly.current_value)).toEqual(
      watch(make(), [], {}, questions).map((anomaly) => anomaly.current_value),
    );
    const detector = make();
    for (const question of questions) detector.query(question);
    for (const log of logs) detector.observe(log);
    expect(watch(detector, logs.slice(-1))[0].current_value).toBe(300);
  });

  it('tells it again when the names have doubled, not in every window', () => {
    const chance = new Chance(10);
    const anomalies = hunt(ask(1600, 5, () => `${chance.text(30, BASE32)}.example.com`));
    expect(anomalies.length).toBeGreaterThanOrEqual(4);
    expect(anomalies.length).toBeLessThanOrEqual(6);
  });

  it('does not look at the clock on the wall', () => {
    const chance = new Chance(11);
    const queries = ask(200, 1, () => `${chance.text(30, BASE32)}.example.com`);
    const first = hunt(queries);
    vi.useFakeTimers({ now: 0 });
    expect(hunt(queries)).toEqual(first);
  });

  it('holds no more than it may, whatever the names are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.nat({ max: 200_000 })), { maxLength: 200 }), (asks) => {
        const detector = make({ capacity: 5, names: 50 });
        const queries = asks.map(([name, second], i) =>
          asked(MONDAY + second, `${name}.${i}.com`, { client: `10.0.0.${i % 9}` }),
        );
        hunt(queries, detector);
        expect(detector.held).toBeLessThanOrEqual(5);
      }),
      { numRuns: 30 },
    );
  });
});
