import { type Cursor, ETHER, goOn, NEXT, notIp } from './dissect-cursor.ts';
import { TUNNELS } from './dissected.ts';

/** Labels in a stack at most. */
const MAX_LABELS = 16;

/** PPPoE with a session in it (RFC 2516 section 4). Its length is right also where the IP header counts padding in. */
export function pppoe(c: Cursor): void {
  const { at, bytes } = c;
  if (at + 8 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  if (bytes[at] !== 0x11 || bytes[at + 1] !== 0) {
    c.type = NEXT.none;
    return;
  }
  const end = at + 6 + c.view.getUint16(at + 4);
  if (end > at + 8 && end < c.wireEnd) {
    c.wireEnd = end;
    c.bounded = true;
  }
  c.tunnels |= TUNNELS.pppoe;
  goOn(c, 6, NEXT.ppp);
}

/**
 * PPP, the address and control bytes of HDLC left out or not (RFC 1661 section 6.6), its protocol in one byte or two
 * (section 6.5). Other protocols than IP answer with their number.
 */
export function ppp(c: Cursor): void {
  let { at } = c;
  const { bytes, view } = c;
  if (at + 2 <= c.end && bytes[at] === 0xff && bytes[at + 1] === 3) at += 2;
  if (at + 2 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  const short = (bytes[at] & 1) === 1;
  const protocol = short ? bytes[at] : view.getUint16(at);
  c.at = at + (short ? 1 : 2);
  if (protocol === 0x0021) c.type = ETHER.ipv4;
  else if (protocol === 0x0057) c.type = ETHER.ipv6;
  else if (protocol === 0x0281 || protocol === 0x0283) c.type = ETHER.mpls;
  else notIp(c, protocol);
}

/** Serial lines: the first byte tells PPP from what Cisco puts there (RFC 1547 section 4.3.1). */
export function pppHdlc(c: Cursor): void {
  if (c.at >= c.end) c.type = NEXT.cut;
  else c.type = c.bytes[c.at] === 0x0f || c.bytes[c.at] === 0x8f ? NEXT.ciscoHdlc : NEXT.ppp;
}

/** A stack of MPLS labels (RFC 3032 section 2.1). What is below them is told by nothing but its own first bytes. */
export function mpls(c: Cursor): void {
  const { view } = c;
  let { at } = c;
  for (let labels = 0; labels < MAX_LABELS; labels++) {
    if (at + 4 > c.end) {
      c.type = NEXT.cut;
      return;
    }
    const entry = view.getUint32(at);
    if (c.mplsLabel === 0) c.mplsLabel = entry >>> 12;
    at += 4;
    if ((entry & 0x100) !== 0) {
      c.tunnels |= TUNNELS.mpls;
      belowLabels(c, at);
      return;
    }
  }
  c.type = NEXT.none;
}

function belowLabels(c: Cursor, at: number): void {
  if (at >= c.end) {
    c.type = NEXT.cut;
    return;
  }
  c.at = at;
  const version = c.bytes[at] >> 4;
  if (version === 4 || version === 6) c.type = NEXT.ip;
  else if (version === 0 && isEthernet(c, at + 4)) {
    // A pseudo-wire with a control word (RFC 4385 section 3).
    c.at = at + 4;
    c.type = NEXT.ethernet;
  } else if (isEthernet(c, at)) c.type = NEXT.ethernet;
  else c.type = at + 18 > c.end && c.wireEnd > c.end ? NEXT.cut : NEXT.none;
}

function isEthernet(c: Cursor, at: number): boolean {
  if (at + 14 > c.end) return false;
  const type = c.view.getUint16(at + 12);
  return type === ETHER.ipv4 || type === ETHER.ipv6 || type === 0x8100 || type === 0x88a8 || type === ETHER.mpls;
}
