import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalIndicator } from './canonical.ts';

describe('canonicalIndicator', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    [' 192.0.2.1/32 ', '192.0.2.1'],
    ['198.51.100.77/25', '198.51.100.0/25'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.77/120', '192.0.2.0/24'],
    ['2001:DB8:0:0::00ff', '2001:db8::ff'],
    ['2001:db8:ffff::1/32', '2001:db8::/32'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['::/0', '::/0'],
    ['Bad.Example.', 'bad.example'],
    ['_x.a-b.example', '_x.a-b.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalIndicator(text)).toBe(canonical);
    expect(canonicalIndicator(canonical)).toBe(canonical);
  });

  it.each([
    '',
    '.',
    'localhost',
    'a..example',
    '-a.example',
    'a-.example',
    'a b.example',
    '192.0.2.256',
    '192.0.2.1/33',
    '192.0.2.1.',
    '192.0.2',
    '2001:db8::/129',
    'fe80::1%eth0',
    'http://bad.example/',
    `${'a'.repeat(64)}.example`,
    `${'abcdefg.'.repeat(40)}example`,
  ])('refuses %j', (text) => {
    expect(() => canonicalIndicator(text)).toThrow(expect.objectContaining({ code: 'INVALID_ADDRESS' }));
  });

  it('answers or refuses, and its answer is canonical', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.domain(), fc.webUrl()), (text) => {
        let canonical: string;
        try {
          canonical = canonicalIndicator(text);
        } catch (error) {
          return (error as { code?: string }).code === 'INVALID_ADDRESS';
        }
        return canonicalIndicator(canonical) === canonical;
      }),
    );
  });
});
