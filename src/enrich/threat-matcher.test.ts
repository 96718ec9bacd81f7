import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../kit/log.ts';
import { formatIp, formatV4, parseIp, parseNetwork } from '../model/address.ts';
import { EventBatch } from '../model/batch.ts';
import { hashName } from './domain-table.ts';
import type { MatchIndicator } from './matcher.ts';
import { ThreatMatcher } from './threat-matcher.ts';

interface Row {
  readonly src?: string;
  readonly dst?: string;
  readonly domain?: string;
}

function batchOf(rows: readonly Row[]): EventBatch {
  const batch = new EventBatch(Math.max(1, rows.length));
  const bytes = new Uint8Array(16);
  rows.forEach(({ src, dst, domain }, row) => {
    if (src && parseIp(src, bytes)) batch.columns.src_ip.setBytes(row, bytes, 0);
    if (dst && parseIp(dst, bytes)) batch.columns.dst_ip.setBytes(row, bytes, 0);
    if (domain) batch.columns.domain.set(row, domain);
    batch.length = row + 1;
  });
  return batch;
}

function matched(matcher: ThreatMatcher, rows: readonly Row[]) {
  const batch = batchOf(rows);
  matcher.match(batch, 0, rows.length);
  const { threat_count, threat_indicator, threat_category, threat_confidence, threat_matches } = batch.columns;
  return rows.map((_, row) => ({
    count: threat_count[row],
    indicator: threat_indicator.get(row),
    category: threat_category.get(row),
    confidence: threat_confidence[row],
    matches: JSON.parse(threat_matches.get(row) || '[]') as object[],
  }));
}

async function holding(indicators: readonly MatchIndicator[], source = 'test'): Promise<ThreatMatcher> {
  const matcher = new ThreatMatcher({ log: silentLog });
  await matcher.start();
  await matcher.replace(source, indicators);
  return matcher;
}

const bad = (value: string, confidence = 80, category = 'c2', source = 'list'): MatchIndicator => ({
  value,
  category,
  confidence,
  source,
});

