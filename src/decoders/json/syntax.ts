/**
 * JSON syntax over bytes (RFC 8259), strict. Every function takes the offset to read from and returns the offset behind
 * what it read, or `~offset` (negative) of the byte that is wrong. Nothing is built and nothing is allocated.
 */

/** Arrays and objects inside one another, the outermost counted as 1. */
export const MAX_DEPTH = 64;

const QUOTE = 34;
const BACKSLASH = 92;
const OBJECT = 1;
const ARRAY = 2;
const TRUE = Uint8Array.of(114, 117, 101);
const FALSE = Uint8Array.of(97, 108, 115, 101);
const NULL = Uint8Array.of(117, 108, 108);

/** The offset of the next byte that is not white space, at most `end`. */
export function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at];
    if (byte > 32 || (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9)) break;
    at++;
  }
  return at;
}

/** `at` is behind the opening quote. */
export function skipString(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte < 32) return ~at;
    if (byte === BACKSLASH) {
      at = skipEscape(bytes, at + 1, end);
      if (at < 0) return at;
    } else at++;
  }
  return ~end;
}

/** `at` is behind the backslash. A surrogate may stand alone: the grammar allows it. */
export function skipEscape(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return ~end;
  switch (bytes[at]) {
    case QUOTE:
    case BACKSLASH:
    case 47: // /
    case 98: // b
    case 102: // f
    case 110: // n
    case 114: // r
    case 116: // t
      return at + 1;
    case 117: // u
      for (let i = at + 1; i < at + 5; i++) if (i >= end || hexDigit(bytes[i]) < 0) return ~Math.min(i, end);
      return at + 5;
    default:
      return ~at;
  }
}

/** The value of a hexadecimal digit, -1 when it is none. */
export function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** `at` is at the sign or the first digit. */
export function skipNumber(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] === 45) at++;
  if (at >= end) return ~end;
  if (bytes[at] === 48) at++;
  else {
    const from = at;
    at = skipDigits(bytes, at, end);
    if (at === from) return ~at;
  }
  if (at < end && bytes[at] === 46) {
    const from = at + 1;
    at = skipDigits(bytes, from, end);
    if (at === from) return ~at;
  }
  if (at < end && (bytes[at] | 32) === 101) {
    at++;
    if (at < end && (bytes[at] === 43 || bytes[at] === 45)) at++;
    const from = at;
    at = skipDigits(bytes, from, end);
    if (at === from) return ~at;
  }
  return at;
}

function skipDigits(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] >= 48 && bytes[at] <= 57) at++;
  return at;
}

/** `at` is at the first byte of a value (not white space); `depth` arrays and objects are open around it. */
export function skipValue(bytes: Uint8Array, at: number, end: number, depth: number): number {
  if (at >= end) return ~end;
  const byte = bytes[at];
  if (byte === QUOTE) return skipString(bytes, at + 1, end);
  if (byte === 123 || byte === 91) return skipNested(bytes, at, end, depth);
  return skipAtom(bytes, at, end);
}

/** As {@link skipValue} over a view of the same bytes, with the values that nearly all fields have done on the spot. */
export function skipField(bytes: Uint8Array, view: DataView, at: number, end: number, depth: number): number {
  const lead = bytes[at];
  if (lead === QUOTE) {
    let i = at + 1;
    while (i + 4 <= end && isPlain(view.getInt32(i, true))) i += 4;
    return skipString(bytes, i, end);
  }
  if (lead > 48 && lead <= 57) {
    let i = at + 1;
    while (i < end && bytes[i] >= 48 && bytes[i] <= 57) i++;
    const next = bytes[i];
    return next === 46 || next === 101 || next === 69 ? skipNumber(bytes, at, end) : i;
  }
  return skipValue(bytes, at, end, depth);
}

/**
 * Whether four bytes of a string all stand for themselves: no quote, no backslash, no control character. A byte of zero
 * in `x` shows as the high bit of `(x - 0x01010101) & ~x`, one below 32 as that of `(x - 0x20202020) & ~x`.
 */
function isPlain(four: number): boolean {
  const quote = four ^ 0x22222222;
  const slash = four ^ 0x5c5c5c5c;
  const found = ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash) | ((four - 0x20202020) & ~four);
  return (found & 0x80808080) === 0;
}

function skipAtom(bytes: Uint8Array, at: number, end: number): number {
  switch (bytes[at]) {
    case 116:
      return skipLetters(bytes, at + 1, end, TRUE);
    case 102:
      return skipLetters(bytes, at + 1, end, FALSE);
    case 110:
      return skipLetters(bytes, at + 1, end, NULL);
    default:
      return skipNumber(bytes, at, end);
  }
}

function skipLetters(bytes: Uint8Array, at: number, end: number, letters: Uint8Array): number {
  for (let i = 0; i < letters.length; i++, at++) if (at >= end || bytes[at] !== letters[i]) return ~at;
  return at;
}

const open = new Uint8Array(MAX_DEPTH);

/** An array or object with everything in it, without recursion: depth costs no stack. */
function skipNested(bytes: Uint8Array, at: number, end: number, depth: number): number {
  const outside = depth;
  let expectValue = true;
  while (at < end) {
    if (expectValue) {
      const byte = bytes[at];
      if (byte === 123 || byte === 91) {
        if (depth === MAX_DEPTH) return ~at;
        open[depth++] = byte === 123 ? OBJECT : ARRAY;
        at = skipSpace(bytes, at + 1, end);
        if (bytes[at] !== byte + 2) {
          if (byte === 123) at = skipKey(bytes, at, end);
          if (at < 0) return at;
          continue;
        }
        at++;
        depth--;
      } else at = byte === QUOTE ? skipString(bytes, at + 1, end) : skipAtom(bytes, at, end);
      if (at < 0) return at;
    }
    if (depth === outside) return at;
    at = skipSpace(bytes, at, end);
    const byte = bytes[at];
    const inside = open[depth - 1];
    if (byte === 44) {
      at = skipSpace(bytes, at + 1, end);
      if (inside === OBJECT) at = skipKey(bytes, at, end);
      if (at < 0) return at;
      expectValue = true;
    } else if (byte === (inside === OBJECT ? 125 : 93)) {
      at++;
      depth--;
      expectValue = false;
    } else return ~Math.min(at, end);
  }
  return depth === outside && !expectValue ? at : ~end;
}

/** `"key" :` and the white space behind it. */
function skipKey(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end || bytes[at] !== QUOTE) return ~Math.min(at, end);
  at = skipString(bytes, at + 1, end);
  if (at < 0) return at;
  at = skipSpace(bytes, at, end);
  if (at >= end || bytes[at] !== 58) return ~Math.min(at, end);
  return skipSpace(bytes, at + 1, end);
}
