import { parseIp } from '../../model/address.ts';
import type { DictColumn, IpColumn, TextColumn } from '../../model/batch.ts';
import type { Copier } from './copier.ts';
import { Protocols, parseFlagNames } from './names.ts';
import { BRACKET, isNothing, QUOTE, RecordFields } from './record-fields.ts';
import { LATEST, parseTime } from './time.ts';
import { hasEscapes } from './unescape.ts';
import { asciiOf, parseDecimal, parseFlags, parseUint, parseV4 } from './values.ts';
import { type WordCodes, wordOf } from './word-codes.ts';

/** What the readers of numbers answer where the record has none, and where it has a wrong one. */
export const ABSENT = -1;
export const WRONG = -2;

const LONGEST_WORD = 1024;
const TEXTS = new TextDecoder();

/**
 * Reads the slots of a record, each by its type. The usual form of a value is read where it stands in the body; others
 * (numbers in strings, escapes, lists) take the slow way through bytes of their own. A value that is wrong leaves
 * {@link reason} and {@link detail}.
 */
export class FieldReader {
  readonly fields = new RecordFields();
  reason = '';
  detail = '';
  readonly #address = new Uint8Array(16);
  readonly #protocols = new Protocols();

  /** A whole number from 0 to `most`. */
  uint(slot: number, most: number): number {
    const { body, base, fields, layout } = this.fields;
    const at = layout.slots[slot] + base;
    if (at < base) return ABSENT;
    const from = fields[at + 2];
    const value = body[from] <= 57 ? parseUint(body, from, fields[at + 3]) : -1;
    return value >= 0 && value <= most ? value : this.#rareUint(slot, most);
  }

