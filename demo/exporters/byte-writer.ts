import { parseIp } from '../../src/model/address.ts';

/** Puts big-endian numbers, addresses and text one after the other; grows as needed. */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 1_500) {
    this.#bytes = Buffer.alloc(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.unsigned(value, 1);
  }

  u16(value: number): void {
    this.unsigned(value, 2);
  }

  u32(value: number): void {
    this.unsigned(value, 4);
  }

  u64(value: number | bigint): void {
    this.unsigned(value, 8);
  }

  /** A whole number in `width` bytes (0 to 8); what does not fit is cut off at the top, as counters wrap. */
  unsigned(value: number | bigint, width: number): void {
    const at = this.#claim(width);
    let rest = BigInt(value);
    for (let place = width - 1; place >= 0; place--) {
      this.#bytes[at + place] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }

  bytes(value: Uint8Array): void {
    const at = this.#claim(value.length);
    this.#bytes.set(value, at);
  }

  zeros(count: number): void {
    this.#claim(count);
  }

  /** 4 or 16 bytes. */
  address(text: string): void {
    const bytes = new Uint8Array(16);
    const family = parseIp(text, bytes);
    if (family === 0) throw new Error(`${text} is no address`);
    // IPv4 stands in the last four bytes, as in a mapped address.
    this.bytes(family === 4 ? bytes.subarray(12) : bytes);
  }

  mac(text: string): void {
    this.bytes(Uint8Array.from(text.split(':'), (part) => Number.parseInt(part, 16)));
  }

  /** Zeros up to the next multiple of `boundary`, counted from `from`. */
  align(boundary: number, from = 0): void {
    this.zeros((boundary - ((this.#length - from) % boundary)) % boundary);
  }

  /** Writes a 16-bit number over what stands at `at`: lengths are known last. */
  patchU16(at: number, value: number): void {
    this.#bytes.writeUInt16BE(value, at);
  }

  patchU32(at: number, value: number): void {
    this.#bytes.writeUInt32BE(value, at);
  }

  /** What was written, as a copy. */
  done(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  #claim(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }
}
