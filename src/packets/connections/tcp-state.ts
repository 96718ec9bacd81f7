import { ACK, FIN, RST, SYN } from './tcp-flags.ts';

/** What is known of one end of a TCP connection, after Zeek. */
export const INACTIVE = 0;
export const SYN_SENT = 1;
export const SYN_ACK_SENT = 2;
/** It sent something without having been seen to begin. */
export const PARTIAL = 3;
export const ESTABLISHED = 4;
export const CLOSED = 5;
export const RESET = 6;
/** A reset behind its own FIN, which the other side has not answered with one. Both resets are the highest states. */
export const RESET_CLOSED = 7;

/** {@link advance} answers both: the sender's state, and the other one's in bits 3..5. */
export const PEER_SHIFT = 3;

/** The states of the sender of a segment and of its peer after that segment. */
export function advance(self: number, peer: number, flags: number, fromOrig: boolean): number {
  let after = self;
  let peerAfter = peer;
  if ((flags & RST) !== 0) after = afterReset(self, peer, fromOrig);
  else if ((flags & FIN) !== 0) {
    after = self >= RESET ? self : CLOSED;
    // Each has sent its FIN then: the reset in between is no part of how it ended.
    if (peer === RESET_CLOSED && (self === ESTABLISHED || self === PARTIAL)) peerAfter = CLOSED;
  } else if ((flags & SYN) === 0) after = self === INACTIVE ? PARTIAL : self;
  else if ((flags & ACK) === 0) after = self === INACTIVE ? SYN_SENT : self;
  else if (self === INACTIVE || self === SYN_SENT) {
    after = peer === SYN_SENT ? ESTABLISHED : SYN_ACK_SENT;
    if (peer === SYN_SENT) peerAfter = ESTABLISHED;
  }
  return after | (peerAfter << PEER_SHIFT);
}

function afterReset(self: number, peer: number, fromOrig: boolean): number {
  // A reset out of nothing, as after a scan with a foreign address, begins no connection.
  if (self === INACTIVE && fromOrig && (peer === INACTIVE || peer === PARTIAL)) return INACTIVE;
  // Behind both FINs a reset only says that nobody listens any more.
  if (self === CLOSED) return peer === CLOSED ? CLOSED : RESET_CLOSED;
  return self >= RESET ? self : RESET;
}

/** `conn_state` of Zeek for TCP. @param silent neither side sent payload. */
export function tcpState(orig: number, resp: number, silent: boolean): string {
  if (resp >= RESET) {
    if (orig === SYN_SENT || orig === SYN_ACK_SENT || (orig >= RESET && silent)) return 'REJ';
    return unopened(orig) ? 'RSTRH' : 'RSTR';
  }
  if (orig >= RESET) return unopened(resp) ? 'RSTOS0' : 'RSTO';
  if (orig === CLOSED) {
    if (resp === CLOSED) return 'SF';
    return unopened(resp) ? 'SH' : 'S2';
  }
  if (resp === CLOSED) return unopened(orig) ? 'SHR' : 'S3';
  if (orig === SYN_SENT && resp === INACTIVE) return 'S0';
  return orig === ESTABLISHED && resp === ESTABLISHED ? 'S1' : 'OTH';
}

function unopened(state: number): boolean {
  return state === INACTIVE || state === PARTIAL;
}

/** The same for what has no connections of its own: whether there was an answer. */
export function datagramState(origPackets: number, respPackets: number): string {
  if (origPackets === 0) return 'SHR';
  return respPackets === 0 ? 'S0' : 'SF';
}

/** Whether nothing is to come any more. */
export function isOver(orig: number, resp: number): boolean {
  return orig >= RESET || resp >= RESET || (orig === CLOSED && resp === CLOSED);
}
