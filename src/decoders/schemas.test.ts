import { describe, expect, it } from 'vitest';
import { canonicalEncoding } from './encodings.ts';
import { FORMATS } from './json/catalog.ts';
import { S, SLOT_NAMES, SLOTS } from './json/format.ts';
import { RECORD_SCHEMAS } from './schemas.ts';

describe('RECORD_SCHEMAS', () => {
  it('has one of every format, under a name that is an encoding', () => {
    expect(Object.keys(RECORD_SCHEMAS).sort()).toEqual([
      'flows.v1',
      'goflow2.v1',
      'nfdump.v1',
      'ntopng.v1',
      'pmacct.v1',
      'zeek.conn.v1',
      'zeek.dns.v1',
      'zeek.files.v1',
      'zeek.http.v1',
      'zeek.notice.v1',
      'zeek.ssl.v1',
      'zeek.weird.v1',
    ]);
    for (const name of Object.keys(RECORD_SCHEMAS)) expect(canonicalEncoding(name)).toBeDefined();
  });

  it('names every key that is read, and defines every type it refers to', () => {
    for (const format of FORMATS) {
      const name = format.name.endsWith('.v1') ? format.name : `${format.name}.v1`;
      const schema = RECORD_SCHEMAS[name] as { properties: object; $defs: object };
      for (const keys of Object.values(format.fields))
        for (const key of keys) expect(schema.properties).toHaveProperty([key]);
      const refs = [...JSON.stringify(schema).matchAll(/#\/\$defs\/(\w+)/g)].map((match) => match[1]);
      for (const ref of refs) expect(schema.$defs).toHaveProperty([ref]);
    }
  });
});

describe('the tables', () => {
  it('number the slots in their order', () => {
    expect(Object.keys(S)).toEqual(SLOT_NAMES);
    expect(Object.values(S)).toEqual(SLOT_NAMES.map((_, i) => i));
    expect(Object.keys(SLOTS)).toEqual(SLOT_NAMES);
  });

  it('give a key of a format one meaning, at most sixteen keys to a slot, and no column to an extra', () => {
    for (const format of FORMATS) {
      const keys = Object.values(format.fields).flat();
      expect(new Set(keys).size).toBe(keys.length);
      for (const spellings of Object.values(format.fields)) expect(spellings.length).toBeLessThanOrEqual(16);
      for (const extra of Object.keys(format.extras)) expect(keys).not.toContain(extra);
    }
  });
});
