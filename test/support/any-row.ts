import fc from 'fast-check';
import { COLUMNS, type Column } from '../../src/model/columns.ts';
import type { EventRow } from '../../src/model/event-row.ts';
import { ENDINGS } from '../../src/outputs/encode/event-outcome.ts';

type Cell = EventRow[string];

/** Any text: quotes, control characters, halves of surrogate pairs. */
const anyText = fc.oneof(
  fc.constant(''),
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('a"b', 'back\\slash', 'line\nbreak\r', 'tab\t|=pipe', '\u2028', '\ud800', 'dns', '__proto__'),
);

/** `::` is "none", which the store gives as the empty text. */
const anyAddress = fc.oneof(
  fc.constant(''),
  fc.ipV4(),
  fc.ipV6().filter((address) => /[1-9a-f]/.test(address)),
);
const anyJson = fc.oneof(
  fc.constant(''),
  fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }).map((value) => JSON.stringify(value)),
  fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }).map((value) => JSON.stringify(value, null, 2)),
  fc
    .record(
      {
        method: fc.constantFrom('GET', 'post', 'BREW', '', 7),
        uri: fc.constantFrom('/a?b=1', '/', '/x?', 'http://h/p', 'a\n', null),
        version: fc.constantFrom('1.1', 'TLSv13', '', 2),
        trans_id: fc.constantFrom(0, 77, -1, 1.5, 'x'),
        qtype_name: anyText,
        user_agent: anyText,
        established: fc.constantFrom(true, false, 'T'),
        total_bytes: fc.nat(),
        filename: anyText,
        community_id: anyText,
        msg: anyText,
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc.constantFrom('[1,2]', '"text"', '{"a":1,"a":2}', '{broken', '{"a":\n1}', '{"\\u0061":1,"a":2}', '{}', 'null'),
);
const anyMatches = fc.oneof(
  fc.constant(''),
  fc
    .array(
      fc.record({
        indicator: fc.oneof(fc.ipV4(), fc.constantFrom('203.0.113.0/24', '2001:db8::/32', 'evil.example'), anyText),
        category: anyText,
        confidence: fc.integer({ min: 0, max: 100 }),
        source: anyText,
        field: fc.constantFrom('src_ip', 'dst_ip', 'domain', 'constructor'),
      }),
      { maxLength: 3 },
    )
    .map((matches) => JSON.stringify(matches)),
  fc.constantFrom('[]', '{', '[1,null,{"indicator":5}]'),
);

const LARGEST: Readonly<Record<string, number>> = { u8: 0xff, u16: 0xffff, u32: 0xffff_ffff, u64: 2 ** 53 };

function anyCell({ name, type, values }: Column): fc.Arbitrary<Cell> {
  if (name === 'state') return fc.oneof(anyText, fc.constantFrom(...ENDINGS.keys(), 'NXDOMAIN', '3', '200', '404'));
  if (name === 'proto') return fc.constantFrom(0, 1, 6, 17, 58, 99, 255);
  if (name === 'threat_matches') return anyMatches;
  if (name === 'risk_reasons') return fc.oneof(anyText, fc.constantFrom('intel.c2:60,port.remote:10', 'dns.long:10'));
  switch (type) {
    case 'id':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
    case 'time':
      return fc.oneof(fc.integer({ min: 0, max: 4e15 }), fc.constantFrom(0, 2 ** 53, null));
    case 'f32':
      return fc.oneof(fc.constant(null), fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constant(Number.NaN));
    case 'f64':
      return fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constantFrom(0, -1, 1e30, Number.NaN, null));
    case 'ip':
      return anyAddress;
    case 'enum':
      return fc.constantFrom(...Object.keys(values ?? {}));
    case 'set':
      return fc
        .uniqueArray(
          anyText.map((tag) => tag.replaceAll(',', '')),
          { maxLength: 3 },
        )
        .map((tags) => tags.join(','));
    case 'json':
      return anyJson;
    case 'dict':
    case 'text':
      return anyText;
    default:
      return fc.oneof(fc.constant(0), fc.integer({ min: 0, max: LARGEST[type] ?? 1 }), fc.constant(LARGEST[type] ?? 1));
  }
}

/** Any row of the store, some with columns missing. */
export const anyRow: fc.Arbitrary<EventRow> = fc.record(
  Object.fromEntries((COLUMNS as readonly Column[]).map((column) => [column.name, anyCell(column)])),
  { requiredKeys: ['kind', 'id', 'ts'] },
);

/** Any row with all its columns, as the store gives them when all are asked for. */
export const anyFullRow: fc.Arbitrary<EventRow> = fc.record(
  Object.fromEntries((COLUMNS as readonly Column[]).map((column) => [column.name, anyCell(column)])),
);