describe('ThreatMatcher', () => {
  it('fills the columns from the most confident match and lists all of them', async () => {
    const matcher = await holding([
      bad('198.51.100.7', 60, 'scanner'),
      bad('198.51.100.0/24', 90, 'c2'),
      bad('evil.example', 70, 'phishing', 'other'),
    ]);
    const [hit, miss] = matched(matcher, [
      { src: '192.0.2.1', dst: '198.51.100.7', domain: 'WWW.Evil.Example.' },
      { src: '192.0.2.1', dst: '192.0.2.2', domain: 'notevil.example' },
    ]);
    expect(hit).toEqual({
      count: 3,
      indicator: '198.51.100.0/24',
      category: 'c2',
      confidence: 90,
      matches: [
        { indicator: '198.51.100.0/24', category: 'c2', confidence: 90, source: 'list', field: 'dst_ip' },
        { indicator: 'evil.example', category: 'phishing', confidence: 70, source: 'other', field: 'domain' },
        { indicator: '198.51.100.7', category: 'scanner', confidence: 60, source: 'list', field: 'dst_ip' },
      ],
    });
    expect(miss).toEqual({ count: 0, indicator: '', category: '', confidence: 0, matches: [] });
  });

  it('prefers the more specific of two equally confident matches', async () => {
    const matcher = await holding([bad('203.0.113.0/24'), bad('203.0.113.9'), bad('203.0.112.0/20')]);
    expect(matched(matcher, [{ src: '203.0.113.9' }])[0].indicator).toBe('203.0.113.9');
    expect(matched(matcher, [{ src: '203.0.113.8' }])[0].indicator).toBe('203.0.113.0/24');
    expect(matched(matcher, [{ src: '203.0.112.8' }])[0].indicator).toBe('203.0.112.0/20');
  });

  it('keeps what several sources say about one value, and once what one source says twice', async () => {
    const matcher = await holding([bad('192.0.2.9', 40), bad('192.0.2.9', 50), bad('192.0.2.9', 45, 'spam')], 'a');
    await matcher.replace('b', [bad('192.0.2.9', 90, 'c2', 'second')]);
    expect(matcher.lookup('192.0.2.9')).toEqual([
      { ...bad('192.0.2.9', 90, 'c2', 'second'), field: 'value' },
      { ...bad('192.0.2.9', 50), field: 'value' },
      { ...bad('192.0.2.9', 45, 'spam'), field: 'value' },
    ]);
    await matcher.replace('b', []);
    expect(matcher.lookup('192.0.2.9')).toHaveLength(2);
  });

  it('says the same of an address every time, for the field it stands in', async () => {
    const matcher = await holding([bad('192.0.2.9')]);
    const rows = [{ src: '192.0.2.9' }, { dst: '192.0.2.9' }, { src: '192.0.2.9', dst: '192.0.2.9' }];
    const results = matched(matcher, [...rows, ...rows]);
    expect(results.slice(3)).toEqual(results.slice(0, 3));
    expect(results.map(({ matches }) => matches.map((match) => (match as { field: string }).field).join())).toEqual([
      'src_ip',
      'dst_ip',
      'src_ip,dst_ip',
      'src_ip',
      'dst_ip',
      'src_ip,dst_ip',
    ]);
    await matcher.replace('test', [bad('192.0.2.9', 5)]);
    expect(matched(matcher, rows).map(({ confidence }) => confidence)).toEqual([5, 5, 5]);
  });

  it('keeps quotes and control characters of a list out of the syntax of its JSON', async () => {
    const matcher = await holding([bad('192.0.2.9', 50, 'a"b\\c\n', 'it\'s "a" list\u2028')]);
    expect(matched(matcher, [{ src: '192.0.2.9' }])[0].matches).toEqual([
      { indicator: '192.0.2.9', category: 'a"b\\c\n', confidence: 50, source: 'it\'s "a" list\u2028', field: 'src_ip' },
    ]);
  });

  it('lists at most 16 matches and counts all', async () => {
    const many = Array.from({ length: 40 }, (_, i) => bad('192.0.2.9', i, `kind-${i}`));
    const [hit] = matched(await holding(many), [{ src: '192.0.2.9' }]);
    expect(hit.count).toBe(40);
    expect(hit.matches).toHaveLength(16);
    expect(hit.confidence).toBe(39);
  });

  it('answers look-ups most specific first, for addresses, networks and names', async () => {
    const values = ['198.51.100.0/24', '198.51.100.128/25', '198.51.100.200', 'evil.example', 'a.b.evil.example'];
    const matcher = await holding(values.map((value) => bad(value)));
    const found = (value: string) => matcher.lookup(value).map((match) => match.value);
    expect(found('198.51.100.200')).toEqual(['198.51.100.200', '198.51.100.128/25', '198.51.100.0/24']);
    expect(found('198.51.100.128/25')).toEqual(['198.51.100.128/25', '198.51.100.0/24']);
    expect(found('198.51.0.0/16')).toEqual([]);
    expect(found(' X.a.b.EVIL.example. ')).toEqual(['a.b.evil.example', 'evil.example']);
    expect(found('evil.example')).toEqual(['evil.example']);
    expect(found('example')).toEqual([]);
    expect(found('no name')).toEqual([]);
    expect(found('')).toEqual([]);
  });

  it('finds IPv6 addresses and networks, and IPv4 in its mapped form', async () => {
    const matcher = await holding([
      bad('2001:db8::1', 50),
      bad('2001:db8::/32', 40),
      bad('2001:db8:0:1::/64', 30),
      bad('::ffff:192.0.2.1', 20),
    ]);
    const counts = matched(matcher, [
      { src: '2001:DB8:0::1', dst: '2001:db8::2' },
      { src: '2001:db8:0:1::9' },
      { src: '2001:db9::1', dst: '192.0.2.1' },
      { src: '2001:db9::1' },
    ]).map((row) => row.count);
    expect(counts).toEqual([3, 2, 1, 0]);
    expect(matcher.lookup('2001:db8:0:1::9').map((match) => match.value)).toEqual([
      '2001:db8:0:1::/64',
      '2001:db8::/32',
    ]);
  });

  it('finds hosts with a port, addresses in the place of a name, and names in Unicode', async () => {
    const matcher = await holding([
      bad('evil.example'),
      bad('198.51.100.7'),
      bad('bücher.example'),
      bad('*.wild.example'),
    ]);
    const names = [
      'evil.example:8080',
      '198.51.100.7:443',
      'xn--bcher-kva.example',
      'x.wild.example',
      'evil.example.org',
    ];
    const counts = matched(
      matcher,
      names.map((domain) => ({ domain })),
    ).map((row) => row.count);
    expect(counts).toEqual([1, 1, 1, 1, 0]);
  });

  it.each([
    '0.0.0.0/0',
    '::/0',
    '0.0.0.0',
    '::',
    '10.0.0.0/7',
    '::/64',
    '::/96',
    '2000::/3',
    'com',
    '',
    ' ',
    '1.2.3',
    '1.2.3.400',
    '192.0.2.0/33',
    'a..example',
    'http://evil.example',
    `${'a'.repeat(64)}.example`,
  ])('refuses %j and keeps its neighbours', async (value) => {
    const matcher = await holding([bad('192.0.2.1'), bad(value), bad('evil.example')]);
    expect(matcher.size()).toEqual({ addresses: 1, networks: 0, domains: 1 });
    expect(matched(matcher, [{ src: '203.0.113.77', dst: '2001:db8::77', domain: 'www.good.example' }])[0].count).toBe(
      0,
    );
  });

  it('refuses confidences outside 0 to 100', async () => {
    const matcher = await holding([bad('192.0.2.1', Number.NaN), bad('192.0.2.2', 101), bad('192.0.2.3', -1)]);
    expect(matcher.size().addresses).toBe(0);
  });

  it('keeps the old set when the new one fails half-way or is too large', async () => {
    const matcher = new ThreatMatcher({ log: silentLog, limit: 3 });
    await matcher.replace('a', [bad('192.0.2.1')]);
    const broken = function* () {
      yield bad('192.0.2.2');
      throw new Error('the list broke off');
    };
    await expect(matcher.replace('a', broken())).rejects.toThrow('the list broke off');
    const four = ['192.0.2.3', '192.0.2.4', '192.0.2.5', '192.0.2.6'].map((value) => bad(value));
    await expect(matcher.replace('a', four)).rejects.toThrow('more than 3');
    expect(matcher.lookup('192.0.2.1')).toHaveLength(1);
    expect(matcher.lookup('192.0.2.2')).toHaveLength(0);
    await matcher.replace('a', four.slice(0, 3));
    expect(matcher.size().addresses).toBe(3);
  });

  it('matches a batch against all of the old or all of the new set while it is replaced', async () => {
    const size = 20_000;
    const set = (confidence: number) =>
      Array.from({ length: size }, (_, i) => bad(formatV4(0xc6000000 + i), confidence));
    const matcher = await holding(set(10));
    let done = false;
    const replaced = matcher.replace('test', set(90)).finally(() => {
      done = true;
    });
    const rows = Array.from({ length: 200 }, (_, i) => ({ src: formatV4(0xc6000000 + i * 97) }));
    const seen = new Set<number>();
    for (let last = false; !last; ) {
      last = done;
      const confidences = new Set(matched(matcher, rows).map((row) => row.confidence));
      expect(confidences.size).toBe(1);
      for (const confidence of confidences) seen.add(confidence);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await replaced;
    expect([...seen].sort()).toEqual([10, 90]);
  });

  it('tells names with the same hash apart', async () => {
    const byHash = new Map<number, string>();
    const pairs: [string, string][] = [];
    for (let i = 0; pairs.length < 3; i++) {
      const name = `h${((i * 2654435761) % 2 ** 32).toString(36)}.example`;
      const bytes = new TextEncoder().encode(name);
      const hash = hashName(bytes, 0, bytes.length);
      const other = byHash.get(hash);
      if (other !== undefined && other !== name) pairs.push([other, name]);
      byHash.set(hash, name);
    }
    const one = await holding(pairs.map(([first]) => bad(first)));
    const rows = pairs.flatMap((pair) => pair.map((domain) => ({ domain })));
    expect(matched(one, rows).map((row) => row.indicator)).toEqual(pairs.flatMap(([first]) => [first, '']));
    const both = await holding(pairs.flat().map((name) => bad(name)));
    expect(matched(both, rows).map((row) => row.indicator)).toEqual(pairs.flat());
  });
});

/** What is held, asked one by one: the specification that the tables must agree with. */
function naive(indicators: readonly MatchIndicator[], value: string): string[] {
  const bytes = new Uint8Array(16);
  const family = parseIp(value, bytes);
  const covers = (indicator: MatchIndicator) => {
    const network = parseNetwork(indicator.value);
    if (family === 0) return network === undefined && `.${value.toLowerCase()}`.endsWith(`.${indicator.value}`);
    if (network === undefined || network.family !== family) return false;
    for (let bit = 0; bit < network.prefix; bit++)
      if (((bytes[bit >> 3] ^ network.bytes[bit >> 3]) >> (7 - (bit & 7))) & 1) return false;
    return true;
  };
  return indicators.filter(covers).map((indicator) => `${indicator.value} ${indicator.category}`);
}

// Few distinct bits, so that networks nest, touch and coincide.
const octet = fc.constantFrom(0, 1, 127, 128, 254, 255);
const v4 = fc.tuple(fc.constantFrom(9, 10, 223, 255), octet, octet, octet).map((parts) => parts.join('.'));
const v6 = fc
  .array(fc.constantFrom(0, 1, 0x8000, 0xffff), { minLength: 8, maxLength: 8 })
  .map(([first, ...rest]) => [0x2000 | (first & 0x1fff), ...rest].map((group) => group.toString(16)).join(':'));
const label = fc.constantFrom('a', 'b', 'www', 'evil', 'xn--bcher-kva', 'a-b', '_x');
const name = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join('.'));
const canonical = (text: string): string => {
  const network = parseNetwork(text);
  if (network === undefined) return text;
  const address = formatIp(network.bytes);
  return network.prefix === 128 ? address : `${address}/${network.family === 4 ? network.prefix - 96 : network.prefix}`;
};
const value = fc
  .oneof(
    v4,
    v6,
    name,
    fc.tuple(v4, fc.integer({ min: 8, max: 32 })).map(([ip, bits]) => `${ip}/${bits}`),
    fc.tuple(v6, fc.integer({ min: 19, max: 128 })).map(([ip, bits]) => `${ip}/${bits}`),
  )
  .map(canonical);
