import { type TemplateField, VARIABLE } from './template.ts';

export type TemplateProtocol = 'netflow9' | 'ipfix';
export type TemplateKind = 'data' | 'options';

/**
 * What {@link TemplateParser.read} met: a `template`; `nothing` to learn from (a withdrawal, which IPFIX over UDP has to
 * ignore, RFC 7011 section 8.4, or a template without fields); `padding`; a template with `too-many` fields; or `bad`
 * bytes, behind which no other template of the set can be found.
 */
export type ParseOutcome = 'template' | 'nothing' | 'padding' | 'too-many' | 'bad';

const ENTERPRISE_BIT = 0x8000;
/** Ids below belong to sets that are no data sets (RFC 3954 section 5.2, RFC 7011 section 3.4.1). */
export const LEAST_TEMPLATE_ID = 256;

/**
 * Reads the template records of (options) template sets. The fields of the object are the template last read.
 *
 * The two protocols differ: the options templates of NetFlow v9 give the lengths of their two lists in bytes (RFC 3954
 * section 6.1), those of IPFIX the number of all fields and of the scope fields among them (RFC 7011 section 3.4.2); and
 * only IPFIX has the enterprise bit: a v9 field type above 32,767 is nothing but a large number.
 */
export class TemplateParser {
  id = 0;
  /** How many of {@link fields} are scope fields; they come first. */
  scopes = 0;
  fields: TemplateField[] = [];
  /** Where the next template record begins; not moved by `padding` and `bad`. */
  next = 0;
  readonly #ipfix: boolean;
  readonly #maxFields: number;
  #total = 0;
  #at = 0;

  constructor(protocol: TemplateProtocol, maxFields: number) {
    this.#ipfix = protocol === 'ipfix';
    this.#maxFields = maxFields;
  }

  /** Reads the template record at `at` of a set of this kind, which ends at `end`. */
  read(kind: TemplateKind, view: DataView, at: number, end: number): ParseOutcome {
    if (end - at < 4) return 'padding';
    this.id = view.getUint16(at);
    const count = view.getUint16(at + 2);
    if (this.id === 0 && count === 0) return 'padding';
    if (count === 0 && (this.#ipfix || kind === 'data')) {
      this.next = at + 4;
      return 'nothing';
    }
    if (this.id < LEAST_TEMPLATE_ID) return 'bad';
    this.#total = count;
    this.scopes = 0;
    this.#at = at + 4;
    if (kind === 'options' && !this.#lists(view, count, end)) return 'bad';
    if (!this.#specifiers(view, end)) return 'bad';
    this.next = this.#at;
    if (this.#total === 0) return 'nothing';
    return this.#total > this.#maxFields ? 'too-many' : 'template';
  }

  /** Reads the second number of an options template, which says how the fields divide into scope and others. */
  #lists(view: DataView, first: number, end: number): boolean {
    if (end - this.#at < 2) return false;
    const second = view.getUint16(this.#at);
    this.#at += 2;
    if (this.#ipfix) {
      this.scopes = second;
      return second <= first;
    }
    this.scopes = first >> 2;
    this.#total = (first + second) >> 2;
    return first % 4 === 0 && second % 4 === 0;
  }

  #specifiers(view: DataView, end: number): boolean {
    this.fields = [];
    const keep = this.#total <= this.#maxFields;
    let at = this.#at;
    for (let i = 0; i < this.#total; i++) {
      if (end - at < 4) return false;
      let id = view.getUint16(at);
      const length = view.getUint16(at + 2);
      at += 4;
      let pen = 0;
      if (this.#ipfix && (id & ENTERPRISE_BIT) !== 0) {
        if (end - at < 4) return false;
        pen = view.getUint32(at);
        at += 4;
        id &= ~ENTERPRISE_BIT;
      }
      if (keep) this.fields.push({ id, pen, length });
    }
    this.#at = at;
    return true;
  }
}

/** Bytes of a record with these fields; the least where it varies: a field of variable length is one byte at least. */
export function recordLength(fields: readonly TemplateField[]): { readonly bytes: number; readonly variable: boolean } {
  let bytes = 0;
  let variable = false;
  for (const { length } of fields) {
    variable ||= length === VARIABLE;
    bytes += length === VARIABLE ? 1 : length;
  }
  return { bytes, variable };
}
