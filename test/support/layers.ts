import { expect } from 'vitest';
import type { Dissected } from '../../src/packets/dissected.ts';
import { emptyPacket, type Packet } from '../../src/packets/packet.ts';
import { Numbers } from './captures.ts';

/** Headers of packets built by hand, byte by byte. */

const big = new Numbers(false);
const little = new Numbers(true);

/** The packet in the middle of other bytes, so that reading past it shows. */
export function packetOf(bytes: Uint8Array, linkType = 1, wire = bytes.length, time = 1e6): Packet {
  const around = Buffer.concat([Buffer.alloc(7, 0xff), bytes, Buffer.alloc(9, 0xff)]);
  const view = new DataView(around.buffer, around.byteOffset, around.length);
  const end = 7 + bytes.length;
  const capturedLength = bytes.length;
  return { ...emptyPacket(), bytes: around, view, start: 7, end, capturedLength, originalLength: wire, time, linkType };
}

export interface Segment {
  readonly from?: number;
  readonly to?: number;
  readonly seq?: number;
  readonly ack?: number;
  readonly flags?: number;
  readonly options?: Uint8Array;
  /** What the header says of its length, in units of 4 bytes. */
  readonly words?: number;
}

export function tcp(payload: Uint8Array, segment: Segment = {}): Buffer {
  const { from = 40_000, to = 443, seq = 0xfedcba98, ack = 0x89abcdef, flags = 0x18 } = segment;
  const { options = Buffer.alloc(0), words = 5 + options.length / 4 } = segment;
  const start = Buffer.concat([big.u16(from, to), big.u32(seq, ack), Buffer.from([words << 4, flags])]);
  return Buffer.concat([start, big.u16(8_192, 0, 0), options, payload]);
}

export function icmp(type: number, code: number, rest: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type, code, 0, 0]), rest]);
}

/** IPv4 with options: `options` is a multiple of 4 bytes. */
export function withOptions(packet: Uint8Array, options: Uint8Array): Buffer {
  const header = Buffer.from(packet.subarray(0, 20));
  header[0] = 0x45 + options.length / 4;
  header.writeUInt16BE(packet.length + options.length, 2);
  return Buffer.concat([header, options, packet.subarray(20)]);
}

/** An extension header of IPv6 of 8 bytes. */
export function extension(next: number, ...bytes: number[]): Buffer {
  return Buffer.concat([Buffer.from([next, 0, ...bytes]), Buffer.alloc(6 - bytes.length)]);
}

export function authentication(next: number): Buffer {
  return Buffer.concat([Buffer.from([next, 4, 0, 0]), Buffer.alloc(20, 7)]);
}

export function fragment(next: number, offset: number, more: boolean, id: number): Buffer {
  return Buffer.concat([Buffer.from([next, 0]), big.u16(offset | (more ? 1 : 0)), big.u32(id)]);
}

export function mpls(payload: Uint8Array, ...labels: number[]): Buffer {
  const last = labels.length - 1;
  const stack = labels.map((label, i) => big.u32(label * 4096 + (i === last ? 0x100 : 0) + 64));
  return Buffer.concat([...stack, payload]);
}

export function ppp(payload: Uint8Array, protocol = 0x0021): Buffer {
  return Buffer.concat([big.u16(protocol), payload]);
}

export function pppoe(payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x11, 0]), big.u16(7, payload.length), payload]);
}

export function snap(payload: Uint8Array, type = 0x0800, organisation = 0): Buffer {
  return Buffer.concat([Buffer.from([0xaa, 0xaa, 3, 0, 0, organisation]), big.u16(type), payload]);
}

export function sll(payload: Uint8Array, type = 0x0800, hardware = 1): Buffer {
  return Buffer.concat([big.u16(0, hardware, 6), Buffer.alloc(8, 2), big.u16(type), payload]);
}

export function sll2(payload: Uint8Array, type = 0x0800): Buffer {
  return Buffer.concat([big.u16(type, 0), big.u32(3), big.u16(1), Buffer.from([4, 6]), Buffer.alloc(8, 2), payload]);
}

