import { type Cursor, goOn, NEXT } from './dissect-cursor.ts';
import { firstLayer } from './link-types.ts';

const TO_DS = 1;
const FROM_DS = 2;
const PROTECTED = 0x40;
const ORDER = 0x80;
const HEADER = 24;

/**
 * An IEEE 802.11 frame: the LLC in data frames that are not encrypted, of aggregates the first one.
 * @param padded whether the header is filled up to a multiple of 4 bytes, as some drivers do.
 */
export function wifi(c: Cursor, padded: boolean): void {
  const { at, bytes } = c;
  if (at + HEADER > c.end) {
    c.type = NEXT.cut;
    return;
  }
  const control = bytes[at];
  const flags = bytes[at + 1];
  // Version 0, type data; the bit 0x40 of the subtype says that there is none.
  if ((control & 0x0f) !== 0x08 || (control & 0x40) !== 0 || (flags & PROTECTED) !== 0) {
    c.type = NEXT.none;
    return;
  }
  const quality = (control & 0x80) !== 0;
  const relayed = (flags & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS);
  let length = HEADER + (relayed ? 6 : 0);
  const aggregate = quality && at + length < c.end && (bytes[at + length] & 0x80) !== 0;
  if (quality) length += 2 + ((flags & ORDER) !== 0 ? 4 : 0);
  if (padded) length = (length + 3) & ~3;
  if (at + length > c.end) {
    c.type = NEXT.cut;
    return;
  }
  c.dstMac = at + ((flags & TO_DS) !== 0 ? 16 : 4);
  c.srcMac = at + ((flags & FROM_DS) === 0 ? 10 : relayed ? 24 : 16);
  // A part of an aggregate begins with its addresses and length (A-MSDU).
  goOn(c, length + (aggregate ? 14 : 0), NEXT.llc);
}

const TSFT = 1;
const FLAGS = 2;
const EXTENDED = 0x8000_0000;
const DATA_PAD = 0x20;
/** Words of "present" bits at most. */
const MAX_PRESENT = 32;

/** The radiotap header, little endian: its length, and a look at the flag for padding in the frame behind it. */
export function radiotap(c: Cursor): void {
  const { at, bytes, view } = c;
  if (at + 8 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  const length = view.getUint16(at + 2, true);
  if (bytes[at] !== 0 || length < 8) {
    c.type = NEXT.none;
    return;
  }
  const present = view.getUint32(at + 4, true);
  let field = 8;
  let word = present;
  for (let words = 0; words < MAX_PRESENT && (word & EXTENDED) !== 0 && at + field + 4 <= c.end; words++) {
    word = view.getUint32(at + field, true);
    field += 4;
  }
  // Fields are aligned to their size, counted from the beginning of the header.
  if ((present & TSFT) !== 0) field = ((field + 7) & ~7) + 8;
  const told = (present & FLAGS) !== 0 && field < length && at + field < c.end;
  const padded = told && (bytes[at + field] & DATA_PAD) !== 0;
  c.at = at + length;
  wifi(c, padded);
}

/** The AVS header: 0x80211001 or 0x80211002, then its length, big endian. */
export function avs(c: Cursor): void {
  if (c.at + 8 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  skip(c, c.view.getUint32(c.at + 4), NEXT.wifi);
}

/** The Prism header, its length in the byte order of the machine; some drivers write AVS headers under its name. */
export function prism(c: Cursor): void {
  if (c.at + 8 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  if (c.view.getUint32(c.at) >>> 12 === 0x80211) {
    avs(c);
    return;
  }
  const little = c.view.getUint32(c.at + 4, true);
  skip(c, little <= 0xffff ? little : c.view.getUint32(c.at + 4), NEXT.wifi);
}

/** "Per-packet information": version, flags, length, link type of what follows, little endian. */
export function ppi(c: Cursor): void {
  if (c.at + 8 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  nested(c, c.view.getUint16(c.at + 2, true), c.view.getUint32(c.at + 4, true));
}

/** The capture header of macOS: its length, a kind of record, link type of what follows, little endian. */
export function pktap(c: Cursor): void {
  if (c.at + 12 > c.end) {
    c.type = NEXT.cut;
    return;
  }
  nested(c, c.view.getUint32(c.at, true), c.view.getUint32(c.at + 8, true));
}

function nested(c: Cursor, length: number, linkType: number): void {
  skip(c, length, firstLayer(linkType));
}

/** Over a header that tells its own length, 8 bytes at least. */
function skip(c: Cursor, length: number, type: number): void {
  if (length < 8) c.type = NEXT.none;
  else if (c.at + length > c.end) c.type = NEXT.cut;
  else goOn(c, length, type);
}
