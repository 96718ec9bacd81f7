/**
 * Finds one member of a JSON object without parsing the rest and without allocating. The input is JSON that a decoder
 * wrote, so it is well formed; on anything else the answer is "not there".
 */
export class JsonPath {
  /** The name as a whole, then its levels: sensors have keys with dots in them. */
  readonly #whole: Uint8Array;
  readonly #levels: readonly Uint8Array[];
  /** After a successful {@link find}: the raw value is `bytes[start..end)`, strings without their quotes. */
  start = 0;
  end = 0;
  isString = false;

  constructor(path: string) {
    const encoder = new TextEncoder();
    this.#whole = encoder.encode(path);
    this.#levels = path.split('.').map((level) => encoder.encode(level));
  }

  find(bytes: Uint8Array, from: number, to: number): boolean {
    if (this.#member(bytes, from, to, this.#whole)) return true;
    if (this.#levels.length === 1) return false;
    let start = from;
    let end = to;
    for (const level of this.#levels) {
      if (!this.#member(bytes, start, end, level)) return false;
      start = this.start;
      end = this.end;
    }
    return true;
  }

  #member(bytes: Uint8Array, from: number, to: number, key: Uint8Array): boolean {
    let at = skipSpace(bytes, from, to);
    if (bytes[at] !== 0x7b) return false;
    at = skipSpace(bytes, at + 1, to);
    while (at < to && bytes[at] === 0x22) {
      const keyEnd = stringEnd(bytes, at + 1, to);
      const found = same(bytes, at + 1, keyEnd, key);
      at = skipSpace(bytes, keyEnd + 1, to);
      if (bytes[at] !== 0x3a) return false;
      at = skipSpace(bytes, at + 1, to);
      const end = valueEnd(bytes, at, to);
      if (end === at) return false;
      if (found) {
        this.isString = bytes[at] === 0x22;
        this.start = this.isString ? at + 1 : at;
        this.end = this.isString ? end - 1 : end;
        return true;
      }
      at = skipSpace(bytes, end, to);
      if (bytes[at] !== 0x2c) return false;
      at = skipSpace(bytes, at + 1, to);
    }
    return false;
  }
}

function skipSpace(bytes: Uint8Array, at: number, to: number): number {
  let i = at;
  while (i < to && (bytes[i] === 0x20 || bytes[i] === 0x0a || bytes[i] === 0x0d || bytes[i] === 0x09)) i++;
  return i;
}

/** The place of the closing quote of the string whose first character is at `at`. */
function stringEnd(bytes: Uint8Array, at: number, to: number): number {
  let i = at;
  while (i < to && bytes[i] !== 0x22) i += bytes[i] === 0x5c ? 2 : 1;
  return i < to ? i : to;
}

function valueEnd(bytes: Uint8Array, at: number, to: number): number {
  if (bytes[at] === 0x22) return Math.min(stringEnd(bytes, at + 1, to) + 1, to);
  let depth = 0;
  let i = at;
  while (i < to) {
    const byte = bytes[i];
    if (byte === 0x22) i = stringEnd(bytes, i + 1, to);
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 0) return trimEnd(bytes, at, i);
      if (--depth === 0) return i + 1;
    } else if (byte === 0x2c && depth === 0) return trimEnd(bytes, at, i);
    i++;
  }
  return to;
}

function trimEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && bytes[end - 1] <= 0x20) end--;
  return end;
}

function same(bytes: Uint8Array, from: number, to: number, key: Uint8Array): boolean {
  if (to - from !== key.length) return false;
  for (let i = 0; i < key.length; i++) if (bytes[from + i] !== key[i]) return false;
  return true;
}
