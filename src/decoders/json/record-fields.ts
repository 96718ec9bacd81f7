import { KEYS, PROGRAMS } from './catalog.ts';
import { SLOT_COUNT } from './format.ts';
import { hasEscapes, unescapeInto } from './unescape.ts';

export const QUOTE = 34;
export const BRACKET = 91;
const DASH = 45;
const LONGEST_SHOWN = 48;

/**
 * The fields of one record sorted by what they mean: which field fills each slot of its format, and which go to `attrs`.
 * Offsets only; nothing is allocated per record. The arrays are read directly by the record writer.
 */
export class RecordFields {
  /** By slot: where its value is in {@link bytes}, quotes left out; `from` is -1 for a slot that the record lacks. */
  readonly from = new Int32Array(SLOT_COUNT);
  readonly to = new Int32Array(SLOT_COUNT);
  /** By slot: the first byte of the value as JSON, a quote, a bracket, a digit... */
  readonly lead = new Uint8Array(SLOT_COUNT);
  /** Entries of the field list that go to `attrs`, the first {@link rest} of them. */
  others = new Int32Array(64);
  rest = 0;
  body: Uint8Array = new Uint8Array(0);
  #fields: Int32Array = new Int32Array(0);
  /** By slot: its entry in the field list, and how preferred its key is. */
  readonly #entries = new Int32Array(SLOT_COUNT);
  readonly #ranks = new Uint8Array(SLOT_COUNT);

  sort(body: Uint8Array, fields: Int32Array, from: number, to: number, format: number): void {
    const program = PROGRAMS[format];
    const starts = this.from;
    this.body = body;
    this.#fields = fields;
    for (let slot = 0; slot < SLOT_COUNT; slot++) starts[slot] = -1;
    // Twice as many as there are fields: one that fills a slot may be kept as well.
    if (this.others.length < (to - from) >> 1) this.others = new Int32Array(to - from);
    const { others } = this;
    let rest = 0;
    for (let at = from; at < to; at += 4) {
      const key = fields[at];
      const place = key < 0 ? -1 : program[key];
      if (place < 0) {
        others[rest++] = at;
        continue;
      }
      const slot = place >> 4;
      const rank = place & 15;
      const valueAt = fields[at + 2];
      const valueEnd = fields[at + 3];
      const lead = body[valueAt];
      if (isAbsent(body, lead, valueAt, valueEnd)) continue;
      if (starts[slot] >= 0) {
        if (rank > this.#ranks[slot]) {
          others[rest++] = at;
          continue;
        }
        // The same key again: the last one counts, as for every JSON reader.
        if (rank < this.#ranks[slot]) others[rest++] = this.#entries[slot];
      }
      const quoted = lead === QUOTE ? 1 : 0;
      starts[slot] = valueAt + quoted;
      this.to[slot] = valueEnd - quoted;
      this.lead[slot] = lead;
      this.#entries[slot] = at;
      this.#ranks[slot] = rank;
    }
    this.rest = rest;
  }

  /** Whether the slot holds a string or a number. */
  isScalar(slot: number): boolean {
    const lead = this.lead[slot];
    return lead === QUOTE || (lead >= 48 && lead <= 57) || lead === DASH;
  }

  isEscaped(slot: number): boolean {
    return this.lead[slot] === QUOTE && hasEscapes(this.body, this.from[slot], this.to[slot]);
  }

  /** The string in `slot` without its escapes, as bytes of its own. */
  plain(slot: number): Uint8Array {
    const plain = new Uint8Array(this.to[slot] - this.from[slot]);
    return plain.subarray(0, unescapeInto(this.body, this.from[slot], this.to[slot], plain, 0));
  }

  /** Narrows a list to its first string; the whole list goes to `attrs` too. @returns false when it has none. */
  narrow(slot: number): boolean {
    this.keep(slot);
    const { body } = this;
    let at = this.from[slot] + 1;
    while (body[at] <= 32) at++;
    if (body[at] !== QUOTE) return false;
    this.from[slot] = at + 1;
    for (at++; body[at] !== QUOTE; at++) if (body[at] === 92) at++;
    this.to[slot] = at;
    this.lead[slot] = QUOTE;
    return true;
  }

  /** The field of `slot` goes to `attrs` as well. */
  keep(slot: number): void {
    this.others[this.rest++] = this.#entries[slot];
  }

  /** `"id.orig_p" is 93145`: the field of `slot` for a sentence, long values cut. */
  describe(slot: number): string {
    const at = this.#entries[slot];
    const from = this.#fields[at + 2];
    const to = this.#fields[at + 3];
    const value = new TextDecoder().decode(this.body.subarray(from, Math.min(to, from + LONGEST_SHOWN)));
    return `"${KEYS.names[this.#fields[at]]}" is ${value}${to - from > LONGEST_SHOWN ? '...' : ''}`;
  }
}

/** `null`, an empty string or Zeek's "-" say nothing. */
function isAbsent(body: Uint8Array, lead: number, from: number, to: number): boolean {
  if (lead !== QUOTE) return lead === 110;
  const length = to - from;
  return length === 2 || (length === 3 && body[from + 1] === DASH);
}
