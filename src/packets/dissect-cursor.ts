import type { Packet } from './packet.ts';

/** What comes next where no EtherType tells it; EtherTypes stand for themselves. */
export const NEXT = {
  /** Nothing that is understood. */
  none: -1,
  /** The capture ends here. */
  cut: -2,
  ethernet: -3,
  llc: -4,
  /** IPv4 or IPv6, by the version in its first byte. */
  ip: -5,
  ppp: -6,
  hdlc: -7,
  ciscoHdlc: -8,
  pppoe: -9,
  loopback: -10,
  sll: -11,
  sll2: -12,
  nflog: -13,
  pflog: -14,
  enc: -15,
  wifi: -16,
  radiotap: -17,
  prism: -18,
  avs: -19,
  ppi: -20,
  pktap: -21,
  pppDirection: -22,
} as const;

export const ETHER = {
  ipv4: 0x0800,
  ipv6: 0x86dd,
  bridged: 0x6558,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  ppp: 0x880b,
  pppoe: 0x8864,
} as const;

/**
 * Where the reading stands: the next layer is of kind `type` and begins at `at`. What is told about layers on the way
 * counts only once an IP packet is found in them, and waits here until then. One object for all packets.
 */
export interface Cursor {
  bytes: Uint8Array;
  view: DataView;
  at: number;
  /** End of what was captured and may belong to this layer. */
  end: number;
  /** End of what was on the wire, beyond `end` where the capture cut the packet. */
  wireEnd: number;
  /** Whether a header around this layer told `wireEnd`: what goes beyond it then is padding, not missing. */
  bounded: boolean;
  type: number;
  /** What was found that is not IP and has a number other than an EtherType. */
  other: number;
  /** Whether only a port number says that there is anything in this tunnel: what contradicts it then is no problem. */
  guessed: boolean;
  /** IP packets in one another so far. */
  depth: number;
  time: number;
  srcMac: number;
  dstMac: number;
  vlan: number;
  innerVlan: number;
  mplsLabel: number;
  tunnels: number;
  tunnelId: number;
}

/** No packet ends beyond this; a number that takes no memory of its own. */
export const ANYWHERE = 0x3fff_ffff;

export function newCursor(): Cursor {
  const bytes = new Uint8Array(0);
  return {
    bytes,
    view: new DataView(bytes.buffer),
    at: 0,
    end: 0,
    wireEnd: 0,
    bounded: false,
    type: NEXT.none,
    other: 0,
    guessed: false,
    depth: 0,
    time: Number.NaN,
    srcMac: -1,
    dstMac: -1,
    vlan: 0,
    innerVlan: 0,
    mplsLabel: 0,
    tunnels: 0,
    tunnelId: 0,
  };
}

/** Puts the cursor before the first layer of `packet`. */
export function startAt(c: Cursor, packet: Packet, type: number): void {
  c.bytes = packet.bytes;
  c.view = packet.view;
  c.at = packet.start;
  c.end = packet.end;
  c.wireEnd = Math.max(packet.end, Math.min(ANYWHERE, packet.start + packet.originalLength));
  c.bounded = false;
  c.type = type;
  c.other = 0;
  c.guessed = false;
  c.depth = 0;
  c.time = packet.time;
  c.srcMac = -1;
  c.dstMac = -1;
  c.vlan = 0;
  c.innerVlan = 0;
  c.mplsLabel = 0;
  c.tunnels = 0;
  c.tunnelId = 0;
}

/** Goes `length` bytes on to a layer of kind `type`. */
export function goOn(c: Cursor, length: number, type: number): void {
  c.at += length;
  c.type = type;
}

/** Ends the reading at a protocol that is not IP, with its number. */
export function notIp(c: Cursor, protocol: number): void {
  c.type = NEXT.none;
  c.other = protocol;
}

export function isIp(type: number): boolean {
  return type === ETHER.ipv4 || type === ETHER.ipv6 || type === NEXT.ip;
}