export function nflog(payload: Uint8Array, order: 'little' | 'big'): Buffer {
  const n = order === 'little' ? little : big;
  const attribute = (type: number, value: Uint8Array) =>
    Buffer.concat([n.u16(value.length + 4, type), value, Buffer.alloc(-value.length & 3)]);
  const hardware = Buffer.concat([big.u16(6, 0), Buffer.alloc(8, 2)]);
  const head = Buffer.concat([Buffer.from([2, 0]), big.u16(5)]);
  return Buffer.concat([head, attribute(10, Buffer.from('abc\0')), attribute(8, hardware), attribute(9, payload)]);
}

export interface Wifi {
  readonly control?: number;
  readonly flags?: number;
  readonly quality?: Uint8Array;
  /** Bytes between header and payload. */
  readonly padding?: number;
}

export function wifi(payload: Uint8Array, { control = 0x08, flags = 1, quality, padding = 0 }: Wifi = {}): Buffer {
  const address = (n: number) => Buffer.alloc(6, n);
  const start = [Buffer.from([control, flags, 0, 0]), address(1), address(2), address(3), Buffer.alloc(2)];
  const relayed = (flags & 3) === 3 ? [address(4)] : [];
  return Buffer.concat([...start, ...relayed, quality ?? Buffer.alloc(0), Buffer.alloc(padding), payload]);
}

/** With a time stamp, flags, and a second word of present bits. */
export function radiotap(payload: Uint8Array, flags = 0): Buffer {
  const head = Buffer.concat([Buffer.from([0, 0]), little.u16(26), little.u32(0x8000_0003, 0)]);
  return Buffer.concat([head, Buffer.alloc(4), Buffer.alloc(8, 9), Buffer.from([flags, 0]), payload]);
}

export function gre(payload: Uint8Array, type: number, flags = 0, ...fields: number[]): Buffer {
  return Buffer.concat([big.u16(flags, type), big.u32(...fields), payload]);
}

export function vxlan(payload: Uint8Array, id: number): Buffer {
  return Buffer.concat([big.u32(0x0800_0000, id * 256), payload]);
}

export function geneve(payload: Uint8Array, type: number, id: number, options = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from([options.length / 4, 0]), big.u16(type), big.u32(id * 256), options, payload]);
}

export function gtp(payload: Uint8Array, id: number, extensions?: Uint8Array): Buffer {
  const more = extensions ?? Buffer.alloc(0);
  const head = Buffer.from([extensions ? 0x34 : 0x30, 255]);
  return Buffer.concat([head, big.u16(payload.length + more.length), big.u32(id), more, payload]);
}

/** What holds for every packet, however broken: offsets lie in it, lengths fit each other. */
export function expectSane(d: Dissected, { start, end }: Packet): void {
  const inside = (at: number, length: number) => at === -1 || (at >= start && at + length <= end);
  const bytes = d.family === 4 ? 4 : 16;
  const sane =
    (d.family === 0 || d.family === 4 || d.family === 6) &&
    (d.family === 0 ? d.src === -1 && d.dst === -1 : d.src >= start && d.dst >= start) &&
    inside(d.src, bytes) &&
    inside(d.dst, bytes) &&
    inside(d.srcMac, 6) &&
    inside(d.dstMac, 6) &&
    (d.payload === -1 ? d.payloadCaptured === 0 : inside(d.payload, Math.max(1, d.payloadCaptured))) &&
    d.payloadCaptured <= d.payloadLength &&
    d.payloadLength <= Math.max(d.ipLength, 0) &&
    [d.srcPort, d.dstPort, d.window, d.icmpId].every((n) => n >= 0 && n <= 0xffff) &&
    [d.seq, d.ack, d.tunnelId].every((n) => n >= 0 && n <= 0xffff_ffff) &&
    [d.ttl, d.tos, d.proto, d.flags].every((n) => n >= 0 && n <= 0xff) &&
    Object.values(d).every((value) => typeof value === 'boolean' || Number.isInteger(value));
  // One look a packet: with an expectation for each number, many packets would take long.
  if (!sane) expect({ start, end, ...d }).toBe('sane');
}
