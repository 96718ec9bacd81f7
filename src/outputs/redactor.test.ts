import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Redactor } from './redactor.ts';

it('replaces secrets in every spelling they can come back in', () => {
  const secret = 'p"w/ö +1';
  const { clean } = { clean: (text: string) => new Redactor([secret, 'other']).clean(text) };
  expect(clean(`Authorization: ${secret}`)).toBe('Authorization: ********');
  expect(clean(JSON.stringify({ password: secret }))).toBe('{"password":"********"}');
  expect(clean(`?password=${encodeURIComponent(secret)}&x=other`)).toBe('?password=********&x=********');
  expect(clean(`Basic ${Buffer.from(secret).toString('base64')}`)).toBe('Basic ********');
});

it('makes one line of at most 500 characters', () => {
  expect(new Redactor([]).clean('  a\r\n\tb\u0000c  ')).toBe('a b c');
  expect(new Redactor([]).clean('x'.repeat(501))).toBe(`${'x'.repeat(499)}…`);
  expect(new Redactor(['']).clean('abc')).toBe('abc');
});

it('leaves no secret, wherever it stands', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), fc.string({ maxLength: 1200 }), fc.string(), (secret, before, after) => {
      fc.pre(secret.trim() === secret && !'********'.includes(secret));
      expect(new Redactor([secret]).clean(before + secret + after)).not.toContain(secret);
    }),
  );
});
