/** Scalars straight from their bytes `bytes[from..to)`, quotes left out. */

const POWERS = Array.from({ length: 23 }, (_, i) => 10 ** i);

/** Bytes as text, for the rare forms and for error sentences. ASCII only: other bytes become their Latin-1 letters. */
export function asciiOf(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/** `192.0.2.1` → 0xc0000201; -1 when it is not exactly four decimal octets without leading zeros. */
export function parseV4(bytes: Uint8Array, from: number, to: number): number {
  let address = 0;
  let at = from;
  for (let dots = 0; ; dots++) {
    const first = bytes[at] - 48;
    if (at >= to || first < 0 || first > 9) return -1;
    let octet = first;
    let next = ++at < to ? bytes[at] - 48 : -2;
    // A zero stands alone: 01 would be octal to some.
    if (first > 0 && next >= 0 && next <= 9) {
      octet = octet * 10 + next;
      next = ++at < to ? bytes[at] - 48 : -2;
      if (next >= 0 && next <= 9) {
        octet = octet * 10 + next;
        next = ++at < to ? bytes[at] - 48 : -2;
        if (octet > 255) return -1;
      }
    }
    if (next !== -2) return -1;
    address = address * 256 + octet;
    if (dots === 3) return at === to ? address : -1;
    at++;
  }
}

/** A whole number from 0 to 2^53 - 1: digits, or another spelling of one (`443.0`, `1e3`); -1 when it is none. */
export function parseUint(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > 15 || from === to) return rareUint(bytes, from, to);
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = bytes[i] - 48;
    if (digit < 0 || digit > 9) return rareUint(bytes, from, to);
    value = value * 10 + digit;
  }
  return value;
}

function rareUint(bytes: Uint8Array, from: number, to: number): number {
  if (from === to || to - from > 40) return -1;
  const text = asciiOf(bytes, from, to);
  if (!/^\d+(\.\d+)?([eE][+-]?\d{1,3})?$/.test(text)) return /^-0+(\.0+)?$/.test(text) ? 0 : -1;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : -1;
}

/**
 * A decimal number, correctly rounded; NaN when it is none or is infinite. With at most 15 digits and a power of ten that
 * a double holds exactly, one division or multiplication is all that rounds.
 */
export function parseDecimal(bytes: Uint8Array, from: number, to: number): number {
  let at = bytes[from] === 45 ? from + 1 : from;
  const start = at;
  let mantissa = 0;
  let exponent = 0;
  for (; at < to; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
  }
  if (at === start) return Number.NaN;
  if (at < to && bytes[at] === 46) {
    const dot = at++;
    for (; at < to; at++) {
      const digit = bytes[at] - 48;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
    exponent = dot + 1 - at;
    if (exponent === 0) return Number.NaN;
  }
  if (at < to) {
    // `6.4e-05`: a letter, a sign and two digits is what most writers make of small numbers.
    const short = to - at === 4 && (bytes[at] | 32) === 101 && bytes[at + 1] === 45;
    const tens = bytes[at + 2] - 48;
    const ones = bytes[at + 3] - 48;
    if (!short || !(tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) return rareDecimal(bytes, from, to);
    exponent -= tens * 10 + ones;
  }
  if (mantissa >= 1e15 || exponent < -22) return rareDecimal(bytes, from, to);
  const value = exponent < 0 ? mantissa / POWERS[-exponent] : mantissa;
  return start > from ? -value : value;
}

function rareDecimal(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > 400) return Number.NaN;
  const text = asciiOf(bytes, from, to);
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

/** Bits of the TCP flags by their letters (RFC 9293 section 3.1): C E U A P R S F, from 0x80 down to 1. */
const FLAG_BITS = new Uint8Array(256);
for (const [letter, bit] of [
  ['F', 1],
  ['S', 2],
  ['R', 4],
  ['P', 8],
  ['A', 16],
  ['U', 32],
  ['E', 64],
  ['C', 128],
] as const)
  FLAG_BITS[letter.charCodeAt(0)] = bit;

/** `...AP.SF`, `SA`, `0x1b` or `27` → the flags byte; -1 when it is none. Flags past the byte are left out. */
export function parseFlags(bytes: Uint8Array, from: number, to: number): number {
  let flags = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte === 46) continue;
    const bit = FLAG_BITS[byte];
    if (bit === 0) return numericFlags(bytes, from, to);
    flags |= bit;
  }
  return flags;
}

function numericFlags(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > 2 && bytes[from] === 48 && (bytes[from + 1] | 32) === 120) {
    const text = asciiOf(bytes, from + 2, to);
    return /^[0-9a-fA-F]{1,4}$/.test(text) ? Number.parseInt(text, 16) & 255 : -1;
  }
  const value = parseUint(bytes, from, to);
  return value <= 65_535 ? (value < 0 ? -1 : value & 255) : -1;
}
