import { hexDigit } from './syntax.ts';

const BACKSLASH = 92;
const SHORT = new Uint8Array(128);
for (const [letter, byte] of [
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['"', 34],
  ['\\', 92],
  ['/', 47],
] as const)
  SHORT[letter.charCodeAt(0)] = byte;

/** Whether a string between `from` and `to` has escapes. */
export function hasEscapes(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] === BACKSLASH) return true;
  return false;
}

/**
 * Writes the JSON string contents `bytes[from..to)` (valid, without quotes) as UTF-8 to `into[at]`, never more bytes than
 * were read. A surrogate without its partner becomes U+FFFD, since UTF-8 cannot carry it (RFC 3629 section 3).
 * @returns the offset behind what was written.
 */
export function unescapeInto(bytes: Uint8Array, from: number, to: number, into: Uint8Array, at: number): number {
  let i = from;
  while (i < to) {
    const byte = bytes[i++];
    if (byte !== BACKSLASH) {
      into[at++] = byte;
      continue;
    }
    const letter = bytes[i++];
    if (letter !== 117) {
      into[at++] = SHORT[letter];
      continue;
    }
    let point = unit(bytes, i);
    i += 4;
    if (point >= 0xd800 && point <= 0xdfff) {
      const paired = point <= 0xdbff && i + 6 <= to && bytes[i] === BACKSLASH && bytes[i + 1] === 117;
      const low = paired ? unit(bytes, i + 2) : 0;
      if (low >= 0xdc00 && low <= 0xdfff) {
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        i += 6;
      } else point = 0xfffd;
    }
    at = encode(point, into, at);
  }
  return at;
}

function unit(bytes: Uint8Array, at: number): number {
  return (
    (hexDigit(bytes[at]) << 12) |
    (hexDigit(bytes[at + 1]) << 8) |
    (hexDigit(bytes[at + 2]) << 4) |
    hexDigit(bytes[at + 3])
  );
}

function encode(point: number, into: Uint8Array, at: number): number {
  if (point < 0x80) into[at++] = point;
  else if (point < 0x800) {
    into[at++] = 0xc0 | (point >> 6);
    into[at++] = 0x80 | (point & 63);
  } else {
    if (point < 0x10000) into[at++] = 0xe0 | (point >> 12);
    else {
      into[at++] = 0xf0 | (point >> 18);
      into[at++] = 0x80 | ((point >> 12) & 63);
    }
    into[at++] = 0x80 | ((point >> 6) & 63);
    into[at++] = 0x80 | (point & 63);
  }
  return at;
}
