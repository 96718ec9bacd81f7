import { ByteWriter } from './byte-writer.ts';

export interface Netflow5Header {
  /** Flows sent before this datagram. */
  readonly sequence: number;
  /** Milliseconds since 1970, fractions allowed: the header has nanoseconds. */
  readonly exportTime: number;
  /** When the device started, milliseconds since 1970. */
  readonly bootTime: number;
  readonly engineType?: number;
  readonly engineId?: number;
  /** One packet in this many; 0 and absent are none. At most 16383. */
  readonly sampling?: number;
}

/** A flow as version 5 can tell it: IPv4, 32-bit counters, 16-bit interfaces and AS numbers. */
export interface Netflow5Flow {
  readonly srcIp: string;
  readonly dstIp: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly proto: number;
  readonly bytes: number;
  readonly packets: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly tos?: number;
  readonly tcpFlags?: number;
  readonly nextHop?: string;
  readonly input?: number;
  readonly output?: number;
  readonly srcAs?: number;
  readonly dstAs?: number;
  readonly srcMask?: number;
  readonly dstMask?: number;
}

/** Most flows of a datagram, so that it fits into 1,500 bytes. */
export const NETFLOW5_FLOWS = 30;
/** The two bits in front of the sampling interval: packets are chosen at a fixed distance. */
const PACKET_INTERVAL = 1 << 14;

/**
 * A datagram of NetFlow version 5: 24 bytes of header, 48 for each flow (Cisco, "NetFlow Export Datagram Format",
 * tables B-3 and B-4).
 */
export function encodeNetflow5(header: Netflow5Header, flows: readonly Netflow5Flow[]): Buffer {
  const out = new ByteWriter();
  const seconds = Math.floor(header.exportTime / 1000);
  out.u16(5);
  out.u16(flows.length);
  out.u32(Math.floor(header.exportTime - header.bootTime));
  out.u32(seconds);
  out.u32(Math.round((header.exportTime - seconds * 1000) * 1e6));
  out.u32(header.sequence);
  out.u8(header.engineType ?? 0);
  out.u8(header.engineId ?? 0);
  out.u16(header.sampling ? PACKET_INTERVAL | header.sampling : 0);
  for (const flow of flows) writeFlow(out, flow, header.bootTime);
  return out.done();
}

function writeFlow(out: ByteWriter, flow: Netflow5Flow, bootTime: number): void {
  out.address(flow.srcIp);
  out.address(flow.dstIp);
  out.address(flow.nextHop ?? '0.0.0.0');
  out.u16(flow.input ?? 0);
  out.u16(flow.output ?? 0);
  out.u32(flow.packets);
  out.u32(flow.bytes);
  out.u32(Math.round(flow.start - bootTime));
  out.u32(Math.round(flow.end - bootTime));
  out.u16(flow.srcPort);
  out.u16(flow.dstPort);
  out.u8(0);
  out.u8(flow.tcpFlags ?? 0);
  out.u8(flow.proto);
  out.u8(flow.tos ?? 0);
  out.u16(flow.srcAs ?? 0);
  out.u16(flow.dstAs ?? 0);
  out.u8(flow.srcMask ?? 0);
  out.u8(flow.dstMask ?? 0);
  out.u16(0);
}
