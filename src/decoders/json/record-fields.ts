import { KEYS, PROGRAMS } from './catalog.ts';
import { SLOT_COUNT } from './format.ts';
import { unescape } from './unescape.ts';

const QUOTE = 34;
const DASH = 45;
const LONGEST_SHOWN = 48;

/**
 * The fields of one record sorted by what they mean: which field fills each slot of its format, and which go to `attrs`.
 * Offsets into the body only; nothing is allocated per record.
 */
export class RecordFields {
  /** The body, or the unescaped text of the slot that was opened last. */
  bytes: Uint8Array = new Uint8Array(0);
  /** The value of the opened slot, quotes left out. */
  from = 0;
  to = 0;
  /** First byte of that value in the body: a quote, a bracket, a digit... */
  lead = 0;
  /** Entries of the field list that go to `attrs`, the first {@link rest} of them. */
  others = new Int32Array(64);
  rest = 0;
  #body: Uint8Array = new Uint8Array(0);
  #fields: Int32Array = new Int32Array(0);
  #scratch = new Uint8Array(256);
  readonly #winners = new Int32Array(SLOT_COUNT);
  readonly #ranks = new Uint8Array(SLOT_COUNT);

  sort(body: Uint8Array, fields: Int32Array, from: number, to: number, format: number): void {
    const program = PROGRAMS[format];
    this.#body = body;
    this.#fields = fields;
    this.rest = 0;
    this.#winners.fill(-1);
    if (this.others.length < (to - from) >> 2) this.others = new Int32Array((to - from) >> 1);
    for (let at = from; at < to; at += 4) {
      const key = fields[at];
      const place = key < 0 ? -1 : program[key];
      if (place < 0) this.others[this.rest++] = at;
      else if (!isAbsent(body, fields[at + 2], fields[at + 3])) this.#place(at, place >> 4, place & 15);
    }
  }

  #place(at: number, slot: number, rank: number): void {
    const winner = this.#winners[slot];
    if (winner >= 0 && rank > this.#ranks[slot]) {
      this.others[this.rest++] = at;
      return;
    }
    // The same key again: the last one counts, as for every JSON reader.
    if (winner >= 0 && rank < this.#ranks[slot]) this.others[this.rest++] = winner;
    this.#winners[slot] = at;
    this.#ranks[slot] = rank;
  }

  has(slot: number): boolean {
    return this.#winners[slot] >= 0;
  }

  /** Sets {@link from} and {@link to} to the value of `slot`. @returns false when the record does not have it. */
  open(slot: number): boolean {
    const at = this.#winners[slot];
    if (at < 0) return false;
    const from = this.#fields[at + 2];
    const to = this.#fields[at + 3];
    this.bytes = this.#body;
    this.lead = this.#body[from];
    const quoted = this.lead === QUOTE ? 1 : 0;
    this.from = from + quoted;
    this.to = to - quoted;
    return true;
  }

  /** The opened value without its escapes. @returns false when it has none. */
  unescape(): boolean {
    let escaped = false;
    for (let i = this.from; i < this.to && !escaped; i++) escaped = this.bytes[i] === 92;
    if (!escaped || this.lead !== QUOTE || this.bytes === this.#scratch) return false;
    if (this.#scratch.length < this.to - this.from) this.#scratch = new Uint8Array((this.to - this.from) * 2);
    this.to = unescape(this.bytes, this.from, this.to, this.#scratch, 0);
    this.from = 0;
    this.bytes = this.#scratch;
    return true;
  }

  /** Narrows an opened list to its first string; the whole list is kept in `attrs` too. @returns false without one. */
  first(slot: number): boolean {
    this.keep(slot);
    const { bytes } = this;
    let at = this.from + 1;
    while (bytes[at] <= 32) at++;
    if (bytes[at] !== QUOTE) return false;
    this.from = at + 1;
    for (at++; bytes[at] !== QUOTE; at++) if (bytes[at] === 92) at++;
    this.to = at;
    this.lead = QUOTE;
    return true;
  }

  /** The field of `slot` goes to `attrs` as well. */
  keep(slot: number): void {
    if (this.rest === this.others.length) {
      const larger = new Int32Array(this.rest * 2);
      larger.set(this.others);
      this.others = larger;
    }
    this.others[this.rest++] = this.#winners[slot];
  }

  /** `"id.orig_p" is 93145`: the field of `slot` for a sentence, long values cut. */
  describe(slot: number): string {
    const at = this.#winners[slot];
    const from = this.#fields[at + 2];
    const to = this.#fields[at + 3];
    const value = new TextDecoder().decode(this.#body.subarray(from, Math.min(to, from + LONGEST_SHOWN)));
    return `"${KEYS.names[this.#fields[at]]}" is ${value}${to - from > LONGEST_SHOWN ? '...' : ''}`;
  }
}

/** `null`, an empty string or Zeek's "-" say nothing. */
function isAbsent(body: Uint8Array, from: number, to: number): boolean {
  const lead = body[from];
  if (lead === 110) return true;
  return lead === QUOTE && (to - from === 2 || (to - from === 3 && body[from + 1] === DASH));
}
