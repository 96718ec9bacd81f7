import { describe, expect, it } from 'vitest';
import { canonicalEncoding, JSON_ENCODINGS } from './encodings.ts';

describe('canonicalEncoding', () => {
  it.each([
    ['conn', 'zeek.conn'],
    ['zeek.conn.v1', 'zeek.conn'],
    ['Zeek_Conn', 'zeek.conn'],
    ['zeek/dns', 'zeek.dns'],
    ['tls', 'zeek.ssl'],
    ['http.log', 'zeek.http'],
    ['nfdump-json', 'nfdump'],
    ['flows', 'flows.v1'],
    ['NetFlow', 'netflow'],
    ['', 'auto'],
    ['ndjson', 'auto'],
    ['SFLOW_5', undefined],
    ['FLOWS.V2', undefined],
    ['__proto__', undefined],
  ])('%s is %s', (name, encoding) => {
    expect(canonicalEncoding(name)).toBe(encoding);
  });

  it('leaves canonical names as they are', () => {
    for (const encoding of JSON_ENCODINGS) expect(canonicalEncoding(encoding)).toBe(encoding);
  });
});
