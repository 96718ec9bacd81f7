import type { Dissected } from '../dissected.ts';
import { OPEN, OVER } from './expiry.ts';
import { TCP } from './packet-key.ts';
import {
  BITS,
  END_AT,
  ISN,
  LIST_SHIFT,
  ORIG,
  PACKETS,
  type Page,
  RESP,
  SIDE_BITS,
  SIDE_STATUS,
} from './record-layout.ts';
import { ACK, FIN, RST, SYN } from './tcp-flags.ts';

/**
 * Whether a packet does not belong to the connection with its addresses and ports, but begins the next one: after too long
 * a silence, or by a SYN with another sequence number when the last one is over, was never answered, or is silent for some
 * time. A SYN on a connection in use is left to it: anybody can send one, and the other side would refuse it.
 * @param lifetimes microseconds by list, and `reuse` those after which a SYN is believed.
 */
export function isAnother(
  { ints, doubles }: Page,
  at: number,
  fromOrig: boolean,
  d: Dissected,
  time: number,
  lifetimes: Float64Array,
  reuse: number,
): boolean {
  const list = (ints[at + BITS] >> LIST_SHIFT) & 3;
  const idle = Math.abs(time - doubles[(at + END_AT) >> 1]);
  if (idle > lifetimes[list]) return true;
  if (d.proto !== TCP || (d.flags & (SYN | ACK | FIN | RST)) !== SYN || d.fragment === 2) return false;
  const side = at + (fromOrig ? ORIG : RESP);
  // One that was seen from its middle on has been replaced; if the sender was silent so far, its SYN only comes late.
  if ((ints[side + SIDE_STATUS] & SIDE_BITS.syn) === 0) return ints[side + PACKETS] > 0 || list === OVER;
  if (ints[side + ISN] === (d.seq | 0)) return false;
  return list !== OPEN || idle > reuse;
}
