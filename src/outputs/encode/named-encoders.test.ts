import { expect, it } from 'vitest';
import { DOCUMENT_FORMATS, encoderNamed, idOfLine, LINE_FORMATS } from './named-encoders.ts';

const ROW = { id: '18446744073709551615', ts: 1_700_000_000_000_000, received: 1_700_000_000_000_001, kind: 'flow' };
const parts = { version: '1.2.3' };

it.each(DOCUMENT_FORMATS)('finds the id in a line of %s', (format) => {
  const line = encoderNamed(format, parts).encode({ ...ROW, attrs: '{"id":"1","uid":"2"}', domain: '{"id":"9"' });
  expect(() => JSON.parse(line)).not.toThrow();
  expect(idOfLine(line)).toBe(ROW.id);
});

it('gives each format its own line', () => {
  const lines = LINE_FORMATS.map((format) => encoderNamed(format, parts).encode(ROW));
  expect(new Set(lines).size).toBe(LINE_FORMATS.length);
  expect(lines[4].startsWith('CEF:0|')).toBe(true);
  expect(lines[5].startsWith('LEEF:2.0|')).toBe(true);
});

it.each(['', '{}', '{"identity":"1"}', 'text'])('finds none in %s', (line) => {
  expect(idOfLine(line)).toBeUndefined();
});
