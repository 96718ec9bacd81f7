import { type Cursor, ETHER, goOn, NEXT, notIp } from './dissect-cursor.ts';
import { mpls, ppp, pppHdlc, pppoe } from './dissect-ppp.ts';
import { avs, pktap, ppi, prism, radiotap, wifi } from './dissect-wifi.ts';

/** Layers below IP in a row: more of them make no sense in any network. */
const MAX_LAYERS = 16;

/** Address families of the systems that write loopback captures; all have 2 for IPv4 and their own for IPv6. */
const AF_INET = 2;
const AF_INET6 = [10, 23, 24, 28, 30];
/** ARPHRD numbers of Linux: what the "protocol" of a cooked packet means. */
const ARPHRD_RADIOTAP = 803;
const ARPHRD_NETLINK = 824;

/** Passes over everything below IP: `type` is an EtherType, {@link NEXT.ip}, {@link NEXT.cut} or {@link NEXT.none} then. */
export function passLinks(c: Cursor): void {
  for (let layers = 0; layers < MAX_LAYERS; layers++) {
    switch (c.type) {
      case NEXT.ethernet:
      case ETHER.bridged:
        ethernet(c);
        break;
      // 802.1Q, 802.1ad, and what was in use before it.
      case 0x8100:
      case 0x88a8:
      case 0x9100:
      case 0x9200:
        vlan(c);
        break;
      case ETHER.ipv4:
      case ETHER.ipv6:
        return;
      case ETHER.mpls:
      case ETHER.mplsMulticast:
        mpls(c);
        break;
      case ETHER.pppoe:
      case NEXT.pppoe:
        pppoe(c);
        break;
      case ETHER.ppp:
      case NEXT.ppp:
        ppp(c);
        break;
      default:
        if (c.type >= NEXT.cut || c.type === NEXT.ip) return;
        rare(c);
    }
  }
  c.type = NEXT.none;
}

function rare(c: Cursor): void {
  switch (c.type) {
    case NEXT.llc:
      llc(c);
      return;
    case NEXT.hdlc:
      pppHdlc(c);
      return;
    case NEXT.ciscoHdlc:
      typeAt(c, 2, 4);
      return;
    case NEXT.pppDirection:
      goOn(c, 1, NEXT.ppp);
      return;
    case NEXT.loopback:
      loopback(c);
      return;
    case NEXT.sll:
      sll(c);
      return;
    case NEXT.sll2:
      sll2(c);
      return;
    case NEXT.nflog:
      nflog(c);
      return;
    case NEXT.pflog:
      pflog(c);
      return;
    case NEXT.enc:
      goOn(c, 12, NEXT.ip);
      return;
    case NEXT.wifi:
      wifi(c, false);
      return;
    case NEXT.radiotap:
      radiotap(c);
      return;
    case NEXT.prism:
      prism(c);
      return;
    case NEXT.avs:
      avs(c);
      return;
    case NEXT.ppi:
      ppi(c);
      return;
    case NEXT.pktap:
      pktap(c);
      return;
    default:
      c.type = NEXT.none;
  }
}

