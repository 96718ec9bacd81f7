/** Text forms of addresses. Bytes are network order; IPv4 lives in ::ffff:0:0/96. */

/** `192.0.2.1` → 0xc0000201; -1 when it is not exactly four decimal octets without leading zeros. */
export function parseV4(text: string): number {
  let address = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      if (octet === 0) return -1;
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return -1;
    } else if (digit === -2 && octet >= 0 && dots < 3) {
      address = address * 256 + octet;
      octet = -1;
      dots++;
    } else return -1;
  }
  return dots === 3 && octet >= 0 ? address * 256 + octet : -1;
}

export function formatV4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/**
 * Parses IPv4 or IPv6 (RFC 4291 section 2.2, zone index refused) into 16 bytes at `into[at]`, IPv4 mapped.
 * @returns 4 or 6, the family; 0 when `text` is no address (`into` is then undefined).
 */
export function parseIp(text: string, into: Uint8Array, at = 0): 0 | 4 | 6 {
  const v4 = parseV4(text);
  if (v4 >= 0) {
    into.fill(0, at, at + 10);
    into[at + 10] = 255;
    into[at + 11] = 255;
    writeV4(into, at + 12, v4);
    return 4;
  }
  return parseV6(text, into, at);
}

function writeV4(into: Uint8Array, at: number, v4: number): void {
  into[at] = v4 >>> 24;
  into[at + 1] = (v4 >>> 16) & 255;
  into[at + 2] = (v4 >>> 8) & 255;
  into[at + 3] = v4 & 255;
}

function parseV6(text: string, into: Uint8Array, at: number): 0 | 4 | 6 {
  if (text.length < 2 || text.length > 45) return 0;
  let written = 0;
  let gap = -1;
  let i = 0;
  if (text.charCodeAt(0) === 58) {
    if (text.charCodeAt(1) !== 58) return 0;
    gap = 0;
    i = 2;
  }
  while (i < text.length) {
    if (written >= 16) return 0;
    let group = 0;
    const start = i;
    for (; i < text.length; i++) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit < 0) break;
      group = group * 16 + digit;
      if (i - start >= 4) return 0;
    }
    if (text.charCodeAt(i) === 46) {
      const v4 = parseV4(text.slice(start));
      if (v4 < 0 || written > 12) return 0;
      writeV4(into, at + written, v4);
      written += 4;
      i = text.length;
      break;
    }
    if (i === start) return 0;
    into[at + written] = group >>> 8;
    into[at + written + 1] = group & 255;
    written += 2;
    if (i === text.length) break;
    if (text.charCodeAt(i) !== 58) return 0;
    i++;
    if (text.charCodeAt(i) === 58) {
      if (gap >= 0) return 0;
      gap = written;
      i++;
    } else if (i === text.length) return 0;
  }
  if (gap >= 0) {
    if (written === 16) return 0;
    const tail = written - gap;
    into.copyWithin(at + 16 - tail, at + gap, at + written);
    into.fill(0, at + gap, at + 16 - tail);
  } else if (written !== 16) return 0;
  for (let k = 0; k < 10; k++) if (into[at + k] !== 0) return 6;
  return into[at + 10] === 255 && into[at + 11] === 255 ? 4 : 6;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** The 16 bytes at `bytes[at]` as people write them (RFC 5952; mapped IPv4 as IPv4); all zero is the empty string. */
export function formatIp(bytes: Uint8Array, at = 0): string {
  let leading = 0;
  while (leading < 16 && bytes[at + leading] === 0) leading++;
  if (leading === 16) return '';
  if (leading === 10 && bytes[at + 10] === 255 && bytes[at + 11] === 255)
    return `${bytes[at + 12]}.${bytes[at + 13]}.${bytes[at + 14]}.${bytes[at + 15]}`;
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((bytes[at + i] << 8) | bytes[at + i + 1]);
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; ) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > bestLength) {
      best = i;
      bestLength = end - i;
    }
    i = end > i ? end : i + 1;
  }
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  return best < 0 ? hex(groups) : `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}

/** A network: 16 bytes with the bits after `prefix` cleared; `prefix` counts in the 128-bit space (IPv4 /8 is 104). */
export interface Network {
  readonly bytes: Uint8Array;
  readonly prefix: number;
  readonly family: 4 | 6;
}

/** `10.0.0.0/8`, `2001:db8::/32` or a single address; undefined when it is none. Host bits are cleared. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const bytes = new Uint8Array(16);
  const family = parseIp(slash < 0 ? text : text.slice(0, slash), bytes);
  if (family === 0) return undefined;
  const written = slash < 0 ? undefined : text.slice(slash + 1);
  if (written !== undefined && !/^\d{1,3}$/.test(written)) return undefined;
  // An IPv4-mapped address with a prefix (::ffff:192.0.2.0/120) counts in 128 bits already.
  const shift = family === 4 && !text.includes(':') ? 96 : 0;
  const prefix = written === undefined ? 128 : Number(written) + shift;
  if (prefix > 128 || (family === 4 && prefix < 96)) return undefined;
  for (let bit = prefix; bit < 128; bit++) bytes[bit >> 3] &= ~(0x80 >> (bit & 7));
  return { bytes, prefix, family };
}