  #rareUint(slot: number, most: number): number {
    if (!this.fields.has(slot)) return ABSENT;
    const plain = this.fields.plain(slot);
    const value = plain ? parseUint(plain, 0, plain.length) : -1;
    if (value >= 0 && value <= most) return value;
    const numeric = plain !== undefined && !Number.isNaN(parseDecimal(plain, 0, plain.length));
    return this.#wrong(slot, numeric ? 'OUT_OF_RANGE' : 'WRONG_TYPE', `a whole number from 0 to ${most}`);
  }

  /** Microseconds since 1970. */
  time(slot: number): number {
    const { body, base, fields, layout } = this.fields;
    const at = layout.slots[slot] + base;
    if (at < base) return ABSENT;
    const from = fields[at + 2];
    const time = body[from] <= 57 && body[from] >= 48 ? parseTime(body, from, fields[at + 3]) : Number.NaN;
    return time >= 0 && time <= LATEST ? time : this.#rareTime(slot);
  }

  #rareTime(slot: number): number {
    if (!this.fields.has(slot)) return ABSENT;
    const plain = this.fields.plain(slot);
    const time = plain ? parseTime(plain, 0, plain.length) : Number.NaN;
    if (time >= 0 && time <= LATEST) return time;
    if (Number.isNaN(time)) return this.#wrong(slot, 'INVALID_TIME', 'a Unix time or an ISO 8601 date and time');
    return this.#wrong(slot, 'OUT_OF_RANGE', 'a time from 1970 to 2199');
  }

  /** A number of at least 0. */
  decimal(slot: number): number {
    const { body, base, fields, layout } = this.fields;
    const at = layout.slots[slot] + base;
    if (at < base) return ABSENT;
    const from = fields[at + 2];
    const value = body[from] <= 57 && body[from] >= 48 ? parseDecimal(body, from, fields[at + 3]) : Number.NaN;
    return value >= 0 ? value : this.#rareDecimal(slot);
  }

  #rareDecimal(slot: number): number {
    if (!this.fields.has(slot)) return ABSENT;
    const plain = this.fields.plain(slot);
    const value = plain ? parseDecimal(plain, 0, plain.length) : Number.NaN;
    if (value >= 0) return value;
    return this.#wrong(slot, Number.isNaN(value) ? 'WRONG_TYPE' : 'OUT_OF_RANGE', 'a number of at least 0');
  }

  /** Writes an address; nothing when the record has none. @returns false when it is wrong. */
  ip(slot: number, column: IpColumn, row: number): boolean {
    const { body, base, fields, layout } = this.fields;
    const at = layout.slots[slot] + base;
    if (at < base) return true;
    const from = fields[at + 2];
    const v4 = body[from] === QUOTE ? parseV4(body, from + 1, fields[at + 3] - 1) : -1;
    if (v4 < 0) return this.#rareIp(slot, column, row);
    column.setV4(row, v4);
    return true;
  }

  #rareIp(slot: number, column: IpColumn, row: number): boolean {
    const fields = this.fields;
    if (!fields.has(slot)) return true;
    const lead = fields.body[fields.from(slot)];
    const plain = lead === BRACKET ? this.#first(slot) : lead === QUOTE ? fields.plain(slot) : undefined;
    if (lead === BRACKET && !plain) return true;
    if (!plain || plain.length > 64 || parseIp(asciiOf(plain, 0, plain.length), this.#address) === 0)
      return this.#wrong(slot, 'INVALID_ADDRESS', 'an IPv4 or IPv6 address') > 0;
    column.setBytes(row, this.#address, 0);
    return true;
  }

  /** The first string of a list, which goes to `attrs` as a whole; undefined when there is none. */
  #first(slot: number): Uint8Array | undefined {
    const { body } = this.fields;
    this.fields.keep(slot);
    const list: unknown = JSON.parse(TEXTS.decode(body.subarray(this.fields.from(slot), this.fields.to(slot))));
    const first = Array.isArray(list) ? list[0] : undefined;
    return typeof first === 'string' ? new TextEncoder().encode(first) : undefined;
  }

  protocol(slot: number): number {
    const { body, base, fields, layout } = this.fields;
    const at = layout.slots[slot] + base;
    if (at < base) return ABSENT;
    const from = fields[at + 2];
    // The two that nearly all records have, without a string.
    if (fields[at + 3] - from === 5 && body[from] === QUOTE) {
      const name = (body[from + 1] << 16) | (body[from + 2] << 8) | body[from + 3] | 0x202020;
      if (name === 0x746370) return 6;
      if (name === 0x756470) return 17;
    }
    return this.#rareProtocol(slot);
  }

  #rareProtocol(slot: number): number {
    if (!this.fields.has(slot)) return ABSENT;
    const plain = this.fields.plain(slot);
    let number = plain ? parseUint(plain, 0, plain.length) : -1;
    if (plain && number < 0 && plain.length <= 64) number = this.#protocols.numberOf(asciiOf(plain, 0, plain.length));
    if (number >= 0 && number <= 255) return number;
    return this.#wrong(slot, 'INVALID_PROTOCOL', 'an IP protocol: a number from 0 to 255 or its name');
  }

  flags(slot: number): number {
    const fields = this.fields;
    if (!fields.has(slot)) return ABSENT;
    const from = fields.from(slot);
    let flags = -1;
    if (fields.body[from] === BRACKET) flags = parseFlagNames(fields.body, from, fields.to(slot));
    else {
      const plain = fields.plain(slot);
      if (plain) flags = parseFlags(plain, 0, plain.length);
    }
    return flags >= 0 ? flags : this.#wrong(slot, 'WRONG_TYPE', 'TCP flags: a number, or letters of CEUAPRSF');
  }

  /** Writes a word, or `otherwise` when the record has none. @returns false when it is wrong. */
  word(slot: number, column: DictColumn, row: number, codes: WordCodes, otherwise: string): boolean {
    const { body, base, fields, layout } = this.fields;
    const at = layout.slots[slot] + base;
    const from = at < base ? 0 : fields[at + 2];
    const to = at < base ? 0 : fields[at + 3];
    if (at < base || isNothing(body, from, to)) {
      if (otherwise !== '') column.set(row, otherwise);
      return true;
    }
    const quoted = body[from] === QUOTE ? 1 : 0;
    if (to - from > LONGEST_WORD || (quoted === 0 && body[from] > 57))
      return this.#wrong(slot, 'WRONG_TYPE', `a string of at most ${LONGEST_WORD} bytes`) > 0;
    column.codes[row] = codes.codeOf(column.dictionary, body, from + quoted, to - quoted);
    return true;
  }

  /** Writes a text; nothing when the record has none. @returns false when it is wrong. */
  text(slot: number, column: TextColumn, row: number, copier: Copier): boolean {
    const fields = this.fields;
    if (!fields.has(slot)) return true;
    const { body } = fields;
    const lead = body[fields.from(slot)];
    const from = fields.from(slot) + 1;
    const to = fields.to(slot) - 1;
    if (lead === QUOTE && !hasEscapes(body, from, to)) {
      const at = column.begin(row, to - from);
      copier.copy(body, from, to, column.bytes, at);
      column.end(row, at + (to - from));
      return true;
    }
    const plain = lead === BRACKET ? this.#first(slot) : fields.plain(slot);
    if (plain) column.setBytes(row, plain, 0, plain.length);
    else if (lead !== BRACKET) return this.#wrong(slot, 'WRONG_TYPE', 'a string') > 0;
    return true;
  }

  /** Writes a list of strings, or a string with commas, as the sorted set that the column keeps. */
  words(slot: number, column: DictColumn, row: number): boolean {
    const fields = this.fields;
    if (!fields.has(slot)) return true;
    const from = fields.from(slot);
    const to = fields.to(slot);
    let tags: unknown;
    if (to - from <= LONGEST_WORD) {
      if (fields.body[from] === QUOTE) tags = [wordOf(fields.body, from + 1, to - 1)];
      else tags = JSON.parse(TEXTS.decode(fields.body.subarray(from, to)));
    }
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string'))
      return this.#wrong(slot, 'WRONG_TYPE', `a list of strings, at most ${LONGEST_WORD} bytes`) > 0;
    const names = tags.flatMap((tag: string) => tag.split(',')).map((tag) => tag.trim());
    column.set(row, [...new Set(names.filter((tag) => tag !== ''))].sort().join(','));
    return true;
  }

  #wrong(slot: number, reason: string, wanted: string): typeof WRONG {
    this.reason = reason;
    this.detail = `${this.fields.describe(slot)}, which is not ${wanted}.`;
    return WRONG;
  }
}
