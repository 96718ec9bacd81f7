import { domainToASCII } from 'node:url';
import { AppError } from '../kit/errors.ts';
import { formatIp, parseIp, parseNetwork } from '../model/address.ts';

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Written so that it cannot be clicked, as reports do: `203[.]0[.]113[.]7`. */
function refang(text: string): string {
  return text
    .trim()
    .replace(/\[\.\]|\(\.\)/g, '.')
    .replace(/\[:\]/g, ':');
}

/** The address in its canonical spelling; undefined when it is none. */
export function canonicalIp(text: string): string | undefined {
  const bytes = new Uint8Array(16);
  const plain = refang(text);
  if (parseIp(plain, bytes) === 0) return undefined;
  return formatIp(bytes) || '::';
}

/** The domain in lower case, ASCII (RFC 3492), without a final dot; undefined when it is none. */
export function canonicalDomain(text: string): string | undefined {
  const ascii = domainToASCII(refang(text).replace(/\.$/, ''));
  if (ascii === '' || ascii.length > 253) return undefined;
  const labels = ascii.split('.');
  const isName = labels.length > 1 && labels.every((label) => LABEL.test(label));
  return isName && /[a-z]/.test(labels[labels.length - 1]) ? ascii : undefined;
}

/**
 * An indicator in its canonical spelling: address, network, or domain.
 * @throws AppError INVALID_ADDRESS for anything else, INVALID_PARAMETER for a network that is a large part of the Internet
 */
export function canonicalIndicator(text: string): string {
  const plain = refang(text);
  const network = parseNetwork(plain);
  if (!network) {
    const domain = canonicalDomain(plain);
    if (domain !== undefined) return domain;
    throw new AppError('INVALID_ADDRESS', `"${text}" is no address, network or domain.`);
  }
  const address = formatIp(network.bytes) || '::';
  if (network.prefix === 128) return address;
  const length = network.family === 4 ? network.prefix - 96 : network.prefix;
  if (length < (network.family === 4 ? 8 : 19))
    throw new AppError(
      'INVALID_PARAMETER',
      `${plain} is too large for an indicator: /8 and /19 (IPv6) are the limits.`,
    );
  return `${address}/${length}`;
}
