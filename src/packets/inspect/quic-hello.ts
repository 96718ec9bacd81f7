import { u24 } from './text.ts';

/** The largest ClientHello that is put together; those with keys against quantum computers have about 2,000 bytes. */
const MAX_HELLO = 8192;
const MAX_PIECES = 64;
const PADDING = 0;
const PING = 1;
const ACK = 2;
const ACK_ECN = 3;
const CRYPTO = 6;
const MESSAGE_HEADER = 4;

/** A number of QUIC (RFC 9000 section 16). Reused. */
class Varint {
  value = 0;
  next = 0;

  read(bytes: Uint8Array, at: number, end: number): boolean {
    if (at >= end) return false;
    const length = 1 << (bytes[at] >> 6);
    if (at + length > end) return false;
    let value = bytes[at] & 0x3f;
    for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i];
    this.value = value;
    this.next = at + length;
    return true;
  }
}

export const varint = new Varint();

/** Where nearly every hello is put together: it comes in one packet, and nothing has to stay. */
const shared = new Uint8Array(MAX_HELLO);

/** A ClientHello that comes in pieces in any order, perhaps over several packets. */
export class QuicHello {
  /** Message type, length and body as far as they came; {@link whole} tells how many bytes of it count. */
  bytes: Uint8Array = shared;
  readonly #pieces: { from: number; to: number }[] = [];

  /** Moves it to memory of its own: more packets have to be waited for. */
  keep(): void {
    if (this.bytes === shared) this.bytes = shared.slice();
  }

  /** Takes the CRYPTO frames out of the payload of a packet (RFC 9000 section 19.6). */
  add(payload: Uint8Array): void {
    const end = payload.length;
    let at = 0;
    const next = (): boolean => {
      if (!varint.read(payload, at, end)) return false;
      at = varint.next;
      return true;
    };
    while (at < end) {
      const type = payload[at++];
      if (type === PADDING || type === PING) continue;
      if (type === ACK || type === ACK_ECN) {
        // Largest, delay, count, first range; two numbers for each further range; three counters.
        if (!next() || !next() || !next()) return;
        let numbers = 1 + 2 * Math.min(varint.value, end) + (type === ACK_ECN ? 3 : 0);
        while (numbers-- > 0) if (!next()) return;
        continue;
      }
      // Nothing else that could be in the way is sent before the hello.
      if (type !== CRYPTO || !next()) return;
      const offset = varint.value;
      if (!next() || at + varint.value > end) return;
      this.#put(payload.subarray(at, at + varint.value), offset);
      at += varint.value;
    }
  }

  /** Bytes of the message when all of it is there, 0 until then, -1 when it will never be. */
  whole(): number {
    const first = this.#pieces[0];
    if (first === undefined || first.from > 0 || first.to < MESSAGE_HEADER) return 0;
    if (this.bytes[0] !== 1) return -1;
    const length = MESSAGE_HEADER + u24(this.bytes, 1);
    if (length > this.bytes.length) return -1;
    return first.to >= length ? length : 0;
  }

  #put(piece: Uint8Array, from: number): void {
    const to = from + piece.length;
    if (piece.length === 0 || to > this.bytes.length || this.#pieces.length >= MAX_PIECES) return;
    this.bytes.set(piece, from);
    this.#pieces.push({ from, to });
    this.#pieces.sort((a, b) => a.from - b.from);
    // Neighbours and overlaps become one.
    for (let i = 1; i < this.#pieces.length; ) {
      const [before, after] = [this.#pieces[i - 1], this.#pieces[i]];
      if (after.from > before.to) i++;
      else {
        before.to = Math.max(before.to, after.to);
        this.#pieces.splice(i, 1);
      }
    }
  }
}
