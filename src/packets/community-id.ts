import { hash as digest } from 'node:crypto';

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMP6 = 58;
const SCTP = 132;

/** Types of ICMP that ask, and those that answer them: a message of one is in the same flow as one of the other. */
const ICMP_PAIRS = pairs([
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
  [10, 9],
]);
const ICMP6_PAIRS = pairs([
  [128, 129],
  [130, 131],
  [133, 134],
  [135, 136],
  [139, 140],
  [144, 145],
]);

/** Seed, two addresses, protocol and padding, two ports. */
const input = Buffer.alloc(2 + 2 * 16 + 2 + 4);

/**
 * The Community ID of a flow, version 1: `1:` and 28 characters that are the same for both directions and for every tool
 * that speaks it (https://github.com/corelight/community-id-spec).
 *
 * @param proto IP protocol.
 * @param src where in `bytes` the address of the sender is, and `dst` that of the receiver: `length` bytes each, 4 or 16.
 * @param srcPort of TCP, UDP and SCTP; the type of ICMP messages, whose code is `dstPort`. Of no meaning for the others.
 * @param seed 16 bits, for sites that want identifiers of their own.
 */
export function communityId(
  proto: number,
  bytes: Uint8Array,
  src: number,
  dst: number,
  length: number,
  srcPort: number,
  dstPort: number,
  seed = 0,
): string {
  const ports = proto === TCP || proto === UDP || proto === SCTP;
  const icmp = proto === ICMP || proto === ICMP6;
  const answer = icmp ? (proto === ICMP ? ICMP_PAIRS : ICMP6_PAIRS)[srcPort & 0xff] : -1;
  const second = answer === -1 ? dstPort : answer;
  // Messages that nobody answers have one direction only: it is kept.
  const keep = (icmp && answer === -1) || inOrder(bytes, src, dst, length, ports || icmp ? srcPort - second : 0);
  let at = input.writeUInt16BE(seed & 0xffff, 0);
  for (let i = 0; i < length; i++) input[at++] = bytes[(keep ? src : dst) + i];
  for (let i = 0; i < length; i++) input[at++] = bytes[(keep ? dst : src) + i];
  input[at++] = proto;
  input[at++] = 0;
  if (ports || icmp) {
    at = input.writeUInt16BE((keep ? srcPort : second) & 0xffff, at);
    at = input.writeUInt16BE((keep ? second : srcPort) & 0xffff, at);
  }
  return `1:${digest('sha1', input.subarray(0, at), 'base64')}`;
}

/** Whether the sender comes first: the lower address, or with equal addresses the lower port. */
function inOrder(bytes: Uint8Array, src: number, dst: number, length: number, ports: number): boolean {
  for (let i = 0; i < length; i++) {
    const difference = bytes[src + i] - bytes[dst + i];
    if (difference !== 0) return difference < 0;
  }
  return ports <= 0;
}

/** By type, the type that belongs to it; -1 for those without one. */
function pairs(list: readonly (readonly [number, number])[]): Int16Array {
  const table = new Int16Array(256).fill(-1);
  for (const [asks, answers] of list) {
    table[asks] = answers;
    table[answers] = asks;
  }
  return table;
}
