import { ByteWriter } from './byte-writer.ts';

/** A packet to be built. Ports are type and code where the protocol is ICMP (1, 58). */
export interface Packet {
  readonly srcIp: string;
  readonly dstIp: string;
  /** 6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6; others get no transport header. */
  readonly proto: number;
  readonly srcPort?: number;
  readonly dstPort?: number;
  /** Behind the transport header; a number is that many zeros. */
  readonly payload?: Uint8Array | number;
  readonly tcpFlags?: number;
  readonly sequence?: number;
  readonly tos?: number;
  readonly ttl?: number;
  readonly identification?: number;
  readonly srcMac?: string;
  readonly dstMac?: string;
  /** 802.1Q tags from the outside in. */
  readonly vlans?: readonly number[];
}

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;

/** An Ethernet frame without frame check sequence, with true checksums (RFC 791, 8200, 9293, 768, 792, 4443). */
export function buildFrame(packet: Packet): Buffer {
  const out = new ByteWriter(256);
  out.mac(packet.dstMac ?? '02:00:00:00:00:02');
  out.mac(packet.srcMac ?? '02:00:00:00:00:01');
  for (const vlan of packet.vlans ?? []) {
    out.u16(0x8100);
    out.u16(vlan);
  }
  out.u16(packet.srcIp.includes(':') ? 0x86dd : 0x0800);
  out.bytes(buildPacket(packet));
  return out.done();
}

/** The IP packet alone. */
export function buildPacket(packet: Packet): Buffer {
  const out = new ByteWriter(256);
  const transport = buildTransport(packet);
  const addresses = new ByteWriter(32);
  addresses.address(packet.srcIp);
  addresses.address(packet.dstIp);
  if (addresses.length === 8) {
    out.u8(0x45);
    out.u8(packet.tos ?? 0);
    out.u16(20 + transport.length);
    out.u16(packet.identification ?? 0);
    out.u16(0x4000);
    out.u8(packet.ttl ?? 64);
    out.u8(packet.proto);
    out.u16(0);
    out.bytes(addresses.done());
    out.patchU16(10, checksum(out.done()));
  } else {
    out.u32(0x6000_0000 + (packet.tos ?? 0) * 2 ** 20);
    out.u16(transport.length);
    out.u8(packet.proto);
    out.u8(packet.ttl ?? 64);
    out.bytes(addresses.done());
  }
  const at = checksumOffset(packet.proto);
  if (at >= 0) transport.writeUInt16BE(transportChecksum(packet.proto, addresses.done(), transport), at);
  out.bytes(transport);
  return out.done();
}

function buildTransport(packet: Packet): Buffer {
  const out = new ByteWriter(256);
  const payload = typeof packet.payload === 'number' ? new Uint8Array(packet.payload) : packet.payload;
  const length = payload?.length ?? 0;
  if (packet.proto === TCP) {
    out.u16(packet.srcPort ?? 0);
    out.u16(packet.dstPort ?? 0);
    out.u32(packet.sequence ?? 0);
    out.u32(0);
    out.u8(0x50);
    out.u8(packet.tcpFlags ?? 0x10);
    out.u16(65_535);
    out.zeros(4);
  } else if (packet.proto === UDP) {
    out.u16(packet.srcPort ?? 0);
    out.u16(packet.dstPort ?? 0);
    out.u16(8 + length);
    out.zeros(2);
  } else if (packet.proto === ICMP || packet.proto === ICMPV6) {
    out.u8(packet.srcPort ?? 8);
    out.u8(packet.dstPort ?? 0);
    out.zeros(2);
    out.u16(packet.identification ?? 0);
    out.u16(packet.sequence ?? 0);
  }
  if (payload) out.bytes(payload);
  return out.done();
}

/** Where the checksum stands in the transport header; -1 for protocols without one. */
function checksumOffset(proto: number): number {
  if (proto === TCP) return 16;
  if (proto === UDP) return 6;
  return proto === ICMP || proto === ICMPV6 ? 2 : -1;
}

function transportChecksum(proto: number, addresses: Buffer, transport: Buffer): number {
  if (proto === ICMP) return checksum(transport);
  const pseudo = new ByteWriter(addresses.length + 8 + transport.length);
  pseudo.bytes(addresses);
  pseudo.u32(transport.length);
  pseudo.u32(proto);
  pseudo.bytes(transport);
  const sum = checksum(pseudo.done());
  // UDP: zero would say that there is no checksum.
  return proto === UDP && sum === 0 ? 0xffff : sum;
}

/** The Internet checksum (RFC 1071). */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
