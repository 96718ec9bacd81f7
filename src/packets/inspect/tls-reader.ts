import { cipherName } from './cipher-suites.ts';
import { ClientHello } from './client-hello.ts';
import { fingerprintOf } from './fingerprints.ts';
import type { Carrier } from './ja4.ts';
import { readServerHello } from './server-hello.ts';
import { MAX_HELD, needs, type Reader, STOP, type Talk } from './talk.ts';
import { MAYBE, type Match, NO, u16, u24, YES } from './text.ts';
import { tlsVersionName } from './tls-names.ts';

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;
/** RFC 8446 section 5.1; the handshake is not encrypted yet, so there is nothing on top of it. */
const MAX_RECORD = 16_384;
/** Records that a message may be spread over: whoever sends more does so to be a burden. */
const MAX_RECORDS = 64;

const hello = new ClientHello();
/** A message that came in several records, put together. */
const gathered = new Uint8Array(MAX_HELD);

/** Whether a stream begins with a hello of TLS 1.0 to 1.3 or SSL 3. */
export function isTls(bytes: Uint8Array, start: number, end: number): Match {
  const length = end - start;
  if (bytes[start] !== HANDSHAKE) return NO;
  if (length > 1 && bytes[start + 1] !== 3) return NO;
  if (length > 2 && bytes[start + 2] > 4) return NO;
  if (length < RECORD_HEADER + 1) return MAYBE;
  const record = u16(bytes, start + 3);
  if (record === 0 || record > MAX_RECORD) return NO;
  const type = bytes[start + RECORD_HEADER];
  return type === CLIENT_HELLO || type === SERVER_HELLO ? YES : NO;
}

/** Reads the first message of one side's handshake. */
export const readTls: Reader = (talk, half, bytes, start, end, time) =>
  talk.claim('ssl') ? readTlsInside(talk, half, bytes, start, end, time) : STOP;

/** The same inside another protocol, which remains the service of the connection: STARTTLS, CONNECT, RDP... */
export const readTlsInside: Reader = (talk, half, bytes, start, end) => {
  let at = start;
  let gatheredBytes = 0;
  let wanted = MESSAGE_HEADER;
  for (let records = 0; records < MAX_RECORDS; records++) {
    if (at + RECORD_HEADER > end) return needs(half, at + RECORD_HEADER - start);
    const record = u16(bytes, at + 3);
    if (bytes[at] !== HANDSHAKE || record === 0 || record > MAX_RECORD) return STOP;
    const data = at + RECORD_HEADER;
    at = data + record;
    // The usual case: the message is in one record, and there is nothing to be put together.
    if (gatheredBytes === 0 && record >= MESSAGE_HEADER) {
      if (data + MESSAGE_HEADER > end) return needs(half, data + MESSAGE_HEADER - start);
      wanted = MESSAGE_HEADER + u24(bytes, data + 1);
      if (wanted > MAX_HELD) return STOP;
      if (wanted <= record) {
        if (data + wanted > end) return needs(half, data + wanted - start);
        return show(talk, bytes, data, data + wanted);
      }
    }
    if (at > end) return needs(half, at - start);
    const fits = Math.min(record, MAX_HELD - gatheredBytes);
    gathered.set(bytes.subarray(data, data + fits), gatheredBytes);
    gatheredBytes += fits;
    if (gatheredBytes >= MESSAGE_HEADER) wanted = MESSAGE_HEADER + u24(gathered, 1);
    if (wanted > MAX_HELD) return STOP;
    if (gatheredBytes >= wanted) return show(talk, gathered, 0, wanted);
  }
  return STOP;
};

function show(talk: Talk, bytes: Uint8Array, start: number, end: number): number {
  const body = start + MESSAGE_HEADER;
  if (bytes[start] === CLIENT_HELLO) showClientHello(talk, bytes, body, end, 't');
  else if (bytes[start] === SERVER_HELLO) showServerHello(talk, bytes, body, end);
  return STOP;
}

