const BILLION = 1e9;
const SECONDS = 4096;
/** `2026-09-21T14:13:20.` */
const SECOND_BYTES = 20;
/** The digits of 00 to 99. */
const PAIRS = Buffer.from(Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0')).join(''), 'latin1');
/** Microseconds of a double that are exact. */
const MAX_TIME = 2 ** 53;

/** Output as bytes, grown as needed: numbers, times and addresses are written digit by digit, without strings. */
export class LineBuffer {
  bytes = Buffer.allocUnsafeSlow(1 << 20);
  length = 0;
  /** Seconds whose texts are remembered, by their lowest bits, and the texts. */
  readonly #seconds = new Float64Array(SECONDS).fill(Number.NaN);
  readonly #texts = new Uint8Array(SECONDS * SECOND_BYTES);

  /** Makes room for `count` bytes. Everything that writes calls it first. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  /** A copy of what was written, which begins anew. */
  take(): Uint8Array {
    const taken = Uint8Array.prototype.slice.call(this.bytes, 0, this.length);
    this.length = 0;
    return taken;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  raw(from: Uint8Array, start = 0, end = from.length): void {
    const count = end - start;
    this.reserve(count);
    const { bytes } = this;
    let at = this.length;
    if (count < 64) for (let i = start; i < end; i++) bytes[at++] = from[i];
    else bytes.set(from.subarray(start, end), at);
    this.length += count;
  }

  text(value: string): void {
    this.reserve(value.length * 3);
    this.length += this.bytes.write(value, this.length, 'utf8');
  }

  /** A whole number from 0 to 2^53. */
  whole(value: number): void {
    this.reserve(16);
    if (value < BILLION) {
      const digits = digitsOf(value);
      this.#padded(value, digits);
      return;
    }
    const upper = Math.floor(value / BILLION);
    this.#padded(upper, digitsOf(upper));
    this.#padded(value - upper * BILLION, 9);
  }

  /** A number of seconds, not negative, to the microsecond: `1.5`, `0`, `3.000001`. */
  seconds(value: number): void {
    const micros = Math.round(value * 1e6);
    const whole = Math.floor(micros / 1e6);
    this.whole(whole);
    let fraction = micros - whole * 1e6;
    if (fraction === 0) return;
    let digits = 6;
    for (; fraction % 10 === 0; fraction /= 10) digits--;
    this.reserve(7);
    this.bytes[this.length++] = 0x2e;
    this.#padded(fraction, digits);
  }

  /** Microseconds since 1970 as `2026-09-21T14:13:20.000000Z`. */
  time(micros: number): void {
    this.reserve(40);
    if (!(micros >= 0 && micros <= MAX_TIME)) {
      this.text(Number.isFinite(micros) ? String(micros) : '');
      return;
    }
    const seconds = Math.floor(micros / 1e6);
    const slot = seconds % SECONDS;
    if (seconds !== this.#seconds[slot]) this.#remember(slot, seconds);
    const { bytes } = this;
    const texts = this.#texts;
    const from = slot * SECOND_BYTES;
    let at = this.length;
    for (let i = 0; i < SECOND_BYTES; i++) bytes[at++] = texts[from + i];
    this.length = at;
    this.#padded(Math.floor(micros - seconds * 1e6), 6);
    this.bytes[this.length++] = 0x5a;
  }

  /** 192.0.2.1 for 0xc0000201. */
  v4(address: number): void {
    this.reserve(15);
    this.#octet(address >>> 24);
    this.bytes[this.length++] = 0x2e;
    this.#octet((address >>> 16) & 255);
    this.bytes[this.length++] = 0x2e;
    this.#octet((address >>> 8) & 255);
    this.bytes[this.length++] = 0x2e;
    this.#octet(address & 255);
  }

  #octet(value: number): void {
    const { bytes } = this;
    let at = this.length;
    if (value >= 100) bytes[at++] = PAIRS[((value / 100) | 0) * 2 + 1];
    const pair = (value % 100) * 2;
    if (value >= 10) bytes[at++] = PAIRS[pair];
    bytes[at++] = PAIRS[pair + 1];
    this.length = at;
  }

  /** Flows of one hour come together: the text of a second is made once. */
  #remember(slot: number, seconds: number): void {
    this.#seconds[slot] = seconds;
    const text = new Date(seconds * 1000).toISOString();
    for (let i = 0; i < SECOND_BYTES; i++) this.#texts[slot * SECOND_BYTES + i] = text.charCodeAt(i);
  }

  /** `value` below 10^9, in as many digits. */
  #padded(value: number, digits: number): void {
    const { bytes } = this;
    let rest = value | 0;
    let at = this.length + digits;
    this.length = at;
    let left = digits;
    for (; left >= 2; left -= 2) {
      const next = (rest / 100) | 0;
      const pair = (rest - next * 100) * 2;
      bytes[--at] = PAIRS[pair + 1];
      bytes[--at] = PAIRS[pair];
      rest = next;
    }
    if (left === 1) bytes[--at] = 48 + (rest % 10);
  }
}

/** How many decimal digits a whole number below 10^9 has. */
function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9;
}
