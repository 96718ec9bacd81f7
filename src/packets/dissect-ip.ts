import { ANYWHERE, type Cursor, ETHER, NEXT } from './dissect-cursor.ts';
import { nothing, payloadFrom } from './dissect-payload.ts';
import { transport } from './dissect-transport.ts';
import { type Dissected, PROBLEMS } from './dissected.ts';
import type { FragmentTable } from './fragment-table.ts';

/** IP packets in one another at most. */
const MAX_DEPTH = 6;
/** Extension headers in a row at most. */
const MAX_HEADERS = 128;

const TCP = 6;
const AUTHENTICATION = 51;
/** A first TCP fragment that ends before this hides flags or options from filters (RFC 1858 section 3). */
const TCP_HEADER = 20;

/**
 * Takes the IP packet at the cursor apart, when it is one, and moves the cursor to what is in it: an inner packet where
 * it is a tunnel. Only a packet whose header makes sense takes the place of the one around it.
 */
export function ip(c: Cursor, into: Dissected, fragments: FragmentTable | undefined): void {
  let { type } = c;
  c.type = NEXT.none;
  if (c.depth >= MAX_DEPTH) return;
  if (type === NEXT.ip) {
    if (c.at >= c.end) {
      refuse(c, into, 0, PROBLEMS.truncated);
      return;
    }
    const version = c.bytes[c.at] >> 4;
    if (version !== 4 && version !== 6) return;
    type = version === 4 ? ETHER.ipv4 : ETHER.ipv6;
  }
  if (type === ETHER.ipv4) ipv4(c, into, fragments);
  else ipv6(c, into, fragments);
}

function refuse(c: Cursor, into: Dissected, type: number, problem: number): void {
  if (!c.guessed) into.problems |= problem;
  if (into.family === 0) into.etherType = type;
}

function ipv4(c: Cursor, into: Dissected, fragments: FragmentTable | undefined): void {
  const { at, bytes, view } = c;
  if (at + 20 > c.end) {
    refuse(c, into, ETHER.ipv4, PROBLEMS.truncated);
    return;
  }
  const header = (bytes[at] & 15) * 4;
  const told = view.getUint16(at + 2);
  // Zero is what network cards leave to be filled in for packets they will split.
  const length = told === 0 ? (c.wireEnd === ANYWHERE ? c.end : c.wireEnd) - at : told;
  if (bytes[at] >> 4 !== 4 || header < 20 || length < header) {
    refuse(c, into, ETHER.ipv4, PROBLEMS.badIpLength);
    return;
  }
  accept(c, into, 4, length);
  into.src = at + 12;
  into.dst = at + 16;
  into.tos = bytes[at + 1];
  into.ttl = bytes[at + 8];
  let proto = bytes[at + 9];
  into.proto = proto;
  c.at = at + header;
  if (header > 20) options(c, into, at + 20);
  if (c.at > c.end) {
    nothing(c, into, missing(c, 0));
    return;
  }
  const fragment = view.getUint16(at + 6) & 0x3fff;
  if (proto === AUTHENTICATION && (fragment & 0x1fff) === 0) {
    proto = pastAuthentication(c, into);
    if (proto < 0) return;
  }
  if (fragment === 0) transport(c, into, proto);
  else piece(c, into, proto, (fragment & 0x1fff) * 8, view.getUint16(at + 4), fragments);
}

/** Takes the header as that of the innermost packet so far; what was gathered on the way to it counts now. */
function accept(c: Cursor, into: Dissected, family: number, length: number): void {
  let end = c.at + length;
  if (end > c.wireEnd) {
    into.problems |= PROBLEMS.badIpLength;
    if (c.bounded) end = c.wireEnd;
  }
  if (c.depth > 0) clearTransport(into);
  into.family = family;
  into.etherType = family === 4 ? ETHER.ipv4 : ETHER.ipv6;
  into.ipLength = length;
  into.srcMac = c.srcMac;
  into.dstMac = c.dstMac;
  into.vlan = c.vlan;
  into.innerVlan = c.innerVlan;
  into.mplsLabel = c.mplsLabel;
  into.tunnels = c.tunnels;
  into.tunnelId = c.tunnelId;
  c.depth++;
  c.guessed = false;
  c.wireEnd = end;
  c.bounded = true;
  if (end < c.end) c.end = end;
}

function clearTransport(into: Dissected): void {
  into.fragment = 0;
  into.srcPort = 0;
  into.dstPort = 0;
  into.payload = -1;
  into.payloadLength = 0;
  into.payloadCaptured = 0;
  into.icmpId = 0;
}

const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const LOOSE_SOURCE_ROUTE = 131;
const STRICT_SOURCE_ROUTE = 137;

/** From `at` to where the header ends, as far as captured (RFC 791 section 3.1). */
function options(c: Cursor, into: Dissected, from: number): void {
  const { bytes } = c;
  const end = Math.min(c.at, c.end);
  let at = from;
  while (at < end) {
    const kind = bytes[at];
    if (kind === END_OF_OPTIONS) return;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    if (kind === LOOSE_SOURCE_ROUTE || kind === STRICT_SOURCE_ROUTE) into.problems |= PROBLEMS.sourceRoute;
    const length = at + 1 < end ? bytes[at + 1] : 0;
    if (length < 2) return;
    at += length;
  }
}

