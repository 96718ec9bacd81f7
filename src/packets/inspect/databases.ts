import { AGAIN, needs, type Reader, STOP } from './talk.ts';
import { beginsAnyCase, latin1, MAYBE, type Match, NO, textOf, u16, u32, YES } from './text.ts';
import { readTlsInside } from './tls-reader.ts';

const MAX_TEXT = 128;

/** What a MySQL server says first: number 0, protocol version 10, its version as text. */
export function isMysql(bytes: Uint8Array, start: number, end: number): Match {
  const length = end - start;
  if (length > 2 && bytes[start + 2] !== 0) return NO;
  if (length > 3 && bytes[start + 3] !== 0) return NO;
  if (length > 4 && bytes[start + 4] !== 10) return NO;
  if (length > 5 && !isDigit(bytes[start + 5])) return NO;
  if (length < 8) return MAYBE;
  const total = bytes[start] | (bytes[start + 1] << 8);
  const second = bytes[start + 6];
  return total >= 40 && total <= 512 && (isDigit(second) || second === 0x2e) ? YES : NO;
}

export const readMysql: Reader = (talk, half, bytes, start, end) => {
  const total = 4 + (bytes[start] | (bytes[start + 1] << 8));
  if (end - start < total) return needs(half, total);
  let stop = start + 5;
  while (stop < start + total && bytes[stop] !== 0) stop++;
  if (stop < start + total && talk.claim('mysql')) talk.attrs.version = textOf(bytes, start + 5, stop, MAX_TEXT);
  return STOP;
};

const MAX_STARTUP = 10_000;
const PROTOCOL_3 = 3;
/** First byte of a record with a handshake. */
const TLS = 22;
/** "Cancel", "TLS, please" and "GSSAPI, please": numbers that are no versions. */
const REQUESTS: ReadonlySet<number> = new Set([80_877_102, 80_877_103, 80_877_104]);

/** What a PostgreSQL client says first. */
export function isPostgres(bytes: Uint8Array, start: number, end: number): Match {
  const length = end - start;
  if (bytes[start] !== 0 || (length > 1 && bytes[start + 1] !== 0)) return NO;
  if (length < 8) return MAYBE;
  const total = u32(bytes, start);
  if (REQUESTS.has(u32(bytes, start + 4))) return total === 8 || total === 16 ? YES : NO;
  if (u16(bytes, start + 4) !== PROTOCOL_3 || u16(bytes, start + 6) > 2) return NO;
  return total > 8 && total <= MAX_STARTUP ? YES : NO;
}

/** Reads the name of the user and of the database. */
export const readPostgres: Reader = (talk, half, bytes, start, end) => {
  if (half.rounds > 0 && bytes[start] === TLS) {
    half.read = readTlsInside;
    return AGAIN;
  }
  if (end - start < 8) return needs(half, 8);
  const total = u32(bytes, start);
  if (isPostgres(bytes, start, end) !== YES || !talk.claim('postgresql')) return STOP;
  // A refusal to encrypt is followed by the startup message, consent by a handshake.
  if (REQUESTS.has(u32(bytes, start + 4))) return ++half.rounds > 2 ? STOP : total;
  if (end - start < total) return needs(half, total);
  let key = '';
  let from = start + 8;
  for (let at = from; at < start + total; at++) {
    if (bytes[at] !== 0) continue;
    if (key === '') {
      if (at === from) break;
      key = latin1(bytes, from, Math.min(at, from + MAX_TEXT));
    } else {
      if (key === 'user' || key === 'database' || key === 'application_name') {
        talk.attrs[key] = textOf(bytes, from, at, MAX_TEXT);
      }
      key = '';
    }
    from = at + 1;
  }
  return STOP;
};

/** A command of Redis as an array of texts: `*2`, `$4`, `AUTH`... */
export function isRedis(bytes: Uint8Array, start: number, end: number): Match {
  if (bytes[start] !== 0x2a) return NO;
  let at = start + 1;
  while (at < end && isDigit(bytes[at])) at++;
  const digits = at - start - 1;
  if (at === end) return digits <= 7 ? MAYBE : NO;
  if (digits === 0 || digits > 7) return NO;
  const match = beginsAnyCase(bytes, at, end, '\r\n$');
  if (match !== YES) return match;
  if (at + 3 === end) return MAYBE;
  return isDigit(bytes[at + 3]) ? YES : NO;
}

export const readRedis: Reader = (talk) => {
  talk.claim('redis');
  return STOP;
};

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
