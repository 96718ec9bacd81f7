import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseV4 as parseV4Text } from '../../model/address.ts';
import { bytesOf } from '../fixtures/decode.ts';
import { parseDecimal, parseFlags, parseUint, parseV4 } from './values.ts';

function over(parse: (bytes: Uint8Array, from: number, to: number) => number, text: string): number {
  const bytes = bytesOf(`9${text}9`);
  return parse(bytes, 1, bytes.length - 1);
}

describe('parseUint', () => {
  it.each([
    ['0', 0],
    ['65535', 65535],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', -1],
    ['443.0', 443],
    ['1e3', 1000],
    ['-0', 0],
    ['-1', -1],
    ['1.5', -1],
    ['1e999', -1],
    ['', -1],
    [' 1', -1],
    ['0x10', -1],
    ['tcp', -1],
  ])('reads %s as %d', (text, value) => {
    expect(over(parseUint, text)).toBe(value);
  });

  it('agrees with Number on every safe integer', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        expect(over(parseUint, String(n))).toBe(n);
      }),
    );
  });
});

describe('parseDecimal', () => {
  it('agrees with Number on every finite number in any notation', () => {
    const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 20 }), (n, digits) => {
        for (const text of [String(n), n.toExponential(), n.toFixed(Math.abs(n) < 1e20 ? digits : 0)])
          if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) expect(over(parseDecimal, text)).toBe(Number(text));
      }),
    );
  });

  it.each(['6.4e-05', '0.000064', '12e-05', '1e-300', '123456789012345678.5', '-0.5', '3.0'])('reads %s', (text) => {
    expect(over(parseDecimal, text)).toBe(Number(text));
  });

  it.each(['', '-', '.5', '5.', '1e', '1e999', 'abc', '1e-5x', '--1'])('refuses %s', (text) => {
    expect(over(parseDecimal, text)).toBeNaN();
  });
});

describe('parseV4', () => {
  it('agrees with the parser of texts', () => {
    const octet = fc.oneof(fc.integer({ min: 0, max: 300 }).map(String), fc.constantFrom('', '00', '01', 'a', '1000'));
    fc.assert(
      fc.property(fc.array(octet, { minLength: 3, maxLength: 5 }), (octets) => {
        expect(over(parseV4, octets.join('.'))).toBe(parseV4Text(octets.join('.')));
      }),
    );
  });
});

describe('parseFlags', () => {
  it.each([
    ['...AP.SF', 0x1b],
    ['.AP.SF', 0x1b],
    ['CEUAPRSF', 0xff],
    ['........', 0],
    ['SA', 0x12],
    ['27', 27],
    ['0x1b', 27],
    ['272', 16],
    ['0x', -1],
    ['SYN', -1],
    ['70000', -1],
  ])('reads %s as %d', (text, flags) => {
    expect(over(parseFlags, text)).toBe(flags);
  });
});
