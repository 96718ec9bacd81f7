import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRegex, RegexError } from './regex.ts';

const encoder = new TextEncoder();
const found = (source: string, text: string) => {
  const bytes = encoder.encode(text);
  return compileRegex(source)(bytes, 0, bytes.length);
};

describe('compileRegex', () => {
  it.each([
    ['^a+b$', 'aaab', true],
    ['^a+b$', 'aaabc', false],
    ['(?i)EVIL', 'www.Evil.example', true],
    ['\\.(zip|mov)$', 'a.zip', true],
    ['^[a-z0-9]{8,}\\.example$', 'abc.example', false],
    ['^[a-z0-9]{3,}\\.example$', 'abc1.example', true],
    ['^[^.]{2,4}$', 'abc', true],
    ['\\bcmd\\b', 'run cmd now', true],
    ['\\bcmd\\b', 'cmdlet', false],
    ['^$', '', true],
    ['x*', '', true],
    ['^ü.ß$', 'üöß', true],
    ['a.c', 'a\nc', true],
    ['[]a]', ']', false],
    ['(?:ab){2}', 'xababx', true],
    ['a{2}', 'a', false],
    ['\\d+\\.\\d+', 'v1.2', true],
    ['^(a|)b', 'b', true],
  ])('%s in %s: %s', (source, text, expected) => {
    if (source === '[]a]') expect(() => compileRegex(source)).not.toThrow();
    else expect(found(source, text)).toBe(expected);
  });

  it.each(['a(', 'a)', '[a', '*a', 'a**', '(?=a)', '(?<n>a)', '\\1', 'a{5,2}', 'a{1001}', '[z-a]', '^*', '\\', 'a{x}'])(
    'refuses %s',
    (source) => {
      expect(() => compileRegex(source)).toThrow(RegexError);
    },
  );

  it('answers as the expressions of the language do', () => {
    const part = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|b)', '(ab)', '\\w', '(a|)');
    const times = fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?');
    const source = fc
      .tuple(fc.boolean(), fc.array(fc.tuple(part, times), { minLength: 1, maxLength: 5 }), fc.boolean())
      .map(
        ([begin, parts, end]) => `${begin ? '^' : ''}${parts.map((pair) => pair.join('')).join('')}${end ? '$' : ''}`,
      );
    fc.assert(
      fc.property(source, fc.stringMatching(/^[abc]{0,8}$/), (expression, text) => {
        expect(found(expression, text)).toBe(new RegExp(expression, 's').test(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws anything but RegexError', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (source, text) => {
        try {
          found(source, text);
        } catch (error) {
          expect(error).toBeInstanceOf(RegexError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('takes steps in proportion to the text, where a backtracking matcher would take for ever', () => {
    expect(found('^(a+)+$', `${'a'.repeat(2000)}b`)).toBe(false);
    expect(found('a*a*a*a*a*a*a*c', 'a'.repeat(2000))).toBe(false);
  });
});
