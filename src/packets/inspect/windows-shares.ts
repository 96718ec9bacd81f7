import { needs, type Reader, STOP } from './talk.ts';
import { MAYBE, type Match, NO, u24, YES } from './text.ts';

/** RFC 1002 section 4.3.1: a message, the request of a session and the answer to it. */
const MESSAGE = 0;
const REQUEST = 0x81;
const POSITIVE = 0x82;
const MAX_SESSION = 512;
/** First byte before `SMB`: version 1, version 2 or 3, encrypted, compressed. */
const MARKS: ReadonlyMap<number, string> = new Map([
  [0xff, '1'],
  [0xfe, '2'],
  [0xfd, '3'],
  [0xfc, '3'],
]);

/** Whether it is SMB, behind the length that NetBIOS sessions have. */
export function isSmb(bytes: Uint8Array, start: number, end: number): Match {
  const length = end - start;
  const type = bytes[start];
  if (type === REQUEST) {
    // Two names of 32 letters follow, each behind its length.
    if (length < 5) return MAYBE;
    const names = u24(bytes, start + 1);
    return names >= 68 && names < MAX_SESSION && bytes[start + 4] === 0x20 ? YES : NO;
  }
  if (type === POSITIVE) {
    if (length < 4) return MAYBE;
    return u24(bytes, start + 1) === 0 ? YES : NO;
  }
  if (type !== MESSAGE) return NO;
  if (length > 4 && !MARKS.has(bytes[start + 4])) return NO;
  if (length > 5 && bytes[start + 5] !== 0x53) return NO;
  if (length > 6 && bytes[start + 6] !== 0x4d) return NO;
  if (length < 8) return MAYBE;
  return bytes[start + 7] === 0x42 ? YES : NO;
}

/** Reads the version of the first message, behind the opening of a session when there is one. */
export const readSmb: Reader = (talk, half, bytes, start, end) => {
  if (bytes[start] === REQUEST || bytes[start] === POSITIVE) {
    if (end - start < 4) return needs(half, 4);
    return ++half.rounds > 2 ? STOP : 4 + u24(bytes, start + 1);
  }
  const match = isSmb(bytes, start, end);
  if (match === MAYBE) return needs(half, 8);
  if (match === NO || !talk.claim('smb')) return STOP;
  // The answer tells what was agreed upon.
  const version = MARKS.get(bytes[start + 4]) ?? '';
  if (!half.fromOrig || talk.attrs.smb_version === undefined) talk.attrs.smb_version = version;
  return STOP;
};
