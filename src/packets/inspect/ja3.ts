import { hash as digest } from 'node:crypto';
import type { ClientHello } from './client-hello.ts';

/** What JA3 is the hash of: version, ciphers, extensions, groups and point formats as the client sent them, in decimal. */
export function ja3Text(hello: ClientHello): string {
  const lists = [hello.ciphers, hello.extensions, hello.groups, hello.pointFormats];
  return `${hello.legacyVersion},${lists.map((list) => list.join('-')).join(',')}`;
}

/** JA3 of a client (https://github.com/salesforce/ja3): 32 hexadecimal digits. */
export function ja3(hello: ClientHello): string {
  return digest('md5', ja3Text(hello));
}
