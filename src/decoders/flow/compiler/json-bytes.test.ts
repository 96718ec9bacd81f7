import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIp } from '../../../model/address.ts';
import {
  BYTES_PER_TEXT_BYTE,
  writeEscaped,
  writeHex,
  writeMac,
  writeQuoted64,
  writeUtf8,
  writeV4,
  writeV6,
  writeWhole,
} from './json-bytes.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What `write` puts behind three bytes that it must leave alone. */
function written(write: (out: Uint8Array, at: number) => number, room = 64): string {
  const out = new Uint8Array(room + 3).fill(0x7e);
  const end = write(out, 3);
  expect(decoder.decode(out.subarray(0, 3))).toBe('~~~');
  expect(end).toBeLessThanOrEqual(room + 3);
  return decoder.decode(out.subarray(3, end));
}

describe('writeWhole', () => {
  it.each([0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 1e15, 1e15 - 1, 2 ** 53 - 1])('writes %d', (value) => {
    expect(written((out, at) => writeWhole(out, at, value))).toBe(String(value));
  });

  it('writes any whole number', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(written((out, at) => writeWhole(out, at, value))).toBe(String(value));
      }),
    );
  });
});

describe('writeQuoted64', () => {
  it('writes any 64-bit number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const [high, low] = [Number(value >> 32n), Number(value & 0xffffffffn)];
        expect(written((out, at) => writeQuoted64(out, at, high, low))).toBe(`"${value}"`);
      }),
    );
    expect(written((out, at) => writeQuoted64(out, at, 0, 0))).toBe('"0"');
  });
});

describe('addresses', () => {
  const sixteen = fc.oneof(
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }).map((bytes) => Uint8Array.from(bytes)),
  );

  it('are written as people write them', () => {
    fc.assert(
      fc.property(sixteen, (bytes) => {
        const text = written((out, at) => writeV6(out, at, bytes, 0));
        expect(text).toBe(formatIp(bytes) || '::');
        const four = written((out, at) => writeV4(out, at, bytes, 4));
        expect(four).toBe([...bytes.subarray(4, 8)].join('.'));
      }),
    );
  });

  it.each([
    ['2001:db8::', [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['::1', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['1:0:2::', [0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['192.0.2.1', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1]],
  ])('are written as %s', (text, bytes) => {
    expect(written((out, at) => writeV6(out, at, Uint8Array.from(bytes), 0))).toBe(text);
  });

  it('of hardware have colons', () => {
    const bytes = Uint8Array.of(9, 0x02, 0, 0xab, 0xcd, 0xef, 1);
    expect(written((out, at) => writeMac(out, at, bytes, 1))).toBe('02:00:ab:cd:ef:01');
    expect(written((out, at) => writeHex(out, at, bytes, 0, 3))).toBe('090200');
  });
});

describe('text', () => {
  it('comes back from JSON as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const bytes = new TextEncoder().encode(text);
        const room = bytes.length * BYTES_PER_TEXT_BYTE;
        const inside = written((out, at) => writeEscaped(out, at, bytes, 0, bytes.length), room);
        expect(JSON.parse(`"${inside}"`)).toBe(text);
        expect(written((out, at) => writeUtf8(out, at, bytes, 0, bytes.length), room)).toBe(text);
      }),
    );
  });

  it('is UTF-8 whatever the bytes, and loses none that are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const room = bytes.length * BYTES_PER_TEXT_BYTE;
        const inside = written((out, at) => writeEscaped(out, at, bytes, 0, bytes.length), room);
        const plain = written((out, at) => writeUtf8(out, at, bytes, 0, bytes.length), room);
        expect(JSON.parse(`"${inside}"`)).toBe(plain);
        const kept = (text: string) => text.replaceAll('\ufffd', '');
        expect(kept(plain)).toBe(kept(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)));
      }),
    );
  });

  it.each([
    ['a stray continuation', [0x80], 1],
    ['a cut character', [0xe2, 0x82], 2],
    ['an overlong form', [0xc0, 0xaf], 2],
    ['an overlong form of three', [0xe0, 0x9f, 0xbf], 3],
    ['a surrogate', [0xed, 0xa0, 0x80], 3],
    ['a code point past the last', [0xf4, 0x90, 0x80, 0x80], 4],
  ])('has U+FFFD for each byte of %s', (_, bytes, count) => {
    const text = written((out, at) => writeUtf8(out, at, Uint8Array.from(bytes), 0, bytes.length));
    expect(text).toBe('\ufffd'.repeat(count));
  });
});
