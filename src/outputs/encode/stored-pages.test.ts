import fc from 'fast-check';
import { expect, it } from 'vitest';
import { storedRows } from '../../../test/support/stored-rows.ts';
import { COLUMNS, type Column } from '../../model/columns.ts';
import { plainRow } from '../../model/event-page.ts';
import type { EventRow } from '../../model/event-row.ts';
import { BARE, CONNECTION } from './fixtures/rows.ts';
import { encoderNamed, LINE_FORMATS } from './named-encoders.ts';

const TEXTS = [
  '',
  'SF',
  'dns',
  'NOERROR',
  '404',
  'plain',
  'with "quotes"',
  'ümläut',
  'line\nfeed',
  '\\',
  '\u2028',
  '😀',
];
const ADDRESSES = ['', '192.0.2.7', '10.0.0.1', '2001:db8::7', '::1', '::', '255.255.255.255'];

/** Values that a column can have in the store; few, so that rows of a page share some and differ in others. */
function anyValue(column: Column): fc.Arbitrary<EventRow[string]> {
  const known = [BARE[column.name], CONNECTION[column.name]];
  switch (column.type) {
    case 'ip':
      return fc.constantFrom(...ADDRESSES);
    case 'enum':
      return fc.constantFrom(...Object.keys(column.values ?? {}));
    case 'dict':
    case 'set':
    case 'text':
      return fc.constantFrom(...TEXTS, ...known);
    case 'json':
      return fc.constantFrom(...known, '{"a":1,"uri":"/x?y=ü","method":"GET"}', '[]', 'no JSON', '{"a":"\\u0000"}');
    case 'f32':
      return fc.constantFrom(null, 0, -0.5, 52.37, 4.899999);
    case 'f64':
      return fc.constantFrom(null, 0, 0.1, 1.25, 1e300, 86_400.000001);
    case 'u8':
      return fc.constantFrom(0, 1, 6, 17, 58, 255);
    case 'time':
      return fc.constantFrom(0, 1, -1, 1_763_740_000_123_456, 1_763_740_000_123_000, 1_763_740_059_999_999, 8e15);
    default:
      return fc.constantFrom(0, 1, 80, 65_535);
  }
}

const ROW = fc.record(
  Object.fromEntries(
    (COLUMNS as readonly Column[]).filter(({ name }) => name !== 'id').map((c) => [c.name, anyValue(c)]),
  ),
);
/** Pages in which many columns are the same in all rows, as in those of one exporter. */
const PAGE = fc
  .tuple(ROW, fc.array(ROW, { minLength: 1, maxLength: 8 }), fc.subarray(COLUMNS.map(({ name }) => name)))
  .map(([common, rows, same]) =>
    rows.map((row) => ({ ...row, ...Object.fromEntries(same.map((name) => [name, common[name]])) })),
  );

it.each(LINE_FORMATS)('%s: rows of a page of the store give the same as each by itself', (format) => {
  const encoder = encoderNamed(format, { version: '1.0.0' });
  fc.assert(
    fc.property(PAGE, fc.bigInt({ min: 0n, max: 2n ** 64n - 4096n }), (rows, first) => {
      for (const row of storedRows(rows.map((row, i) => ({ ...row, id: String(first + BigInt(i)) })))) {
        const line = encoder.encode(row);
        expect(line).toBe(encoder.encode(plainRow(row)));
        expect(line).not.toMatch(/[\n\r]/);
        if (format !== 'cef' && format !== 'leef') expect(JSON.parse(line)).toBeTypeOf('object');
      }
    }),
    { numRuns: 150 },
  );
});
