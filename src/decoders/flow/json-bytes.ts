import type { TextColumn } from '../../model/batch.ts';

/** Room for the JSON object of one row; what does not fit is left out, so that one datagram cannot fill the batch. */
const ROOM = 8192;
/** Bytes after which a text is cut: URLs and names of people are shorter. */
const LONGEST_TEXT = 2048;
/** Items of one list: no AS path and no stack of labels is that long. */
const LONGEST_LIST = 128;

const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** Both digits of every byte, as two bytes of text. */
const PAIRS = Uint16Array.from({ length: 256 }, (_, byte) => (HEX[byte >>> 4] << 8) | HEX[byte & 15]);
/** U+FFFD in UTF-8, for bytes that are no UTF-8. */
const REPLACEMENT = [0xef, 0xbf, 0xbd];

/**
 * Bytes made ready to be written four at a time: the last word is filled up with zeros, which whatever comes next is
 * written over.
 */
interface Ready {
  readonly words: readonly number[];
  readonly length: number;
}

/** A key of {@link AttrsWriter} as it is written: `,"name":`. Made once, when the module is loaded. */
export type AttrKey = Ready;

/** A value of {@link AttrsWriter} from a fixed vocabulary, as it is written: `"word"`. */
export type AttrWord = Ready;

const encoder = new TextEncoder();

function ready(text: string): Ready {
  const bytes = encoder.encode(text);
  const filled = new Uint8Array(bytes.length + (-bytes.length & 3));
  filled.set(bytes);
  const view = new DataView(filled.buffer);
  return { words: Array.from({ length: filled.length / 4 }, (_, i) => view.getInt32(i * 4)), length: bytes.length };
}

export function attrKey(name: string): AttrKey {
  return ready(`,${JSON.stringify(name)}:`);
}

export function attrWord(word: string): AttrWord {
  return ready(JSON.stringify(word));
}

/**
 * Writes the JSON object of one row as bytes, straight into a text column, without making a string:
 *
 *     const TTL = attrKey('ttl');                  // once, at module level
 *     attrs.begin(batch.columns.attrs, row);
 *     attrs.number(TTL, 64);
 *     attrs.mac(SRC_MAC, bytes, at);
 *     attrs.end();                                 // nothing written: the row stays empty
 *
 * Rows are written in ascending order, one at a time, each key once (it is not checked). Between {@link begin} and
 * {@link end} nothing else may write to the column. A field for which there is no room left is left out.
 */
export class AttrsWriter {
  /** Whether every field is wanted (`fields: 'all'`); for those who decide what to write. */
  readonly detailed: boolean;
  #column: TextColumn | undefined;
  #row = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  #at = 0;
  #limit = 0;
  /** Where the list being written began, its key included. */
  #list = 0;
  #open = false;
  #items = 0;

  constructor(detailed = false) {
    this.detailed = detailed;
  }

  begin(column: TextColumn, row: number): void {
    this.#column = column;
    this.#row = row;
    this.#start = column.begin(row, ROOM);
    this.#at = this.#start;
    if (this.#bytes !== column.bytes) {
      this.#bytes = column.bytes;
      this.#view = new DataView(column.bytes.buffer, column.bytes.byteOffset, column.bytes.byteLength);
    }
    // The closing brace, the closing bracket of a list, and what fills up a word always have their place.
    this.#limit = this.#start + ROOM - 8;
  }

