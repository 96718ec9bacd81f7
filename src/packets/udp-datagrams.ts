import { formatIp, formatV4 } from '../model/address.ts';
import { IpFragments } from './ip-fragments.ts';
import { findIp, NOT_IP, UNKNOWN_LINK } from './link-layer.ts';
import type { Packet } from './packet.ts';

/** The payload of a UDP datagram. Reused and short-lived like {@link Packet}. */
export interface UdpDatagram {
  bytes: Uint8Array;
  view: DataView;
  start: number;
  end: number;
  /** Microseconds since 1970, of the packet that completed it; NaN where the capture gives none. */
  time: number;
  /** Address of the sender, as people write it. */
  source: string;
  sourcePort: number;
  destinationPort: number;
  /** The capture holds only the beginning of it. */
  cut: boolean;
}

/** What became of the packets. */
export interface UdpCounts {
  packets: number;
  /** UDP datagrams found. */
  datagrams: number;
  /** Of these, cut by the capture. */
  cut: number;
  fragments: number;
  /** Headers that contradict themselves. */
  malformed: number;
  /** Packets by link types that are not understood. */
  readonly unknownLinks: Map<number, number>;
}

const UDP = 17;
const UDP_HEADER = 8;
/** Extension headers in a row, IPv6. */
const MAX_HEADERS = 16;

/** Finds UDP datagrams in packets: over any of the usual link layers, IPv4 and IPv6, put together from fragments. */
export class UdpDatagrams {
  readonly datagram: UdpDatagram;
  readonly counts: UdpCounts = {
    packets: 0,
    datagrams: 0,
    cut: 0,
    fragments: 0,
    malformed: 0,
    unknownLinks: new Map(),
  };
  readonly #fragments = new IpFragments();
  #lastV4 = -1;
  #lastV4Text = '';
  readonly #lastV6 = new Uint8Array(16);
  #lastV6Text = '';

  constructor() {
    const bytes = new Uint8Array(0);
    const view = new DataView(bytes.buffer);
    this.datagram = {
      bytes,
      view,
      start: 0,
      end: 0,
      time: Number.NaN,
      source: '',
      sourcePort: 0,
      destinationPort: 0,
      cut: false,
    };
  }

  /** Fragmented packets that never became whole. */
  get incomplete(): number {
    return this.#fragments.givenUp + this.#fragments.waiting;
  }

  /** Whether `packet` is, or completes, a UDP datagram: it is in {@link datagram} then. */
  find(packet: Packet): boolean {
    this.counts.packets++;
    const at = findIp(packet);
    if (at === NOT_IP) return false;
    if (at === UNKNOWN_LINK) {
      const { unknownLinks } = this.counts;
      unknownLinks.set(packet.linkType, (unknownLinks.get(packet.linkType) ?? 0) + 1);
      return false;
    }
    return packet.bytes[at] >> 4 === 4 ? this.#ipv4(packet, at) : this.#ipv6(packet, at);
  }

