import { ACKED, NEXT, ORIG, type Page, RESP, SIDE_STATUS, STATE_SHIFT } from './record-layout.ts';
import type { ConnectionTimeouts } from './table-options.ts';
import { CLOSED, INACTIVE, isOver, RESET, SYN_ACK_SENT, SYN_SENT } from './tcp-state.ts';

/** The lists that connections expire in, each in the order of their last packets. */
export const SHORT = 0;
export const OPEN = 1;
export const OVER = 2;
/** Not to expire: they have left and wait to be observed. */
export const GONE = 3;
export const LISTS = 4;

const STATES = 7;

/** Microseconds by list. */
export function lifetimes(timeouts: ConnectionTimeouts): Float64Array {
  return Float64Array.of(timeouts.short * 1e6, timeouts.established * 1e6, timeouts.closed * 1e6);
}

/** The list of a TCP connection by the states of its ends. */
export function tcpList({ ints }: Page, record: number): number {
  const orig = (ints[record + ORIG + SIDE_STATUS] >> STATE_SHIFT) & STATES;
  const resp = (ints[record + RESP + SIDE_STATUS] >> STATE_SHIFT) & STATES;
  if (isOver(orig, resp)) return orig >= RESET || resp >= RESET || isAcknowledged(ints, record) ? OVER : SHORT;
  return isAttempt(orig, resp) || isAttempt(resp, orig) ? SHORT : OPEN;
}

/** Whether both have heard all of the other, so that no FIN comes again. */
function isAcknowledged(ints: Int32Array, record: number): boolean {
  const orig = record + ORIG;
  const resp = record + RESP;
  return ints[orig + ACKED] === ints[resp + NEXT] && ints[resp + ACKED] === ints[orig + NEXT];
}

function isAttempt(state: number, other: number): boolean {
  if (other !== INACTIVE) return false;
  return state === INACTIVE || state === SYN_SENT || state === SYN_ACK_SENT || state >= CLOSED;
}
