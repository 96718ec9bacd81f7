import type { ByteWriter } from './byte-writer.ts';
import { FIELDS, type FieldName } from './fields.ts';

/** Length of a field whose records say how long it is (RFC 7011 section 7). */
export const VARIABLE = 65_535;

/** A value of a record: numbers, addresses and MAC addresses as text, strings, raw bytes; times as milliseconds since 1970. */
export type Value = number | bigint | string | Uint8Array;

/** A record by field name; what a template has and the record has not is written as zeros. */
export type FlowRecord = Readonly<Partial<Record<FieldName, Value>>>;

export interface TemplateField {
  readonly name: FieldName;
  readonly length: number;
}

export interface Template {
  readonly id: number;
  /** How many of the first fields are the scope; 0 for a data template. */
  readonly scopes: number;
  readonly fields: readonly TemplateField[];
}

/** What a set holds: templates, or records of one template. */
export type FlowSet =
  | { readonly templates: readonly Template[] }
  | { readonly template: Template; readonly records: readonly FlowRecord[] };

/** `field('octetDeltaCount', 4)`: a field with another length than its usual one. */
export function field(name: FieldName, length: number = FIELDS[name].length): TemplateField {
  return { name, length };
}

/** A template of data records, with fields at their usual lengths or as {@link field} says. */
export function dataTemplate(id: number, ...fields: readonly (FieldName | TemplateField)[]): Template {
  return { id, scopes: 0, fields: fields.map((item) => (typeof item === 'string' ? field(item) : item)) };
}

/** A template of options records: what the options are about, and the options. */
export function optionsTemplate(
  id: number,
  scope: readonly (FieldName | TemplateField)[],
  ...options: readonly (FieldName | TemplateField)[]
): Template {
  return { ...dataTemplate(id, ...scope, ...options), scopes: scope.length };
}

/** One data record as its template says. */
export function writeRecord(out: ByteWriter, template: Template, record: FlowRecord): void {
  for (const { name, length } of template.fields) writeValue(out, name, length, record[name]);
}

function writeValue(out: ByteWriter, name: FieldName, length: number, value: Value | undefined): void {
  if (length === VARIABLE) {
    const bytes =
      typeof value === 'string' ? Buffer.from(value) : value instanceof Uint8Array ? value : Buffer.alloc(0);
    // RFC 7011 section 7: one byte of length, or 255 and two more.
    if (bytes.length < 255) out.u8(bytes.length);
    else {
      out.u8(255);
      out.u16(bytes.length);
    }
    out.bytes(bytes);
    return;
  }
  const end = out.length + length;
  const { kind } = FIELDS[name];
  if (value instanceof Uint8Array) out.bytes(value.subarray(0, length));
  else if (typeof value === 'string') {
    if (kind === 'address') out.address(value);
    else if (kind === 'mac') out.mac(value);
    else out.bytes(Buffer.from(value).subarray(0, length));
  } else if (value !== undefined) {
    if (kind === 'ntp') writeNtp(out, Number(value));
    else out.unsigned(value, length);
  }
  if (out.length > end) throw new Error(`${name}: ${String(value)} is longer than ${length} bytes`);
  out.zeros(end - out.length);
}

/** Seconds between 1900, where NTP time begins, and 1970. */
const NTP_EPOCH = 2_208_988_800;

/** dateTimeMicroseconds (RFC 7011 section 6.1.9): seconds since 1900 and a fraction in 1/2^32. */
function writeNtp(out: ByteWriter, milliseconds: number): void {
  const seconds = Math.floor(milliseconds / 1000);
  out.u32(seconds + NTP_EPOCH);
  out.u32(Math.round((milliseconds / 1000 - seconds) * 2 ** 32));
}