  end(): void {
    if (this.#at === this.#start || !this.#column) return;
    this.#bytes[this.#start] = 0x7b;
    this.#bytes[this.#at++] = 0x7d;
    this.#column.end(this.#row, this.#at);
  }

  /** A whole number from 0 to 2^53. */
  number(key: AttrKey, value: number): void {
    if (this.#key(key, 16)) this.#digits(value);
  }

  true(key: AttrKey): void {
    if (this.#key(key, 4)) this.#copy(TRUE);
  }

  word(key: AttrKey, word: AttrWord): void {
    if (this.#key(key, word.length)) this.#copy(word);
  }

  /** Six bytes as `"02:00:00:00:00:01"`. */
  mac(key: AttrKey, from: Uint8Array, offset: number): void {
    if (!this.#key(key, 19)) return;
    const view = this.#view;
    const at = this.#at;
    const second = PAIRS[from[offset + 1]];
    const third = PAIRS[from[offset + 2]];
    // "00: 11:2 2:33 :44: 55"
    view.setInt32(at, (QUOTE << 24) | (PAIRS[from[offset]] << 8) | COLON);
    view.setInt32(at + 4, (second << 16) | (COLON << 8) | (third >>> 8));
    view.setInt32(at + 8, (third << 24) | (COLON << 16) | PAIRS[from[offset + 3]]);
    view.setInt32(at + 12, (COLON << 24) | (PAIRS[from[offset + 4]] << 8) | COLON);
    view.setInt32(at + 16, (PAIRS[from[offset + 5]] << 16) | (QUOTE << 8));
    this.#at = at + 19;
  }

  /** Four bytes as `"192.0.2.1"`. */
  v4(key: AttrKey, from: Uint8Array, offset: number): void {
    if (!this.#key(key, 17)) return;
    this.#bytes[this.#at++] = QUOTE;
    this.#dotted(from, offset);
    this.#bytes[this.#at++] = QUOTE;
  }

  /** Sixteen bytes as RFC 5952 writes them (section 4), an IPv4-mapped address as IPv4. */
  v6(key: AttrKey, from: Uint8Array, offset: number): void {
    if (!this.#key(key, 41)) return;
    this.#bytes[this.#at++] = QUOTE;
    if (isMapped(from, offset)) this.#dotted(from, offset + 12);
    else this.#groups(from, offset);
    this.#bytes[this.#at++] = QUOTE;
  }

  /** Text from the wire, `from[start..end)`: escaped, what is no UTF-8 replaced, cut when it is very long. */
  text(key: AttrKey, from: Uint8Array, start: number, end: number): void {
    if (!this.#key(key, 2)) return;
    this.#bytes[this.#at++] = QUOTE;
    // Six is the longest escape of one byte; one more for the closing quote.
    const last = Math.min(this.#limit - 7, this.#at + LONGEST_TEXT);
    for (let i = start; i < end && this.#at <= last; ) i += this.#character(from, i, end);
    this.#bytes[this.#at++] = QUOTE;
  }

  /** The bytes `from[start..end)` as hexadecimal text, cut when there are very many. */
  hex(key: AttrKey, from: Uint8Array, start: number, end: number): void {
    if (!this.#key(key, 2)) return;
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = QUOTE;
    const stop = Math.min(end, start + ((this.#limit - at - 1) >> 1), start + LONGEST_TEXT / 2);
    for (let i = start; i < stop; i++) {
      bytes[at++] = HEX[from[i] >>> 4];
      bytes[at++] = HEX[from[i] & 15];
    }
    bytes[at++] = QUOTE;
    this.#at = at;
  }

  /** Begins a list; {@link item} and {@link pair} add to it. Without an item it leaves nothing behind. */
  beginList(key: AttrKey): void {
    this.#list = this.#at;
    this.#items = 0;
    this.#open = this.#key(key, 1);
    if (this.#open) this.#bytes[this.#at++] = 0x5b;
  }

  /** A whole number as an item. */
  item(value: number): void {
    if (!this.#room(18)) return;
    this.#digits(value);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Two numbers as an item, `"64500:100"`. */
  pair(left: number, right: number): void {
    if (!this.#room(36)) return;
    this.#bytes[this.#at++] = QUOTE;
    this.#digits(left);
    this.#bytes[this.#at++] = COLON;
    this.#digits(right);
    this.#bytes[this.#at++] = QUOTE;
    this.#bytes[this.#at++] = COMMA;
  }

  endList(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#bytes[this.#at - 1] === COMMA) this.#bytes[this.#at - 1] = 0x5d;
    else this.#at = this.#list;
  }

  /** Whether the open list takes one more item of at most `room` bytes. */
  #room(room: number): boolean {
    return this.#open && this.#items++ < LONGEST_LIST && this.#at + room <= this.#limit;
  }

  /** Writes the key when it and `room` bytes of value fit. */
  #key(key: AttrKey, room: number): boolean {
    if (this.#at + key.length + room > this.#limit) return false;
    this.#copy(key);
    return true;
  }

  #copy({ words, length }: Ready): void {
    const view = this.#view;
    let at = this.#at;
    this.#at = at + length;
    for (let i = 0; i < words.length; i++, at += 4) view.setInt32(at, words[i]);
  }

  #digits(value: number): void {
    const bytes = this.#bytes;
    let rest = value;
    // 32-bit arithmetic does not reach so far: one division for the digits before the last nine.
    if (rest > 0x7fffffff) {
      const high = Math.floor(rest / 1e9);
      this.#digits(high);
      rest -= high * 1e9;
      for (let at = this.#at + 8; at >= this.#at; at--) {
        bytes[at] = 48 + (rest % 10);
        rest = (rest / 10) | 0;
      }
      this.#at += 9;
      return;
    }
    let at = this.#at + digitsOf(rest);
    this.#at = at;
    do {
      const tenth = (rest / 10) | 0;
      bytes[--at] = 48 + rest - tenth * 10;
      rest = tenth;
    } while (rest > 0);
  }

  #dotted(from: Uint8Array, offset: number): void {
    for (let i = 0; i < 4; i++) {
      if (i > 0) this.#bytes[this.#at++] = 0x2e;
      this.#digits(from[offset + i]);
    }
  }

  #groups(from: Uint8Array, offset: number): void {
    const gap = longestGap(from, offset);
    for (let i = 0; i < 8; i++) {
      if (i === gap.from) {
        this.#bytes[this.#at++] = COLON;
        if (i === 0) this.#bytes[this.#at++] = COLON;
        i = gap.to - 1;
        continue;
      }
      this.#group((from[offset + i * 2] << 8) | from[offset + i * 2 + 1]);
      if (i < 7) this.#bytes[this.#at++] = COLON;
    }
  }

  #group(value: number): void {
    for (let shift = value > 0xfff ? 12 : value > 0xff ? 8 : value > 0xf ? 4 : 0; shift >= 0; shift -= 4)
      this.#bytes[this.#at++] = HEX[(value >>> shift) & 15];
  }

  /** Writes the character at `from[i]`; answers how many bytes of it were read. */
  #character(from: Uint8Array, i: number, end: number): number {
    const bytes = this.#bytes;
    const byte = from[i];
    if (byte >= 0x80) {
      const length = utf8Length(from, i, end);
      for (let k = 0; k < (length || 3); k++) bytes[this.#at++] = length ? from[i + k] : REPLACEMENT[k];
      return length || 1;
    }
    if (byte === QUOTE || byte === BACKSLASH) bytes[this.#at++] = BACKSLASH;
    else if (byte < 0x20 || byte === 0x7f) {
      for (const escaped of CONTROL) bytes[this.#at++] = escaped;
      bytes[this.#at++] = HEX[byte >>> 4];
      bytes[this.#at++] = HEX[byte & 15];
      return 1;
    }
    bytes[this.#at++] = byte;
    return 1;
  }
}

const TRUE = ready('true');
/** `\u00`, before the two digits of a control character. */
const CONTROL = encoder.encode('\\u00');

function digitsOf(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  if (value < 100_000_000) return 8;
  return value < 1_000_000_000 ? 9 : 10;
}

function isMapped(from: Uint8Array, offset: number): boolean {
  for (let i = 0; i < 10; i++) if (from[offset + i] !== 0) return false;
  return from[offset + 10] === 255 && from[offset + 11] === 255;
}

const GAP = { from: -1, to: -1 };

/** The first of the longest runs of at least two zero groups, into a shared object. */
function longestGap(from: Uint8Array, offset: number): { readonly from: number; readonly to: number } {
  GAP.from = -1;
  GAP.to = -1;
  let longest = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && from[offset + end * 2] === 0 && from[offset + end * 2 + 1] === 0) end++;
    if (end - i > longest) {
      longest = end - i;
      GAP.from = i;
      GAP.to = end;
    }
    if (end > i) i = end;
  }
  return GAP;
}

/** Bytes of the UTF-8 character that begins at `from[i]` (RFC 3629 section 4), 0 when it is none. */
function utf8Length(from: Uint8Array, i: number, end: number): number {
  const first = from[i];
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || i + length > end) return 0;
  const second = from[i + 1];
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let k = 2; k < length; k++) if ((from[i + k] & 0xc0) !== 0x80) return 0;
  return length;
}