const indicator = fc.record({
  value,
  category: fc.constantFrom('c2', 'scanner'),
  confidence: fc.integer({ min: 0, max: 100 }),
  source: fc.constant('list'),
});

describe('ThreatMatcher against asking one by one', () => {
  it('finds exactly what covers a value, whatever is held', async () => {
    const asked = fc.oneof(v4, v6, name);
    await fc.assert(
      fc.asyncProperty(
        fc.array(indicator, { maxLength: 60 }),
        fc.array(asked, { maxLength: 40 }),
        async (held, values) => {
          const unique = [...new Map(held.map((one) => [`${one.value} ${one.category}`, one])).values()];
          const matcher = await holding(unique);
          for (const text of [...values, ...unique.map((one) => one.value.split('/')[0])]) {
            const expected = naive(unique, text).sort();
            const found = matcher.lookup(text).map((match) => `${match.value} ${match.category}`);
            expect(found.sort()).toEqual(expected);
            const isName = parseIp(text, new Uint8Array(16)) === 0;
            const row = isName ? { domain: text.toUpperCase() } : { dst: text };
            expect(matched(matcher, [row])[0].count).toBe(expected.length);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('counts the same whether indicators come from one source or from many', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(indicator, { maxLength: 30 }),
        fc.array(v4, { maxLength: 20 }),
        async (held, values) => {
          const distinct = held.map((one, i) => ({ ...one, source: `s${i}` }));
          const whole = await holding(distinct);
          const parted = new ThreatMatcher({ log: silentLog });
          for (const part of [0, 1, 2])
            await parted.replace(
              `feed-${part}`,
              distinct.filter((_, i) => i % 3 === part),
            );
          for (const ip of values) {
            const seen = (matcher: ThreatMatcher) =>
              matcher
                .lookup(ip)
                .map((match) => JSON.stringify(match))
                .sort();
            expect(seen(parted)).toEqual(seen(whole));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
