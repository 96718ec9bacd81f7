import { attrKey } from '../json-bytes.ts';
import { LINK_TYPES, parseFrame, writeEthernetType, writeMacs } from '../packet-header.ts';
import type { RecordTarget } from './extended-records.ts';

const HEADER = 16;
const IPV4 = 32;
const IPV6 = 56;
const SWITCH = 16;
/** Bytes of a MAC address filled up to a multiple of four; some agents do not fill it up. */
const MAC = 8;
const PACKED_MAC = 6;
const VLAN_LIMIT = 4095;
const UNKNOWN = 0xffffffff;

const POST_VLAN = attrKey('post_vlan');
const PRIORITY = attrKey('vlan_priority');
const POST_PRIORITY = attrKey('post_vlan_priority');
const HEADER_PROTOCOL = attrKey('header_protocol');

/**
 * The one packet that a sample is about. An agent may describe it by several records, in any order: its first bytes (1),
 * its Ethernet addresses (2), its IPv4 (3) or IPv6 (4) header, its VLANs (1001). The first bytes say most and are
 * believed most; the rest fills in what they leave open.
 */
export class SampledPacket {
  /** Whether any record described it. */
  found = false;
  /** Bytes of the frame and of the IP packet in it; 0 when not told. */
  frameLength = 0;
  ipLength = 0;
  #linkType = 0;
  #ethernet = -1;
  #ethernetEnd = 0;
  #ip = -1;
  #ipSize = 0;
  #switch = -1;

  clear(): void {
    this.found = false;
    this.frameLength = 0;
    this.ipLength = 0;
    this.#linkType = 0;
    this.#ethernet = -1;
    this.#ip = -1;
    this.#switch = -1;
  }

  /** Takes the record at `[start, end)` when it is one of those; answers whether it was. */
  take(format: number, start: number, end: number, target: RecordTarget): boolean {
    const size = end - start;
    switch (format) {
      case 1:
        if (size >= HEADER && this.#linkType === 0) this.#header(start, end, target);
        return true;
      case 2:
        if (size >= 4 + PACKED_MAC * 2 + 4 && this.#ethernet < 0) {
          this.#ethernet = start;
          this.#ethernetEnd = end;
          this.found = true;
        }
        return true;
      case 3:
      case 4:
        if (size >= (format === 3 ? IPV4 : IPV6) && this.#ip < 0) {
          this.#ip = start;
          this.#ipSize = format === 3 ? 4 : 16;
          this.found = true;
        }
        return true;
      case 1001:
        if (size >= SWITCH && this.#switch < 0) this.#switch = start;
        return true;
      default:
        return false;
    }
  }

  /** Fills in, after the last record. */
  finish(target: RecordTarget): void {
    if (this.#ip >= 0 && this.ipLength === 0) this.#fillIp(this.#ip, this.#ipSize, target);
    if (this.#ethernet >= 0) this.#fillEthernet(this.#ethernet, target);
    if (this.#switch >= 0) fillSwitch(this.#switch, target);
  }

  #header(start: number, end: number, { view, bytes, batch, row, attrs }: RecordTarget): void {
    this.found = true;
    this.#linkType = view.getUint32(start);
    this.frameLength = view.getUint32(start + 4);
    const stripped = view.getUint32(start + 8);
    const length = Math.min(view.getUint32(start + 12), end - start - HEADER);
    const from = start + HEADER;
    const rest = Math.max(0, this.frameLength - stripped);
    if (isKnown(this.#linkType))
      this.ipLength = parseFrame(bytes, from, from + length, rest, this.#linkType, batch, row, attrs);
    else if (this.#linkType > 0) attrs.number(HEADER_PROTOCOL, this.#linkType);
  }

  /** Length, protocol, addresses, ports, TCP flags, type of service (IPv4) or priority (IPv6). */
  #fillIp(at: number, size: number, { view, bytes, batch, row }: RecordTarget): void {
    const columns = batch.columns;
    this.ipLength = view.getUint32(at);
    columns.proto[row] = view.getUint32(at + 4);
    if (size === 4) {
      columns.src_ip.setV4(row, view.getUint32(at + 8));
      columns.dst_ip.setV4(row, view.getUint32(at + 12));
    } else {
      columns.src_ip.setBytes(row, bytes, at + 8);
      columns.dst_ip.setBytes(row, bytes, at + 24);
    }
    const ports = at + 8 + size * 2;
    columns.src_port[row] = view.getUint32(ports);
    columns.dst_port[row] = view.getUint32(ports + 4);
    columns.tcp_flags[row] = view.getUint32(ports + 8);
    columns.tos[row] = view.getUint32(ports + 12);
  }

  #fillEthernet(at: number, { view, bytes, attrs }: RecordTarget): void {
    if (this.frameLength === 0) this.frameLength = view.getUint32(at);
    if (this.#linkType === LINK_TYPES.ethernet) return;
    const mac = this.#ethernetEnd - at >= 4 + MAC * 2 + 4 ? MAC : PACKED_MAC;
    writeMacs(bytes, at + 4, at + 4 + mac, attrs);
    if (this.#linkType === 0 && this.ipLength === 0) writeEthernetType(view.getUint32(at + 4 + mac * 2), attrs);
  }
}

function isKnown(linkType: number): boolean {
  return (
    linkType === LINK_TYPES.ethernet ||
    linkType === LINK_TYPES.ipv4 ||
    linkType === LINK_TYPES.ipv6 ||
    linkType === LINK_TYPES.mpls
  );
}

/** VLAN and priority of the frame as it came, then as it went. Agents give tags here that the header lacks. */
function fillSwitch(at: number, { view, batch, row, attrs }: RecordTarget): void {
  const vlan = view.getUint32(at);
  const priority = view.getUint32(at + 4);
  const postVlan = view.getUint32(at + 8);
  const postPriority = view.getUint32(at + 12);
  if (batch.columns.vlan[row] === 0 && vlan <= VLAN_LIMIT) batch.columns.vlan[row] = vlan;
  if (postVlan > 0 && postVlan <= VLAN_LIMIT && postVlan !== batch.columns.vlan[row]) attrs.number(POST_VLAN, postVlan);
  if (priority > 0 && priority !== UNKNOWN) attrs.number(PRIORITY, priority);
  if (postPriority > 0 && postPriority !== UNKNOWN) attrs.number(POST_PRIORITY, postPriority);
}
