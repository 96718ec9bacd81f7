import { FORMATS } from './json/catalog.ts';
import { type ExtraType, type Format, SLOT_NAMES, SLOTS, TIME_KEYS, type ValueType } from './json/format.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A number, or a string of one. */
function numeric(description: string, most?: number): Schema {
  return {
    description,
    anyOf: [
      { type: 'integer', minimum: 0, ...(most !== undefined && { maximum: most }) },
      { type: 'string', pattern: '^[0-9]+$' },
    ],
  };
}

const DEFINITIONS: Readonly<Record<ValueType, Schema>> = {
  time: {
    description:
      'Unix time in seconds (with any fraction), milliseconds, microseconds or nanoseconds, told apart by magnitude (below 1e11, 1e14, 1e17), or ISO 8601; without a zone it is UTC. From 1970 to 2199.',
    anyOf: [{ type: 'number', minimum: 0 }, { type: 'string' }],
  },
  seconds: { description: 'Seconds.', anyOf: [{ type: 'number', minimum: 0 }, { type: 'string' }] },
  milliseconds: { description: 'Milliseconds.', anyOf: [{ type: 'number', minimum: 0 }, { type: 'string' }] },
  ip: {
    description: 'An IPv4 or IPv6 address; of a list of them the first.',
    anyOf: [
      { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
      { type: 'array', items: { type: 'string' } },
    ],
  },
  u8: numeric('A whole number up to 255.', 255),
  u16: numeric('A whole number up to 65535.', 65_535),
  u32: numeric('A whole number up to 4294967295.', 0xffffffff),
  u64: numeric('A whole number up to 2^53 - 1.', Number.MAX_SAFE_INTEGER),
  protocol: {
    description: 'IP protocol, by number or by name.',
    anyOf: [{ type: 'integer', minimum: 0, maximum: 255 }, { type: 'string' }],
  },
  flags: {
    description: 'TCP flags: the byte, its letters (...AP.SF), or a list of their names.',
    anyOf: [{ type: 'integer', minimum: 0, maximum: 65_535 }, { type: 'string' }, { type: 'array' }],
  },
  word: { description: 'A string of at most 1024 bytes.', type: ['string', 'number'] },
  text: { description: 'A string; of a list of them the first.', type: ['string', 'number', 'array'] },
  words: {
    description: 'A list of strings, or one with commas.',
    anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'string' }],
  },
};

const EXTRAS: Readonly<Record<ExtraType, Schema>> = {
  string: { type: ['string', 'null'] },
  number: { type: ['number', 'string', 'null'] },
  integer: { type: ['integer', 'string', 'null'] },
  boolean: { type: ['boolean', 'string', 'null'] },
  array: { type: ['array', 'string', 'null'] },
};

/** `zeek.conn` → `zeek.conn.v1`; the name of our own format has its version already. */
export function schemaName(format: Format): string {
  return format.name.endsWith('.v1') ? format.name : `${format.name}.v1`;
}

function schemaOf(format: Format): Schema {
  const properties: Record<string, Schema> = {};
  for (const slot of SLOT_NAMES)
    for (const [rank, key] of (format.fields[slot] ?? []).entries())
      properties[key] = {
        anyOf: [{ $ref: `#/$defs/${SLOTS[slot]}` }, { type: 'null' }],
        description: rank === 0 ? `Event field: ${slot}.` : `Another spelling of ${format.fields[slot]?.[0]}.`,
      };
  for (const [key, type] of Object.entries(format.extras)) properties[key] ??= EXTRAS[type];
  const used = new Set(SLOT_NAMES.filter((slot) => format.fields[slot]).map((slot) => SLOTS[slot]));
  const times = [
    ...(format.fields.ts ?? TIME_KEYS),
    ...(format.zeroTimeIsUnknown ? [...(format.fields.received ?? []), ...(format.fields.end ?? [])] : []),
  ];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: schemaName(format),
    title: schemaName(format),
    description: `${format.doc} Keys that are not named here are kept in attrs.`,
    type: 'object',
    properties,
    anyOf: times.map((key) => ({ required: [key] })),
    additionalProperties: true,
    $defs: Object.fromEntries([...used].map((type) => [type, DEFINITIONS[type]])),
  };
}

/**
 * JSON Schemas (2020-12) of the records that are read, by name. They come from the tables that the decoder is made of,
 * so what they name is what is read.
 */
export const RECORD_SCHEMAS: Readonly<Record<string, Schema>> = Object.fromEntries(
  FORMATS.map((format) => [schemaName(format), schemaOf(format)]),
);
