import { AppError } from '../../kit/errors.ts';
import { TextColumn, WordColumn } from '../../model/event-page.ts';

/** LowCardinality: the only version of the serialisation there is, and the bits of what follows it (low-cardinality.ts). */
const KEYS_VERSION = 1;
const OWN_KEYS = 0x200;

/** Walks over ClickHouse's `Native` encoding. Everything throws where the bytes end before they should. */
export class NativeReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#take(1)];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  /** A UInt64 that is small. */
  u64(): number {
    const at = this.#take(8);
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 0x1_0000_0000;
  }

  text(): string {
    const length = this.varint();
    if (length === 0) return '';
    const at = this.#take(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  /** `count` texts, which stay in the bytes of the answer. */
  texts(count: number): TextColumn {
    this.holds(count);
    const starts = new Uint32Array(count);
    const ends = new Uint32Array(count);
    const bytes = this.#bytes;
    for (let i = 0; i < count; i++) {
      let length = bytes[this.#at];
      if (length < 128) this.#at++;
      else length = this.varint();
      starts[i] = this.#at;
      this.#at += length;
      ends[i] = this.#at;
    }
    this.holds(0);
    return new TextColumn(bytes, starts, ends);
  }

  /** `count` values of LowCardinality(String). */
  words(count: number): WordColumn {
    if (this.u64() !== KEYS_VERSION) throw unreadable('an unknown form of LowCardinality');
    this.holds(count);
    const words: string[] = [];
    const codes = new Uint32Array(count);
    for (let done = 0; done < count; ) {
      const form = this.u64();
      if ((form & OWN_KEYS) === 0) throw unreadable('a LowCardinality column without keys');
      const first = words.length;
      for (let keys = this.u64(); keys > 0; keys--) words.push(this.text());
      const rows = this.u64();
      const some = this.#codes(form & 0xff, rows);
      if (rows === 0 || done + rows > count) throw unreadable('a LowCardinality column of another length');
      for (let i = 0; i < rows; i++) {
        const code = first + some[i];
        if (code >= words.length) throw unreadable('a LowCardinality column with an unknown key');
        codes[done + i] = code;
      }
      done += rows;
    }
    return new WordColumn(words, codes);
  }

  /** `count` bytes that stay valid as long as the answer does. */
  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  /** `count` numbers of `size` bytes each as the only content of a buffer of their own. */
  aligned(count: number, size: number): ArrayBuffer {
    const at = this.#take(count * size);
    const copy = new Uint8Array(count * size);
    copy.set(this.#bytes.subarray(at, at + count * size));
    return copy.buffer;
  }

  #codes(width: number, rows: number): Uint8Array | Uint16Array | Uint32Array {
    if (width === 0) return this.bytes(rows);
    if (width === 1) return new Uint16Array(this.aligned(rows, 2));
    if (width === 2) return new Uint32Array(this.aligned(rows, 4));
    throw unreadable('LowCardinality with 64-bit codes');
  }

  #take(count: number): number {
    this.holds(count);
    const at = this.#at;
    this.#at += count;
    return at;
  }

  /** @throws AppError INTERNAL when fewer than `count` bytes are left: no value has less than one. */
  holds(count: number): void {
    if (this.#at + count > this.#bytes.length) throw unreadable('an answer that is not whole');
  }
}

export function unreadable(what: string): AppError {
  return new AppError('INTERNAL', `The store of events answered with ${what}.`);
}