/** Over an authentication header (RFC 4302 section 2); answers the protocol behind it, -1 where it is cut. */
function pastAuthentication(c: Cursor, into: Dissected): number {
  if (c.at + 8 > c.end) {
    nothing(c, into, missing(c, 8));
    return -1;
  }
  const proto = c.bytes[c.at];
  const length = (c.bytes[c.at + 1] + 2) * 4;
  into.proto = proto;
  c.at += length;
  if (c.at <= c.end) return proto;
  nothing(c, into, missing(c, 0));
  return -1;
}

/** Why `length` bytes are not there: the capture cut them off, or the packet is too short for them. */
function missing(c: Cursor, length: number): number {
  return c.at + length > c.wireEnd ? PROBLEMS.badIpLength : PROBLEMS.truncated;
}

/** A fragment, its payload beginning at the cursor and `offset` bytes into that of the whole packet. */
function piece(
  c: Cursor,
  into: Dissected,
  proto: number,
  offset: number,
  id: number,
  fragments: FragmentTable | undefined,
): void {
  if (proto === TCP && (offset === 0 ? c.wireEnd - c.at < TCP_HEADER : offset < TCP_HEADER)) {
    into.problems |= PROBLEMS.tinyFragment;
  }
  if (offset === 0) {
    into.fragment = 1;
    // What begins in the first fragment ends in a later one.
    transport(c, into, proto);
    fragments?.remember(c.view, into, id, c.time);
    c.wireEnd = ANYWHERE;
    return;
  }
  into.fragment = 2;
  into.proto = proto;
  payloadFrom(c, into, c.at);
  fragments?.recall(c.view, into, id, c.time);
}

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION = 60;
const MOBILITY = 135;
const HOST_IDENTITY = 139;
const SHIM6 = 140;

function ipv6(c: Cursor, into: Dissected, fragments: FragmentTable | undefined): void {
  const { at, bytes, view } = c;
  if (at + 40 > c.end) {
    refuse(c, into, ETHER.ipv6, PROBLEMS.truncated);
    return;
  }
  if (bytes[at] >> 4 !== 6) {
    refuse(c, into, ETHER.ipv6, PROBLEMS.badIpLength);
    return;
  }
  const told = view.getUint16(at + 4);
  let proto = bytes[at + 6];
  // Zero is what network cards leave to be filled in, and what jumbograms have (RFC 2675 section 3).
  const guess = told === 0 && (proto === HOP_BY_HOP || proto === TCP || proto === 17);
  accept(c, into, 6, guess ? (c.wireEnd === ANYWHERE ? c.end : c.wireEnd) - at : told + 40);
  into.src = at + 8;
  into.dst = at + 24;
  into.tos = (view.getUint16(at) >> 4) & 0xff;
  into.ttl = bytes[at + 7];
  c.at = at + 40;
  let id = -1;
  for (let headers = 0; headers < MAX_HEADERS; headers++) {
    into.proto = proto;
    if (proto === FRAGMENT) {
      if (c.at + 8 > c.end) {
        nothing(c, into, missing(c, 8));
        return;
      }
      const field = view.getUint16(c.at + 2);
      proto = bytes[c.at];
      const word = view.getUint32(c.at + 4);
      c.at += 8;
      if ((field & 0xfff8) !== 0) {
        piece(c, into, proto, field & 0xfff8, word, fragments);
        return;
      }
      // Without an offset and more to come it is whole all the same (RFC 6946).
      if ((field & 1) !== 0) id = word;
    } else if (isExtension(proto)) {
      proto = pastExtension(c, into, proto);
      if (proto < 0) return;
    } else if (proto === AUTHENTICATION) {
      proto = pastAuthentication(c, into);
      if (proto < 0) return;
    } else {
      if (id >= 0) piece(c, into, proto, 0, id, fragments);
      else transport(c, into, proto);
      return;
    }
  }
  payloadFrom(c, into, c.at);
}

/** Over a header that counts its length in units of 8 bytes behind the first 8; answers what is next, -1 when it is cut. */
function pastExtension(c: Cursor, into: Dissected, proto: number): number {
  const { bytes } = c;
  if (c.at + 8 > c.end) {
    nothing(c, into, missing(c, 8));
    return -1;
  }
  if (proto === ROUTING && bytes[c.at + 2] === 0) into.problems |= PROBLEMS.routingHeader0;
  const next = bytes[c.at];
  c.at += (bytes[c.at + 1] + 1) * 8;
  if (c.at <= c.end) return next;
  nothing(c, into, missing(c, 0));
  return -1;
}

function isExtension(proto: number): boolean {
  return (
    proto === HOP_BY_HOP ||
    proto === ROUTING ||
    proto === DESTINATION ||
    proto === MOBILITY ||
    proto === HOST_IDENTITY ||
    proto === SHIM6
  );
}
