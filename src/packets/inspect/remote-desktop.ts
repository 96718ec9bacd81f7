import { type Half, needs, type Reader, STOP, type Talk } from './talk.ts';
import { begins, lineEnd, MAYBE, type Match, NO, textOf, trimEnd, u16, YES } from './text.ts';
import { readTlsInside } from './tls-reader.ts';

const TPKT = 4;
const X224_FIXED = 7;
const CONNECTION_REQUEST = 0xe0;
const CONNECTION_CONFIRM = 0xd0;
const MAX_LENGTH = 1024;
const COOKIE = 'Cookie: mstshash=';
const PORT = 3389;

/**
 * Whether it is a connection request or confirm of X.224 behind TPKT that belongs to RDP (MS-RDPBCGR 2.2.1.1): other
 * protocols begin so as well, but name their endpoints (parameters 0xc0 to 0xc2).
 */
export function isRdp(talk: Talk, _half: Half, bytes: Uint8Array, start: number, end: number): Match {
  const length = end - start;
  if (bytes[start] !== 3) return NO;
  if (length > 1 && bytes[start + 1] !== 0) return NO;
  if (length < TPKT + 2) return MAYBE;
  const total = u16(bytes, start + 2);
  const code = bytes[start + 5];
  if (total < TPKT + X224_FIXED || total > MAX_LENGTH) return NO;
  if (bytes[start + 4] !== total - TPKT - 1 && bytes[start + 4] !== X224_FIXED - 1) return NO;
  if (code !== CONNECTION_REQUEST && code !== CONNECTION_CONFIRM) return NO;
  if (total === TPKT + X224_FIXED) return talk.port === PORT || talk.service === 'rdp' ? YES : NO;
  if (length < TPKT + X224_FIXED + 1) return MAYBE;
  const next = bytes[start + TPKT + X224_FIXED];
  // Negotiation (1 to 3), or a line of text.
  return (next >= 1 && next <= 3) || next === 0x43 || next === 0x6d || talk.port === PORT ? YES : NO;
}

/** Reads the cookie, which is mostly the name of the user; a handshake of TLS follows nearly always. */
export const readRdp: Reader = (talk, half, bytes, start, end) => {
  const total = u16(bytes, start + 2);
  if (end - start < total) return needs(half, total);
  if (!talk.claim('rdp')) return STOP;
  const text = start + TPKT + X224_FIXED;
  const stop = lineEnd(bytes, text, start + total);
  if (stop >= 0 && begins(bytes, text, stop, COOKIE) === YES) {
    talk.attrs.cookie = textOf(bytes, text + COOKIE.length, trimEnd(bytes, text, stop));
  }
  half.read = readTlsInside;
  return total;
};
