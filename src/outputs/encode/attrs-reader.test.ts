import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttrsReader } from './attrs-reader.ts';

const read = (text: string, wanted: readonly string[] = []) => {
  const reader = new AttrsReader(wanted);
  reader.read(text);
  return { text: reader.text, members: wanted.map((_, i) => reader.member(i)) };
};

describe('JSON of a column', () => {
  it('is taken over as it is', () => {
    const text = '{"a": 1e400, "b":[true,null,-0.5E+3,{}],"c":"\\u00e9\\n"}';
    expect(read(text, ['c', 'a', 'x'])).toEqual({ text, members: ['"\\u00e9\\n"', '1e400', ''] });
  });

  it('is written anew where it has line breaks, or a key twice at any level', () => {
    expect(read('{"a":\n 1}', ['a'])).toEqual({ text: '{"a":1}', members: ['1'] });
    expect(read('{"a":1,"b":{"c":1,"c":2},"a":3}', ['a'])).toEqual({ text: '{"a":3,"b":{"c":2}}', members: ['3'] });
    expect(read('{"a":1,"\\u0061":2}', ['a'])).toEqual({ text: '{"a":2}', members: ['2'] });
    expect(read('{"x":{"a":1},"y":{"a":2}}').text).toBe('{"x":{"a":1},"y":{"a":2}}');
  });

  it('becomes an object where it is none', () => {
    expect(read('[1]', ['value'])).toEqual({ text: '{"value":[1]}', members: ['[1]'] });
    expect(read('{"a":', ['a'])).toEqual({ text: '{"unreadable":"{\\"a\\":"}', members: [''] });
    expect(read('{"a":1} x').text).toBe('{"unreadable":"{\\"a\\":1} x"}');
    expect([read('').text, read('{}').text]).toEqual(['', '']);
  });

  it('forgets the members of the one before', () => {
    const reader = new AttrsReader(['a']);
    reader.read('{"a":1}');
    reader.read('{"b":1}');
    expect(reader.member(0)).toBe('');
    reader.read('{"a":1}');
    reader.read('');
    expect(reader.member(0)).toBe('');
  });

  it('may be deep or wide', () => {
    const deep = `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`;
    expect(read(deep).text).toBe(deep);
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i])));
    expect(read(wide, ['k999'])).toEqual({ text: wide, members: ['999'] });
  });

  it('is the same object, in one line, for any text', () => {
    const anyText = fc.oneof(
      fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue(), { maxKeys: 6 }).map((value) => JSON.stringify(value)),
      fc.jsonValue().map((value) => JSON.stringify({ a: value }, null, 1)),
      fc
        .array(
          fc.constantFrom(
            '{',
            '}',
            '[',
            ']',
            '"a"',
            ':',
            ',',
            '1',
            '-',
            '0',
            '.',
            'e',
            'true',
            ' ',
            '\\',
            '"',
            '\t',
            '\n',
          ),
          { maxLength: 12 },
        )
        .map((parts) => `{${parts.join('')}`),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const { text: taken } = read(text);
        expect(taken).not.toMatch(/[\n\r]/);
        const value = parsed(text);
        const expected = typeof value === 'object' && value !== null ? value : { unreadable: text };
        expect(JSON.parse(taken || '{}')).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