function ethernet(c: Cursor): void {
  const { at } = c;
  if (at + 14 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  c.dstMac = at;
  c.srcMac = at + 6;
  const type = c.view.getUint16(at + 12);
  // A number this small is a length (IEEE 802.3): what follows says itself what it is.
  goOn(c, 14, type >= 0x0600 ? type : NEXT.llc);
}

function vlan(c: Cursor): void {
  const { at, view } = c;
  if (at + 4 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  const id = view.getUint16(at) & 0x0fff;
  if (c.vlan === 0) c.vlan = id;
  else if (c.innerVlan === 0) c.innerVlan = id;
  const type = view.getUint16(at + 2);
  goOn(c, 4, type >= 0x0600 ? type : NEXT.llc);
}

/** LLC, mostly with SNAP and an EtherType behind it (RFC 1042); other services answer with their two access points. */
function llc(c: Cursor): void {
  const { at, bytes, view } = c;
  if (at + 3 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  const points = view.getUint16(at);
  if (points === 0xaaaa && bytes[at + 2] === 3) {
    if (at + 8 > c.end) {
      c.type = NEXT.cut;
      return;
    }
    const organisation = (bytes[at + 3] << 16) | view.getUint16(at + 4);
    // 00-00-F8 is that of bridges from Ethernet (IEEE 802.1H).
    if (organisation === 0 || organisation === 0xf8) goOn(c, 8, view.getUint16(at + 6));
    else c.type = NEXT.none;
  } else if (points === 0x0606) goOn(c, 3, NEXT.ip);
  else notIp(c, points);
}

/** The EtherType stands `offset` bytes on, its packet `length` bytes on. */
function typeAt(c: Cursor, offset: number, length: number): void {
  if (c.at + length > c.end) c.type = NEXT.cut;
  else goOn(c, length, c.view.getUint16(c.at + offset));
}

/** BSD loopback: an address family in the byte order of the machine, or (`loop`) of the network. */
function loopback(c: Cursor): void {
  if (c.at + 4 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  const big = c.view.getUint32(c.at);
  const family = big <= 0xffff ? big : c.view.getUint32(c.at, true);
  if (family === AF_INET) goOn(c, 4, ETHER.ipv4);
  else if (AF_INET6.includes(family)) goOn(c, 4, ETHER.ipv6);
  else c.type = NEXT.none;
}

/** Linux "cooked" packets, of the device "any". */
function sll(c: Cursor): void {
  const { at, view } = c;
  if (at + 16 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  if (view.getUint16(at + 4) === 6) c.srcMac = at + 6;
  const hardware = view.getUint16(at + 2);
  goOn(c, 16, cooked(hardware, view.getUint16(at + 14)));
}

function sll2(c: Cursor): void {
  const { at, bytes, view } = c;
  if (at + 20 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  if (bytes[at + 11] === 6) c.srcMac = at + 12;
  const hardware = view.getUint16(at + 8);
  goOn(c, 20, cooked(hardware, view.getUint16(at)));
}

function cooked(hardware: number, protocol: number): number {
  if (hardware === ARPHRD_NETLINK) return NEXT.none;
  if (hardware === ARPHRD_RADIOTAP) return NEXT.radiotap;
  // Below 0x0600 stand numbers of Linux, 4 of them for LLC.
  if (protocol >= 0x0600) return protocol;
  return protocol === 4 ? NEXT.llc : NEXT.none;
}

const NFULA_HWADDR = 8;
const NFULA_PAYLOAD = 9;
/** Attributes in a packet of netfilter at most. */
const MAX_ATTRIBUTES = 64;

/** Packets logged by netfilter: attributes with length and type in the byte order of the machine, each 4-byte aligned. */
function nflog(c: Cursor): void {
  const { bytes, view } = c;
  let at = c.at + 4;
  for (let i = 0; i < MAX_ATTRIBUTES && at + 4 <= c.end; i++) {
    // Types are small and never 0, so that they tell the byte order.
    const little = bytes[at + 2] !== 0;
    const length = view.getUint16(at, little);
    const type = view.getUint16(at + 2, little) & 0x7fff;
    if (length < 4) break;
    if (type === NFULA_PAYLOAD) {
      c.at = at + 4;
      c.type = NEXT.ip;
      return;
    }
    if (type === NFULA_HWADDR && length >= 14 && at + 14 <= c.end && view.getUint16(at + 4) === 6) c.srcMac = at + 8;
    at += (length + 3) & ~3;
  }
  c.type = at + 4 > c.end ? NEXT.cut : NEXT.none;
}

/** Packets logged by the packet filter of BSD: the length of its header is the first byte, without the padding to 4. */
function pflog(c: Cursor): void {
  const length = c.at < c.end ? c.bytes[c.at] : 0;
  if (length >= 45) goOn(c, (length + 3) & ~3, NEXT.ip);
  else c.type = c.at < c.end ? NEXT.none : NEXT.cut;
}
