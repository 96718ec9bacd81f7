import { domainToASCII } from 'node:url';
import { parseIp, parseNetwork } from '../model/address.ts';

/** What kind of thing an indicator names. A network of one address is an address. */
export type ValueKind = 'v4' | 'v6' | 'network4' | 'network6' | 'domain';

/**
 * Scratch for one parsed value, reused for the next. `bytes` holds 16 network-order bytes (IPv4 mapped); `prefix`
 * counts in the family's own bits (24 for 192.0.2.0/24); `domain` is the name in lower case without a trailing dot.
 */
export class ParsedValue {
  kind: ValueKind = 'domain';
  readonly bytes = new Uint8Array(16);
  prefix = 0;
  domain = '';
}

/** Wider networks are corrupted lines: nothing on a list of threats is a sixteenth of the Internet. */
const WIDEST_V4 = 8;
const WIDEST_V6 = 19;

export const NOT_A_VALUE = 'is no address, network or domain';
export const TOO_WIDE = `is a network wider than /${WIDEST_V4} (IPv4) or /${WIDEST_V6} (IPv6)`;
export const UNSPECIFIED = 'is the unspecified address';
export const TOP_LEVEL = 'is a name of one label, which would match everything under it';

/** A DNS label as seen in the wild: the underscore occurs in real names (RFC 2181 section 11 allows any byte). */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Reads an address, a network in CIDR form or a domain (also `*.evil.example` and `.evil.example`, and names in
 * Unicode, which become A-labels) into `into`.
 * @returns undefined, or why it cannot be an indicator, as the end of a sentence about it.
 */
export function parseValue(text: string, into: ParsedValue): string | undefined {
  if (text.includes('/')) return parseCidr(text, into);
  const family = parseIp(text, into.bytes);
  if (family !== 0) return address(family, into);
  const domain = normalDomain(text.startsWith('*.') ? text.slice(2) : text.startsWith('.') ? text.slice(1) : text);
  if (domain === undefined) return NOT_A_VALUE;
  if (!domain.includes('.')) return TOP_LEVEL;
  into.kind = 'domain';
  into.domain = domain;
  return undefined;
}

/** Lower case, A-labels, no trailing dot; undefined when it is no domain name (or a mistyped IPv4 address). */
export function normalDomain(text: string): string | undefined {
  const bare = text.endsWith('.') ? text.slice(0, -1) : text;
  if (bare.length === 0 || bare.length > 253) return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole ASCII range is meant.
  const name = /^[\x00-\x7f]*$/.test(bare) ? bare.toLowerCase() : domainToASCII(bare);
  if (name.length === 0 || name.length > 253) return undefined;
  const labels = name.split('.');
  if (!labels.every((label) => LABEL.test(label))) return undefined;
  return /^\d+$/.test(labels[labels.length - 1]) ? undefined : name;
}

function address(family: 4 | 6, into: ParsedValue): string | undefined {
  const from = family === 4 ? 12 : 0;
  let any = 0;
  for (let i = from; i < 16; i++) any |= into.bytes[i];
  if (any === 0) return UNSPECIFIED;
  into.kind = family === 4 ? 'v4' : 'v6';
  into.prefix = family === 4 ? 32 : 128;
  return undefined;
}

function parseCidr(text: string, into: ParsedValue): string | undefined {
  const network = parseNetwork(text);
  if (network === undefined) return NOT_A_VALUE;
  into.bytes.set(network.bytes);
  if (network.prefix === 128) return address(network.family, into);
  const bits = network.family === 4 ? network.prefix - 96 : network.prefix;
  if (bits < (network.family === 4 ? WIDEST_V4 : WIDEST_V6)) return TOO_WIDE;
  into.kind = network.family === 4 ? 'network4' : 'network6';
  into.prefix = bits;
  // ::/64 and the like would cover IPv4-mapped addresses, which are IPv4 here.
  if (network.family === 6 && network.prefix <= 96 && network.bytes.every((byte) => byte === 0)) return TOO_WIDE;
  return undefined;
}

const encoder = new TextEncoder();
const domainBytes = new Uint8Array(256);

/** The bytes of a normalised domain, in memory that the next call overwrites; `length` bytes count. */
export function bytesOfDomain(domain: string): { readonly bytes: Uint8Array; readonly length: number } {
  return { bytes: domainBytes, length: encoder.encodeInto(domain, domainBytes).written };
}
