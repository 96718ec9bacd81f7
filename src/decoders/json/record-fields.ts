import { KEYS, PROGRAMS } from './catalog.ts';
import { SLOT_COUNT } from './format.ts';
import { hasEscapes, unescapeInto } from './unescape.ts';

export const QUOTE = 34;
export const BRACKET = 91;
const DASH = 45;
const NOTHING = -1;
const LONGEST_SHOWN = 48;

/**
 * The fields of one record sorted by what they mean: which field fills each slot of its format, and which go to `attrs`.
 * Offsets only; nothing is allocated per record.
 */
export class RecordFields {
  /** By slot: its entry in {@link fields}, negative for a slot that the record lacks. */
  readonly entries = new Int32Array(SLOT_COUNT);
  /** Entries that go to `attrs`, the first {@link rest} of them. */
  others = new Int32Array(64);
  rest = 0;
  body: Uint8Array = new Uint8Array(0);
  fields: Int32Array = new Int32Array(0);
  #program = PROGRAMS[0];

  /** @param fields the list of the first pass, of which the entries [from, to) are this record. */
  sort(body: Uint8Array, fields: Int32Array, from: number, to: number, format: number): void {
    const program = PROGRAMS[format];
    const { entries } = this;
    this.body = body;
    this.fields = fields;
    this.#program = program;
    for (let slot = 0; slot < SLOT_COUNT; slot++) entries[slot] = NOTHING;
    // Twice as many as there are fields: one that fills a slot may be kept as well.
    if (this.others.length < (to - from) >> 1) this.others = new Int32Array(to - from);
    const { others } = this;
    let rest = 0;
    for (let at = from; at < to; at += 4) {
      const key = fields[at];
      const place = key < 0 ? -1 : program[key];
      if (place < 0) others[rest++] = at;
      else if (entries[place >> 4] < 0) entries[place >> 4] = at;
      else {
        const loser = this.#contest(place >> 4, at);
        if (loser >= 0) others[rest++] = loser;
      }
    }
    this.rest = rest;
  }

  /** Two fields for one slot. @returns the entry that goes to `attrs`, negative when the other one says nothing. */
  #contest(slot: number, at: number): number {
    const holder = this.entries[slot];
    if (this.#saysNothing(at)) return NOTHING;
    const wins = this.#program[this.fields[at]] - this.#program[this.fields[holder]];
    if (wins > 0 && !this.#saysNothing(holder)) return at;
    this.entries[slot] = at;
    // The same key again: the last one counts, as for every JSON reader.
    return wins === 0 || this.#saysNothing(holder) ? NOTHING : holder;
  }

  #saysNothing(at: number): boolean {
    return isNothing(this.body, this.fields[at + 2], this.fields[at + 3]);
  }

  /** Whether the record has the slot, with a value that says something. */
  has(slot: number): boolean {
    const at = this.entries[slot];
    return at >= 0 && !this.#saysNothing(at);
  }

  /** Where the JSON of a slot begins and ends. */
  from(slot: number): number {
    return this.fields[this.entries[slot] + 2];
  }

  to(slot: number): number {
    return this.fields[this.entries[slot] + 3];
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

  /** Whether the string in a slot has escapes. */
  isEscaped(slot: number): boolean {
    return hasEscapes(this.body, this.from(slot) + 1, this.to(slot) - 1);
  }

  /** The field of `slot` goes to `attrs` as well. */
  keep(slot: number): void {
    this.others[this.rest++] = this.entries[slot];
  }

  /** `"id.orig_p" is 93145`: the field of `slot` for a sentence, long values cut. */
  describe(slot: number): string {
    const from = this.from(slot);
    const to = this.to(slot);
    const value = new TextDecoder().decode(this.body.subarray(from, Math.min(to, from + LONGEST_SHOWN)));
    const key = KEYS.names[this.fields[this.entries[slot]]];
    return `"${key}" is ${value}${to - from > LONGEST_SHOWN ? '...' : ''}`;
  }
}

/** Whether the JSON at `from` is null, an empty string, or Zeek's "-". */
export function isNothing(body: Uint8Array, from: number, to: number): boolean {
  if (body[from] !== QUOTE) return body[from] === 110;
  return to - from === 2 || (to - from === 3 && body[from + 1] === DASH);
}
