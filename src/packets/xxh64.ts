/** Multiplications of 64 bits are made of 16-bit limbs in doubles: exact, and many times as fast as BigInt. */
type Word = readonly [low: number, high: number];

// XXH64, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, section "XXH64 algorithm description".
const PRIME1: Word = [0x85ebca87, 0x9e3779b1];
const PRIME2: Word = [0x27d4eb4f, 0xc2b2ae3d];
const PRIME3: Word = [0x9e3779f9, 0x165667b1];
const PRIME4: Word = [0xc2b2ae63, 0x85ebca77];
const PRIME5: Word = [0x165667c5, 0x27d4eb2f];
const STRIPE = 32;

/**
 * The lower 32 bits of XXH64 with seed 0 over bytes that come in pieces: the check sum of zstd frames (RFC 8878
 * section 3.1.1).
 */
export class Xxh64 {
  readonly #lanes = new Uint32Array(8);
  readonly #rest = new Uint8Array(STRIPE);
  readonly #restView = new DataView(this.#rest.buffer);
  #held = 0;
  #length = 0;
  /** What the last operation on two words gave. */
  #low = 0;
  #high = 0;

  constructor() {
    this.#init(0, PRIME1[0], PRIME1[1]);
    this.#plus(this.#low, this.#high, PRIME2[0], PRIME2[1]);
    this.#init(0, this.#low, this.#high);
    this.#init(1, PRIME2[0], PRIME2[1]);
    this.#init(2, 0, 0);
    // 0 - PRIME1: its complement and one.
    this.#plus(~PRIME1[0] >>> 0, ~PRIME1[1] >>> 0, 1, 0);
    this.#init(3, this.#low, this.#high);
  }

  update(bytes: Uint8Array): void {
    this.#length += bytes.length;
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(STRIPE - this.#held, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < STRIPE) return;
      this.#stripe(this.#restView, 0);
      this.#held = 0;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at + STRIPE <= bytes.length; at += STRIPE) this.#stripe(view, at);
    this.#rest.set(bytes.subarray(at));
    this.#held = bytes.length - at;
  }

  /** To be asked once, at the end. */
  digest(): number {
    if (this.#length >= STRIPE) this.#merge();
    else this.#set(PRIME5[0], PRIME5[1]);
    this.#plus(this.#low, this.#high, this.#length >>> 0, Math.floor(this.#length / 2 ** 32));
    this.#tail();
    this.#shiftXor(33);
    this.#times(this.#low, this.#high, PRIME2);
    this.#shiftXor(29);
    this.#times(this.#low, this.#high, PRIME3);
    // Then h ^= h >> 32, of which the lower half is wanted.
    return (this.#low ^ this.#high) >>> 0;
  }

  #init(lane: number, low: number, high: number): void {
    this.#lanes[2 * lane] = low;
    this.#lanes[2 * lane + 1] = high;
    this.#set(low, high);
  }

  #set(low: number, high: number): void {
    this.#low = low;
    this.#high = high;
  }

  #stripe(view: DataView, at: number): void {
    const lanes = this.#lanes;
    for (let i = 0; i < 8; i += 2) {
      this.#times(view.getUint32(at + 4 * i, true), view.getUint32(at + 4 * i + 4, true), PRIME2);
      this.#plus(this.#low, this.#high, lanes[i], lanes[i + 1]);
      this.#rotate(31);
      this.#times(this.#low, this.#high, PRIME1);
      lanes[i] = this.#low;
      lanes[i + 1] = this.#high;
    }
  }

  #merge(): void {
    const lanes = this.#lanes;
    let [low, high] = [0, 0];
    for (const [lane, bits] of [1, 7, 12, 18].entries()) {
      this.#set(lanes[2 * lane], lanes[2 * lane + 1]);
      this.#rotate(bits);
      this.#plus(this.#low, this.#high, low, high);
      [low, high] = [this.#low, this.#high];
    }
    for (let i = 0; i < 8; i += 2) {
      this.#round(lanes[i], lanes[i + 1]);
      this.#set((this.#low ^ low) >>> 0, (this.#high ^ high) >>> 0);
      this.#times(this.#low, this.#high, PRIME1);
      this.#plus(this.#low, this.#high, PRIME4[0], PRIME4[1]);
      [low, high] = [this.#low, this.#high];
    }
  }

  /** What is left over of a stripe: eight bytes at a time, then four, then one. */
  #tail(): void {
    const view = this.#restView;
    let at = 0;
    for (; at + 8 <= this.#held; at += 8) {
      const [low, high] = [this.#low, this.#high];
      this.#round(view.getUint32(at, true), view.getUint32(at + 4, true));
      this.#mix(low, high, 27, PRIME1, PRIME4);
    }
    for (; at + 4 <= this.#held; at += 4) {
      const [low, high] = [this.#low, this.#high];
      this.#times(view.getUint32(at, true), 0, PRIME1);
      this.#mix(low, high, 23, PRIME2, PRIME3);
    }
    for (; at < this.#held; at++) {
      const [low, high] = [this.#low, this.#high];
      this.#times(this.#rest[at], 0, PRIME5);
      this.#mix(low, high, 11, PRIME1, undefined);
    }
  }

  #round(low: number, high: number): void {
    this.#times(low, high, PRIME2);
    this.#rotate(31);
    this.#times(this.#low, this.#high, PRIME1);
  }

  #mix(low: number, high: number, bits: number, factor: Word, term: Word | undefined): void {
    this.#set((this.#low ^ low) >>> 0, (this.#high ^ high) >>> 0);
    this.#rotate(bits);
    this.#times(this.#low, this.#high, factor);
    if (term) this.#plus(this.#low, this.#high, term[0], term[1]);
  }

  #plus(low: number, high: number, otherLow: number, otherHigh: number): void {
    const sum = low + otherLow;
    this.#low = sum >>> 0;
    this.#high = (high + otherHigh + (sum > 0xffffffff ? 1 : 0)) >>> 0;
  }

  #times(low: number, high: number, [factorLow, factorHigh]: Word): void {
    const [a0, a1] = [low & 0xffff, low >>> 16];
    const [b0, b1] = [factorLow & 0xffff, factorLow >>> 16];
    const bottom = a0 * b0;
    const middle = a1 * b0 + (bottom >>> 16);
    const cross = a0 * b1 + (middle & 0xffff);
    const carry = a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000);
    this.#low = ((cross << 16) | (bottom & 0xffff)) >>> 0;
    this.#high = (carry + Math.imul(low, factorHigh) + Math.imul(high, factorLow)) >>> 0;
  }

  /** To the left, by 1 to 31 bits. */
  #rotate(bits: number): void {
    const [low, high] = [this.#low, this.#high];
    this.#low = ((low << bits) | (high >>> (32 - bits))) >>> 0;
    this.#high = ((high << bits) | (low >>> (32 - bits))) >>> 0;
  }

  /** `h ^= h >>> bits`, with 1 to 63 bits but 32. */
  #shiftXor(bits: number): void {
    const [low, high] = [this.#low, this.#high];
    if (bits > 32) this.#low = (low ^ (high >>> (bits - 32))) >>> 0;
    else {
      this.#low = (low ^ ((low >>> bits) | (high << (32 - bits)))) >>> 0;
      this.#high = (high ^ (high >>> bits)) >>> 0;
    }
  }
}
