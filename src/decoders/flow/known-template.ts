import type { RecordDecoder, TemplateField } from './template.ts';
import { recordLength, type TemplateKind } from './template-parser.ts';

const NO_BYTES = new Uint8Array(0);

/** A template that an exporter has defined: what it said, and the account of its use. */
export class KnownTemplate {
  readonly id: number;
  readonly kind: TemplateKind;
  readonly fields: readonly TemplateField[];
  /** How many of the fields are scope fields; they come first. 0 for data templates. */
  readonly scopes: number;
  /** Bytes of a record; the least where it varies. 0 when all fields are empty: then nothing can be read by it. */
  readonly bytes: number;
  readonly variable: boolean;
  readonly firstSeen: number;
  /** Its last refresh, microseconds since 1970. */
  lastSeen: number;
  records = 0;
  /** Made when the first record comes; data templates only. */
  decoder: RecordDecoder | undefined;
  /** Its definition as it came over the wire; empty when it is remembered from an earlier process. */
  #raw = NO_BYTES;

  constructor(
    id: number,
    kind: TemplateKind,
    fields: readonly TemplateField[],
    scopes: number,
    seen: number,
    at = seen,
  ) {
    this.id = id;
    this.kind = kind;
    this.fields = fields;
    this.scopes = scopes;
    const { bytes, variable } = recordLength(fields);
    this.bytes = bytes;
    this.variable = variable;
    this.firstSeen = seen;
    this.lastSeen = at;
  }

  /** Keeps the definition, so that its next copy is recognised without being parsed. */
  keep(bytes: Uint8Array, start: number, end: number): void {
    this.#raw = bytes.slice(start, end);
  }

  /** Length of the very same definition at `bytes[start]`; 0 when it is another one. */
  repeated(bytes: Uint8Array, start: number, end: number): number {
    const raw = this.#raw;
    const length = raw.length;
    if (length > end - start) return 0;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== raw[i]) return 0;
    return length;
  }

  /** Whether this is the same template, however it was written. */
  equals(kind: TemplateKind, fields: readonly TemplateField[], scopes: number): boolean {
    if (this.kind !== kind || this.scopes !== scopes || this.fields.length !== fields.length) return false;
    return this.fields.every(({ id, pen, length }, i) => {
      const other = fields[i];
      return id === other.id && pen === other.pen && length === other.length;
    });
  }
}
