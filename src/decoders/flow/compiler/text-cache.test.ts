import { describe, expect, it } from 'vitest';
import { TextCache } from './text-cache.ts';

const encode = (text: string) => new TextEncoder().encode(text);

describe('TextCache', () => {
  it('makes a text once, and again when its slot was taken', () => {
    const made: string[] = [];
    const cache = new TextCache(1, (bytes) => {
      made.push(new TextDecoder().decode(bytes));
      return made.at(-1) as string;
    });
    const read = (text: string) => cache.read(encode(`<${text}>`), 1, 1 + encode(text).length);
    expect([read('one'), read('one'), read('two'), read('one'), read('on'), read('one')]).toEqual([
      'one',
      'one',
      'two',
      'one',
      'on',
      'one',
    ]);
    expect(made).toEqual(['one', 'two', 'one', 'on', 'one']);
  });

  it('keeps a copy: the bytes it read from are used again', () => {
    const cache = new TextCache();
    const bytes = encode('before');
    expect(cache.read(bytes, 0, 6)).toBe('before');
    bytes.set(encode('after!'));
    expect(cache.read(bytes, 0, 6)).toBe('after!');
    bytes.set(encode('before'));
    expect(cache.read(bytes, 0, 6)).toBe('before');
  });
});
