import { formatV4 } from '../../model/address.ts';
import type { Half, Talk } from './talk.ts';
import { lowerTextOf, textOf, u32 } from './text.ts';

const COOKIE_AT = 236;
const COOKIE = 0x63825363;
const OPTIONS_AT = 240;
const MAX_MESSAGES = 8;
const MAX_HARDWARE = 16;

/** Options (RFC 2132, and RFC 4702 for the last). */
const OPTION = { pad: 0, hostName: 12, domain: 15, requested: 50, type: 53, vendor: 60, fqdn: 81, end: 255 } as const;
const TYPES = ['', 'DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'];

/** Whether a datagram is DHCP (RFC 2131 section 3). */
export function isDhcp(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < OPTIONS_AT || (bytes[start] !== 1 && bytes[start] !== 2)) return false;
  return bytes[start + 2] <= MAX_HARDWARE && u32(bytes, start + COOKIE_AT) === COOKIE;
}

/** Reads who asks for which address, under Zeek's names. */
export function readDhcp(talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number): boolean {
  if (!isDhcp(bytes, start, end) || !talk.claim('dhcp')) return false;
  const { attrs } = talk;
  const assigned = u32(bytes, start + 16);
  if (assigned !== 0) attrs.assigned_addr = formatV4(assigned);
  if (bytes[start + 2] === 6) attrs.mac ??= macOf(bytes, start + 28);
  for (let at = start + OPTIONS_AT; at < end && bytes[at] !== OPTION.end; ) {
    if (bytes[at] === OPTION.pad) {
      at++;
      continue;
    }
    const data = at + 2;
    if (data > end) break;
    at = data + bytes[at + 1];
    if (at > end) break;
    readOption(talk, bytes[data - 2], bytes, data, at);
  }
  return ++half.rounds < MAX_MESSAGES;
}

function readOption(talk: Talk, option: number, bytes: Uint8Array, start: number, end: number): void {
  const { attrs } = talk;
  switch (option) {
    case OPTION.type: {
      const seen = Array.isArray(attrs.msg_types) ? attrs.msg_types.map(String) : [];
      if (seen.length < 2 * MAX_MESSAGES && end > start) attrs.msg_types = [...seen, TYPES[bytes[start]] || 'UNKNOWN'];
      break;
    }
    case OPTION.hostName:
      attrs.host_name = withoutNul(textOf(bytes, start, end));
      break;
    case OPTION.domain:
      attrs.domain = withoutNul(lowerTextOf(bytes, start, end));
      break;
    case OPTION.requested:
      if (end - start === 4) attrs.requested_addr = formatV4(u32(bytes, start));
      break;
    case OPTION.vendor:
      attrs.client_software = textOf(bytes, start, end);
      break;
    case OPTION.fqdn:
      // Flags and two bytes of no use; bit 2 says that the name is in the form of DNS, which is left alone.
      if (end - start > 3 && (bytes[start] & 4) === 0) attrs.client_fqdn = lowerTextOf(bytes, start + 3, end);
      break;
  }
}

function withoutNul(text: string): string {
  return text.replace(/(\\x00)+$/, '');
}

function macOf(bytes: Uint8Array, at: number): string {
  return Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
