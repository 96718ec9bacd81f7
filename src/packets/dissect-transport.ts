import { type Cursor, ETHER } from './dissect-cursor.ts';
import { nothing, payloadBetween, payloadFrom } from './dissect-payload.ts';
import { tcp } from './dissect-tcp.ts';
import { gre, udpTunnel } from './dissect-tunnel.ts';
import { type Dissected, PROBLEMS, TUNNELS } from './dissected.ts';

const ICMP = 1;
const IPV4_IN_IP = 4;
const TCP = 6;
const UDP = 17;
const IPV6_IN_IP = 41;
const GRE = 47;
const ICMP6 = 58;
const SCTP = 132;
const MPLS_IN_IP = 137;

/** What is behind the IP header, whole or the first fragment of it; a tunnel moves the cursor into it. */
export function transport(c: Cursor, into: Dissected, proto: number): void {
  switch (proto) {
    case TCP:
      tcp(c, into);
      if (into.srcPort === into.dstPort) land(c, into);
      return;
    case UDP:
      udp(c, into);
      return;
    case ICMP:
    case ICMP6:
      icmp(c, into, proto);
      return;
    case SCTP:
      sctp(c, into);
      return;
    case IPV4_IN_IP:
    case IPV6_IN_IP:
      payloadFrom(c, into, c.at);
      c.tunnels |= TUNNELS.ipip;
      c.type = proto === IPV4_IN_IP ? ETHER.ipv4 : ETHER.ipv6;
      return;
    case MPLS_IN_IP:
      payloadFrom(c, into, c.at);
      c.type = ETHER.mpls;
      return;
    case GRE:
      gre(c, into);
      return;
    default:
      payloadFrom(c, into, c.at);
  }
}

/** RFC 768. */
function udp(c: Cursor, into: Dissected): void {
  const { at, view } = c;
  const wire = c.wireEnd - at;
  if (at + 8 > c.end) {
    portsOnly(c, into, 8);
    return;
  }
  const dstPort = view.getUint16(at + 2);
  into.srcPort = view.getUint16(at);
  into.dstPort = dstPort;
  let length = view.getUint16(at + 4);
  // Zero is what network cards leave to be filled in.
  if (length === 0) length = wire;
  else if (length < 8 || length > wire) {
    if (length < 8 || into.fragment === 0) into.problems |= PROBLEMS.badTransportLength;
    length = wire;
  }
  payloadBetween(c, into, at + 8, at + length);
  if (into.srcPort === dstPort) land(c, into);
  if (into.payloadCaptured >= 8) udpTunnel(c, into);
}

/** RFC 792, RFC 4443: type and code in place of ports. */
function icmp(c: Cursor, into: Dissected, proto: number): void {
  const { at, bytes, end } = c;
  if (at + 8 > end) {
    if (at + 2 <= end) kind(into, proto, bytes[at], bytes[at + 1]);
    headerCut(c, into, 8);
    return;
  }
  const type = bytes[at];
  kind(into, proto, type, bytes[at + 1]);
  const echo = proto === ICMP ? type === 0 || type === 8 : type === 128 || type === 129;
  if (echo) into.icmpId = c.view.getUint16(at + 4);
  payloadFrom(c, into, at + 8);
}

function kind(into: Dissected, proto: number, type: number, code: number): void {
  into.srcPort = type;
  into.dstPort = code;
  if (type === (proto === ICMP ? 5 : 137)) into.problems |= PROBLEMS.icmpRedirect;
}

/** RFC 9260 section 3: the common header, its chunks as payload. */
function sctp(c: Cursor, into: Dissected): void {
  if (c.at + 12 > c.end) {
    portsOnly(c, into, 12);
    return;
  }
  into.srcPort = c.view.getUint16(c.at);
  into.dstPort = c.view.getUint16(c.at + 2);
  payloadFrom(c, into, c.at + 12);
}

function portsOnly(c: Cursor, into: Dissected, header: number): void {
  if (c.at + 4 <= c.end) {
    into.srcPort = c.view.getUint16(c.at);
    into.dstPort = c.view.getUint16(c.at + 2);
  }
  headerCut(c, into, header);
}

/** The header is not whole: the capture cut it, or the packet is too short for it. */
function headerCut(c: Cursor, into: Dissected, header: number): void {
  const short = c.wireEnd - c.at < header;
  c.at += header;
  nothing(c, into, short ? PROBLEMS.badTransportLength : PROBLEMS.truncated);
}

/** A packet that a host seems to have sent to itself; on the loopback interface it has. */
function land(c: Cursor, into: Dissected): void {
  const { bytes } = c;
  const { src, dst } = into;
  const length = into.family === 4 ? 4 : 16;
  let bits = 0;
  for (let i = 0; i < length; i++) {
    if (bytes[src + i] !== bytes[dst + i]) return;
    if (i < length - 1) bits |= bytes[src + i];
  }
  const loopback = length === 4 ? bytes[src] === 127 : bits === 0 && bytes[src + 15] <= 1;
  if (!loopback) into.problems |= PROBLEMS.land;
}
