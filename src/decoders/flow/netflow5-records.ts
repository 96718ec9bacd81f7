import type { EventBatch } from '../../model/batch.ts';
import { KINDS } from '../../model/kinds.ts';

/** Bytes of a record of version 5; {@link RECORD_7} begins with the same fields, then has the router that switched. */
export const RECORD_5 = 48;
export const RECORD_7 = 52;

const ICMP = 1;
const ICMP6 = 58;
const EXACT = Number.MAX_SAFE_INTEGER;
const ROUTER = new TextEncoder().encode('{"router":"');
/** Digits of four numbers of a byte, their dots, and the brackets around. */
const ROUTER_ROOM = ROUTER.length + 17;

/** What the records of one message have in common. Reused: set once a message. */
export interface MessageRun {
  view: DataView;
  /** Bytes from one record to the next: {@link RECORD_5} or {@link RECORD_7}. */
  size: number;
  receivedAt: number;
  /** The exporter's time, microseconds since 1970. */
  exportTime: number;
  /** Milliseconds since the exporter started, modulo 2^32, at `exportTime`. */
  uptime: number;
  /** Times before and after these are not believed, and `fallback` is taken instead. */
  earliest: number;
  latest: number;
  fallback: number;
  /** One packet in this many was counted; 1 is all. */
  rate: number;
  /** Codes of source and exporter in the dictionaries of the batch. */
  sourceCode: number;
  exporterCode: number;
}

/**
 * Puts `count` records from `from` on into the rows from `batch.length` on, which must have room for them, and raises
 * `batch.length`.
 *
 * The times of a flow are in milliseconds since the start of the device modulo 2^32. What counts is how far they are
 * before the time of the message, as a signed number: a flow may be older than the last wrap of that clock, or a
 * millisecond younger than the message.
 */
export function readRecords(run: MessageRun, from: number, count: number, batch: EventBatch): void {
  const { view, size, rate, uptime, exportTime, earliest, latest } = run;
  const { ts, duration, src_ip, dst_ip, src_port, dst_port, proto, tos, tcp_flags } = batch.columns;
  const { bytes, src_bytes, packets, src_packets, next_hop, input_if, output_if } = batch.columns;
  const { src_mask, dst_mask, src_bgp_asn, dst_bgp_asn } = batch.columns;
  const first = batch.length;
  for (let i = 0, at = from, row = first; i < count; i++, at += size, row++) {
    src_ip.setV4(row, view.getUint32(at));
    dst_ip.setV4(row, view.getUint32(at + 4));
    const hop = view.getUint32(at + 8);
    if (hop !== 0) next_hop.setV4(row, hop);
    input_if[row] = view.getUint16(at + 12);
    output_if[row] = view.getUint16(at + 14);
    const packetsCounted = Math.min(view.getUint32(at + 16) * rate, EXACT);
    packets[row] = packetsCounted;
    src_packets[row] = packetsCounted;
    const bytesCounted = Math.min(view.getUint32(at + 20) * rate, EXACT);
    bytes[row] = bytesCounted;
    src_bytes[row] = bytesCounted;
    const began = view.getInt32(at + 24);
    const time = exportTime - ((uptime - began) | 0) * 1000;
    ts[row] = time >= earliest && time <= latest ? time : run.fallback;
    const lasted = (view.getInt32(at + 28) - began) | 0;
    duration[row] = lasted > 0 ? lasted / 1000 : 0;
    const protocol = view.getUint8(at + 38);
    const to = view.getUint16(at + 34);
    if (protocol === ICMP || protocol === ICMP6) {
      // Exporters write type * 256 + code as the port of the destination; fprobe the type as that of the source.
      const told = view.getUint16(at + 32);
      src_port[row] = told === 0 || to !== 0 ? to >>> 8 : told & 0xff;
      dst_port[row] = told === 0 || to !== 0 ? to & 0xff : told >>> 8;
    } else {
      src_port[row] = view.getUint16(at + 32);
      dst_port[row] = to;
    }
    proto[row] = protocol;
    tcp_flags[row] = view.getUint8(at + 37);
    tos[row] = view.getUint8(at + 39);
    src_bgp_asn[row] = view.getUint16(at + 40);
    dst_bgp_asn[row] = view.getUint16(at + 42);
    src_mask[row] = view.getUint8(at + 44);
    dst_mask[row] = view.getUint8(at + 45);
  }
  stamp(run, first, count, batch);
  if (size === RECORD_7) readRouters(run, from, count, batch);
  batch.length = first + count;
}

function stamp(run: MessageRun, first: number, count: number, batch: EventBatch): void {
  const { kind, received, source, exporter, sampling } = batch.columns;
  const rate = run.rate > 1 ? run.rate : 0;
  for (let row = first; row < first + count; row++) {
    kind[row] = KINDS.flow;
    received[row] = run.receivedAt;
    source.codes[row] = run.sourceCode;
    exporter.codes[row] = run.exporterCode;
    sampling[row] = rate;
  }
}

/** Version 7: the router whose forwarding the switch has taken over, as the attribute `router`. */
function readRouters({ view }: MessageRun, from: number, count: number, batch: EventBatch): void {
  const { attrs } = batch.columns;
  for (let i = 0; i < count; i++) {
    const router = view.getUint32(from + i * RECORD_7 + RECORD_5);
    if (router === 0) continue;
    const row = batch.length + i;
    let to = attrs.begin(row, ROUTER_ROOM);
    attrs.bytes.set(ROUTER, to);
    to += ROUTER.length;
    for (let shift = 24; shift >= 0; shift -= 8) {
      to = writeDecimal(attrs.bytes, to, (router >>> shift) & 0xff);
      attrs.bytes[to++] = shift > 0 ? 0x2e : 0x22;
    }
    attrs.bytes[to++] = 0x7d;
    attrs.end(row, to);
  }
}

function writeDecimal(bytes: Uint8Array, at: number, value: number): number {
  if (value >= 100) bytes[at++] = 0x30 + Math.floor(value / 100);
  if (value >= 10) bytes[at++] = 0x30 + (Math.floor(value / 10) % 10);
  bytes[at++] = 0x30 + (value % 10);
  return at;
}
