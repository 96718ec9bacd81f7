import type { Cursor } from './dissect-cursor.ts';
import { payloadFrom } from './dissect-payload.ts';
import { type Dissected, PROBLEMS } from './dissected.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
const URG = 32;
/** The flags that every system knows; the two above them are for congestion. */
const ALL = FIN | SYN | RST | PSH | ACK | URG;

/** Two bytes of padding, then timestamps: the options of nearly all segments (RFC 7323 appendix A). */
const PADDED_TIMESTAMPS = 0x0101_080a;

/** TCP (RFC 9293 section 3.1): header, options, and the problems that flags alone tell. */
export function tcp(c: Cursor, into: Dissected): void {
  const { at, bytes, view } = c;
  const wire = c.wireEnd - at;
  if (at + 20 > c.end) {
    beginning(c, into, wire);
    return;
  }
  into.srcPort = view.getUint16(at);
  into.dstPort = view.getUint16(at + 2);
  into.seq = view.getUint32(at + 4);
  into.ack = view.getUint32(at + 8);
  into.window = view.getUint16(at + 14);
  const flags = bytes[at + 13];
  into.flags = flags;
  const header = (bytes[at + 12] >> 4) * 4;
  if (header < 20 || header > wire) {
    // That of a first fragment may go on in the next one.
    if (header < 20 || into.fragment === 0) into.problems |= PROBLEMS.badTransportLength;
    flagProblems(into, flags);
    return;
  }
  payloadFrom(c, into, at + header);
  flagProblems(into, flags);
  if (header === 20) return;
  if (header === 32 && at + 32 <= c.end && view.getUint32(at + 20) === PADDED_TIMESTAMPS) {
    into.tsVal = view.getUint32(at + 24);
    into.tsEcr = view.getUint32(at + 28);
    return;
  }
  if (at + header > c.end) into.problems |= PROBLEMS.truncated;
  options(c, into, at + 20, Math.min(at + header, c.end));
}

/** Less than a header is there: what is captured of it counts. */
function beginning(c: Cursor, into: Dissected, wire: number): void {
  const { at, bytes, end, view } = c;
  if (wire >= 20) into.problems |= PROBLEMS.truncated;
  else if (into.fragment === 0) into.problems |= PROBLEMS.badTransportLength;
  if (at + 4 <= end) {
    into.srcPort = view.getUint16(at);
    into.dstPort = view.getUint16(at + 2);
  }
  if (at + 8 <= end) into.seq = view.getUint32(at + 4);
  if (at + 12 <= end) into.ack = view.getUint32(at + 8);
  // By the header where that is known, else as if it had no options.
  const header = at + 13 <= end ? (bytes[at + 12] >> 4) * 4 : 20;
  if (wire >= header && header >= 20) payloadFrom(c, into, at + header);
  if (at + 14 > end) return;
  into.flags = bytes[at + 13];
  flagProblems(into, into.flags);
  if (at + 16 <= end) into.window = view.getUint16(at + 14);
}

function flagProblems(into: Dissected, flags: number): void {
  if ((flags & (SYN | FIN | RST | URG)) === 0) {
    if ((flags & ALL) === 0) into.problems |= PROBLEMS.nullFlags;
    return;
  }
  if ((flags & ALL) === (FIN | PSH | URG)) into.problems |= PROBLEMS.xmas;
  if ((flags & SYN) === 0) return;
  if ((flags & FIN) !== 0) into.problems |= PROBLEMS.synFin;
  if ((flags & RST) !== 0) into.problems |= PROBLEMS.synRst;
  if ((flags & ACK) === 0 && into.payloadLength > 0) into.problems |= PROBLEMS.synWithData;
}

const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const TIMESTAMPS = 8;
const FAST_OPEN = 34;

function options(c: Cursor, into: Dissected, from: number, end: number): void {
  const { bytes, view } = c;
  const syn = (into.flags & SYN) !== 0;
  let at = from;
  while (at < end) {
    const kind = bytes[at];
    if (kind === END_OF_OPTIONS) return;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1] : 0;
    if (length < 2 || at + length > end) return;
    if (kind === TIMESTAMPS && length === 10) {
      into.tsVal = view.getUint32(at + 2);
      into.tsEcr = view.getUint32(at + 6);
    } else if (syn) {
      if (kind === MSS && length === 4) into.mss = view.getUint16(at + 2);
      else if (kind === WINDOW_SCALE && length === 3) into.windowScale = bytes[at + 2];
      else if (kind === SACK_PERMITTED) into.sackPermitted = true;
      // Data in a SYN is what TCP Fast Open is for (RFC 7413).
      else if (kind === FAST_OPEN) into.problems &= ~PROBLEMS.synWithData;
    }
    at += length;
  }
}
