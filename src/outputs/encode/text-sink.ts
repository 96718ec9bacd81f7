import { numberText } from './number-text.ts';
import type { ReadyText } from './ready-text.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const ZERO = 0x30;
const DOT = 0x2e;
const ASCII_END = 0x80;
/** Above this a text is handed to Buffer, whose call costs as much as a loop over so many letters. */
const SHORT = 48;
/** Bytes of UTF-8 for a unit of UTF-16 at most. */
const MOST_BYTES = 3;
const BILLION = 1_000_000_000;
const HALF_WORD = 65_536;
const LEAST = 4096;
/** Two digits each of the numbers below 100. */
const PAIRS = Buffer.from(Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0')).join(''));

/**
 * Text in the making, as UTF-8. Documents are written into it byte by byte: strings that are joined would each be
 * several objects, kept until the request is sent, and collecting them took longer than all other work together.
 */
export class TextSink {
  bytes: Buffer;
  /** Bytes that are written. May be set back to take some of them away. */
  length = 0;

  #view: DataView;

  constructor(capacity = LEAST) {
    this.bytes = Buffer.allocUnsafeSlow(Math.max(LEAST, capacity));
    this.#view = viewOf(this.bytes);
  }

  /** What is written from `from` on; valid until more is. */
  view(from = 0, to = this.length): Buffer {
    return this.bytes.subarray(from, to);
  }

  toString(from = 0, to = this.length): string {
    return this.bytes.toString('utf8', from, to);
  }

  /** Makes room for `count` bytes. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.view());
    this.bytes = larger;
    this.#view = viewOf(larger);
  }

  byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  ready({ words, length }: ReadyText): void {
    const count = words.length;
    this.reserve(4 * count);
    const view = this.#view;
    let at = this.length;
    // What stands behind the text in its last word is overwritten by what comes next.
    for (let i = 0; i < count; i++, at += 4) view.setUint32(at, words[i], true);
    this.length += length;
  }

  text(text: string): void {
    const count = text.length;
    this.reserve(MOST_BYTES * count);
    if (count > SHORT) {
      this.length += this.bytes.write(text, this.length);
      return;
    }
    const { bytes } = this;
    const from = this.length;
    for (let i = 0; i < count; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= ASCII_END) {
        this.length = from + bytes.write(text, from);
        return;
      }
      bytes[from + i] = unit;
    }
    this.length = from + count;
  }

  /** UTF-8 from elsewhere as a JSON string, equal to what `JSON.stringify` gives of it. */
  quotedBytes(from: Buffer, start: number, end: number): void {
    this.reserve(end - start + 2);
    const { bytes } = this;
    const began = this.length;
    let at = began;
    bytes[at++] = QUOTE;
    for (let i = start; i < end; i++) {
      const byte = from[i];
      // Beyond ASCII it may be no UTF-8 at all, which becomes U+FFFD on the way through a string.
      if (byte < SPACE || byte === QUOTE || byte === BACKSLASH || byte >= ASCII_END) {
        this.text(JSON.stringify(from.toString('utf8', start, end)));
        return;
      }
      bytes[at++] = byte;
    }
    bytes[at++] = QUOTE;
    this.length = at;
  }

  /** A finite number, equal to what `JSON.stringify` gives. */
  number(value: number): void {
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER && Math.floor(value) === value) this.#whole(value);
    else this.text(numberText(value));
  }

  /** Decimal digits with zeros before them. @param value whole, with no more than `digits` digits, nine at most. */
  padded(value: number, digits: number): void {
    this.reserve(digits);
    const { bytes } = this;
    const first = this.length;
    let at = first + digits;
    let rest = value;
    for (; at - first > 1; at -= 2) {
      const above = (rest / 100) | 0;
      const pair = 2 * (rest - above * 100);
      bytes[at - 2] = PAIRS[pair];
      bytes[at - 1] = PAIRS[pair + 1];
      rest = above;
    }
    if (at > first) bytes[first] = ZERO + rest;
    this.length = first + digits;
  }

  /** An unsigned 64-bit number as digits. @param high @param low its words of 32 bits. */
  digits64(high: number, low: number): void {
    if (high === 0) {
      this.#whole(low);
      return;
    }
    // Long division by 10^9, 16 bits at a time: nothing on the way is above 2^53.
    const top = Math.floor(high / BILLION);
    const middle = (high - top * BILLION) * HALF_WORD + (low >>> 16);
    const upper = Math.floor(middle / BILLION);
    const bottom = (middle - upper * BILLION) * HALF_WORD + (low & 0xffff);
    const lower = Math.floor(bottom / BILLION);
    const above = (top * HALF_WORD + upper) * HALF_WORD + lower;
    if (above > 0) {
      this.#whole(above);
      this.padded(bottom - lower * BILLION, 9);
    } else this.#whole(bottom - lower * BILLION);
  }

  /** Four octets with dots between them. */
  dotted(from: Uint8Array, at: number): void {
    this.#whole(from[at]);
    for (let i = 1; i < 4; i++) {
      this.byte(DOT);
      this.#whole(from[at + i]);
    }
  }

  #whole(value: number): void {
    if (value < 10) {
      this.byte(ZERO + value);
      return;
    }
    if (value >= BILLION) {
      const above = Math.floor(value / BILLION);
      this.#whole(above);
      this.padded(value - above * BILLION, 9);
      return;
    }
    this.padded(value, digitsOf(value));
  }
}

/** Of a whole number below 10^9. */
function digitsOf(value: number): number {
  if (value < 1000) return value < 10 ? 1 : value < 100 ? 2 : 3;
  if (value < 1_000_000) return value < 10_000 ? 4 : value < 100_000 ? 5 : 6;
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9;
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
