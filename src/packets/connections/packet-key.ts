import type { Dissected } from '../dissected.ts';
import type { Packet } from '../packet.ts';

export const ICMP = 1;
export const TCP = 6;
export const ICMPV6 = 58;

/** {@link PacketKey.tag}: protocol in bits 0..7, family in 8..11, VLAN in 12..23. */
export const FAMILY_SHIFT = 8;
export const VLAN_SHIFT = 12;

/**
 * What tells whether two packets belong to the same connection. Read into one object for all packets; numbers are signed
 * 32 bits, so that they stay small integers. The hash is the same for both directions.
 */
export class PacketKey {
  tag = 0;
  src0 = 0;
  src1 = 0;
  src2 = 0;
  src3 = 0;
  dst0 = 0;
  dst1 = 0;
  dst2 = 0;
  dst3 = 0;
  srcPort = 0;
  dstPort = 0;
  hash = 0;
  /** An ICMP message to which there is no answer. */
  oneWay = false;
  /** An ICMP message that nobody sends without having been asked. */
  reply = false;
  readonly #seed: number;
  readonly #separateVlans: boolean;

  /** @param seed any number; unknown to those who send packets, so that they cannot choose where those go. */
  constructor(seed: number, separateVlans: boolean) {
    this.#seed = seed | 0;
    this.#separateVlans = separateVlans;
  }

  read(packet: Packet, d: Dissected): void {
    const { view } = packet;
    this.tag = d.proto | (d.family << FAMILY_SHIFT) | (this.#separateVlans ? (d.vlan & 0xfff) << VLAN_SHIFT : 0);
    this.src0 = view.getInt32(d.src);
    this.dst0 = view.getInt32(d.dst);
    if (d.family === 6) {
      this.src1 = view.getInt32(d.src + 4);
      this.src2 = view.getInt32(d.src + 8);
      this.src3 = view.getInt32(d.src + 12);
      this.dst1 = view.getInt32(d.dst + 4);
      this.dst2 = view.getInt32(d.dst + 8);
      this.dst3 = view.getInt32(d.dst + 12);
    } else {
      this.src1 = this.src2 = this.src3 = 0;
      this.dst1 = this.dst2 = this.dst3 = 0;
    }
    this.oneWay = false;
    this.reply = false;
    this.#readPorts(d);
    const src = endpoint(this.src0, this.src1, this.src2, this.src3, this.srcPort, this.#seed);
    const dst = endpoint(this.dst0, this.dst1, this.dst2, this.dst3, this.dstPort, this.#seed);
    // A sum, and a product of odd numbers, do not depend on the order.
    const both = (src + dst) ^ Math.imul(src | 1, dst | 1) ^ Math.imul(this.tag, 0x9e3779b1);
    this.hash = Math.imul(both ^ (both >>> 15), 0x2c1b3c6d) ^ (both >>> 13);
  }

  #readPorts(d: Dissected): void {
    this.srcPort = d.srcPort & 0xffff;
    this.dstPort = d.dstPort & 0xffff;
    if (d.proto !== ICMP && d.proto !== ICMPV6) return;
    // As Zeek has it: a question has the number of its answer as the other port, so that both are one connection.
    const answer = d.proto === ICMP ? icmpAnswer(d.srcPort) : icmpv6Answer(d.srcPort);
    if (answer < 0) {
      this.oneWay = true;
      return;
    }
    this.dstPort = answer;
    this.reply = d.proto === ICMP ? REPLIES.has(d.srcPort) : REPLIES_V6.has(d.srcPort);
  }
}

/** Echo, timestamp, information and mask replies; of the others it is usual to be sent unasked. */
const REPLIES: ReadonlySet<number> = new Set([0, 14, 16, 18]);
const REPLIES_V6: ReadonlySet<number> = new Set([129, 140, 145, 147]);

function endpoint(a0: number, a1: number, a2: number, a3: number, port: number, seed: number): number {
  let hash = Math.imul(a0 ^ seed, 0x85ebca6b) ^ Math.imul(port + 1, 0xc2b2ae35);
  if ((a1 | a2 | a3) !== 0) {
    hash = Math.imul(hash ^ (hash >>> 16) ^ a1, 0x27d4eb2f);
    hash = Math.imul(hash ^ (hash >>> 15) ^ a2, 0x165667b1);
    hash = Math.imul(hash ^ (hash >>> 13) ^ a3, 0x9e3779b1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return hash ^ (hash >>> 16);
}

/** Type of the message that answers, or is answered by, one of `type` (RFC 792, RFC 950, RFC 1256); -1 when none does. */
function icmpAnswer(type: number): number {
  switch (type) {
    case 8:
      return 0;
    case 0:
      return 8;
    case 13:
    case 15:
    case 17:
      return type + 1;
    case 14:
    case 16:
    case 18:
      return type - 1;
    case 10:
      return 9;
    case 9:
      return 10;
    default:
      return -1;
  }
}

/** The same for ICMPv6: echo, multicast listeners, router and neighbour discovery, node information, home agents. */
function icmpv6Answer(type: number): number {
  switch (type) {
    case 128:
    case 130:
    case 133:
    case 135:
    case 139:
    case 144:
    case 146:
      return type + 1;
    case 129:
    case 131:
    case 134:
    case 136:
    case 140:
    case 145:
    case 147:
      return type - 1;
    default:
      return -1;
  }
}
