import type { EventBatch, IpColumn } from '../../../model/batch.ts';
import { type AttrKey, type AttrsWriter, attrKey } from '../json-bytes.ts';
import { padded, writePlainRecord } from './plain-records.ts';

const BGP_NEXT_HOP = attrKey('bgp_next_hop');
const ROUTER_ASN = attrKey('router_asn');
const SRC_PEER_ASN = attrKey('src_peer_asn');
const AS_PATH = attrKey('as_path');
const COMMUNITIES = attrKey('bgp_communities');
const LOCAL_PREF = attrKey('bgp_local_pref');
const DST_USER = attrKey('dst_user');
const URL = attrKey('url');
const MPLS_NEXT_HOP = attrKey('mpls_next_hop');
const MPLS_IN = attrKey('mpls_labels_in');
const MPLS_OUT = attrKey('mpls_labels_out');
const VLAN_TUNNEL = attrKey('stripped_vlans');
const VLANS_IN = attrKey('vlans_in');
const VLANS_OUT = attrKey('vlans_out');

/** Keys of a tunnel's outer header that is not in the sampled packet. */
interface TunnelKeys {
  readonly source: AttrKey;
  readonly destination: AttrKey;
  readonly proto: AttrKey;
  readonly sourcePort: AttrKey;
  readonly destinationPort: AttrKey;
}

const tunnelKeys = (side: string): TunnelKeys => ({
  source: attrKey(`tunnel_${side}_src_ip`),
  destination: attrKey(`tunnel_${side}_dst_ip`),
  proto: attrKey(`tunnel_${side}_proto`),
  sourcePort: attrKey(`tunnel_${side}_src_port`),
  destinationPort: attrKey(`tunnel_${side}_dst_port`),
});
const TUNNEL_OUT = tunnelKeys('out');
const TUNNEL_IN = tunnelKeys('in');

/** What an extended record is read from and written to; set once a sample. */
export interface RecordTarget {
  view: DataView;
  bytes: Uint8Array;
  batch: EventBatch;
  row: number;
  attrs: AttrsWriter;
}

/**
 * Writes a record that describes the packet further (sFlow Version 5, "Extended Flow Data"; sFlow Tunnel Structures;
 * sFlow Port NAT Structures). A record shorter than its fields gives those that it has. Answers false when the format
 * is not known.
 */
export function writeExtended(format: number, start: number, end: number, target: RecordTarget): boolean {
  switch (format) {
    case 1002:
      router(start, end, target);
      return true;
    case 1003:
      gateway(start, end, target);
      return true;
    case 1004:
      user(start, end, target);
      return true;
    case 1005:
      url(start, end, target);
      return true;
    case 1006:
      mpls(start, end, target);
      return true;
    case 1007:
      nat(start, end, target);
      return true;
    case 1012:
      stack(VLAN_TUNNEL, start, end, target, 0, 0xfff);
      return true;
    case 1020:
      natPorts(start, end, target);
      return true;
    case 1023:
    case 1025:
      tunnel(TUNNEL_OUT, format === 1023 ? 4 : 16, start, end, target);
      return true;
    case 1024:
    case 1026:
      tunnel(TUNNEL_IN, format === 1024 ? 4 : 16, start, end, target);
      return true;
    case 1034:
    case 1035:
      stack(format === 1034 ? VLANS_IN : VLANS_OUT, start, end, target, 0, 0xfff);
      return true;
    default:
      return writePlainRecord(format, target.view, target.bytes, start, end, target.attrs);
  }
}

/** Bytes of the address at `at`, its type included: 4 (not known), 8 or 20; -1 when it is cut off or of another type. */
function addressSize(view: DataView, at: number, end: number): number {
  if (end - at < 4) return -1;
  const type = view.getUint32(at);
  const size = type === 0 ? 4 : type === 1 ? 8 : type === 2 ? 20 : -1;
  return size <= end - at ? size : -1;
}

function setAddress(column: IpColumn, at: number, size: number, { view, bytes, row }: RecordTarget): void {
  if (size === 8) {
    const address = view.getUint32(at + 4);
    if (address !== 0) column.setV4(row, address);
  } else if (size === 20 && !isZero(bytes, at + 4, 16)) column.setBytes(row, bytes, at + 4);
}

function writeAddress(key: AttrKey, at: number, length: number, { bytes, attrs }: RecordTarget): void {
  if (length < 4 || isZero(bytes, at, length)) return;
  if (length === 4) attrs.v4(key, bytes, at);
  else attrs.v6(key, bytes, at);
}

function isZero(bytes: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== 0) return false;
  return true;
}

function router(start: number, end: number, target: RecordTarget): void {
  const { view, batch, row } = target;
  const size = addressSize(view, start, end);
  if (size < 0) return;
  setAddress(batch.columns.next_hop, start, size, target);
  const at = start + size;
  if (end - at < 8) return;
  batch.columns.src_mask[row] = prefixLength(view.getUint32(at));
  batch.columns.dst_mask[row] = prefixLength(view.getUint32(at + 4));
}

/** Agents give all ones for a length that they do not know. */
function prefixLength(told: number): number {
  return told <= 128 ? told : 0;
}

function gateway(start: number, end: number, target: RecordTarget): void {
  const { view, batch, row, attrs } = target;
  const size = addressSize(view, start, end);
  if (size < 0) return;
  writeAddress(BGP_NEXT_HOP, start + 4, size - 4, target);
  const at = start + size;
  if (end - at < 16) return;
  const own = view.getUint32(at);
  const source = view.getUint32(at + 4);
  const peer = view.getUint32(at + 8);
  if (own > 0) attrs.number(ROUTER_ASN, own);
  if (peer > 0) attrs.number(SRC_PEER_ASN, peer);
  // No number and no path mean the network of the router itself.
  batch.columns.src_bgp_asn[row] = source > 0 ? source : own;
  batch.columns.dst_bgp_asn[row] = own;
  const after = asPath(at + 12, end, target);
  if (after >= 0) communities(after, end, target);
}

