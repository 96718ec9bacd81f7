import { describe, expect, it } from 'vitest';
import type { DnsQuery } from '../../model/dns-query.ts';
import type { Anomaly } from '../../model/window.ts';
import { DnsTunnel } from '../detectors/dns-tunnel.ts';
import { asked, Chance, isInternal, MONDAY, registeredDomain, watch } from '../fixtures/hunt.ts';
import { characterEntropy, informationBits } from '../scores/dns-features.ts';

const HEX = '0123456789abcdef';
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

interface Tunnel {
  readonly name: string;
  readonly queries: number;
  readonly distinct: number;
  /** Of the part below the domain: mean length, mean entropy in bits, mean of length times entropy. As measured. */
  readonly length: number;
  readonly entropy: number;
  readonly bits: number;
  /** What makes the like: lengths in turn, letters, type. */
  readonly lengths: readonly number[];
  readonly letters: string;
  readonly type: string;
}

/** Tunnels of others as they were measured, and what makes the like. */
const TUNNELS: readonly Tunnel[] = [
  row('dnscat2 txt', [1250, 1250, 182, 4.0, 738], [182], `${HEX}gh`, 'TXT'),
  row('dnscat2 cname', [1000, 1000, 179, 4.0, 725], [179], `${HEX}gh`, 'CNAME'),
  row('iodine cname', [1039, 1039, 32, 3.1, 106], [20, 44], BASE32.slice(0, 11), 'CNAME'),
  row('ozymandns', [1013, 1011, 36, 4.0, 146], [36], BASE32.slice(0, 24), 'TXT'),
  row('dns2tcp', [1265, 1236, 14, 3.3, 47], [14], BASE32.slice(0, 20), 'TXT'),
  row('AndIodine mx', [137, 137, 34, 3.4, 146], [8, 60], BASE32.slice(0, 24), 'MX'),
  row('iodine null', [222, 222, 36, 2.7, 100], [36], BASE32.slice(0, 7), 'NULL'),
  row('dnscat2 short', [220, 220, 167, 3.8, 658], [167], HEX.slice(1), 'TXT'),
];

type Measures = readonly [queries: number, distinct: number, length: number, entropy: number, bits: number];

function row(name: string, measures: Measures, lengths: readonly number[], letters: string, type: string): Tunnel {
  const [queries, distinct, length, entropy, bits] = measures;
  return { name, queries, distinct, length, entropy, bits, lengths, letters, type };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Encoded data; the first names come again as often as there are fewer distinct ones. */
function encoded({ queries, distinct, lengths, letters }: Tunnel, chance: Chance): string[] {
  const names = Array.from({ length: distinct }, (_, i) => chance.text(lengths[i % lengths.length], letters));
  return [...names, ...names.slice(0, queries - distinct)];
}

/** Labels of 60 characters at most: those of 182 would be no name. The dots carry nothing. */
function labels(text: string): string {
  return (text.match(/.{1,60}/g) ?? []).join('.');
}

function told(queries: readonly DnsQuery[]): Anomaly[] {
  return watch(new DnsTunnel({ isInternal, registeredDomain }), [], {}, queries);
}

describe('DNS tunnels', () => {
  it.each(TUNNELS)('$name carry what was measured, and are told', (tunnel) => {
    const names = encoded(tunnel, new Chance(tunnel.queries));
    expect(names).toHaveLength(tunnel.queries);
    expect(new Set(names).size / names.length).toBeCloseTo(tunnel.distinct / tunnel.queries, 2);
    expect(mean(names.map(({ length }) => length))).toBeCloseTo(tunnel.length, 0);
    expect(Math.abs(mean(names.map(characterEntropy)) - tunnel.entropy)).toBeLessThan(0.15);
    expect(Math.abs(mean(names.map(informationBits)) / tunnel.bits - 1)).toBeLessThan(0.08);
    const { type } = tunnel;
    const queries = names.map((name, i) => asked(MONDAY + i / 3, `${labels(name)}.t.example.com`, { type }));
    const anomalies = told(queries);
    expect(anomalies[0]?.message).toContain('example.com');
    // Of fewer than 500 names it is what they carry that counts.
    if (tunnel.distinct >= 1000) expect(anomalies.at(-1)?.severity).toBe('high');
  });

  it('without a real domain are told by the resolver: 150 names of 67 characters', () => {
    const chance = new Chance(150);
    const names = Array.from({ length: 150 }, () => chance.text(67, BASE32.slice(0, 22)));
    expect(Math.abs(mean(names.map(informationBits)) / 268 - 1)).toBeLessThan(0.08);
    const anomalies = told(names.map((name, i) => asked(MONDAY + i, `${labels(name)}.${chance.text(5)}`)));
    expect(anomalies[0]?.message).toContain('without a real domain');
  });

  it('are none of 2,643 ordinary domains in 3,000 questions, though a CDN has 48 names and a country one suffix', () => {
    const chance = new Chance(2643);
    const words = ['mail', 'shop', 'news', 'cloud', 'video', 'bank', 'photo', 'map', 'forum', 'game', 'data', 'auto'];
    const word = () => chance.pick(words);
    const domains = Array.from(
      { length: 2643 },
      (_, i) => `${word()}${word()}${i}.${chance.pick(['com', 'com.br', 'de'])}`,
    );
    const sub = (words: number) => Array.from({ length: words }, word).join('-');
    const names = domains.map((domain, i) => `${sub(1 + (i % 3))}.${domain}`);
    const below = names.map((name) => name.slice(0, name.indexOf('.')));
    // As measured. Entropy alone tells nothing: names of iodine have no more of it.
    expect(mean(below.map(({ length }) => length))).toBeCloseTo(10, 0);
    expect(Math.abs(mean(below.map(characterEntropy)) - 2.7)).toBeLessThan(0.15);
    expect(Math.abs(mean(below.map(informationBits)) / 27 - 1)).toBeLessThan(0.08);
    for (let i = 0; i < 48; i++) names.push(`edge-${chance.text(6, HEX)}.cdn-of-videos.com`);
    while (names.length < 3000) names.push(chance.pick(names.slice(0, 2643)));
    expect(told(names.map((name, i) => asked(MONDAY + i, name)))).toEqual([]);
  });

  it('are told that carry 0.7 bytes in a second', () => {
    const chance = new Chance(7);
    // 50 bytes of data in a name, every 71 seconds.
    const names = Array.from({ length: 500 }, () => labels(chance.text(80, BASE32)));
    expect(told(names.map((name, i) => asked(MONDAY + i * 71, `${name}.example.net`)))).not.toEqual([]);
  });
});
