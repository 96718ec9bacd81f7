import { isUtf8 } from 'node:buffer';
import { AppError } from '../../kit/errors.ts';
import { canonicalEncoding } from '../encodings.ts';
import { COLLECTOR_KEY, FORMAT_KEY, KEYS, RECORDS_KEY, TYPE_KEY } from './catalog.ts';
import { HASH_PRIME, HASH_SEED } from './key-table.ts';
import { skipEscape, skipSpace, skipValue } from './syntax.ts';
import { wordOf } from './word-codes.ts';

/** Fields that are noted while a body is checked, 16 MiB of them; records behind that many are read a second time. */
const NOTED_FIELDS = 1 << 20;
/** A single record may have this many more. */
const RECORD_FIELDS = 1 << 16;

/** What the object around `records` says about them. */
export interface Batch {
  /** The first of the records and the one behind the last. */
  readonly from: number;
  to: number;
  /** A canonical encoding, empty when nothing is said. */
  readonly encoding: string;
  readonly collector: string;
}

/**
 * The first pass over a body: checks all of it (UTF-8, RFC 8259, every record an object, how many) and notes where the
 * fields of each record are, so that the second pass need not look for them. Nothing is kept of a body that is not
 * right, and nothing is built but three lists of numbers, which are used again for the next body.
 */
