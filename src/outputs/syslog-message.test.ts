import { hostname } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encoderNamed, LINE_FORMATS } from './encode/named-encoders.ts';
import { textEncoder } from './encode/row-encoder.ts';
import { datagram, framed, SyslogMessage } from './syslog-message.ts';

const HEADER = { facility: 16, hostname: 'collector.example', appName: 'vedette', sdId: 'vedette@32473' };
const encoder = textEncoder(() => '{"a":1}');
const ROW = { id: '42', ts: 1_700_000_000_123_456, kind: 'dns', risk: 0 };
/** RFC 5424, 6: the parts in front of the message. */
const SYNTAX =
  /^<(\d{1,3})>1 (-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) [\x21-\x7e]{1,255} [\x21-\x7e]{1,48} [\x21-\x7e]{1,128} [\x21-\x7e]{1,32} \[(\S+)((?: [a-z]+="(?:[^"\\\]]|\\["\\\]])*")+)\] /u;

describe('SyslogMessage', () => {
  it('is a message of RFC 5424', () => {
    expect(new SyslogMessage(HEADER, encoder).write(ROW)).toBe(
      `<134>1 2023-11-14T22:13:20.123456Z collector.example vedette ${process.pid} dns [vedette@32473 id="42" kind="dns" risk="0"] {"a":1}`,
    );
  });

  it.each([
    [0, 6],
    [1, 5],
    [39, 5],
    [40, 4],
    [70, 3],
    [90, 2],
    [100, 2],
  ])('has risk %i as severity %i', (risk, severity) => {
    const text = new SyslogMessage({ ...HEADER, facility: 4 }, encoder).write({ ...ROW, risk });
    expect(text.startsWith(`<${32 + severity}>1 `)).toBe(true);
  });

  it('knows this machine, and times that are none', () => {
    const text = new SyslogMessage({ ...HEADER, hostname: '' }, encoder).write({ id: '1' });
    expect(text).toMatch(/^<134>1 - \S+ vedette \d+ - \[/);
    expect(text).toContain(` ${hostname().replaceAll(/[^\x21-\x7e]/g, '')} `);
  });

  it('keeps its syntax whatever an event holds', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null));
    const row = fc.record({ id: cell, ts: cell, kind: cell, risk: cell });
    const message = new SyslogMessage(HEADER, encoder);
    fc.assert(
      fc.property(row, (values) => {
        const text = message.write(values);
        expect(text).toMatch(SYNTAX);
        expect(text).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it.each(LINE_FORMATS)('has one line of %s', (format) => {
    const message = new SyslogMessage(HEADER, encoderNamed(format, { version: '1.2.3' }));
    const text = message.write({ ...ROW, domain: 'a\nb', user: 'x\r\ny' });
    expect(text).toMatch(SYNTAX);
    expect(text).not.toMatch(/[\r\n]/);
    if (message.columns) expect(message.columns).toEqual(expect.arrayContaining(['id', 'ts', 'kind', 'risk']));
  });
});

it('counts bytes, not characters', () => {
  expect(framed('ä€😀', 'octet-counting')).toBe('9 ä€😀');
  expect(framed('ä', 'newline')).toBe('ä\n');
});

it('cuts datagrams between characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), fc.integer({ min: 4, max: 200 }), (text, most) => {
      const whole = Buffer.from(text).toString();
      const { bytes, cut } = datagram(text, most);
      expect(cut).toBe(Buffer.byteLength(text) > most);
      expect(bytes.length).toBeLessThanOrEqual(most);
      expect(whole.startsWith(bytes.toString())).toBe(true);
      if (cut) expect(bytes.length).toBeGreaterThan(most - 4);
    }),
  );
});
