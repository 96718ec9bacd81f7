import type { Packet } from './packet.ts';

/** Kinds of tunnel that a packet was found in, as bits of {@link Dissected.tunnels}. */
export const TUNNELS = { gre: 1, ipip: 2, vxlan: 4, gtpu: 8, pppoe: 16, mpls: 32, geneve: 64, teredo: 128 } as const;

/**
 * What is wrong with the headers of a packet, as bits of {@link Dissected.problems}. `truncated`: the capture cut headers
 * off; cut payload shows in `payloadCaptured`. `badIpLength`: the IP header contradicts itself or what was on the wire.
 * `land`: addresses and ports of both sides are the same (not on the loopback). `tinyFragment`: a fragment that splits the
 * TCP header (RFC 1858). `synWithData`: without the option of TCP Fast Open.
 */
export const PROBLEMS = {
  truncated: 1,
  badIpLength: 2,
  badTransportLength: 4,
  land: 8,
  nullFlags: 16,
  synFin: 32,
  synRst: 64,
  xmas: 128,
  sourceRoute: 256,
  routingHeader0: 512,
  icmpRedirect: 1024,
  tinyFragment: 2048,
  synWithData: 4096,
} as const;

/**
 * One packet taken apart. Numbers only, one object reused for all packets: offsets point into `packet.bytes` and are -1
 * where there is no such thing. Addresses and ports are those of the innermost IP packet.
 */
export interface Dissected {
  /** 4, 6, or 0 when no IP packet was found. */
  family: number;
  /** EtherType (or its like) of what was found when `family` is 0, such as 0x0806 for ARP. */
  etherType: number;
  /** Offsets of the addresses, 4 or 16 bytes each. */
  src: number;
  dst: number;
  /** IP protocol behind the extension headers. */
  proto: number;
  ttl: number;
  tos: number;
  /** Bytes of the IP packet by its own header (the wire's truth, also where the capture cut it). */
  ipLength: number;
  /** 0 whole, 1 first fragment, 2 a later one (ports of the first where that came before, 0 otherwise). */
  fragment: number;
  /** TCP, UDP, SCTP ports; type and code of ICMP. */
  srcPort: number;
  dstPort: number;
  /** Offset of the payload, its length by the IP header, and how much of it was captured. */
  payload: number;
  payloadLength: number;
  payloadCaptured: number;
  /** TCP. */
  seq: number;
  ack: number;
  flags: number;
  window: number;
  /** Options of a SYN: -1 when absent. `tsVal` and `tsEcr` of any segment, -1 when absent. */
  mss: number;
  windowScale: number;
  tsVal: number;
  tsEcr: number;
  sackPermitted: boolean;
  /** ICMP identifier of an echo, 0 otherwise. */
  icmpId: number;
  /** Outer and inner VLAN ids, 0 when there is none; the first MPLS label, 0 when there is none. */
  vlan: number;
  innerVlan: number;
  mplsLabel: number;
  /** VXLAN or Geneve network id, GRE key, GTP-U tunnel id; 0 when there is none. */
  tunnelId: number;
  tunnels: number;
  /** Offsets of 6-byte hardware addresses. */
  srcMac: number;
  dstMac: number;
  problems: number;
}

/** Takes `packet` apart into `into`. Never throws; what was cut off is left as "absent" with the problem `truncated`. */
export type Dissect = (packet: Packet, into: Dissected) => void;
