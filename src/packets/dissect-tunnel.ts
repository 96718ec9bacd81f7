import { type Cursor, ETHER, NEXT } from './dissect-cursor.ts';
import { nothing, payloadFrom } from './dissect-payload.ts';
import { type Dissected, PROBLEMS, TUNNELS } from './dissected.ts';

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGEMENT = 0x0080;
const VERSION = 7;

const ERSPAN_2 = 0x88be;
const ERSPAN_3 = 0x22eb;

/** GRE (RFC 2784, RFC 2890), also that of PPTP (RFC 2637 section 4.1), NVGRE (RFC 7637), ERSPAN. */
export function gre(c: Cursor, into: Dissected): void {
  payloadFrom(c, into, c.at);
  const { at, view } = c;
  if (at + 4 > c.end) {
    nothing(c, into, c.wireEnd - at < 4 ? PROBLEMS.badTransportLength : PROBLEMS.truncated);
    return;
  }
  const flags = view.getUint16(at);
  const type = view.getUint16(at + 2);
  const version = flags & VERSION;
  // Source routes in GRE are long out of use (RFC 2784 section 2.3).
  if ((flags & ROUTING) !== 0 || version > 1) return;
  let next = at + 4 + ((flags & CHECKSUM) !== 0 ? 4 : 0);
  const keyAt = next;
  if ((flags & KEY) !== 0) next += 4;
  if ((flags & SEQUENCE) !== 0) next += 4;
  if (version === 1 && (flags & ACKNOWLEDGEMENT) !== 0) next += 4;
  if (next > c.end) {
    into.problems |= PROBLEMS.truncated;
    return;
  }
  let key = 0;
  if ((flags & KEY) !== 0) key = version === 1 ? view.getUint16(keyAt + 2) : view.getUint32(keyAt);
  if (type === ERSPAN_2) next = erspan2(next, (flags & SEQUENCE) !== 0);
  else if (type === ERSPAN_3) next = erspan3(c, next);
  enter(c, next, innerType(type), TUNNELS.gre, key);
}

/** The header of 8 bytes is there where packets are numbered; the older kind had neither. */
function erspan2(at: number, numbered: boolean): number {
  return numbered ? at + 8 : at;
}

/** 12 bytes, and 8 more where the last bit says so. */
function erspan3(c: Cursor, at: number): number {
  if (at + 12 > c.end) return c.end;
  return at + ((c.bytes[at + 11] & 1) === 1 ? 20 : 12);
}

function innerType(type: number): number {
  if (type === ERSPAN_2 || type === ERSPAN_3 || type === ETHER.bridged) return NEXT.ethernet;
  const known =
    type === ETHER.ipv4 ||
    type === ETHER.ipv6 ||
    type === ETHER.mpls ||
    type === ETHER.mplsMulticast ||
    type === ETHER.ppp;
  return known ? type : NEXT.none;
}

function enter(c: Cursor, at: number, type: number, tunnel: number, id: number): void {
  c.at = at;
  c.type = type;
  c.tunnels |= tunnel;
  if (id !== 0) c.tunnelId = id;
}

const VXLAN = 4789;
/** Of Linux before the number was given out. */
const VXLAN_LINUX = 8472;
const GENEVE = 6081;
const GTP_U = 2152;
const TEREDO = 3544;

/** Follows a UDP datagram with at least 8 bytes of payload captured into the tunnel that its ports mean, if any. */
export function udpTunnel(c: Cursor, into: Dissected): void {
  switch (into.dstPort) {
    case VXLAN:
    case VXLAN_LINUX:
      vxlan(c, into.payload);
      return;
    case GENEVE:
      geneve(c, into.payload);
      return;
    case GTP_U:
      gtp(c, into);
      return;
    case TEREDO:
      teredo(c, into);
      return;
    default:
      if (into.srcPort === TEREDO) teredo(c, into);
  }
}

/** From here on what contradicts the guess is no problem: the datagram counts as what it is outside. */
function guess(c: Cursor, at: number, type: number, tunnel: number, id: number): void {
  c.guessed = true;
  enter(c, at, type, tunnel, id);
}

/** RFC 7348 section 5; the flag of group policies may be set as well. */
function vxlan(c: Cursor, at: number): void {
  const { bytes, view } = c;
  if ((bytes[at] & 0x7f) !== 0x08 || bytes[at + 7] !== 0) return;
  guess(c, at + 8, NEXT.ethernet, TUNNELS.vxlan, view.getUint32(at + 4) >>> 8);
}

/** RFC 8926 section 3.4. */
function geneve(c: Cursor, at: number): void {
  const { bytes, view } = c;
  if (bytes[at] >> 6 !== 0 || bytes[at + 7] !== 0) return;
  const length = 8 + (bytes[at] & 0x3f) * 4;
  guess(c, at + length, innerType(view.getUint16(at + 2)), TUNNELS.geneve, view.getUint32(at + 4) >>> 8);
}

const G_PDU = 255;
/** Extension headers in a row at most. */
const MAX_EXTENSIONS = 8;

/** A packet of a mobile phone in GTP version 1 (3GPP TS 29.281). */
function gtp(c: Cursor, into: Dissected): void {
  const { bytes, view } = c;
  const start = into.payload;
  const flags = bytes[start];
  if (flags >> 4 !== 3 || bytes[start + 1] !== G_PDU) return;
  if (view.getUint16(start + 2) + 8 > into.payloadLength) return;
  let at = start + 8;
  if ((flags & 7) !== 0) {
    // One of the three makes all their fields be there; the last byte is the type of the first extension.
    at += 4;
    if (at > c.end) return;
    let next = (flags & 4) !== 0 ? bytes[at - 1] : 0;
    for (let headers = 0; next !== 0; headers++) {
      const length = at < c.end ? bytes[at] * 4 : 0;
      if (length === 0 || headers === MAX_EXTENSIONS || at + length > c.end) return;
      at += length;
      next = bytes[at - 1];
    }
  }
  guess(c, at, NEXT.ip, TUNNELS.gtpu, view.getUint32(start + 4));
}

const TEREDO_PREFIX = 0x2001_0000;

/** RFC 4380. Only what is sure: an IPv6 packet of just the right length, one address of it a Teredo one. */
function teredo(c: Cursor, into: Dissected): void {
  const { bytes, view } = c;
  const end = into.payload + into.payloadLength;
  let at = into.payload;
  if (at + 4 <= c.end && view.getUint16(at) === 1) at += 13 + bytes[at + 2] + bytes[at + 3];
  if (at + 2 <= c.end && view.getUint16(at) === 0) at += 8;
  if (at + 40 > c.end || bytes[at] >> 4 !== 6 || at + 40 + view.getUint16(at + 4) !== end) return;
  const teredo = view.getUint32(at + 8) === TEREDO_PREFIX || view.getUint32(at + 24) === TEREDO_PREFIX;
  if (teredo) guess(c, at, ETHER.ipv6, TUNNELS.teredo, 0);
}
