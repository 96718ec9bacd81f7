/** Link types of captures (the LINKTYPE_ registry of tcpdump.org) that are understood. */
export const LINK = {
  null: 0,
  ethernet: 1,
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  loop: 108,
  linuxSll: 113,
  ipv4: 228,
  ipv6: 229,
  linuxSll2: 276,
} as const;

/** Names of the common ones, for sentences about those that are not understood. */
const NAMES: Readonly<Record<number, string>> = {
  0: 'BSD loopback',
  1: 'Ethernet',
  6: 'Token Ring',
  8: 'SLIP',
  9: 'PPP',
  10: 'FDDI',
  12: 'raw IP',
  14: 'raw IP',
  50: 'PPP in HDLC framing',
  51: 'PPPoE',
  100: 'RFC 1483 ATM',
  101: 'raw IP',
  104: 'Cisco HDLC',
  105: 'IEEE 802.11',
  107: 'Frame Relay',
  108: 'OpenBSD loopback',
  113: 'Linux cooked',
  117: 'pflog',
  119: 'IEEE 802.11 with Prism header',
  127: 'IEEE 802.11 with radiotap header',
  143: 'DOCSIS',
  187: 'Bluetooth HCI',
  189: 'USB (Linux)',
  192: 'PPI',
  195: 'IEEE 802.15.4',
  197: 'ERF',
  201: 'Bluetooth HCI',
  220: 'USB (Linux)',
  227: 'CAN bus',
  228: 'raw IPv4',
  229: 'raw IPv6',
  239: 'NFLOG',
  247: 'InfiniBand',
  249: 'USBPcap',
  251: 'Bluetooth Low Energy',
  252: 'Wireshark exported PDUs',
  253: 'Netlink',
  276: 'Linux cooked v2',
};

/** `Ethernet (link type 1)`, or `link type 999` where the number has no name here. */
export function linkTypeName(linkType: number): string {
  const name = NAMES[linkType];
  return name === undefined ? `link type ${linkType}` : `${name} (link type ${linkType})`;
}
