import { Der, TAG } from './der.ts';
import { type Half, needs, type Reader, STOP, type Talk } from './talk.ts';
import { MAYBE, type Match, NO, textOf, u32, YES } from './text.ts';

/** RFC 4120 section 5.10: application tags of the messages with the KDC. */
const AS_REQ = 0x6a;
const AS_REP = 0x6b;
const TGS_REQ = 0x6c;
const TGS_REP = 0x6d;
const ERROR = 0x7e;
const KINDS: ReadonlyMap<number, string> = new Map([
  [AS_REQ, 'AS'],
  [AS_REP, 'AS'],
  [TGS_REQ, 'TGS'],
  [TGS_REP, 'TGS'],
  [ERROR, ''],
]);
const VERSION = 5;
const MAX_NAME_PARTS = 8;
const MAX_MESSAGE = 65_536;

/** The errors that tell something about who asks (RFC 4120 section 7.5.9), in Zeek's spelling. */
const ERRORS: ReadonlyMap<number, string> = new Map([
  [6, 'KDC_ERR_C_PRINCIPAL_UNKNOWN'],
  [7, 'KDC_ERR_S_PRINCIPAL_UNKNOWN'],
  [12, 'KDC_ERR_POLICY'],
  [14, 'KDC_ERR_ETYPE_NOSUPP'],
  [18, 'KDC_ERR_CLIENT_REVOKED'],
  [23, 'KDC_ERR_KEY_EXPIRED'],
  [24, 'KDC_ERR_PREAUTH_FAILED'],
  [25, 'KDC_ERR_PREAUTH_REQUIRED'],
  [32, 'KRB_AP_ERR_TKT_EXPIRED'],
  [37, 'KRB_AP_ERR_SKEW'],
  [52, 'KRB_ERR_RESPONSE_TOO_BIG'],
  [68, 'KDC_ERR_WRONG_REALM'],
]);

const outer = new Der();
const field = new Der();
const inner = new Der();

/** Whether a message of Kerberos begins at `start`: its tag, and version 5 in its first field. */
export function isKerberos(bytes: Uint8Array, start: number, end: number): boolean {
  if (!KINDS.has(bytes[start]) || !header(bytes, start, end)) return false;
  return field.end <= end;
}

/** A stream has the length before each message (RFC 4120 section 7.2.2). */
export function isKerberosStream(bytes: Uint8Array, start: number, end: number): Match {
  const length = end - start;
  if (bytes[start] !== 0 || (length > 1 && bytes[start + 1] !== 0)) return NO;
  if (length > 4 && !KINDS.has(bytes[start + 4])) return NO;
  if (length < 20) return MAYBE;
  return u32(bytes, start) < MAX_MESSAGE && isKerberos(bytes, start + 4, end) ? YES : NO;
}

export const readKerberosStream: Reader = (talk, half, bytes, start, end) => {
  const total = 4 + u32(bytes, start);
  const answer = needs(half, total);
  if (end - start < total && answer !== STOP) return answer;
  if (talk.claim('krb_tcp')) show(talk, half, bytes, start + 4, Math.min(end, start + total));
  return STOP;
};

export function readKerberosDatagram(talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number): boolean {
  if (talk.claim('krb') && isKerberos(bytes, start, end)) show(talk, half, bytes, start, end);
  return ++half.rounds < 4;
}

/** Leaves `outer` at the fields and `field` at the first of them, which holds the version. */
function header(bytes: Uint8Array, start: number, end: number): boolean {
  // Lengths may go beyond what was captured: only the beginning has to be there.
  const open = Number.MAX_SAFE_INTEGER;
  if (start + 16 > end || !outer.read(bytes, start, open) || !outer.is(TAG.sequence, bytes, outer.start, open))
    return false;
  if (!field.read(bytes, outer.start, end) || (field.tag !== 0xa0 && field.tag !== 0xa1)) return false;
  return inner.is(TAG.integer, bytes, field.start, field.end) && inner.number(bytes) === VERSION;
}

function show(talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number): void {
  const kind = bytes[start];
  if (!header(bytes, start, end)) return;
  const request = KINDS.get(kind);
  if (request) talk.attrs.request_type ??= request;
  const stop = Math.min(outer.end, end);
  if (kind === AS_REQ || kind === TGS_REQ) {
    if (half.rounds === 0) showRequest(talk, bytes, field.end, stop);
  } else if (kind === ERROR) showError(talk, bytes, outer.start, stop);
  else talk.attrs.success = 'T';
}

/** KDC-REQ (RFC 4120 section 5.4.1): its body is field 4, in it the client 1, the realm 2 and the service 3. */
function showRequest(talk: Talk, bytes: Uint8Array, start: number, end: number): void {
  if (!findField(0xa4, bytes, start, end) || !inner.is(TAG.sequence, bytes, field.start, field.end)) return;
  const stop = inner.end;
  let [client, realm, service] = ['', '', ''];
  for (let at = inner.start; field.read(bytes, at, stop); ) {
    at = field.end;
    if (field.tag === 0xa1) client = principal(bytes, field.start, at);
    else if (field.tag === 0xa2 && inner.read(bytes, field.start, at)) realm = textOf(bytes, inner.start, inner.end);
    else if (field.tag === 0xa3) service = principal(bytes, field.start, at);
  }
  if (client !== '') talk.attrs.client = `${client}/${realm}`;
  if (service !== '') talk.attrs.krb_service = service;
}

/** KRB-ERROR (RFC 4120 section 5.9.1): the code is field 6. */
function showError(talk: Talk, bytes: Uint8Array, start: number, end: number): void {
  if (!findField(0xa6, bytes, start, end) || !inner.is(TAG.integer, bytes, field.start, field.end)) return;
  const code = inner.number(bytes);
  talk.attrs.error_code = code;
  talk.attrs.error_msg = ERRORS.get(code) ?? `error-${code}`;
  talk.attrs.success = 'F';
}

/** Leaves the element with this tag, of those in [start, end), in `field`. */
function findField(tag: number, bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; field.read(bytes, at, end); at = field.end) if (field.tag === tag) return true;
  return false;
}

/** PrincipalName (RFC 4120 section 5.2.2): its parts with slashes between them. */
function principal(bytes: Uint8Array, start: number, end: number): string {
  const parts: string[] = [];
  if (!inner.is(TAG.sequence, bytes, start, end) || !inner.read(bytes, inner.start, inner.end)) return '';
  // Behind the type of the name.
  if (!inner.is(0xa1, bytes, inner.end, end) || !inner.is(TAG.sequence, bytes, inner.start, inner.end)) return '';
  const stop = inner.end;
  for (let at = inner.start; parts.length < MAX_NAME_PARTS && inner.read(bytes, at, stop); at = inner.end) {
    parts.push(textOf(bytes, inner.start, inner.end));
  }
  return parts.join('/');
}
