import { AppError } from '../../kit/errors.ts';

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

  /** `count` texts. */
  texts(count: number): string[] {
    this.holds(count);
    const texts = new Array<string>(count);
    const bytes = this.#bytes;
    for (let i = 0; i < count; i++) {
      const length = bytes[this.#at];
      if (length === 0) {
        texts[i] = '';
        this.#at++;
      } else texts[i] = this.text();
    }
    this.holds(0);
    return texts;
  }

  /** `count` values of LowCardinality(String); equal ones are one string. */
  words(count: number): string[] {
    if (this.u64() !== KEYS_VERSION) throw unreadable('an unknown form of LowCardinality');
    this.holds(count);
    const words = new Array<string>(count);
    for (let done = 0; done < count; ) {
      const form = this.u64();
      if ((form & OWN_KEYS) === 0) throw unreadable('a LowCardinality column without keys');
      const keys = this.texts(this.u64());
      const rows = this.u64();
      const codes = this.#codes(form & 0xff, rows);
      if (rows === 0 || done + rows > count) throw unreadable('a LowCardinality column of another length');
      for (let i = 0; i < rows; i++) words[done + i] = keys[codes[i]];
      done += rows;
    }
    return words;
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