  #ipv4(packet: Packet, at: number): boolean {
    const { bytes, view } = packet;
    const header = (bytes[at] & 15) * 4;
    if (header < 20 || at + header > packet.end) return this.#malformed();
    if (bytes[at + 9] !== UDP) return false;
    const told = view.getUint16(at + 2);
    // Zero is what network cards leave to be filled in for packets they will split.
    const length = told === 0 ? packet.end - at : told;
    if (length < header) return this.#malformed();
    const end = Math.min(at + length, packet.end);
    const cut = at + length > packet.end;
    const fragment = view.getUint16(at + 6);
    const from = view.getUint32(at + 12);
    if ((fragment & 0x3fff) === 0) {
      return this.#udp(packet.bytes, packet.view, at + header, end, cut, packet.time, this.#textV4(from));
    }
    this.counts.fragments++;
    if (cut) return false;
    const key = `${from},${view.getUint32(at + 16)},${view.getUint16(at + 4)}`;
    const offset = (fragment & 0x1fff) * 8;
    const last = (fragment & 0x2000) === 0;
    const whole = this.#fragments.add(key, timeOf(packet), offset, last, UDP, bytes, at + header, end);
    if (!whole) return false;
    const wholeView = new DataView(whole.bytes.buffer);
    return this.#udp(whole.bytes, wholeView, 0, whole.length, false, packet.time, this.#textV4(from));
  }

  #ipv6(packet: Packet, at: number): boolean {
    const { bytes, view } = packet;
    if (at + 40 > packet.end) return this.#malformed();
    const told = view.getUint16(at + 4);
    const length = told === 0 ? packet.end - at - 40 : told;
    const cut = at + 40 + length > packet.end;
    const end = Math.min(at + 40 + length, packet.end);
    const walk = walkHeaders(bytes, bytes[at + 6], at + 40, end);
    if (walk.next === UDP) return this.#udp(bytes, view, walk.at, end, cut, packet.time, this.#textV6(bytes, at + 8));
    if (walk.next !== FRAGMENT || walk.at + 8 > end) return false;
    this.counts.fragments++;
    if (cut) return false;
    const key = `${formatIp(bytes, at + 8)},${formatIp(bytes, at + 24)},${view.getUint32(walk.at + 4)}`;
    const field = view.getUint16(walk.at + 2);
    const [offset, last] = [field & 0xfff8, (field & 1) === 0];
    const whole = this.#fragments.add(key, timeOf(packet), offset, last, bytes[walk.at], bytes, walk.at + 8, end);
    if (!whole) return false;
    const inner = walkHeaders(whole.bytes, whole.next, 0, whole.length);
    if (inner.next !== UDP) return false;
    const wholeView = new DataView(whole.bytes.buffer);
    const from = this.#textV6(bytes, at + 8);
    return this.#udp(whole.bytes, wholeView, inner.at, whole.length, false, packet.time, from);
  }

  #udp(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    ipEnd: number,
    cut: boolean,
    time: number,
    source: string,
  ): boolean {
    if (ipEnd - at < UDP_HEADER) return this.#malformed();
    const told = view.getUint16(at + 4);
    const length = told === 0 ? ipEnd - at : told;
    if (length < UDP_HEADER || (!cut && at + length > ipEnd)) return this.#malformed();
    const { datagram } = this;
    datagram.bytes = bytes;
    datagram.view = view;
    datagram.start = at + UDP_HEADER;
    datagram.end = Math.min(at + length, ipEnd);
    datagram.time = time;
    datagram.source = source;
    datagram.sourcePort = view.getUint16(at);
    datagram.destinationPort = view.getUint16(at + 2);
    datagram.cut = at + length > ipEnd;
    this.counts.datagrams++;
    if (datagram.cut) this.counts.cut++;
    return true;
  }

  #malformed(): false {
    this.counts.malformed++;
    return false;
  }

  // Neighbouring packets are mostly of the same sender: its text is made once.
  #textV4(address: number): string {
    if (address !== this.#lastV4) {
      this.#lastV4 = address;
      this.#lastV4Text = formatV4(address);
    }
    return this.#lastV4Text;
  }

  #textV6(bytes: Uint8Array, at: number): string {
    const last = this.#lastV6;
    for (let i = 0; i < 16; i++) {
      if (last[i] === bytes[at + i] && this.#lastV6Text !== '') continue;
      last.set(bytes.subarray(at, at + 16));
      this.#lastV6Text = formatIp(bytes, at);
      break;
    }
    return this.#lastV6Text;
  }
}

function timeOf(packet: Packet): number {
  return Number.isNaN(packet.time) ? 0 : packet.time;
}

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION = 60;
const MOBILITY = 135;

/** The first header that is no extension (or is the fragment header), and where it begins (RFC 8200 section 4). */
function walkHeaders(bytes: Uint8Array, first: number, start: number, end: number): { next: number; at: number } {
  let next = first;
  let at = start;
  for (let headers = 0; headers < MAX_HEADERS; headers++) {
    const plain = next === HOP_BY_HOP || next === ROUTING || next === DESTINATION || next === MOBILITY;
    if ((!plain && next !== AUTHENTICATION) || at + 2 > end) return { next, at };
    // The length counts 8 bytes beyond the first 8; that of the authentication header 4 bytes beyond the first 8.
    const length = plain ? (bytes[at + 1] + 1) * 8 : (bytes[at + 1] + 2) * 4;
    next = bytes[at];
    at += length;
  }
  return { next: -1, at };
}
