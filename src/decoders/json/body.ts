import { isUtf8 } from 'node:buffer';
import { AppError } from '../../kit/errors.ts';
import { canonicalEncoding } from '../encodings.ts';
import { COLLECTOR_KEY, FORMAT_KEY, KEYS, RECORDS_KEY, TYPE_KEY } from './catalog.ts';
import { HASH_PRIME, hashOf } from './key-table.ts';
import { skipField, skipSpace, skipString, skipValue } from './syntax.ts';
import { hasEscapes } from './unescape.ts';
import { wordOf } from './word-codes.ts';

/** Fields that are noted while a body is checked, 16 MiB of them; records behind that many are read a second time. */
const NOTED_FIELDS = 1 << 20;
/** A single record may have this many more. */
const RECORD_FIELDS = 1 << 16;
/** Numbers kept of a record. */
export const RECORD = 5;
const NOT_NOTED = 0x7fffffff;

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
  /**
   * Five numbers a record: first and last byte, first and last entry of {@link fields} (-1, -1: not noted), and a hash of
   * its keys.
   */
  records: Int32Array = new Int32Array(RECORD * 256);
  count = 0;
  /** The entries of {@link fields} that are the record of the last {@link recall}. */
  from = 0;
  to = 0;
  readonly batches: Batch[] = [];
  readonly #maxRecords: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #end = 0;
  #noted = 0;
  /** First entry of the record before this one, whose entries end where this one's begin. */
  #previous = NOT_NOTED;
  /** Hash of the keys of the object read last. */
  #shape = 0;
  /** The outermost object being read has the key `records`. */
  #hasRecords = false;
  #notObject = false;

  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords;
  }

  /** @throws AppError INVALID_UTF8, INVALID_JSON, NOT_AN_OBJECT, EMPTY_BATCH, TOO_MANY_RECORDS, UNKNOWN_FORMAT. */
  scan(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = to;
    this.#noted = 0;
    this.#previous = NOT_NOTED;
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

  /** Sets {@link from} and {@link to} to the fields of record `index`, noting them again if they were too many to keep. */
  recall(index: number): void {
    const at = index * RECORD;
    this.from = this.records[at + 2];
    this.to = this.records[at + 3];
    if (this.from >= 0) return;
    this.from = NOTED_FIELDS * 4;
    this.#noted = this.from;
    this.#previous = NOT_NOTED;
    this.#object(this.records[at] + 1, 1);
    this.to = this.#noted;
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
    if (from === NOTED_FIELDS * 4) this.#previous = NOT_NOTED;
    if (first >= 0) this.#hasRecords = false;
    const end = this.#object(at + 1, depth + 1, first);
    const noted = this.#noted <= NOTED_FIELDS * 4;
    this.#previous = from;
    if (first >= 0 && this.#hasRecords && this.#envelope(from, first)) return end;
    if (this.count === this.#maxRecords)
      throw new AppError('TOO_MANY_RECORDS', `A body carries at most ${this.#maxRecords} records.`);
    const row = this.count++ * RECORD;
    if (row === this.records.length) this.records = enlarged(this.records);
    this.records[row] = at;
    this.records[row + 1] = end;
    this.records[row + 2] = noted ? from : -1;
    this.records[row + 3] = noted ? this.#noted : -1;
    this.records[row + 4] = this.#shape;
    if (first >= 0) this.#batch(first, '', '');
    return end;
  }

  /** The fields of an object from behind its brace; those of the outermost one may be the `records`. */
  #object(at: number, depth: number, first = -1): number {
    const bytes = this.#bytes;
    const end = this.#end;
    at = skipSpace(bytes, at, end);
    this.#shape = 0;
    if (bytes[at] === 125) return at + 1;
    const own = this.#noted;
    const view = this.#view;
    let guess = this.#previous;
    let note = own;
    let shape = 0;
    let fields = this.fields;
    for (;;) {
      if (at >= end || bytes[at] !== 34) this.#refuse(at);
      const keyAt = at;
      // Records of one sender have their keys in one order: compare with the previous record before searching.
      at = guess < own ? sameKey(bytes, view, end, fields[guess + 1], fields[guess + 2], keyAt) : -1;
      if (at < 0 && guess + 4 < own) {
        at = sameKey(bytes, view, end, fields[guess + 5], fields[guess + 6], keyAt);
        if (at >= 0) guess += 4;
      }
      if (note + 4 > fields.length) fields = this.#enlarge(note);
      let key: number;
      if (at >= 0) {
        key = fields[guess];
        guess += 4;
      } else {
        const keyEnd = this.#checked(skipString(bytes, keyAt + 1, end));
        key = this.#find(keyAt + 1, keyEnd - 1);
        at = this.#colon(keyEnd);
        guess = behind(fields, guess, own, key);
      }
      shape = Math.imul(shape ^ (key + 1), HASH_PRIME);
      fields[note] = key;
      fields[note + 1] = keyAt;
      fields[note + 2] = at;
      note += 4;
      if (first >= 0 && key === RECORDS_KEY) {
        at = this.#recordsAt(at, note, depth);
        fields = this.fields;
        note = this.#noted;
        guess = NOT_NOTED;
      } else {
        at = skipField(bytes, view, at, end, depth);
        if (at < 0) this.#refuse(~at);
        fields[note - 1] = at;
      }
      if (bytes[at] <= 32) at = skipSpace(bytes, at, end);
      const byte = bytes[at];
      if (byte === 125) break;
      if (at >= end || byte !== 44) this.#refuse(at);
      if (bytes[++at] <= 32) at = skipSpace(bytes, at, end);
    }
    this.#noted = note;
    this.#shape = shape;
    return at + 1;
  }

  /** The value of `records`, whose own entry ends at `note`; the entries of the records come behind it. */
  #recordsAt(at: number, note: number, depth: number): number {
    this.#hasRecords = true;
    this.#noted = note;
    const isArray = this.#bytes[at] === 91;
    at = isArray ? this.#array(at + 1, depth + 1) : this.#checked(skipValue(this.#bytes, at, this.#end, depth));
    this.fields[note - 1] = at;
    return at;
  }

  #find(from: number, to: number): number {
    const bytes = this.#bytes;
    if (!hasEscapes(bytes, from, to)) return KEYS.find(bytes, from, to, hashOf(bytes, from, to));
    return KEYS.findEscaped(bytes, from, to);
  }

  #colon(at: number): number {
    at = skipSpace(this.#bytes, at, this.#end);
    if (at >= this.#end || this.#bytes[at] !== 58) this.#refuse(at);
    return skipSpace(this.#bytes, at + 1, this.#end);
  }

  #enlarge(at: number): Int32Array {
    if (at >= (NOTED_FIELDS + RECORD_FIELDS) * 4)
      throw new AppError('INVALID_JSON', `A record has more than ${RECORD_FIELDS} fields.`);
    this.fields = enlarged(this.fields, (NOTED_FIELDS + RECORD_FIELDS) * 4);
    return this.fields;
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

/**
 * Compares the key at `at`, with its colon and the white space around that, with a known one from `known` up to its
 * value, four bytes at a time. @returns the offset of the value when they are the same, -1 when not.
 */
function sameKey(bytes: Uint8Array, view: DataView, end: number, known: number, valueAt: number, at: number): number {
  const last = at + (valueAt - known) - 4;
  if (last + 4 >= end || last < at) return -1;
  const shift = known - at;
  for (; at < last; at += 4) if (view.getInt32(at, true) !== view.getInt32(at + shift, true)) return -1;
  if (view.getInt32(last, true) !== view.getInt32(last + shift, true)) return -1;
  // More white space than the other had.
  return bytes[last + 4] <= 32 ? -1 : last + 4;
}

/** Where to go on guessing: behind the field of the record before that has `key`, or where it was. */
function behind(fields: Int32Array, guess: number, own: number, key: number): number {
  if (key >= 0) for (let at = guess; at < own; at += 4) if (fields[at] === key) return at + 4;
  return guess;
}

function enlarged(list: Int32Array, most = Number.POSITIVE_INFINITY): Int32Array {
  const larger = new Int32Array(Math.min(list.length * 2, most));
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