export class BodyScanner {
  /** Four numbers a field: key number (-1 unknown), offset of the key's quote, of the value, and behind the value. */
  fields: Int32Array = new Int32Array(4096);
  /** Four numbers a record: first and last byte, first and last entry of {@link fields} (-1, -1: not noted). */
  records: Int32Array = new Int32Array(1024);
  count = 0;
  readonly batches: Batch[] = [];
  readonly #maxRecords: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  #noted = 0;
  #notObject = false;

  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords;
  }

  /** @throws AppError INVALID_UTF8, INVALID_JSON, NOT_AN_OBJECT, EMPTY_BATCH, TOO_MANY_RECORDS, UNKNOWN_FORMAT. */
  scan(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes;
    this.#end = to;
    this.#noted = 0;
    this.#notObject = false;
    this.count = 0;
    this.batches.length = 0;
    if (!isUtf8(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to)))
      throw new AppError('INVALID_UTF8', 'The body is not valid UTF-8.');
    let at = skipSpace(bytes, hasMark(bytes, from, to) ? from + 3 : from, to);
    while (at < to) at = this.#value(at);
    if (this.#notObject) throw new AppError('NOT_AN_OBJECT', 'Every record must be a JSON object.');
    if (this.count === 0) throw new AppError('EMPTY_BATCH', 'The body carries no record.');
  }

  /** Notes the fields of record `index` again, if there were too many to keep, so that its entry tells where they are. */
  recall(index: number): void {
    const at = index * 4;
    if (this.records[at + 2] >= 0) return;
    this.#noted = NOTED_FIELDS * 4;
    this.#object(this.records[at] + 1, 1);
    this.records[at + 2] = NOTED_FIELDS * 4;
    this.records[at + 3] = this.#noted;
  }

  /** One value of the body: an array of records, an object around them, or a record. */
  #value(at: number): number {
    const first = this.count;
    const byte = this.#bytes[at];
    if (byte === 91) {
      at = this.#array(at + 1, 1);
      this.#batch(first, '', '');
    } else if (byte === 123) at = this.#record(at, 0, first);
    else {
      this.#notObject = true;
      at = this.#checked(skipValue(this.#bytes, at, this.#end, 0));
    }
    const next = skipSpace(this.#bytes, at, this.#end);
    // Values in a row are lines (NDJSON): each must end its line.
    if (next < this.#end) {
      while (at < next && this.#bytes[at] !== 10) at++;
      if (at === next) this.#refuse(next);
    }
    return next;
  }

  #array(at: number, depth: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    at = skipSpace(bytes, at, end);
    if (bytes[at] === 93) return at + 1;
    for (;;) {
      if (bytes[at] === 123) at = this.#record(at, depth, -1);
      else {
        this.#notObject = true;
        at = this.#checked(skipValue(bytes, at, end, depth));
      }
      at = skipSpace(bytes, at, end);
      if (bytes[at] === 93) return at + 1;
      if (at >= end || bytes[at] !== 44) this.#refuse(at);
      at = skipSpace(bytes, at + 1, end);
    }
  }

  /** An object at `at`; `first` is the count of records before it when it stands alone and may hold `records`. */
  #record(at: number, depth: number, first: number): number {
    if (this.#noted >= NOTED_FIELDS * 4) this.#noted = NOTED_FIELDS * 4;
    const from = this.#noted;
    const noted = from < NOTED_FIELDS * 4;
    const end = this.#object(at + 1, depth + 1, first);
    if (first >= 0 && this.#envelope(from, first)) return end;
    if (this.count === this.#maxRecords)
      throw new AppError('TOO_MANY_RECORDS', `A body carries at most ${this.#maxRecords} records.`);
    const row = this.count++ * 4;
    if (row === this.records.length) this.records = enlarged(this.records);
    this.records[row] = at;
    this.records[row + 1] = end;
    this.records[row + 2] = noted ? from : -1;
    this.records[row + 3] = noted ? this.#noted : -1;
    if (first >= 0) this.#batch(first, '', '');
    return end;
  }

  /** The fields of an object from behind its brace; those of the outermost one may be the `records`. */
  #object(at: number, depth: number, first = -1): number {
    const bytes = this.#bytes;
    const end = this.#end;
    at = skipSpace(bytes, at, end);
    if (bytes[at] === 125) return at + 1;
    for (;;) {
      if (at >= end || bytes[at] !== 34) this.#refuse(at);
      const keyAt = at++;
      let hash = HASH_SEED;
      let escaped = false;
      while (at < end) {
        const byte = bytes[at++];
        if (byte === 34) break;
        if (byte < 32) this.#refuse(at - 1);
        if (byte === 92) {
          escaped = true;
          at = this.#checked(skipEscape(bytes, at, end));
        } else hash = Math.imul(hash ^ byte, HASH_PRIME);
      }
      const key = escaped ? KEYS.findEscaped(bytes, keyAt + 1, at - 1) : KEYS.find(bytes, keyAt + 1, at - 1, hash);
      if (bytes[at] !== 58) at = skipSpace(bytes, at, end);
      if (at >= end || bytes[at] !== 58) this.#refuse(at);
      const valueAt = skipSpace(bytes, at + 1, end);
      this.#note(key, keyAt, valueAt);
      const note = this.#noted;
      if (first >= 0 && key === RECORDS_KEY && bytes[valueAt] === 91) at = this.#array(valueAt + 1, depth + 1);
      else at = this.#checked(skipValue(bytes, valueAt, end, depth));
      this.fields[note - 1] = at;
      at = skipSpace(bytes, at, end);
      if (bytes[at] === 125) return at + 1;
      if (at >= end || bytes[at] !== 44) this.#refuse(at);
      at = skipSpace(bytes, at + 1, end);
    }
  }

  #note(key: number, keyAt: number, valueAt: number): void {
    const at = this.#noted;
    if (at === (NOTED_FIELDS + RECORD_FIELDS) * 4)
      throw new AppError('INVALID_JSON', `A record has more than ${RECORD_FIELDS} fields.`);
    if (at + 4 > this.fields.length) this.fields = enlarged(this.fields);
    const fields = this.fields;
    fields[at] = key;
    fields[at + 1] = keyAt;
    fields[at + 2] = valueAt;
    this.#noted = at + 4;
  }

  /** Whether the object whose fields are noted from `from` on holds records rather than being one. */
  #envelope(from: number, first: number): boolean {
    const { fields } = this;
    let records = -1;
    let format = '';
    let type = '';
    let collector = '';
    for (let at = from; at < this.#noted; at += 4) {
      // Behind `records` come the fields of the records themselves, and then the rest of this object.
      if (records >= 0 && at > records && fields[at + 1] < fields[records + 3]) continue;
      if (fields[at] === RECORDS_KEY) records = at;
      else if (fields[at] === FORMAT_KEY) format = this.#text(at);
      else if (fields[at] === TYPE_KEY) type = this.#text(at);
      else if (fields[at] === COLLECTOR_KEY) collector = this.#text(at);
    }
    if (records < 0) return false;
    if (this.#bytes[fields[records + 2]] !== 91) this.#notObject = true;
    this.#batch(first, encodingOf(format || type), collector);
    return true;
  }

  #text(at: number): string {
    const from = this.fields[at + 2];
    return this.#bytes[from] === 34 ? wordOf(this.#bytes, from + 1, this.fields[at + 3] - 1) : '';
  }

  #batch(from: number, encoding: string, collector: string): void {
    const last = this.batches.at(-1);
    if (last && last.encoding === encoding && last.collector === collector) last.to = this.count;
    else this.batches.push({ from, to: this.count, encoding, collector });
  }

  #checked(at: number): number {
    if (at < 0) this.#refuse(~at);
    return at;
  }

  #refuse(at: number): never {
    throw new AppError('INVALID_JSON', describe(this.#bytes, Math.min(at, this.#end), this.#end));
  }
}

function encodingOf(name: string): string {
  if (name === '') return '';
  const encoding = canonicalEncoding(name);
  if (!encoding) throw new AppError('UNKNOWN_FORMAT', `No format is named "${name.slice(0, 64)}".`);
  return encoding;
}

function enlarged(list: Int32Array): Int32Array {
  const larger = new Int32Array(list.length * 2);
  larger.set(list);
  return larger;
}

/** A byte order mark, which RFC 8259 section 8.1 lets a reader ignore. */
function hasMark(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from >= 3 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf;
}

function describe(bytes: Uint8Array, at: number, end: number): string {
  let line = 1;
  let start = 0;
  for (let i = bytes.indexOf(10); i >= 0 && i < at; i = bytes.indexOf(10, i + 1)) {
    line++;
    start = i + 1;
  }
  const place = `line ${line}, byte ${at - start + 1}`;
  if (at >= end) return `The body ends in the middle of a JSON value (${place}).`;
  const byte = bytes[at];
  const found = byte > 32 && byte < 127 ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16)}`;
  const deep = byte === 123 || byte === 91 ? ', or it is nested deeper than 64 levels' : '';
  return `${found} is not JSON here (${place})${deep}.`;
}
