import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOfRows, rowsOfPages } from '../../model/event-page.ts';
import type { EventRow } from '../../model/event-row.ts';
import { formatTime } from '../../model/filter/time.ts';
import { documentWriter } from './document-writer.ts';
import { cell, derived, type Field, type Guards } from './json-field.ts';
import { writingEncoder } from './row-encoder.ts';

/** Paths of a few names, some objects inside of arrays, none both a value and an object. */
const anyFields = fc
  .uniqueArray(
    fc.record({
      path: fc.array(fc.constantFrom('a', 'b', 'c[]', 'd'), { minLength: 1, maxLength: 4 }),
      value: fc.oneof(
        fc.constantFrom<Field['value']>(
          '"fixed"',
          '1',
          cell('text', 'x'),
          cell('list', 'x'),
          cell('word', 'y'),
          cell('plain', 'y'),
          cell('number', 'z'),
          cell('anyNumber', 'z'),
          cell('digits', 'z'),
          cell('number', 'z', 'null'),
          cell('port', 'z'),
          cell('icmp', 'z'),
          cell('time', 'at'),
        ),
        fc.constant<Field['value']>((row) => (row.x === '' ? '' : '[true]')),
        fc.constant<Field['value']>({
          of: ['user'],
          append: (row, sink) => (row.user === '' ? undefined : sink.text('{"deep":[]}')),
        }),
        fc.constantFrom<Field['value']>(
          derived(['user'], (row) => (row.user === '' ? '' : `"${row.user}"`)),
          derived(['proto'], (row) => (row.proto === 6 ? '' : `${row.proto}`)),
          derived(['user', 'proto'], (row) => (row.user === '' ? '' : `["${row.user}",${row.proto}]`), 'user'),
        ),
      ),
    }),
    { selector: ({ path }) => path.join('.').replaceAll('[]', ''), maxLength: 12 },
  )
  .map((fields): Field[] => fields.map(({ path, value }) => ({ path: pathOf(path), value })))
  .filter((fields) => fields.every(({ path }) => !fields.some((other) => isInside(other.path, path))));

const pathOf = (keys: readonly string[]) => [...keys.slice(0, -1), `${keys.at(-1)?.replace('[]', '')}_`].join('.');
const isInside = (path: string, outer: string) =>
  path.replaceAll('[]', '').startsWith(`${outer.replaceAll('[]', '')}.`);

const anyValues: fc.Arbitrary<EventRow> = fc.record({
  x: fc.constantFrom('', 'text', 'a"b'),
  y: fc.constantFrom('', 'unknown', 'word'),
  z: fc.constantFrom(0, 5, -0.5, Number.NaN, null),
  at: fc.constantFrom(0, 1_000_001, 1_763_740_000_123_000, null),
  proto: fc.constantFrom(1, 6, 58),
  user: fc.constantFrom('', 'ann', 'ben'),
});

const anyGuards: fc.Arbitrary<Guards> = fc
  .array(fc.constantFrom('a', 'b', 'c[]', 'a.b', 'b.c[]', 'a.a', 'a.b.d', 'd.d'))
  .map((paths) => new Map(paths.map((path) => [path, (row) => row.y !== 'word'])));

/** The document as an object: one field after the other put where its path says. */
function reference(fields: readonly Field[], guards: Guards, row: EventRow): unknown {
  const document: Record<string, unknown> = {};
  for (const { path, value } of fields) {
    const keys = path.split('.');
    if (keys.some((_, i) => guards.get(keys.slice(0, i).join('.'))?.(row) === false)) continue;
    const json = jsonOf(value, row);
    if (json !== '') put(document, keys, JSON.parse(json));
  }
  return document;
}

function put(object: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown): void {
  const name = key.replace('[]', '');
  if (rest.length === 0) {
    object[name] = value;
    return;
  }
  const made = (object[name] ?? (key.endsWith('[]') ? [{}] : {})) as Record<string, unknown>;
  object[name] = made;
  put(Array.isArray(made) ? made[0] : made, rest, value);
}

function jsonOf(value: Field['value'], row: EventRow): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return value(row);
  if ('bind' in value) throw new Error('is tested with the formats that have it');
  if ('append' in value) return row.user === '' ? '' : '{"deep":[]}';
  if ('of' in value) return value.write(row);
  const { form, column, otherwise = '' } = value;
  const found = row[column];
  const isIcmp = row.proto === 1 || row.proto === 58;
  if (typeof found === 'string') {
    if (found === '' || (form === 'word' && found === 'unknown')) return otherwise;
    return JSON.stringify(form === 'list' ? [found] : found);
  }
  if (typeof found !== 'number' || Number.isNaN(found)) return otherwise;
  if (form === 'time') return JSON.stringify(formatTime(found));
  if (found === 0 && form !== 'anyNumber' && form !== 'icmp') return otherwise;
  if ((form === 'port' && isIcmp) || (form === 'icmp' && !isIcmp)) return otherwise;
  return JSON.stringify(form === 'digits' ? String(found) : found);
}

const encoderOf = (fields: readonly Field[], guards?: Guards) => writingEncoder(documentWriter(fields, guards));

describe('a document writer', () => {
  it('writes what its fields say, of a row by itself and of rows of a page', () => {
    fc.assert(
      fc.property(anyFields, anyGuards, fc.array(anyValues, { minLength: 1, maxLength: 6 }), (fields, guards, rows) => {
        // The same name as an array and as an object has no meaning; the first decides.
        fc.pre(new Set(fields.flatMap(prefixes)).size === new Set(fields.flatMap(prefixes).map(plain)).size);
        const encoder = encoderOf(fields, guards);
        const page = pageOfRows(rows);
        const inPage = rowsOfPages(page.names)(page);
        for (const [i, row] of rows.entries()) {
          expect(encoder.encode(inPage[i])).toBe(encoder.encode(row));
          expect(JSON.parse(encoder.encode(row))).toEqual(reference(fields, guards, row));
        }
      }),
      { numRuns: 600 },
    );
  });

  it('refuses a field that is there twice, or is an object elsewhere', () => {
    const at = (...paths: string[]) => encoderOf(paths.map((path) => ({ path, value: '1' })));
    expect(() => at('a.b', 'a.b')).toThrow(RangeError);
    expect(() => at('a', 'a.b')).toThrow(RangeError);
    expect(() => at('a.b', 'a')).toThrow(RangeError);
    expect(at('a.b', 'c', 'a.d').encode({})).toBe('{"a":{"b":1,"d":1},"c":1}');
  });

  it('is an empty object when nothing is known', () => {
    expect(encoderOf([{ path: 'a.b', value: cell('text', 'x') }]).encode({ x: '' })).toBe('{}');
  });
});

const prefixes = ({ path }: Field): string[] => path.split('.').map((_, i, keys) => keys.slice(0, i + 1).join('.'));
const plain = (path: string): string => path.replaceAll('[]', '');
