import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EventRow } from '../../model/event-row.ts';
import { formatTime } from '../../model/filter/time.ts';
import { treeOf } from './document-tree.ts';
import { documentWriter } from './document-writer.ts';
import { generateDocument } from './generate-document.ts';
import { interpretDocument } from './interpret-document.ts';
import { cell, type Field, type Guards } from './json-field.ts';

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

describe('a document writer', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('writes what its fields say, whether its code is generated or not', () => {
    fc.assert(
      fc.property(anyFields, anyGuards, fc.array(anyValues, { minLength: 1, maxLength: 4 }), (fields, guards, rows) => {
        // The same name as an array and as an object has no meaning; the first decides.
        fc.pre(new Set(fields.flatMap(prefixes)).size === new Set(fields.flatMap(prefixes).map(plain)).size);
        const tree = treeOf(fields);
        const [generated, interpreted] = [generateDocument(tree, guards), interpretDocument(tree, guards)];
        for (const row of rows) {
          expect(generated(row)).toBe(interpreted(row));
          expect(JSON.parse(generated(row))).toEqual(reference(fields, guards, row));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('does without generated code where that is forbidden', () => {
    class Forbidden {
      constructor() {
        throw new EvalError('Code generation from strings disallowed for this context');
      }
    }
    vi.stubGlobal('Function', Forbidden);
    expect(documentWriter([{ path: 'a.b', value: cell('text', 'x') }])({ x: 'y' })).toBe('{"a":{"b":"y"}}');
  });

  it('refuses a field that is there twice, or is an object elsewhere', () => {
    const at = (...paths: string[]) => documentWriter(paths.map((path) => ({ path, value: '1' })));
    expect(() => at('a.b', 'a.b')).toThrow(RangeError);
    expect(() => at('a', 'a.b')).toThrow(RangeError);
    expect(() => at('a.b', 'a')).toThrow(RangeError);
    expect(at('a.b', 'c', 'a.d')({})).toBe('{"a":{"b":1,"d":1},"c":1}');
  });

  it('is an empty object when nothing is known', () => {
    for (const make of [generateDocument, interpretDocument])
      expect(make(treeOf([{ path: 'a.b', value: cell('text', 'x') }]), new Map())({ x: '' })).toBe('{}');
  });
});

const prefixes = ({ path }: Field): string[] => path.split('.').map((_, i, keys) => keys.slice(0, i + 1).join('.'));
const plain = (path: string): string => path.replaceAll('[]', '');