/** Puts what a client offers into `talk`: server name, `ja3`, `ja4`. The version is for the server to choose. */
export function showClientHello(talk: Talk, bytes: Uint8Array, start: number, end: number, carrier: Carrier): boolean {
  if (!hello.read(bytes, start, end, carrier === 'd')) return false;
  const { attrs } = talk;
  if (hello.serverName !== '') {
    talk.domain = hello.serverName;
    attrs.server_name = hello.serverName;
  }
  const { ja3, ja4 } = fingerprintOf(hello, carrier);
  attrs.ja3 = ja3;
  attrs.ja4 = ja4;
  if (hello.alpn.length > 0) attrs.client_alpn = [...hello.alpn];
  return true;
}

/** Puts what a server chose into `talk`: version, cipher and protocol. */
export function showServerHello(talk: Talk, bytes: Uint8Array, start: number, end: number): boolean {
  const chosen = readServerHello(bytes, start, end);
  if (!chosen) return false;
  talk.attrs.version = tlsVersionName(chosen.version);
  talk.attrs.cipher = cipherName(chosen.cipher);
  if (chosen.alpn !== '') talk.attrs.next_protocol = chosen.alpn;
  return true;
}

/** Whether a stream begins with a ClientHello in the form of SSL 2 (RFC 5246 appendix E.2), which asks for SSL 3 or more. */
export function isSsl2Hello(bytes: Uint8Array, start: number, end: number): Match {
  const length = end - start;
  if ((bytes[start] & 0xc0) !== 0x80) return NO;
  if (length > 2 && bytes[start + 2] !== CLIENT_HELLO) return NO;
  if (length > 3 && bytes[start + 3] !== 3) return NO;
  if (length > 4 && bytes[start + 4] > 3) return NO;
  if (length < 11) return MAYBE;
  const ciphers = u16(bytes, start + 5);
  const total = u16(bytes, start) & 0x3fff;
  const matches = ciphers > 0 && ciphers % 3 === 0;
  return matches && total === 9 + ciphers + u16(bytes, start + 7) + u16(bytes, start + 9) ? YES : NO;
}

export const readSsl2Hello: Reader = (talk) => {
  talk.claim('ssl');
  return STOP;
};

const DTLS_RECORD_HEADER = 13;
const DTLS_MESSAGE_HEADER = 12;

/** Whether a datagram is the beginning of a DTLS handshake (RFC 6347 section 4.1). */
export function isDtls(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < DTLS_RECORD_HEADER + DTLS_MESSAGE_HEADER) return false;
  if (bytes[start] !== HANDSHAKE || bytes[start + 1] !== 0xfe) return false;
  const minor = bytes[start + 2];
  const epoch = u16(bytes, start + 3);
  const type = bytes[start + DTLS_RECORD_HEADER];
  const length = u16(bytes, start + 11);
  return (minor === 0xff || minor === 0xfd) && epoch === 0 && length <= end - start - 13 && type >= 1 && type <= 3;
}

/** Reads the hellos of DTLS, each of which is mostly in one fragment. @returns whether more are to be shown. */
export function readDtls(talk: Talk, bytes: Uint8Array, start: number, end: number): boolean {
  if (!talk.claim('ssl')) return false;
  if (!isDtls(bytes, start, end)) return false;
  const message = start + DTLS_RECORD_HEADER;
  const body = message + DTLS_MESSAGE_HEADER;
  const length = u24(bytes, message + 1);
  const wholeFragment = u24(bytes, message + 6) === 0 && u24(bytes, message + 9) === length && body + length <= end;
  if (!wholeFragment) return false;
  const type = bytes[message];
  if (type === CLIENT_HELLO) return !showClientHello(talk, bytes, body, body + length, 'd');
  // A HelloVerifyRequest (type 3) tells nothing: the server's hello is the next.
  if (type === SERVER_HELLO) return !showServerHello(talk, bytes, body, body + length);
  return true;
}
