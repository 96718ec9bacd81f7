import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defang, isIp, refang, subjectOf } from './address.ts';
import { countryName, riskLevel } from './names.ts';
import { change, plural, share, short, whole } from './number.ts';
import { ago, axisTime, dateTime, duration, precise, rangeLabel } from './time.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const plain = (text: string) => text.replaceAll('\u202f', ' ');

describe('addresses', () => {
  it.each([
    ['203[.]0[.]113[.]7', { kind: 'ip', value: '203.0.113.7' }],
    ['203.0.113(.)7', { kind: 'ip', value: '203.0.113.7' }],
    ['203.0.113.7:8080', { kind: 'ip', value: '203.0.113.7' }],
    ['hxxps://evil[.]example/a?b=c', { kind: 'domain', value: 'evil.example' }],
    ['https://user:word@Evil.Example:8443/x', { kind: 'domain', value: 'evil.example' }],
    ['http://[2001:db8::1]/x', { kind: 'ip', value: '2001:db8::1' }],
    ['2001:DB8::1', { kind: 'ip', value: '2001:db8::1' }],
    ['evil[dot]example', { kind: 'domain', value: 'evil.example' }],
    ['sub.evil.example.', { kind: 'domain', value: 'sub.evil.example' }],
    ['"192.0.2.1",', { kind: 'ip', value: '192.0.2.1' }],
  ])('reads %s', (text, expected) => expect(subjectOf(text)).toEqual(expected));

  it.each(['', 'hello', '300.1.1.1', '1.2.3', '::1::', '2001:db8', 'a b.example', '-.example', '192.0.2.01'])(
    'does not take "%s" for one',
    (text) => expect(subjectOf(text)).toBeUndefined(),
  );

  it('refangs what it defanged', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), (parts) => {
        const ip = parts.join('.');
        expect(isIp(ip)).toBe(true);
        expect(defang(ip)).not.toContain(`${parts[0]}.${parts[1]}`);
        expect(refang(defang(ip))).toBe(ip);
      }),
    );
    expect(refang(defang('https://evil.example/x'))).toBe('https://evil.example/x');
  });

  it.each([
    ['::', true],
    ['::ffff:192.0.2.1', true],
    ['1:2:3:4:5:6:7:8', true],
    ['1:2:3:4:5:6:7::', true],
    ['1:2:3:4:5:6:7:8:9', false],
    ['1:2:3:4:5:6:7', false],
    ['12345::', false],
    [':1:2', false],
  ])('knows whether %s is IPv6', (text, expected) => expect(isIp(text)).toBe(expected));
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [950, '950'],
    [999.6, '1 k'],
    [12_345, '12.3 k'],
    [999_499, '999 k'],
    [999_950, '1 M'],
    [1_420_000, '1.42 M'],
    [7.456, '7.46'],
  ])('writes %d short', (value, text) => expect(plain(short(value))).toBe(text));

  it('groups whole numbers by thin spaces', () => expect(plain(whole(4_812_003))).toBe('4 812 003'));

  it('gives shares, also of what rounds away', () => {
    expect(plain(share(31, 100))).toBe('31 %');
    expect(plain(share(1, 1000))).toBe('<1 %');
    expect(share(1, 0)).toBe('–');
  });

  it('compares with the period before', () => {
    expect(change(null, 1)).toBeNull();
    expect(change(1, null)).toBeNull();
    expect(change(5, 5)).toEqual({ direction: 'same', text: 'no change' });
    expect(change(3, 0)).toEqual({ direction: 'up', text: 'from 0' });
    expect(plain(change(120, 100)?.text ?? '')).toBe('20 %');
    expect(change(80, 100)?.direction).toBe('down');
    expect(change(5000, 10)?.text).toBe('×500');
  });

  it('agrees in number', () => {
    expect(plural(1, 'event')).toBe('1 event');
    expect(plural(0, 'match', 'matches')).toBe('0 matches');
  });
});

describe('times', () => {
  it('writes UTC and local time', () => {
    expect(dateTime(NOW, 'utc')).toBe('2026-11-20 12:00:00');
    expect(precise(NOW + 7, 'utc')).toBe('2026-11-20 12:00:00.007');
    const local = new Date(NOW);
    expect(dateTime(NOW, 'local').slice(11, 13)).toBe(String(local.getHours()).padStart(2, '0'));
  });

  it.each([
    [0.00002, '20 µs'],
    [0.0123, '12.3 ms'],
    [1.314, '1.31 s'],
    [59.9, '59.9 s'],
    [240, '4 min'],
    [13_260, '3 h 41 min'],
    [7200, '2 h'],
    [187_200, '2 d 4 h'],
  ])('writes a duration of %d s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it('says how long ago', () => {
    expect(ago(NOW - 500, NOW)).toBe('just now');
    expect(ago(NOW - 12_000, NOW)).toBe('12 s ago');
    expect(ago(NOW + 60_000, NOW)).toBe('in 1 min');
  });

  it('labels an axis as short as its range allows', () => {
    expect(axisTime(NOW, 'utc', 5 * 60_000)).toBe('12:00:00');
    expect(axisTime(NOW, 'utc', 3_600_000)).toBe('12:00');
    expect(axisTime(NOW, 'utc', 3 * 86_400_000)).toBe('20 Nov 12:00');
    expect(axisTime(NOW, 'utc', 30 * 86_400_000)).toBe('20 Nov');
  });

  it('names presets and writes other ranges out', () => {
    expect(rangeLabel({ from: '-1h', to: 'now' }, 'utc', NOW)).toBe('Last hour');
    expect(rangeLabel({ from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:30:00Z' }, 'utc', NOW)).toBe(
      '2026-11-20 08:00 – 09:30',
    );
    expect(rangeLabel({ from: '-90m', to: 'now' }, 'utc', NOW)).toBe('2026-11-20 10:30 – now');
  });
});

describe('names', () => {
  it('names countries and levels', () => {
    expect(countryName('DE')).toBe('Germany');
    expect(countryName('--')).toBeUndefined();
    expect([100, 90, 89, 70, 69, 40, 39, 1, 0].map(riskLevel)).toEqual([
      'critical',
      'critical',
      'high',
      'high',
      'medium',
      'medium',
      'low',
      'low',
      'info',
    ]);
  });
});
