import { LINK } from './link-types.ts';
import type { Packet } from './packet.ts';

/** The packet carries something else than IP, or is cut before it. */
export const NOT_IP = -1;
/** Packets of this link type are not understood at all. */
export const UNKNOWN_LINK = -2;

const IPV4 = 0x0800;
const IPV6 = 0x86dd;

/** Where in `packet.bytes` the IPv4 or IPv6 header begins, at least one byte of it captured; or one of the two above. */
export function findIp(packet: Packet): number {
  const { start } = packet;
  switch (packet.linkType) {
    case LINK.ethernet:
      return afterTags(packet, start + 12);
    case LINK.linuxSll:
      return afterTags(packet, start + 14);
    case LINK.linuxSll2:
      // The protocol stands first, the header is 20 bytes long.
      if (packet.end - start < 20) return NOT_IP;
      return afterType(packet, packet.view.getUint16(start), start + 20);
    case LINK.null:
    case LINK.loop:
      // The address family is a number of the capturing system, in its byte order: the version below tells more.
      return ifIp(packet, start + 4);
    case LINK.raw:
    case LINK.rawBsd:
    case LINK.rawOpenBsd:
    case LINK.ipv4:
    case LINK.ipv6:
      return ifIp(packet, start);
    default:
      return UNKNOWN_LINK;
  }
}

/** `at` is where the EtherType stands. */
function afterTags(packet: Packet, at: number): number {
  if (at + 2 > packet.end) return NOT_IP;
  return afterType(packet, packet.view.getUint16(at), at + 2);
}

/** Passes over 802.1Q and 802.1ad tags, any number of them. */
function afterType(packet: Packet, first: number, behind: number): number {
  let type = first;
  let at = behind;
  while (type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200) {
    if (at + 4 > packet.end) return NOT_IP;
    type = packet.view.getUint16(at + 2);
    at += 4;
  }
  return type === IPV4 || type === IPV6 ? ifIp(packet, at) : NOT_IP;
}

function ifIp(packet: Packet, at: number): number {
  if (at >= packet.end) return NOT_IP;
  const version = packet.bytes[at] >> 4;
  return version === 4 || version === 6 ? at : NOT_IP;
}