/** Writes the path and answers where it ends, -1 when it is cut off. */
function asPath(start: number, end: number, { view, batch, row, attrs }: RecordTarget): number {
  let segments = view.getUint32(start);
  let at = start + 4;
  let last = 0;
  attrs.beginList(AS_PATH);
  for (; segments > 0 && end - at >= 8; segments--) {
    const numbers = Math.min(view.getUint32(at + 4), (end - at - 8) >>> 2);
    at += 8;
    for (let i = 0; i < numbers; i++, at += 4) {
      last = view.getUint32(at);
      attrs.item(last);
    }
  }
  attrs.endList();
  if (last > 0) batch.columns.dst_bgp_asn[row] = last;
  return segments === 0 ? at : -1;
}

function communities(start: number, end: number, { view, attrs }: RecordTarget): void {
  if (end - start < 4) return;
  let at = start + 4;
  const count = Math.min(view.getUint32(start), (end - at) >>> 2);
  attrs.beginList(COMMUNITIES);
  for (let i = 0; i < count; i++, at += 4) attrs.pair(view.getUint16(at), view.getUint16(at + 2));
  attrs.endList();
  if (end - at < 4) return;
  const preference = view.getUint32(at);
  if (preference > 0) attrs.number(LOCAL_PREF, preference);
}

const decoder = new TextDecoder();

/** Bytes of the text at `at`, its length in four bytes before it; -1 when it is cut off. */
function textLength(view: DataView, at: number, end: number): number {
  if (end - at < 4) return -1;
  const length = view.getUint32(at);
  return length <= end - at - 4 ? length : -1;
}

function user(start: number, end: number, { view, bytes, batch, row, attrs }: RecordTarget): void {
  // Before each text there is its character set.
  const source = textLength(view, start + 4, end);
  if (source < 0) return;
  let at = start + 8;
  if (source > 0) batch.columns.user.set(row, decoder.decode(bytes.subarray(at, at + Math.min(source, 256))));
  at += padded(source);
  const destination = textLength(view, at + 4, end);
  if (destination > 0) attrs.text(DST_USER, bytes, at + 8, at + 8 + destination);
}

function url(start: number, end: number, { view, bytes, batch, row, attrs }: RecordTarget): void {
  // The direction comes first: whether the source or the destination has the URL.
  const length = textLength(view, start + 4, end);
  if (length < 0) return;
  let at = start + 8;
  if (length > 0) attrs.text(URL, bytes, at, at + length);
  at += padded(length);
  const host = textLength(view, at, end);
  // Decoded and encoded again, so that what is stored is UTF-8 in any case.
  if (host > 0) batch.columns.domain.set(row, decoder.decode(bytes.subarray(at + 4, at + 4 + Math.min(host, 255))));
}

function mpls(start: number, end: number, target: RecordTarget): void {
  const size = addressSize(target.view, start, end);
  if (size < 0) return;
  writeAddress(MPLS_NEXT_HOP, start + 4, size - 4, target);
  const after = stack(MPLS_IN, start + size, end, target, 12, 0xfffff);
  if (after >= 0) stack(MPLS_OUT, after, end, target, 12, 0xfffff);
}

/** Writes a list of labels or tags, `(word >>> shift) & mask` of each, and answers where it ends, -1 when it is cut. */
function stack(key: AttrKey, start: number, end: number, target: RecordTarget, shift: number, mask: number): number {
  const { view, attrs } = target;
  if (end - start < 4) return -1;
  const count = view.getUint32(start);
  const at = start + 4;
  if (count > (end - at) >>> 2) return -1;
  attrs.beginList(key);
  for (let i = 0; i < count; i++) attrs.item((view.getUint32(at + i * 4) >>> shift) & mask);
  attrs.endList();
  return at + count * 4;
}

function nat(start: number, end: number, target: RecordTarget): void {
  const { view, batch } = target;
  const source = addressSize(view, start, end);
  if (source < 0) return;
  setAddress(batch.columns.src_nat_ip, start, source, target);
  const destination = addressSize(view, start + source, end);
  if (destination > 0) setAddress(batch.columns.dst_nat_ip, start + source, destination, target);
}

function natPorts(start: number, end: number, { view, batch, row }: RecordTarget): void {
  if (end - start < 8) return;
  batch.columns.src_nat_port[row] = view.getUint32(start);
  batch.columns.dst_nat_port[row] = view.getUint32(start + 4);
}

/** The outer header, as in a sampled IPv4 or IPv6 record: length, protocol, addresses, ports. */
function tunnel(keys: TunnelKeys, size: number, start: number, end: number, target: RecordTarget): void {
  const { view, attrs } = target;
  const ports = start + 8 + size * 2;
  if (end - ports < 8) return;
  writeAddress(keys.source, start + 8, size, target);
  writeAddress(keys.destination, start + 8 + size, size, target);
  if (view.getUint32(start + 4) > 0) attrs.number(keys.proto, view.getUint32(start + 4));
  if (view.getUint32(ports) > 0) attrs.number(keys.sourcePort, view.getUint32(ports));
  if (view.getUint32(ports + 4) > 0) attrs.number(keys.destinationPort, view.getUint32(ports + 4));
}
