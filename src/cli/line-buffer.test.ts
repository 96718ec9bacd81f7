import { describe, expect, it } from 'vitest';
import { LineBuffer } from './line-buffer.ts';

function written(write: (out: LineBuffer) => void): string {
  const out = new LineBuffer();
  write(out);
  return Buffer.from(out.take()).toString();
}

describe('what is written digit by digit', () => {
  it('is every whole number to 2^53', () => {
    const numbers = [0, 9, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 1_000_000_000_000_000];
    for (let power = 1; power < 1e15; power *= 10) numbers.push(power - 1, power, power + 1);
    for (const number of numbers) expect(written((out) => out.whole(number))).toBe(String(number));
  });

  it('is a number of seconds without digits that say nothing', () => {
    const cases: [number, string][] = [
      [0, '0'],
      [1.5, '1.5'],
      [0.000001, '0.000001'],
      [3.25e-7, '0'],
      [86_400.1, '86400.1'],
      [0.1 + 0.2, '0.3'],
      [5e9 + 0.02, '5000000000.02'],
    ];
    for (const [value, text] of cases) expect(written((out) => out.seconds(value))).toBe(text);
  });

  it('is a time with its microseconds', () => {
    for (const micros of [0, 1, 951_782_400e6 - 1, 1_790_000_000_123_456, 4e15, 9e15]) {
      const iso = new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1);
      const text = `${iso}${String(micros % 1000).padStart(3, '0')}Z`;
      for (let n = 0; n < 2; n++) expect(written((out) => out.time(micros))).toBe(text);
    }
    const out = new LineBuffer();
    for (const second of [5, 4101, 5]) out.time(second * 1e6);
    const texts = ['00:00:05', '01:08:21', '00:00:05'].map((clock) => `1970-01-01T${clock}.000000Z`);
    expect(Buffer.from(out.take()).toString()).toBe(texts.join(''));
    expect(written((one) => one.time(-5))).toBe('-5');
    expect(written((one) => one.time(Number.NaN))).toBe('');
  });

  it('is an IPv4 address', () => {
    for (const [address, text] of [
      [0, '0.0.0.0'],
      [0xffffffff, '255.255.255.255'],
      [0xc0000207, '192.0.2.7'],
      [0x0a640963, '10.100.9.99'],
    ] as const)
      expect(written((out) => out.v4(address))).toBe(text);
  });

  it('grows, and begins anew once taken', () => {
    const out = new LineBuffer();
    const long = 'ä'.repeat(700_000);
    out.text(long);
    out.raw(Buffer.from(long));
    out.byte(0x21);
    expect(Buffer.from(out.take()).toString()).toBe(`${long}${long}!`);
    expect(out.take().length).toBe(0);
  });
});
