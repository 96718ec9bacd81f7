import { type Half, needs, type Reader, STOP, type Talk } from './talk.ts';
import {
  begins,
  beginsAnyCase,
  latin1,
  lineEnd,
  lowerTextOf,
  MAYBE,
  type Match,
  NO,
  textOf,
  trimEnd,
  trimStart,
  YES,
} from './text.ts';
import { readTlsInside } from './tls-reader.ts';

const METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'CONNECT', 'PATCH', 'TRACE'].concat(
  ['PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'REPORT', 'SEARCH', 'MERGE', 'PURGE'],
  ['SUBSCRIBE', 'UNSUBSCRIBE', 'NOTIFY', 'M-SEARCH', 'RPC_IN_DATA', 'RPC_OUT_DATA'],
);
const PREFIXES = METHODS.map((method) => `${method} `);
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** A longer line is not waited for. */
const MAX_LINE = 8192;
const MAX_HEADERS = 128;
const MAX_REQUESTS = 10_000;
const MAX_NAME = 255;

/** Where a direction is, in `half.stage`. */
const START = 0;
const HEADERS = 1;
/** Bits on top of HEADERS: what is known of the body. */
const CHUNKED = 2;
const FINAL = 4;
const TUNNEL = 8;

export function isHttpRequest(bytes: Uint8Array, start: number, end: number): Match {
  const first = bytes[start];
  if (first < 0x43 || first > 0x55) return NO;
  let best: Match = NO;
  for (const prefix of PREFIXES) {
    const match = begins(bytes, start, end, prefix);
    if (match === YES) return YES;
    if (match === MAYBE) best = MAYBE;
  }
  return best;
}

export function isHttpResponse(bytes: Uint8Array, start: number, end: number): Match {
  return begins(bytes, start, end, 'HTTP/1.');
}

/** The beginning of HTTP/2 (RFC 9113 section 3.4). */
export function isHttp2(bytes: Uint8Array, start: number, end: number): Match {
  return begins(bytes, start, end, PREFACE);
}

export const readHttp2: Reader = (talk) => {
  if (talk.claim('http')) talk.attrs.version = '2';
  return STOP;
};

/**
 * Reads requests (RFC 9112): the first one is told, all are counted as long as their bodies say how long they are.
 */
export const readHttpRequests: Reader = (talk, half, bytes, start, end) => {
  const stop = nextLine(half, bytes, start, end);
  if (stop < 0) return end - start < MAX_LINE ? needs(half, end - start + 1) : longLine(talk, half, bytes, start, end);
  const line = trimEnd(bytes, start, stop);
  const used = stop + 1 - start;
  if (half.stage === START) {
    // Some clients send an empty line after a body (RFC 9112 section 2.2).
    if (line === start) return half.rounds > 0 ? used : STOP;
    return requestLine(talk, half, bytes, start, line) ? used : STOP;
  }
  if (line > start) return requestHeader(talk, half, bytes, start, line) ? used : STOP;
  const { stage, pending } = half;
  half.stage = START;
  half.pending = 0;
  half.lines = 0;
  if ((stage & TUNNEL) !== 0) {
    half.read = readTlsInside;
    return used;
  }
  const more = (stage & (CHUNKED | FINAL)) === 0 && half.rounds < MAX_REQUESTS;
  return more ? used + pending : STOP;
};

/** Reads the head of the first final response. */
export const readHttpResponse: Reader = (talk, half, bytes, start, end) => {
  const stop = nextLine(half, bytes, start, end);
  if (stop < 0) return end - start < MAX_LINE ? needs(half, end - start + 1) : STOP;
  const line = trimEnd(bytes, start, stop);
  const used = stop + 1 - start;
  if (half.stage === START) {
    const status = statusOf(bytes, start, line);
    if (status === 0 || !talk.claim('http')) return STOP;
    half.stage = HEADERS;
    half.rounds = status;
    if (isFinal(status)) showStatus(talk, bytes, start, line, status);
    return used;
  }
  if (line > start) {
    if (++half.lines > MAX_HEADERS) return STOP;
    if (isFinal(half.rounds)) responseHeader(talk, bytes, start, line);
    return used;
  }
  if (isFinal(half.rounds)) return STOP;
  half.stage = START;
  return used;
};

/** Place of the next line feed; what was searched once is not searched again. */
function nextLine(half: Half, bytes: Uint8Array, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_LINE);
  const stop = lineEnd(bytes, start + half.scanned, limit);
  half.scanned = stop < 0 ? limit - start : 0;
  return stop;
}

