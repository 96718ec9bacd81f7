import { NEXT } from './dissect-cursor.ts';

/** Link types of captures (the LINKTYPE_ registry of tcpdump.org): their names, and the first layer where it is understood. */
const LINK_TYPES: Readonly<Record<number, readonly [name: string, first?: number]>> = {
  0: ['BSD loopback', NEXT.loopback],
  1: ['Ethernet', NEXT.ethernet],
  6: ['Token Ring'],
  8: ['SLIP'],
  9: ['PPP', NEXT.ppp],
  10: ['FDDI'],
  12: ['raw IP', NEXT.ip],
  14: ['raw IP', NEXT.ip],
  50: ['PPP in HDLC framing', NEXT.hdlc],
  51: ['PPPoE', NEXT.pppoe],
  100: ['RFC 1483 ATM', NEXT.llc],
  101: ['raw IP', NEXT.ip],
  104: ['Cisco HDLC', NEXT.ciscoHdlc],
  105: ['IEEE 802.11', NEXT.wifi],
  107: ['Frame Relay'],
  108: ['OpenBSD loopback', NEXT.loopback],
  109: ['OpenBSD IPsec', NEXT.enc],
  113: ['Linux cooked', NEXT.sll],
  117: ['pflog', NEXT.pflog],
  119: ['IEEE 802.11 with Prism header', NEXT.prism],
  127: ['IEEE 802.11 with radiotap header', NEXT.radiotap],
  129: ['ARCNET (Linux)'],
  140: ['MTP2'],
  143: ['DOCSIS'],
  163: ['IEEE 802.11 with AVS header', NEXT.avs],
  165: ['BACnet MS/TP'],
  187: ['Bluetooth HCI'],
  189: ['USB (Linux)'],
  192: ['PPI', NEXT.ppi],
  195: ['IEEE 802.15.4'],
  197: ['ERF'],
  201: ['Bluetooth HCI'],
  204: ['PPP with direction', NEXT.pppDirection],
  220: ['USB (Linux)'],
  227: ['CAN bus'],
  228: ['raw IPv4', NEXT.ip],
  229: ['raw IPv6', NEXT.ip],
  239: ['NFLOG', NEXT.nflog],
  247: ['InfiniBand'],
  249: ['USBPcap'],
  251: ['Bluetooth Low Energy'],
  252: ['Wireshark exported PDUs'],
  253: ['Netlink'],
  258: ['macOS pktap', NEXT.pktap],
  276: ['Linux cooked v2', NEXT.sll2],
  281: ['Broadcom switch tag'],
  284: ['Marvell DSA tag'],
};

/** The kind of layer that packets of a link type begin with, {@link NEXT.none} where it is not understood. */
export function firstLayer(linkType: number): number {
  return LINK_TYPES[linkType]?.[1] ?? NEXT.none;
}

/** What a link type is called, and whether its packets are taken apart. */
export function describeLinkType(linkType: number): { readonly name: string; readonly supported: boolean } {
  return { name: linkTypeName(linkType), supported: firstLayer(linkType) !== NEXT.none };
}

/** `Ethernet (link type 1)`, or `link type 999` where the number has no name here. */
export function linkTypeName(linkType: number): string {
  const name = LINK_TYPES[linkType]?.[0];
  return name === undefined ? `link type ${linkType}` : `${name} (link type ${linkType})`;
}
