import type { ConfigSchema, PropertySchema } from './types.ts';

/** How a field is edited: `lines` is a list of texts, one a line; `pairs` is an object, `name: value` a line. */
export type FieldKind = 'text' | 'number' | 'check' | 'choice' | 'lines' | 'pairs' | 'long';

export interface ConfigField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  readonly secret: boolean;
  readonly fallback: unknown;
  /** Of a choice. */
  readonly choices: readonly (string | number | boolean)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  /** Shown at once; the others are under "More settings". */
  readonly essential: boolean;
}

/** What most people set beside required fields and secrets. */
const ESSENTIAL = new Set([
  ...['host', 'port', 'protocol', 'transport', 'path', 'username', 'index', 'index_prefix', 'format', 'naming', 'body'],
  ...['ecs_version', 'rotate_every', 'verify_tls', 'allow_private'],
]);

/** Written large in labels. */
const LARGE = new Map(
  [
    ...['URL', 'URLs', 'TLS', 'CA', 'API', 'ECS', 'HEC', 'HTTP', 'PEM', 'CEF', 'LEEF', 'TCP', 'UDP', 'ID'],
    ...['gzip', 'ms'],
  ].map((word) => [word.toLowerCase(), word]),
);

/** `hec_url` as `HEC URL`, `batch_size` as `Batch size`. */
export function labelOf(name: string): string {
  const words = name.split('_').map((word) => LARGE.get(word) ?? word);
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A longer text than this has room for lines: certificates. */
const LONG_TEXT = 5000;

function kindOf(schema: PropertySchema, choices: readonly unknown[]): FieldKind {
  if (choices.length > 0) return 'choice';
  if (schema.type === 'boolean') return 'check';
  if (schema.type === 'integer' || schema.type === 'number') return 'number';
  if (schema.type === 'array') return 'lines';
  if (schema.type === 'object') return 'pairs';
  return (schema.maxLength ?? 0) > LONG_TEXT ? 'long' : 'text';
}

type Choice = string | number | boolean;

function isChoice(value: unknown): value is Choice {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Of an enumeration, or of alternatives each of which is one value or a boolean; else empty. */
function choicesOf(schema: PropertySchema): Choice[] {
  if (schema.enum) return schema.enum.filter(isChoice);
  if (!schema.anyOf) return [];
  const values = schema.anyOf.map((each) => {
    if (each.type === 'boolean' && each.const === undefined) return [true, false];
    return isChoice(each.const) ? [each.const] : [];
  });
  return values.every((each) => each.length > 0) ? values.flat() : [];
}

/** The fields of a form, from the JSON Schema of a type's configuration. */
export function fieldsOf({ properties = {}, required = [] }: ConfigSchema): ConfigField[] {
  return Object.entries(properties).map(([name, schema]) => {
    const choices = choicesOf(schema);
    const secret = schema.writeOnly === true;
    return {
      name,
      label: labelOf(name),
      help: schema.description ?? '',
      kind: kindOf(schema, choices),
      required: required.includes(name),
      secret,
      fallback: schema.default,
      choices,
      minimum: schema.minimum,
      maximum: schema.maximum,
      maxLength: schema.maxLength,
      essential: required.includes(name) || secret || ESSENTIAL.has(name),
    };
  });
}
