import { describe, expect, it } from 'vitest';
import { formatIp, parseIp } from '../../model/address.ts';
import { TextColumn } from '../../model/batch.ts';
import { AttrsWriter, attrKey, attrWord } from './json-bytes.ts';

const KEY = attrKey('key');
const OTHER = attrKey('other');

function written(write: (attrs: AttrsWriter) => void): string {
  const column = new TextColumn(1, 16);
  const attrs = new AttrsWriter();
  attrs.begin(column, 0);
  write(attrs);
  attrs.end();
  column.seal(1);
  return column.get(0);
}

function valueWritten(write: (attrs: AttrsWriter) => void): unknown {
  return (JSON.parse(written(write)) as { key: unknown }).key;
}

describe('the writer of attrs', () => {
  it.each([
    0,
    7,
    10,
    99,
    100,
    65_535,
    999_999_999,
    1_000_000_000,
    2_147_483_647,
    2_147_483_648,
    4_294_967_295,
    4_000_000_000_000,
    Number.MAX_SAFE_INTEGER,
  ])('writes %d', (number) => {
    expect(written((attrs) => attrs.number(KEY, number))).toBe(`{"key":${number}}`);
  });

  it.each([
    '::',
    '::1',
    '1::',
    '2001:db8::1',
    '2001:db8:0:1:1:1:1:1',
    '2001:0:0:1:0:0:0:1',
    'fe80::1:0:0:1',
    '1:2:3:4:5:6:7:8',
    'a:bc:def:1234::',
    '::ffff:192.0.2.1',
    '::fffe:c000:201',
  ])('writes %s as RFC 5952 does', (text) => {
    const bytes = new Uint8Array(16);
    parseIp(text, bytes);
    expect(valueWritten((attrs) => attrs.v6(KEY, bytes, 0))).toBe(formatIp(bytes) || '::');
  });

  it('writes IPv4 and MAC addresses, words, hexadecimal text and true', () => {
    const bytes = Uint8Array.of(0, 192, 0, 2, 255, 171, 9);
    expect(
      written((attrs) => {
        attrs.v4(KEY, bytes, 1);
        attrs.mac(attrKey('mac'), bytes, 1);
        attrs.word(attrKey('word'), attrWord('a "word"'));
        attrs.hex(attrKey('hex'), bytes, 3, 6);
        attrs.true(OTHER);
      }),
    ).toBe('{"key":"192.0.2.255","mac":"c0:00:02:ff:ab:09","word":"a \\"word\\"","hex":"02ffab","other":true}');
  });

  it.each(['plain', 'a "quoted" back\\slash', 'tab\tnew\nline\0\x7f', 'Grüße, 世界, 😀', ''])(
    'keeps the text %j',
    (text) => {
      const bytes = new TextEncoder().encode(text);
      expect(valueWritten((attrs) => attrs.text(KEY, bytes, 0, bytes.length))).toBe(text);
    },
  );

  it.each([
    [[0xff], '\ufffd'],
    [[0xc0, 0x80], '\ufffd\ufffd'],
    [[0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
    [[0xf5, 0x80, 0x80, 0x80], '\ufffd\ufffd\ufffd\ufffd'],
    [[0x41, 0xe4, 0xb8], 'A\ufffd\ufffd'],
  ])('replaces what is no UTF-8: %j', (bytes, text) => {
    expect(valueWritten((attrs) => attrs.text(KEY, Uint8Array.from(bytes), 0, bytes.length))).toBe(text);
  });

  it('writes lists, and nothing for an empty one', () => {
    expect(
      written((attrs) => {
        attrs.beginList(KEY);
        attrs.item(64_500);
        attrs.item(4_200_000_000);
        attrs.endList();
        attrs.beginList(attrKey('empty'));
        attrs.endList();
        attrs.beginList(OTHER);
        attrs.pair(64_500, 100);
        attrs.endList();
      }),
    ).toBe('{"key":[64500,4200000000],"other":["64500:100"]}');
  });

  it('leaves a row without fields empty, and goes on with the next', () => {
    const column = new TextColumn(4, 16);
    const attrs = new AttrsWriter();
    for (const row of [0, 1, 3]) {
      attrs.begin(column, row);
      if (row !== 1) attrs.number(KEY, row);
      attrs.end();
    }
    column.seal(4);
    expect([0, 1, 2, 3].map((row) => column.get(row))).toEqual(['{"key":0}', '', '', '{"key":3}']);
  });

  it('stays valid JSON whatever is asked of it', () => {
    const long = new Uint8Array(20_000).fill(1);
    const object = JSON.parse(
      written((attrs) => {
        for (let i = 0; i < 40; i++) {
          attrs.text(attrKey(`text${i}`), long, 0, long.length);
          attrs.hex(attrKey(`hex${i}`), long, 0, 100);
          attrs.beginList(attrKey(`list${i}`));
          for (let k = 0; k < 1000; k++) attrs.pair(k, k);
          attrs.endList();
          attrs.number(attrKey(`number${i}`), 2 ** 53 - 1);
        }
      }),
    ) as Record<string, unknown>;
    expect(Object.keys(object).length).toBeGreaterThan(5);
  });
});
