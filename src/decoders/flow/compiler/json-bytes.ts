/**
 * Writes values as JSON into bytes, without a string in between. Every function writes into `out` from `at` on, where
 * there has to be room, and answers where it stopped.
 */

const ZERO = 48;
const QUOTE = 34;
const BACKSLASH = 92;
const HEX = new Uint8Array([...'0123456789abcdef'].map((digit) => digit.charCodeAt(0)));
/** What follows the backslash for the control characters that have a short form; 0 for the others. */
const SHORT = new Uint8Array(32);
for (const [code, letter] of [
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [12, 'f'],
  [13, 'r'],
] as const)
  SHORT[code] = letter.charCodeAt(0);

/** Most bytes that one byte of text becomes: `\u0000`. U+FFFD for a byte that is no UTF-8 takes three. */
export const BYTES_PER_TEXT_BYTE = 6;

/** @param value a whole number from 0 to 2^53 - 1. */
export function writeWhole(out: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let power = 10; digits < 16 && value >= power; power *= 10) digits++;
  let rest = value;
  let i = at + digits - 1;
  // Small integers divide faster than doubles.
  for (; rest > 0x7fffffff; i--) {
    const tenth = Math.floor(rest / 10);
    out[i] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  for (let small = rest | 0; i >= at; i--) {
    const tenth = (small / 10) | 0;
    out[i] = ZERO + (small - tenth * 10);
    small = tenth;
  }
  return at + digits;
}

const limbs = new Uint32Array(4);
const digitsOf64 = new Uint8Array(20);

/** The 64-bit number `high * 2^32 + low` in quotes: numbers above 2^53 are text. */
export function writeQuoted64(out: Uint8Array, at: number, high: number, low: number): number {
  limbs[0] = high >>> 16;
  limbs[1] = high & 0xffff;
  limbs[2] = low >>> 16;
  limbs[3] = low & 0xffff;
  let first = 20;
  do {
    let remainder = 0;
    for (let i = 0; i < 4; i++) {
      const part = remainder * 65_536 + limbs[i];
      limbs[i] = (part / 10) | 0;
      remainder = part % 10;
    }
    digitsOf64[--first] = ZERO + remainder;
  } while ((limbs[0] | limbs[1] | limbs[2] | limbs[3]) !== 0);
  let to = at;
  out[to++] = QUOTE;
  for (; first < 20; first++) out[to++] = digitsOf64[first];
  out[to++] = QUOTE;
  return to;
}

/** Two hexadecimal digits a byte, no quotes. */
export function writeHex(out: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  let to = at;
  for (let i = start; i < end; i++) {
    out[to++] = HEX[from[i] >>> 4];
    out[to++] = HEX[from[i] & 15];
  }
  return to;
}

/** `02:00:00:00:00:01` from six bytes, no quotes. */
export function writeMac(out: Uint8Array, at: number, from: Uint8Array, start: number): number {
  let to = at;
  for (let i = 0; i < 6; i++) {
    if (i > 0) out[to++] = 58;
    const byte = from[start + i];
    out[to++] = HEX[byte >>> 4];
    out[to++] = HEX[byte & 15];
  }
  return to;
}

/** `192.0.2.1` from four bytes, no quotes. */
export function writeV4(out: Uint8Array, at: number, from: Uint8Array, start: number): number {
  let to = at;
  for (let i = 0; i < 4; i++) {
    if (i > 0) out[to++] = 46;
    to = writeWhole(out, to, from[start + i]);
  }
  return to;
}

/** RFC 5952 text of sixteen bytes, an IPv4-mapped address as IPv4; no quotes. */
export function writeV6(out: Uint8Array, at: number, from: Uint8Array, start: number): number {
  if (isMapped(from, start)) return writeV4(out, at, from, start + 12);
  const gap = longestGap(from, start);
  const gapEnd = gap & 15;
  const gapStart = gap >>> 4;
  let to = at;
  for (let i = 0; i < 8; i++) {
    if (gapEnd > 0 && i === gapStart) {
      out[to++] = 58;
      if (i === 0) out[to++] = 58;
      i = gapEnd - 1;
      continue;
    }
    to = writeGroup(out, to, (from[start + i * 2] << 8) | from[start + i * 2 + 1]);
    if (i < 7) out[to++] = 58;
  }
  return to;
}

function writeGroup(out: Uint8Array, at: number, group: number): number {
  let to = at;
  for (let shift = 12; shift >= 0; shift -= 4)
    if (shift === 0 || group >>> shift !== 0) out[to++] = HEX[(group >>> shift) & 15];
  return to;
}

function isMapped(from: Uint8Array, start: number): boolean {
  for (let i = 0; i < 10; i++) if (from[start + i] !== 0) return false;
  return from[start + 10] === 255 && from[start + 11] === 255;
}

/** The first longest run of at least two zero groups: first group * 16 + the group after it; 0 when there is none. */
function longestGap(from: Uint8Array, start: number): number {
  let best = 0;
  let bestLength = 1;
  let run = 0;
  for (let i = 0; i < 8; i++) {
    const zero = from[start + i * 2] === 0 && from[start + i * 2 + 1] === 0;
    run = zero ? run + 1 : 0;
    if (run > bestLength) {
      bestLength = run;
      best = ((i + 1 - run) << 4) | (i + 1);
    }
  }
  return best;
}

/**
 * Bytes of the UTF-8 character at `from[at]`, 0 when there is none: a stray or missing continuation byte, an overlong
 * form, a surrogate, a code point past U+10FFFF (RFC 3629 section 4).
 */
export function utf8Length(from: Uint8Array, at: number, end: number): number {
  const lead = from[at];
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > end) return 0;
  const second = from[at + 1];
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i = 2; i < length; i++) if ((from[at + i] & 0xc0) !== 0x80) return 0;
  return length;
}

/** Text as it is, no quotes and no escapes; each byte that is no UTF-8 becomes U+FFFD. */
export function writeUtf8(out: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  let to = at;
  for (let i = start; i < end; ) {
    const length = utf8Length(from, i, end);
    if (length === 0) to = writeReplacement(out, to);
    for (let k = 0; k < length; k++) out[to++] = from[i + k];
    i += length || 1;
  }
  return to;
}

/** Text as the inside of a JSON string, no quotes; each byte that is no UTF-8 becomes U+FFFD. */
export function writeEscaped(out: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  let to = at;
  for (let i = start; i < end; ) {
    const byte = from[i];
    if (byte < 32 || byte === QUOTE || byte === BACKSLASH) {
      to = writeEscape(out, to, byte);
      i++;
    } else if (byte < 0x80) {
      out[to++] = byte;
      i++;
    } else {
      const length = utf8Length(from, i, end);
      if (length === 0) to = writeReplacement(out, to);
      for (let k = 0; k < length; k++) out[to++] = from[i + k];
      i += length || 1;
    }
  }
  return to;
}

function writeEscape(out: Uint8Array, at: number, byte: number): number {
  out[at] = BACKSLASH;
  if (byte >= 32 || SHORT[byte] !== 0) {
    out[at + 1] = byte >= 32 ? byte : SHORT[byte];
    return at + 2;
  }
  out[at + 1] = 117;
  out[at + 2] = ZERO;
  out[at + 3] = ZERO;
  out[at + 4] = HEX[byte >>> 4];
  out[at + 5] = HEX[byte & 15];
  return at + 6;
}

function writeReplacement(out: Uint8Array, at: number): number {
  out[at] = 0xef;
  out[at + 1] = 0xbf;
  out[at + 2] = 0xbd;
  return at + 3;
}
