import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALIASES, canonicalUrl } from './aliases.ts';
import { csvLine } from './csv.ts';
import { canonicalDomain, canonicalIndicator, canonicalIp } from './domain.ts';
import { addressName, RateLimiter } from './limits.ts';
import { bucketFor, readRange } from './time.ts';

describe('RateLimiter', () => {
  it('counts in windows of a minute', () => {
    let now = 0;
    const limiter = new RateLimiter({ ingestPerMinute: 1, othersPerMinute: 2 }, () => now);
    expect(limiter.take('a', 'default')).toEqual({ limit: 2, remaining: 1, reset: 60, exceeded: false });
    now = 30_500;
    expect(limiter.take('a', 'default')).toMatchObject({ remaining: 0, reset: 30, exceeded: false });
    expect(limiter.isExceeded('a', 'default')).toBe(true);
    expect(limiter.take('a', 'default').exceeded).toBe(true);
    expect(limiter.take('a', 'ingest').exceeded).toBe(false);
    now = 60_000;
    expect(limiter.isExceeded('a', 'default')).toBe(false);
    expect(limiter.take('a', 'default')).toMatchObject({ remaining: 1, exceeded: false });
  });

  it('keeps a table of bounded size, and forgets windows that are over', () => {
    let now = 0;
    const limiter = new RateLimiter({ ingestPerMinute: 1, othersPerMinute: 1 }, () => now);
    for (let i = 0; i < 30_000; i++) limiter.take(`caller ${i}`, 'default');
    expect(limiter.size).toBe(20_000);
    expect(limiter.take('caller 29999', 'default').exceeded).toBe(true);
    now = 61_000;
    limiter.take('somebody', 'default');
    expect(limiter.size).toBe(1);
  });

  it('counts a whole /64 of IPv6 as one', () => {
    expect(addressName('2001:db8::1')).toBe(addressName('2001:db8::ffff:1'));
    expect(addressName('2001:db8::1')).not.toBe(addressName('2001:db8:0:1::1'));
    expect(addressName('192.0.2.1')).toBe('192.0.2.1');
    expect(addressName('::ffff:192.0.2.1')).not.toBe(addressName('::ffff:192.0.2.2'));
  });
});

describe('times', () => {
  const now = Date.UTC(2026, 10, 20, 12) * 1000;
  it('takes the last hour when nothing is asked', () => {
    expect(readRange({}, now)).toEqual({ from: now - 3600e6, to: now });
    expect(readRange({ from: 'all' }, now)).toEqual({ from: 0, to: now });
    expect(readRange({ from: '2026-11-20T10:00:00 02:00' }, now).from).toBe(Date.UTC(2026, 10, 20, 8) * 1000);
    expect(readRange({ from: '2026-11-20 10:00' }, now).from).toBe(Date.UTC(2026, 10, 20, 10) * 1000);
  });

  it('never makes more buckets than asked, and starts each at a multiple of its length', () => {
    const times = fc.tuple(fc.integer({ min: 0, max: 2e15 }), fc.integer({ min: 1, max: 1e15 }));
    fc.assert(
      fc.property(times, fc.integer({ min: 2, max: 1000 }), ([from, length], points) => {
        const bucket = bucketFor({ from, to: from + length }, points);
        expect(bucket % 1e6).toBe(0);
        expect(Math.ceil((from + length) / bucket) - Math.floor(from / bucket)).toBeLessThanOrEqual(points);
      }),
    );
  });
});

describe('csvLine', () => {
  it('keeps every text, and none of them is a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 5 }), (values) => {
        const [read] = parse(csvLine(values), { relax_column_count: true }) as string[][];
        read.forEach((text, i) => {
          expect(text.replace(/^'/, '')).toBe(values[i].replace(/^'/, ''));
          expect(text).not.toMatch(/^[=+\-@\t\r]/);
        });
      }),
    );
    expect(csvLine([-5, null, Number.NaN, '+1'])).toBe("-5,,,'+1\r\n");
  });
});

describe('names', () => {
  it.each([
    ['192[.]0[.]2[.]1', '192.0.2.1'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['192.0.2.01', undefined],
    ['evil.example', undefined],
  ])('address %s', (text, expected) => expect(canonicalIp(text)).toBe(expected));

  it.each([
    ['WWW.Evil[.]Example.', 'www.evil.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['_dmarc.evil.example', '_dmarc.evil.example'],
    ['localhost', undefined],
    ['1.2.3.4', undefined],
    ['a..example', undefined],
    [`${'a'.repeat(64)}.example`, undefined],
    ['', undefined],
  ])('domain %s', (text, expected) => expect(canonicalDomain(text)).toBe(expected));

  it('indicators', () => {
    expect(canonicalIndicator('198.51.100.77/24')).toBe('198.51.100.0/24');
    expect(canonicalIndicator('2001:db8:1:2::/32')).toBe('2001:db8::/32');
    expect(() => canonicalIndicator('10.0.0.0/7')).toThrow(/too large/);
    expect(() => canonicalIndicator('2001::/18')).toThrow(/too large/);
  });
});

describe('aliases', () => {
  it('lead to canonical paths, with or without a slash, and keep the query', () => {
    for (const [alias, path] of Object.entries(ALIASES)) {
      expect(canonicalUrl(`${alias}/?a=1`)).toBe(`${path}?a=1`);
      expect(ALIASES[path]).toBeUndefined();
    }
    expect(canonicalUrl('/v1/events/?x')).toBe('/v1/events/?x');
    expect(canonicalUrl('/constructor')).toBe('/constructor');
  });
});
