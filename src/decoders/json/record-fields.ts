import { KEYS } from './catalog.ts';
import { type Layout, layOut, Shape } from './shapes.ts';
import { hasEscapes, unescapeInto } from './unescape.ts';

export const QUOTE = 34;
export const BRACKET = 91;
const DASH = 45;
const LONGEST_SHOWN = 48;

/**
 * The fields of one record by what they mean: which field fills each slot of its format, and which go to `attrs`.
 * Offsets only; nothing is allocated per record.
 */
export class RecordFields {
  body: Uint8Array = new Uint8Array(0);
  /** The list of the first pass; this record begins at {@link base}. */
  fields: Int32Array = new Int32Array(0);
  base = 0;
  layout: Layout = new Shape(new Int32Array(0)).layout(0);
  /** Fields that fill a slot and go to `attrs` too, as distances; the first {@link keptCount} of them. */
  readonly kept = new Int32Array(8);
  keptCount = 0;

  open(body: Uint8Array, fields: Int32Array, base: number, shape: Shape, format: number): void {
    this.body = body;
    this.fields = fields;
    this.base = base;
    this.keptCount = 0;
    this.layout = shape.layout(format);
    // A preferred key that says nothing leaves its slot to another.
    for (const slot of this.layout.rivals) if (!this.has(slot)) this.#layOutAgain(shape, format);
  }

  #layOutAgain(shape: Shape, format: number): void {
    const { body, fields, base } = this;
    this.layout = layOut(shape.keys, format, (at) => isNothing(body, fields[base + at + 2], fields[base + at + 3]));
  }

  /** Whether the record has the slot, with a value that says something. */
  has(slot: number): boolean {
    return this.layout.slots[slot] >= 0 && !isNothing(this.body, this.from(slot), this.to(slot));
  }

  /** Where the JSON of a slot begins and ends. */
  from(slot: number): number {
    return this.fields[this.base + this.layout.slots[slot] + 2];
  }

  to(slot: number): number {
    return this.fields[this.base + this.layout.slots[slot] + 3];
  }

  /**
   * The contents of a string or the digits of a number, escapes taken out, as bytes of their own: the slow way, for the
   * rare forms. Undefined for any other JSON.
   */
  plain(slot: number): Uint8Array | undefined {
    const from = this.from(slot);
    const to = this.to(slot);
    const lead = this.body[from];
    if (lead === DASH || (lead >= 48 && lead <= 57)) return this.body.subarray(from, to);
    if (lead !== QUOTE) return undefined;
    if (!hasEscapes(this.body, from + 1, to - 1)) return this.body.subarray(from + 1, to - 1);
    const plain = new Uint8Array(to - from);
    return plain.subarray(0, unescapeInto(this.body, from + 1, to - 1, plain, 0));
  }

  /** The field of `slot` goes to `attrs` as well. */
  keep(slot: number): void {
    this.kept[this.keptCount++] = this.layout.slots[slot];
  }

  /** `"id.orig_p" is 93145`: the field of `slot` for a sentence, long values cut. */
  describe(slot: number): string {
    const from = this.from(slot);
    const to = this.to(slot);
    const value = new TextDecoder().decode(this.body.subarray(from, Math.min(to, from + LONGEST_SHOWN)));
    const key = KEYS.names[this.fields[this.base + this.layout.slots[slot]]];
    return `"${key}" is ${value}${to - from > LONGEST_SHOWN ? '...' : ''}`;
  }
}

/** Whether the JSON at `from` is null, an empty string, or Zeek's "-". */
export function isNothing(body: Uint8Array, from: number, to: number): boolean {
  if (body[from] !== QUOTE) return body[from] === 110;
  return to - from === 2 || (to - from === 3 && body[from + 1] === DASH);
}
