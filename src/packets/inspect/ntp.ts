import type { Talk } from './talk.ts';
import { u16, u32 } from './text.ts';

const PORT = 123;
const HEADER = 48;
const CLIENT = 3;
const SERVER = 4;
const CONTROL = 6;
const PRIVATE = 7;

/**
 * Whether a datagram is NTP (RFC 5905 section 7.3). On its port versions 1 to 4 and all modes are taken; elsewhere only
 * what clients and servers of today send to each other, since there is no mark in it.
 */
export function isNtp(talk: Talk, bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 4) return false;
  const version = (bytes[start] >> 3) & 7;
  const mode = bytes[start] & 7;
  if (talk.port === PORT) {
    if (version < 1 || version > 4 || mode === 0) return false;
    return mode === CONTROL || mode === PRIVATE || length >= HEADER;
  }
  if ((length !== HEADER && length !== HEADER + 20) || version < 3 || version > 4) return false;
  if (mode !== CLIENT && mode !== SERVER) return false;
  // Delay and dispersion are seconds in the upper halves: nothing on Earth is 16 of them away.
  const plausible = bytes[start + 1] <= 16 && u16(bytes, start + 4) < 16 && u16(bytes, start + 8) < 16;
  // A server says when it answered, after 1985 and therefore with the highest bit; a client may say anything.
  return plausible && bytes[start + 2] <= 17 && (mode === CLIENT || u32(bytes, start + 40) >= 0x80000000);
}

export function readNtp(talk: Talk, bytes: Uint8Array, start: number, end: number): boolean {
  if (!isNtp(talk, bytes, start, end) || !talk.claim('ntp')) return false;
  const mode = bytes[start] & 7;
  talk.attrs.version ??= (bytes[start] >> 3) & 7;
  talk.attrs.mode ??= mode;
  if (mode === SERVER && end - start >= HEADER) talk.attrs.stratum = bytes[start + 1];
  return false;
}
