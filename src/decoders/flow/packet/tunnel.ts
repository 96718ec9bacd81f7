import { type AttrKey, type AttrsWriter, attrKey } from '../json-bytes.ts';
import { IpPacket, readIp, UDP } from './ip-packet.ts';
import { IPV4, IPV6, LinkHeader, readEthernet, readType } from './link-header.ts';

const VXLAN_PORT = 4789;
/** Linux used this port for VXLAN before 4789 was assigned. */
const VXLAN_PORT_OF_OLD = 8472;
const GENEVE_PORT = 6081;

const BRIDGED = 0x6558;
const ERSPAN_2 = 0x88be;
const ERSPAN_3 = 0x22eb;

const SRC_IP = attrKey('inner_src_ip');
const DST_IP = attrKey('inner_dst_ip');
const SRC_PORT = attrKey('inner_src_port');
const DST_PORT = attrKey('inner_dst_port');
const PROTO = attrKey('inner_proto');
const VNI = attrKey('vni');
const GRE_KEY = attrKey('gre_key');

const inner = new IpPacket();
const link = new LinkHeader();

/**
 * Writes the five-tuple of the packet inside `outer` as attributes: IP in IP (RFC 2003, RFC 4213), GRE (RFC 2784,
 * RFC 2890) with ERSPAN, VXLAN (RFC 7348) and Geneve (RFC 8926). One tunnel deep: a tunnel in a tunnel is not entered.
 */
export function writeInner(outer: IpPacket, bytes: Uint8Array, end: number, attrs: AttrsWriter): void {
  const at = outer.payload;
  if (at < 0) return;
  switch (outer.proto) {
    case UDP:
      if (outer.destinationPort === VXLAN_PORT || outer.destinationPort === VXLAN_PORT_OF_OLD)
        vxlan(bytes, at + 8, end, attrs);
      else if (outer.destinationPort === GENEVE_PORT) geneve(bytes, at + 8, end, attrs);
      return;
    case 4:
    case 41:
      readIp(inner, bytes, at, end);
      writeTuple(bytes, attrs);
      return;
    case 47:
      gre(bytes, at, end, attrs);
      return;
  }
}

function vxlan(bytes: Uint8Array, at: number, end: number, attrs: AttrsWriter): void {
  // Without the I flag it is no VXLAN: other traffic may use the port.
  if (end - at < 8 || (bytes[at] & 0x08) === 0) return;
  attrs.number(VNI, threeBytes(bytes, at + 4));
  readEthernet(link, bytes, at + 8, end);
  writeCarried(bytes, end, attrs);
}

function geneve(bytes: Uint8Array, at: number, end: number, attrs: AttrsWriter): void {
  // Version 0 is the only one.
  if (end - at < 8 || bytes[at] >>> 6 !== 0) return;
  attrs.number(VNI, threeBytes(bytes, at + 4));
  const payload = at + 8 + (bytes[at] & 0x3f) * 4;
  carry(bytes, payload, end, (bytes[at + 2] << 8) | bytes[at + 3], attrs);
}

function gre(bytes: Uint8Array, at: number, end: number, attrs: AttrsWriter): void {
  if (end - at < 4) return;
  const flags = (bytes[at] << 8) | bytes[at + 1];
  const type = (bytes[at + 2] << 8) | bytes[at + 3];
  // Version 1 is PPTP; source routes (RFC 1701) went out of use.
  if ((flags & 7) !== 0 || (flags & 0x4000) !== 0) return;
  let payload = at + 4;
  if (flags & 0x8000) payload += 4;
  if (flags & 0x2000) {
    if (end - payload < 4) return;
    // NVGRE (RFC 7637) has its network number and a flow number in the key of a bridged frame.
    if (type === BRIDGED) attrs.number(VNI, threeBytes(bytes, payload));
    attrs.number(GRE_KEY, threeBytes(bytes, payload) * 256 + bytes[payload + 3]);
    payload += 4;
  }
  const numbered = (flags & 0x1000) !== 0;
  if (numbered) payload += 4;
  if (type === ERSPAN_2) carry(bytes, payload + (numbered ? 8 : 0), end, BRIDGED, attrs);
  else if (type === ERSPAN_3) carry(bytes, erspan3(bytes, payload, end), end, BRIDGED, attrs);
  else carry(bytes, payload, end, type, attrs);
}

/** End of the ERSPAN type III header: 12 bytes, 8 more when its last bit says so. */
function erspan3(bytes: Uint8Array, at: number, end: number): number {
  return end - at >= 12 && (bytes[at + 11] & 1) === 1 ? at + 20 : at + 12;
}

function carry(bytes: Uint8Array, at: number, end: number, type: number, attrs: AttrsWriter): void {
  if (at >= end) return;
  link.clear();
  if (type === BRIDGED) readEthernet(link, bytes, at, end);
  else readType(link, bytes, at, end, type);
  writeCarried(bytes, end, attrs);
}

function writeCarried(bytes: Uint8Array, end: number, attrs: AttrsWriter): void {
  if (link.etherType !== IPV4 && link.etherType !== IPV6) return;
  readIp(inner, bytes, link.network, end);
  writeTuple(bytes, attrs);
}

function writeTuple(bytes: Uint8Array, attrs: AttrsWriter): void {
  if (inner.version === 0) return;
  writeAddress(SRC_IP, bytes, inner.source, attrs);
  writeAddress(DST_IP, bytes, inner.destination, attrs);
  if (inner.sourcePort > 0) attrs.number(SRC_PORT, inner.sourcePort);
  if (inner.destinationPort > 0) attrs.number(DST_PORT, inner.destinationPort);
  if (inner.proto > 0) attrs.number(PROTO, inner.proto);
}

function writeAddress(key: AttrKey, bytes: Uint8Array, at: number, attrs: AttrsWriter): void {
  if (at < 0) return;
  if (inner.version === 4) attrs.v4(key, bytes, at);
  else attrs.v6(key, bytes, at);
}

function threeBytes(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
}
