import type { EventBatch } from '../../model/batch.ts';
import { type AttrsWriter, attrKey } from './json-bytes.ts';
import { IpPacket, readIp } from './packet/ip-packet.ts';
import { IPV4, IPV6, LinkHeader, readEthernet, readLabels } from './packet/link-header.ts';
import { writeInner } from './packet/tunnel.ts';

/** What a sampled packet begins with: the numbers of sFlow (`header_protocol`) for those that are understood. */
export const LINK_TYPES = { ethernet: 1, ipv4: 11, ipv6: 12, mpls: 13 } as const;

const SRC_MAC = attrKey('src_mac');
const DST_MAC = attrKey('dst_mac');
const INNER_VLAN = attrKey('inner_vlan');
const VLAN_PRIORITY = attrKey('dot1q_priority');
const MPLS_LABELS = attrKey('mpls_labels');
const PPPOE_SESSION = attrKey('pppoe_session');
const ETHERNET_TYPE = attrKey('ethernet_type');
const TTL = attrKey('ttl');
const IP_ID = attrKey('ip_id');
const FLOW_LABEL = attrKey('flow_label');
const FRAGMENT_OFFSET = attrKey('fragment_offset');

// One frame is read at a time, so one object of each does.
const link = new LinkHeader();
const packet = new IpPacket();

/**
 * Reads a sampled packet, cut anywhere, into the columns of one row: addresses, ports (type and code of ICMP), protocol,
 * type of service, TCP flags and the outer VLAN; the rest of the link layer and the five-tuple inside a tunnel go to
 * `attrs`. What was cut off is left as it was. Used for the headers of sFlow and for dataLinkFrameSection (315) of IPFIX
 * (RFC 7133).
 *
 * @param bytes the packet is `bytes[start..end)`.
 * @param frameLength bytes of the whole frame, without what was stripped from it.
 * @param linkType one of {@link LINK_TYPES}; nothing is read of a frame of another type.
 * @param attrs begun for `row` already; ended by the caller.
 * @returns bytes of the IP packet (of the outer one, in a tunnel); 0 when there is none.
 */
export function parseFrame(
  bytes: Uint8Array,
  start: number,
  end: number,
  frameLength: number,
  linkType: number,
  batch: EventBatch,
  row: number,
  attrs: AttrsWriter,
): number {
  readLink(bytes, start, end, linkType);
  if (link.addresses >= 0) writeMacs(bytes, link.addresses + 6, link.addresses, attrs);
  if (link.tags > 0) writeTags(batch, row, attrs);
  if (link.labelCount > 0) writeLabels(bytes, attrs);
  if (link.pppoeSession > 0) attrs.number(PPPOE_SESSION, link.pppoeSession);
  if (link.etherType !== IPV4 && link.etherType !== IPV6) {
    writeEthernetType(link.etherType, attrs);
    return 0;
  }
  readIp(packet, bytes, link.network, end);
  if (packet.version === 0 || (packet.version === 4) !== (link.etherType === IPV4)) {
    writeEthernetType(link.etherType, attrs);
    return 0;
  }
  writeColumns(bytes, batch, row);
  writeAttributes(attrs);
  writeInner(packet, bytes, end, attrs);
  // Segments put together by the network card, and jumbograms, have no length of their own.
  return packet.length > 0 ? packet.length : Math.max(end - link.network, frameLength - (link.network - start));
}

function readLink(bytes: Uint8Array, start: number, end: number, linkType: number): void {
  if (linkType === LINK_TYPES.ethernet) {
    readEthernet(link, bytes, start, end);
    return;
  }
  link.clear();
  if (linkType === LINK_TYPES.mpls) readLabels(link, bytes, start, end);
  else if (linkType === LINK_TYPES.ipv4 || linkType === LINK_TYPES.ipv6) {
    link.etherType = linkType === LINK_TYPES.ipv4 ? IPV4 : IPV6;
    link.network = start;
  }
}

/** Addresses of Ethernet, `bytes[source]` and `bytes[destination]`, as attributes; one that is all zero is none. */
export function writeMacs(bytes: Uint8Array, source: number, destination: number, attrs: AttrsWriter): void {
  if (!isZero(bytes, source)) attrs.mac(SRC_MAC, bytes, source);
  if (!isZero(bytes, destination)) attrs.mac(DST_MAC, bytes, destination);
}

/** EtherType of a frame that carries no IP, as an attribute; 0 is none. */
export function writeEthernetType(type: number, attrs: AttrsWriter): void {
  if (type > 0) attrs.number(ETHERNET_TYPE, type);
}

function isZero(bytes: Uint8Array, at: number): boolean {
  return (bytes[at] | bytes[at + 1] | bytes[at + 2] | bytes[at + 3] | bytes[at + 4] | bytes[at + 5]) === 0;
}

function writeTags(batch: EventBatch, row: number, attrs: AttrsWriter): void {
  batch.columns.vlan[row] = link.vlan;
  if (link.innerVlan > 0) attrs.number(INNER_VLAN, link.innerVlan);
  if (attrs.detailed && link.priority > 0) attrs.number(VLAN_PRIORITY, link.priority);
}

function writeLabels(bytes: Uint8Array, attrs: AttrsWriter): void {
  attrs.beginList(MPLS_LABELS);
  for (let i = 0; i < link.labelCount; i++) {
    const at = link.labels + i * 4;
    attrs.item((bytes[at] << 12) | (bytes[at + 1] << 4) | (bytes[at + 2] >>> 4));
  }
  attrs.endList();
}

function writeColumns(bytes: Uint8Array, batch: EventBatch, row: number): void {
  const columns = batch.columns;
  const { source, destination } = packet;
  if (packet.version === 4) {
    if (source >= 0) columns.src_ip.setV4(row, v4At(bytes, source));
    if (destination >= 0) columns.dst_ip.setV4(row, v4At(bytes, destination));
  } else {
    if (source >= 0) columns.src_ip.setBytes(row, bytes, source);
    if (destination >= 0) columns.dst_ip.setBytes(row, bytes, destination);
  }
  columns.src_port[row] = packet.sourcePort;
  columns.dst_port[row] = packet.destinationPort;
  columns.proto[row] = packet.proto;
  columns.tos[row] = packet.tos;
  columns.tcp_flags[row] = packet.tcpFlags;
}

function v4At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

function writeAttributes(attrs: AttrsWriter): void {
  if (packet.ttl > 0) attrs.number(TTL, packet.ttl);
  if (packet.fragmentOffset > 0) attrs.number(FRAGMENT_OFFSET, packet.fragmentOffset);
  // Different in every packet, so of little use where one packet stands for many.
  if (!attrs.detailed) return;
  if (packet.id > 0) attrs.number(IP_ID, packet.id);
  if (packet.flowLabel > 0) attrs.number(FLOW_LABEL, packet.flowLabel);
}
