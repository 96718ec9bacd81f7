const encoder = new TextEncoder();
/** A buffer that once had to hold a huge group does not keep its memory for ever. */
const KEEP_BYTES = 64 << 20;

/** A growing run of bytes in ClickHouse's `Native` encoding: little-endian numbers, LEB128 lengths. */
export class NativeWriter {
  bytes: Uint8Array;
  length = 0;
  #words = new Uint32Array(0);

  constructor(capacity = 64 << 10) {
    this.bytes = new Uint8Array(capacity);
  }

  /** What was written so far; valid until the next write or {@link reset}. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  reset(): void {
    this.length = 0;
    if (this.bytes.length > KEEP_BYTES) this.bytes = new Uint8Array(64 << 10);
  }

  /** Makes room for `room` more bytes and returns where they go; the caller raises {@link length}. */
  reserve(room: number): number {
    const needed = this.length + room;
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, needed));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    return this.length;
  }

  varint(value: number): void {
    this.reserve(8);
    this.length = putVarint(this.bytes, this.length, value);
  }

  /** A whole number below 2^53 as UInt64. */
  u64(value: number): void {
    const words = this.words(2);
    words[0] = value;
    words[1] = value / 0x1_0000_0000;
    this.raw(words.subarray(0, 2));
  }

  raw(values: ArrayBufferView): void {
    const at = this.reserve(values.byteLength);
    this.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    this.length = at + values.byteLength;
  }

  /** Length and UTF-8 bytes of `text`. */
  text(text: string): void {
    this.blob(encoder.encode(text));
  }

  /** Length and bytes: a ClickHouse String holds any bytes. */
  blob(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** Scratch memory for `count` 32-bit words, valid until the next call. */
  words(count: number): Uint32Array {
    if (this.#words.length < count) this.#words = new Uint32Array(Math.max(count, this.#words.length * 2));
    return this.#words;
  }
}

/** Writes an unsigned LEB128 number into `bytes[at]` and returns the place after it. */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  while (rest >= 128) {
    bytes[at++] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}
