import { isIp, NEXT, newCursor, startAt } from './dissect-cursor.ts';
import { passLinks } from './dissect-link.ts';
import { firstLayer } from './link-types.ts';
import type { Packet } from './packet.ts';

/** The packet carries something else than IP, or is cut before it. */
export const NOT_IP = -1;
/** Packets of this link type are not understood at all. */
export const UNKNOWN_LINK = -2;

const cursor = newCursor();

/** Where in `packet.bytes` the IPv4 or IPv6 header begins, at least one byte of it captured; or one of the two above. */
export function findIp(packet: Packet): number {
  const first = firstLayer(packet.linkType);
  if (first === NEXT.none) return UNKNOWN_LINK;
  startAt(cursor, packet, first);
  passLinks(cursor);
  const { at } = cursor;
  if (!isIp(cursor.type) || at >= packet.end) return NOT_IP;
  const version = packet.bytes[at] >> 4;
  return version === 4 || version === 6 ? at : NOT_IP;
}
