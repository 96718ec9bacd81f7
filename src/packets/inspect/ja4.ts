import { hash as digest } from 'node:crypto';
import type { ClientHello } from './client-hello.ts';
import { EXTENSION } from './tls-names.ts';

/** What carries the hello: TLS over TCP, QUIC, DTLS. */
export type Carrier = 't' | 'q' | 'd';

const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x0002, 's2'],
  [0x0300, 's3'],
  [0x0301, '10'],
  [0x0302, '11'],
  [0x0303, '12'],
  [0x0304, '13'],
  [0xfeff, 'd1'],
  [0xfefd, 'd2'],
  [0xfefc, 'd3'],
]);

/**
 * JA4 of a client (https://github.com/FoxIO-LLC/ja4, technical_details/JA4.md): what it offers, independent of the order
 * of ciphers and extensions.
 */
export function ja4(hello: ClientHello, carrier: Carrier): string {
  const extensions = hello.extensions.filter((type) => type !== EXTENSION.serverName && type !== EXTENSION.alpn);
  const algorithms = hello.signatureAlgorithms.map(hex4).join(',');
  const ciphers = sorted(hello.ciphers);
  const first = [
    carrier,
    VERSIONS.get(hello.version) ?? '00',
    hello.hasServerName ? 'd' : 'i',
    two(hello.ciphers.length),
    two(hello.extensions.length),
    hello.alpnMark || '00',
  ].join('');
  const last = sorted(extensions) + (algorithms && `_${algorithms}`);
  return `${first}_${hash(ciphers)}_${extensions.length === 0 ? hash('') : hash(last)}`;
}

/** First 12 digits of SHA-256; zeros for nothing. */
function hash(text: string): string {
  return text === '' ? '000000000000' : digest('sha256', text).slice(0, 12);
}

function sorted(values: readonly number[]): string {
  return values.map(hex4).sort().join(',');
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function two(count: number): string {
  return String(Math.min(count, 99)).padStart(2, '0');
}
