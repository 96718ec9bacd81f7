/** What lies before the IP packet: Ethernet, VLAN tags, MPLS labels, PPPoE. It may be cut anywhere. */

export const IPV4 = 0x0800;
export const IPV6 = 0x86dd;
const MPLS = 0x8847;
const MPLS_UPSTREAM = 0x8848;
const PPPOE = 0x8864;

/** EtherTypes below this are lengths (IEEE 802.3). */
const FIRST_TYPE = 0x0600;
/** Headers one inside the other that are followed: two tags, a label stack and PPPoE are four. */
const DEPTH = 8;
/** Labels of one stack that are kept. */
const LABELS = 16;

/** What was found; reused from frame to frame. */
export class LinkHeader {
  /** Where the destination address is, the source address six bytes on; -1 when they were cut off. */
  addresses = -1;
  /** Tags of IEEE 802.1Q and 802.1ad; the innermost of more than two are not kept. */
  tags = 0;
  vlan = 0;
  innerVlan = 0;
  /** Priority of the outer tag. */
  priority = 0;
  /** Where the MPLS label stack is (RFC 3032), four bytes a label. */
  labels = -1;
  labelCount = 0;
  pppoeSession = 0;
  /** Type of what follows, 0 when it is not known. */
  etherType = 0;
  /** Where that begins; never past the end. */
  network = -1;

  clear(): void {
    this.addresses = -1;
    this.tags = 0;
    this.vlan = 0;
    this.innerVlan = 0;
    this.priority = 0;
    this.labels = -1;
    this.labelCount = 0;
    this.pppoeSession = 0;
    this.etherType = 0;
    this.network = -1;
  }
}

/** Reads the Ethernet frame at `bytes[at]`, without preamble. */
export function readEthernet(link: LinkHeader, bytes: Uint8Array, at: number, end: number): void {
  link.clear();
  if (end - at < 12) return;
  link.addresses = at;
  if (end - at < 14) return;
  readType(link, bytes, at + 14, end, (bytes[at + 12] << 8) | bytes[at + 13]);
}

/** Reads what the EtherType `type` says is at `bytes[at]`. */
export function readType(link: LinkHeader, bytes: Uint8Array, at: number, end: number, type: number): void {
  let next = type;
  let from = at;
  for (let depth = 0; depth < DEPTH; depth++) {
    link.etherType = next < FIRST_TYPE ? 0 : next;
    link.network = from;
    if (next === IPV4 || next === IPV6) return;
    const left = end - from;
    if (isTag(next)) {
      if (left < 4) return;
      readTag(link, (bytes[from] << 8) | bytes[from + 1]);
      next = (bytes[from + 2] << 8) | bytes[from + 3];
      from += 4;
    } else if (next === MPLS || next === MPLS_UPSTREAM) {
      readLabels(link, bytes, from, end);
      return;
    } else if (next === PPPOE) {
      if (left < 8) return;
      link.pppoeSession = (bytes[from + 2] << 8) | bytes[from + 3];
      next = typeOfPpp((bytes[from + 6] << 8) | bytes[from + 7]);
      if (next === 0) return;
      from += 8;
    } else if (next < FIRST_TYPE) {
      if (left < 8 || !isSnap(bytes, from)) return;
      next = (bytes[from + 6] << 8) | bytes[from + 7];
      from += 8;
    } else return;
  }
}

/** Reads a stack of MPLS labels and tells by the first half-byte after it what it carries, as routers do (RFC 4928). */
export function readLabels(link: LinkHeader, bytes: Uint8Array, at: number, end: number): void {
  link.labels = at;
  let from = at;
  let bottom = false;
  while (!bottom && end - from >= 4 && link.labelCount < LABELS) {
    bottom = (bytes[from + 2] & 1) === 1;
    link.labelCount++;
    from += 4;
  }
  link.network = from;
  if (!bottom || from >= end) return;
  const version = bytes[from] >>> 4;
  if (version === 4) link.etherType = IPV4;
  else if (version === 6) link.etherType = IPV6;
}

function readTag(link: LinkHeader, control: number): void {
  if (link.tags === 0) {
    link.vlan = control & 0xfff;
    link.priority = control >>> 13;
  } else if (link.tags === 1) link.innerVlan = control & 0xfff;
  link.tags++;
}

/** 802.1Q, 802.1ad, and the numbers that were in use before 802.1ad. */
function isTag(type: number): boolean {
  return type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200;
}

/** IEEE 802.2 with SNAP and an EtherType (RFC 1042). */
function isSnap(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0xaa &&
    bytes[at + 1] === 0xaa &&
    bytes[at + 2] === 3 &&
    bytes[at + 3] === 0 &&
    bytes[at + 4] === 0 &&
    bytes[at + 5] === 0
  );
}

/** EtherType for a PPP protocol number; 0 for what carries no packets, such as LCP. */
function typeOfPpp(protocol: number): number {
  if (protocol === 0x0021) return IPV4;
  if (protocol === 0x0057) return IPV6;
  return protocol === 0x0281 ? MPLS : 0;
}
