import { domainToASCII } from 'node:url';
import { AppError } from '../../kit/errors.ts';
import { formatIp, parseNetwork } from '../../model/address.ts';

/** A label of a domain name; the underscore occurs in practice (`_dmarc`). */
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * The one way in which an indicator is written: addresses by RFC 5952, networks with host bits cleared and, when they
 * are one address, without a prefix; domains in lower case, in ASCII (IDNA), without the dot at the end.
 * @throws AppError INVALID_ADDRESS when it is none of these.
 */
export function canonicalIndicator(text: string): string {
  const value = text.trim();
  const canonical = canonicalNetwork(value) ?? canonicalDomain(value);
  if (canonical === undefined)
    throw new AppError('INVALID_ADDRESS', `"${text.slice(0, 100)}" is no address, network or domain.`);
  return canonical;
}

function canonicalNetwork(value: string): string | undefined {
  const network = parseNetwork(value);
  if (!network) return undefined;
  const address = formatIp(network.bytes) || '::';
  if (network.prefix === 128) return address;
  return `${address}/${network.family === 4 ? network.prefix - 96 : network.prefix}`;
}

function canonicalDomain(value: string): string | undefined {
  const name = domainToASCII(value.endsWith('.') ? value.slice(0, -1) : value).toLowerCase();
  if (name.length === 0 || name.length > 253) return undefined;
  const labels = name.split('.');
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return undefined;
  // A name that ends in a number is an address someone mistyped.
  return /^\d+$/.test(labels[labels.length - 1]) ? undefined : name;
}
