import { MAX_TEXT } from './talk.ts';

const HEX = '0123456789ABCDEF';

/**
 * Bytes as text that can be shown and stored anywhere: printable ASCII as it is, every other byte and the backslash as
 * `\xNN`, as in Zeek's logs. Cut after `limit` characters.
 */
export function textOf(bytes: Uint8Array, start: number, end: number, limit: number = MAX_TEXT): string {
  const stop = Math.min(end, start + limit);
  let at = start;
  while (at < stop && isPlain(bytes[at])) at++;
  let text = latin1(bytes, start, at);
  for (; at < stop && text.length < limit; at++) text += characterOf(bytes[at]);
  return text.length > limit ? text.slice(0, limit) : text;
}

/** Texts of at most so many bytes are remembered, and how many of them; a power of two. */
const SHORT = 64;
const REMEMBERED = 2048;
const remembered: string[] = new Array(REMEMBERED).fill('');

/** [start, end) with a character for a byte. Names and words come again and again: their text is made once. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length > SHORT) return Buffer.prototype.latin1Slice.call(bytes, start, end);
  let hash = length;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  const place = (hash ^ (hash >>> 15)) & (REMEMBERED - 1);
  const known = remembered[place];
  if (isText(known, bytes, start, length)) return known;
  const text = Buffer.prototype.latin1Slice.call(bytes, start, end);
  remembered[place] = text;
  return text;
}

function isText(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}

/** The same in lower case. */
export function lowerTextOf(bytes: Uint8Array, start: number, end: number, limit: number = MAX_TEXT): string {
  return textOf(bytes, start, end, limit).toLowerCase();
}

/** One byte as in {@link textOf}. */
export function characterOf(byte: number): string {
  return isPlain(byte) ? String.fromCharCode(byte) : `\\x${HEX[byte >> 4]}${HEX[byte & 15]}`;
}

function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
}

/** Place of the next line feed in [from, end), -1 when there is none. */
export function lineEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) if (bytes[at] === 0x0a) return at;
  return -1;
}

/** `end` without a carriage return and blanks before it. */
export function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && (bytes[at - 1] === 0x0d || bytes[at - 1] === 0x20 || bytes[at - 1] === 0x09)) at--;
  return at;
}

/** `start` behind blanks. */
export function trimStart(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  return at;
}

/** How the bytes compare with what something begins with: they differ, they are its beginning only, they begin so. */
export const NO = 0;
export const MAYBE = 1;
export const YES = 2;
export type Match = typeof NO | typeof MAYBE | typeof YES;

/** Compares with ASCII `prefix`, exactly. */
export function begins(bytes: Uint8Array, start: number, end: number, prefix: string): Match {
  const length = Math.min(prefix.length, end - start);
  for (let i = 0; i < length; i++) if (bytes[start + i] !== prefix.charCodeAt(i)) return NO;
  return length === prefix.length ? YES : MAYBE;
}

/** Compares with ASCII `prefix` given in lower case; letters match in both cases. */
export function beginsAnyCase(bytes: Uint8Array, start: number, end: number, prefix: string): Match {
  const length = Math.min(prefix.length, end - start);
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i];
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== prefix.charCodeAt(i)) return NO;
  }
  return length === prefix.length ? YES : MAYBE;
}

/** The strongest of several answers to "is it one of these". */
export function either(...matches: readonly Match[]): Match {
  return matches.includes(YES) ? YES : matches.includes(MAYBE) ? MAYBE : NO;
}

export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

export function u24(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
}

export function u32(bytes: Uint8Array, at: number): number {
  return bytes[at] * 0x1000000 + u24(bytes, at + 1);
}