/** A request line whose end does not come: so much of it as there is, when it begins well. */
function longLine(talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number): typeof STOP {
  if (half.stage !== START || half.rounds > 0) return STOP;
  const space = spaceAfter(bytes, start, end);
  const begin = bytes[space + 1];
  const path = begin === 0x2f || beginsAnyCase(bytes, space + 1, end, 'http') === YES;
  if (path && talk.claim('http')) {
    talk.attrs.method = latin1(bytes, start, space);
    talk.attrs.uri = textOf(bytes, space + 1, end);
    talk.attrs.requests = 1;
  }
  return STOP;
}

function requestLine(talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number): boolean {
  const method = spaceAfter(bytes, start, end);
  const version = end - 8;
  if (version <= method || begins(bytes, version, end, 'HTTP/1.') !== YES) return false;
  if (isHttpRequest(bytes, start, end) !== YES || !talk.claim('http')) return false;
  half.stage = HEADERS;
  half.rounds++;
  talk.attrs.requests = half.rounds;
  if (half.rounds > 1) return true;
  const target = method + 1;
  talk.attrs.method = latin1(bytes, start, method);
  talk.attrs.uri = textOf(bytes, target, trimEnd(bytes, target, version));
  talk.attrs.version = latin1(bytes, end - 3, end);
  if (begins(bytes, start, end, 'CONNECT ') === YES) half.stage |= TUNNEL;
  return true;
}

/** @returns false when there are too many. */
function requestHeader(talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number): boolean {
  const value = (name: string) => trimStart(bytes, start + name.length, end);
  switch (bytes[start] | 0x20) {
    case 0x68:
      if (half.rounds === 1 && isHeader(bytes, start, end, 'host:')) showHost(talk, bytes, value('host:'), end);
      break;
    case 0x75:
      if (half.rounds === 1 && isHeader(bytes, start, end, 'user-agent:'))
        talk.attrs.user_agent = textOf(bytes, value('user-agent:'), end);
      if (isHeader(bytes, start, end, 'upgrade:')) half.stage |= FINAL;
      break;
    case 0x63:
      if (isHeader(bytes, start, end, 'content-length:')) half.pending = numberOf(bytes, value('content-length:'), end);
      break;
    case 0x74:
      if (isHeader(bytes, start, end, 'transfer-encoding:')) half.stage |= CHUNKED;
      break;
  }
  return ++half.lines <= MAX_HEADERS;
}

function showHost(talk: Talk, bytes: Uint8Array, start: number, end: number): void {
  const host = lowerTextOf(bytes, start, end, MAX_NAME).replace(/:\d*$/, '');
  if (host === '') return;
  talk.attrs.host = host;
  talk.domain = host.startsWith('[') ? host.slice(1).replace(/]$/, '') : host;
}

function statusOf(bytes: Uint8Array, start: number, end: number): number {
  const space = spaceAfter(bytes, start, end);
  if (isHttpResponse(bytes, start, end) !== YES || space + 4 > end) return 0;
  const status = numberOf(bytes, space + 1, space + 4);
  return status >= 100 && status <= 999 ? status : 0;
}

/** 1xx answers come before the real one, but after 101 another protocol begins (RFC 9110 section 15.2). */
function isFinal(status: number): boolean {
  return status >= 200 || status === 101;
}

function showStatus(talk: Talk, bytes: Uint8Array, start: number, end: number, status: number): void {
  talk.attrs.status_code = status;
  const text = trimStart(bytes, spaceAfter(bytes, start, end) + 4, end);
  if (text < end) talk.attrs.status_msg = textOf(bytes, text, end);
}

function responseHeader(talk: Talk, bytes: Uint8Array, start: number, end: number): void {
  if ((bytes[start] | 0x20) !== 0x63 || !isHeader(bytes, start, end, 'content-type:')) return;
  const type = lowerTextOf(bytes, trimStart(bytes, start + 13, end), end)
    .split(';', 1)[0]
    .trim();
  if (type !== '') talk.attrs.resp_mime_types = [type];
}

function isHeader(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  return beginsAnyCase(bytes, start, end, name) === YES;
}

function spaceAfter(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== 0x20) at++;
  return at;
}

/** Digits as a number; 0 when it is none. */
function numberOf(bytes: Uint8Array, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - 0x30;
    if (digit < 0 || digit > 9 || number > Number.MAX_SAFE_INTEGER / 16) return 0;
    number = number * 10 + digit;
  }
  return number;
}
