/**
 * IPv4 (RFC 791) and IPv6 (RFC 8200) packets of which only the beginning is there: what can be read is read. Offsets
 * point into the bytes that were given; nothing is copied.
 */

export const TCP = 6;
export const UDP = 17;

/** Extension headers of IPv6 that are walked: a real packet has three or four. */
const EXTENSIONS = 16;
const FRAGMENT = 44;
const AUTHENTICATION = 51;

/** What was found; reused from packet to packet. */
export class IpPacket {
  /** 4 or 6; 0 when it is no IP packet. */
  version = 0;
  /** Where the addresses are; -1 when they were cut off. */
  source = -1;
  destination = -1;
  /** Protocol; with IPv6 the last next header that could be read. */
  proto = 0;
  /** Type of service, or traffic class. */
  tos = 0;
  ttl = 0;
  /** Bytes of the whole packet as its header says, its own header included; 0 when it does not say. */
  length = 0;
  /** Identification (IPv4 header, IPv6 fragment header). */
  id = 0;
  flowLabel = 0;
  /** In units of eight bytes, as in the header. Only the packet at 0 has ports. */
  fragmentOffset = 0;
  /** Where the header after IP begins; -1 when it was cut off or this is a later fragment. */
  payload = -1;
  /** Ports (TCP, UDP, SCTP, DCCP, UDP-Lite), or type and code (ICMP). */
  sourcePort = 0;
  destinationPort = 0;
  /** The flags byte of TCP. */
  tcpFlags = 0;

  clear(): void {
    this.version = 0;
    this.source = -1;
    this.destination = -1;
    this.proto = 0;
    this.tos = 0;
    this.ttl = 0;
    this.length = 0;
    this.id = 0;
    this.flowLabel = 0;
    this.fragmentOffset = 0;
    this.payload = -1;
    this.sourcePort = 0;
    this.destinationPort = 0;
    this.tcpFlags = 0;
  }
}

/** Reads the IP packet at `bytes[at]`, which is cut at `end`, by the version it gives itself. */
export function readIp(packet: IpPacket, bytes: Uint8Array, at: number, end: number): void {
  packet.clear();
  if (at >= end) return;
  const version = bytes[at] >>> 4;
  if (version === 4) readV4(packet, bytes, at, end);
  else if (version === 6) readV6(packet, bytes, at, end);
  if (packet.payload >= 0) readTransport(packet, bytes, packet.payload, end);
}

function readV4(packet: IpPacket, bytes: Uint8Array, at: number, end: number): void {
  const header = (bytes[at] & 15) * 4;
  if (header < 20) return;
  packet.version = 4;
  const left = end - at;
  if (left >= 2) packet.tos = bytes[at + 1];
  if (left >= 4) packet.length = (bytes[at + 2] << 8) | bytes[at + 3];
  if (left >= 6) packet.id = (bytes[at + 4] << 8) | bytes[at + 5];
  if (left >= 8) packet.fragmentOffset = ((bytes[at + 6] << 8) | bytes[at + 7]) & 0x1fff;
  if (left >= 9) packet.ttl = bytes[at + 8];
  if (left >= 10) packet.proto = bytes[at + 9];
  if (left >= 16) packet.source = at + 12;
  if (left < 20) return;
  packet.destination = at + 16;
  if (left > header && packet.fragmentOffset === 0) packet.payload = at + header;
}

function readV6(packet: IpPacket, bytes: Uint8Array, at: number, end: number): void {
  packet.version = 6;
  const left = end - at;
  if (left >= 2) packet.tos = ((bytes[at] & 15) << 4) | (bytes[at + 1] >>> 4);
  if (left >= 4) packet.flowLabel = ((bytes[at + 1] & 15) << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  if (left >= 6) {
    const payload = (bytes[at + 4] << 8) | bytes[at + 5];
    // A jumbogram (RFC 2675) gives 0 here.
    if (payload > 0) packet.length = 40 + payload;
  }
  if (left >= 7) packet.proto = bytes[at + 6];
  if (left >= 8) packet.ttl = bytes[at + 7];
  if (left >= 24) packet.source = at + 8;
  if (left < 40) return;
  packet.destination = at + 24;
  readExtensions(packet, bytes, at + 40, end);
}

/** Walks the extension headers (RFC 8200 section 4, RFC 4302 section 2.2) up to the one that is none. */
function readExtensions(packet: IpPacket, bytes: Uint8Array, from: number, end: number): void {
  let at = from;
  for (let i = 0; i < EXTENSIONS; i++) {
    if (!isExtension(packet.proto)) {
      if (at < end) packet.payload = at;
      return;
    }
    if (end - at < 8) return;
    let length = (bytes[at + 1] + 1) * 8;
    if (packet.proto === FRAGMENT) {
      length = 8;
      packet.fragmentOffset = ((bytes[at + 2] << 8) | bytes[at + 3]) >>> 3;
      packet.id = ((bytes[at + 4] << 24) | (bytes[at + 5] << 16) | (bytes[at + 6] << 8) | bytes[at + 7]) >>> 0;
    } else if (packet.proto === AUTHENTICATION) length = (bytes[at + 1] + 2) * 4;
    packet.proto = bytes[at];
    if (packet.fragmentOffset > 0) return;
    at += length;
  }
}

function isExtension(proto: number): boolean {
  switch (proto) {
    case 0: // hop-by-hop options
    case 43: // routing
    case FRAGMENT:
    case AUTHENTICATION:
    case 60: // destination options
    case 135: // mobility
    case 139: // host identity
    case 140: // shim6
      return true;
    default:
      return false;
  }
}

function readTransport(packet: IpPacket, bytes: Uint8Array, at: number, end: number): void {
  const left = end - at;
  switch (packet.proto) {
    case TCP:
      if (left >= 14) packet.tcpFlags = bytes[at + 13];
      readPorts(packet, bytes, at, left);
      return;
    case UDP:
    case 33: // DCCP
    case 132: // SCTP
    case 136: // UDP-Lite
      readPorts(packet, bytes, at, left);
      return;
    case 1:
    case 58:
      packet.sourcePort = bytes[at];
      if (left >= 2) packet.destinationPort = bytes[at + 1];
      return;
  }
}

function readPorts(packet: IpPacket, bytes: Uint8Array, at: number, left: number): void {
  if (left >= 2) packet.sourcePort = (bytes[at] << 8) | bytes[at + 1];
  if (left >= 4) packet.destinationPort = (bytes[at + 2] << 8) | bytes[at + 3];
}
