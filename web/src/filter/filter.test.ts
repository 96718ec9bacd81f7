import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldInfo } from '../api/types.ts';
import { clause, literal, topLevelParts, withClause } from './clauses.ts';
import { complete, operatorsFor, placeAt } from './complete.ts';

const FIELDS: FieldInfo[] = [
  { path: 'kind', name: 'kind', type: 'enum', doc: 'What it is.', values: ['flow', 'conn', 'dns'] },
  { path: 'src.ip', name: 'src_ip', type: 'ip', doc: 'Initiator.', aliases: ['src'] },
  { path: 'dst.ip', name: 'dst_ip', type: 'ip', doc: 'Responder.', aliases: ['dst'] },
  { path: 'dst.port', name: 'dst_port', type: 'u16', doc: 'Port.', aliases: ['dport'] },
  { path: 'domain', name: 'domain', type: 'text', doc: 'Name.', aliases: ['query', 'sni'] },
];

describe('clauses', () => {
  it.each([
    [clause('src.ip', '192.0.2.1', 'ip'), 'src.ip = 192.0.2.1'],
    [clause('src.ip', '2001:db8::1', 'ip', true), 'src.ip != 2001:db8::1'],
    [clause('dst.port', 443, 'u16'), 'dst.port = 443'],
    [clause('proto', 'tcp', 'u8'), 'proto = tcp'],
    [clause('kind', 'dns', 'enum'), 'kind = dns'],
    [clause('dst.org', 'Example "Quoted" \\ Net', 'dict'), 'dst.org = "Example \\"Quoted\\" \\\\ Net"'],
    [clause('domain', 'and', 'text'), 'domain = "and"'],
    [clause('domain', null, 'text'), 'not domain exists'],
    [clause('domain', '', 'text', true), 'domain exists'],
  ])('writes %s', (written, expected) => expect(written).toBe(expected));

  it('adds with and, and keeps the meaning of an or', () => {
    expect(withClause('', 'a = 1')).toBe('a = 1');
    expect(withClause('b = 2', 'a = 1')).toBe('b = 2 and a = 1');
    expect(withClause('b = 2 or c = 3', 'a = 1')).toBe('(b = 2 or c = 3) and a = 1');
    expect(withClause('(b = 2 or c = 3)', 'a = 1')).toBe('(b = 2 or c = 3) and a = 1');
    expect(withClause('org = "this or that"', 'a = 1')).toBe('org = "this or that" and a = 1');
  });

  it('does not add what is there already', () => {
    expect(withClause('a = 1 and b = 2', 'b = 2')).toBe('a = 1 and b = 2');
  });

  it('never splits inside a quoted text, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const one = `domain = ${literal(text, 'text')}`;
        expect(topLevelParts(one)).toEqual({ parts: [one], hasOr: false });
      }),
    );
  });
});

describe('placeAt', () => {
  const what = (text: string) => placeAt(text, text.length).expecting;

  it.each([
    ['', { what: 'field' }],
    ['ds', { what: 'field' }],
    ['dst.port ', { what: 'operator', field: 'dst.port' }],
    ['dst.port = ', { what: 'value', field: 'dst.port' }],
    ['dst.port = 44', { what: 'value', field: 'dst.port' }],
    ['dst.port = 443 ', { what: 'connective' }],
    ['dst.port = 443 and ', { what: 'field' }],
    ['not (ki', { what: 'field' }],
    ['kind in (dns, ', { what: 'value', field: 'kind' }],
    ['kind in (dns) ', { what: 'connective' }],
    ['kind not in (', { what: 'value', field: 'kind' }],
    ['domain exists ', { what: 'connective' }],
    ['domain contains "a b" ', { what: 'connective' }],
    ['domain contains "a b', { what: 'value', field: 'domain' }],
  ])('after "%s"', (text, expected) => expect(what(text)).toEqual(expected));

  it('replaces the whole word under the cursor', () => {
    expect(placeAt('dst.port = 443', 3)).toMatchObject({ word: 'dst', start: 0, end: 8 });
  });

  it('answers for any text and cursor', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.nat(60), (text, cursor) => {
        const place = placeAt(text, Math.min(cursor, text.length));
        expect(place.start).toBeLessThanOrEqual(place.end);
        expect(place.end).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe('complete', () => {
  const texts = (text: string, values?: string[]) =>
    complete(placeAt(text, text.length), FIELDS, values).map((item) => item.text);

  it('puts paths that begin with the word first', () => expect(texts('dst')).toEqual(['dst.ip', 'dst.port']));
  it('finds parts and aliases', () => {
    expect(texts('po')).toContain('dst.port');
    expect(texts('sni')).toEqual(['domain']);
  });
  it('offers operators that fit the type only', () => {
    expect(texts('src.ip ')).toEqual(['=', '!=', 'in', 'exists']);
    expect(texts('dst.port ')).toContain('>=');
    expect(texts('src.ip ')).not.toContain('contains');
    expect(operatorsFor('text').map((one) => one.text)).toContain('~');
  });
  it('offers the words of an enum, else what the store has', () => {
    expect(texts('kind = d')).toEqual(['dns']);
    expect(texts('dst.port = 4', ['443', '80', '445'])).toEqual(['443', '445']);
    expect(texts('domain = ev', ['"evil.example"', '"www.example"'])).toEqual(['"evil.example"']);
  });
  it('goes on with and, or', () => expect(texts('kind = dns ')).toEqual(['and', 'or']));
  it('has nothing to say about a word that is complete', () => expect(texts('kind = dns')).toEqual([]));
});
