import { lowerTextOf, textOf, u16 } from './text.ts';
import { EXTENSION, isGrease } from './tls-names.ts';

const MAX_NAME = 255;
const MAX_PROTOCOLS = 16;
const RANDOM = 32;

/** A ClientHello taken apart. Reused for the next one; lists are in the order of the message, GREASE left out. */
export class ClientHello {
  /** As the client wrote it, which since TLS 1.3 is not what it wants; the highest it supports. */
  legacyVersion = 0;
  version = 0;
  readonly ciphers: number[] = [];
  readonly extensions: number[] = [];
  readonly groups: number[] = [];
  readonly pointFormats: number[] = [];
  readonly signatureAlgorithms: number[] = [];
  hasServerName = false;
  /** In lower case; empty when there is none. */
  serverName = '';
  readonly alpn: string[] = [];
  /** First and last byte of the first protocol of ALPN as JA4 wants them; empty when there is none. */
  alpnMark = '';

  /**
   * Reads the body of a ClientHello: what follows the type and the length (RFC 8446 section 4.1.2).
   * @param cookie whether it is one of DTLS, with a cookie in it.
   * @returns false when its lengths contradict each other.
   */
  read(bytes: Uint8Array, start: number, end: number, cookie = false): boolean {
    this.#clear();
    if (start + 2 + RANDOM + 1 > end) return false;
    this.legacyVersion = u16(bytes, start);
    this.version = this.legacyVersion;
    let at = start + 2 + RANDOM;
    at += 1 + bytes[at];
    if (cookie) {
      if (at >= end) return false;
      at += 1 + bytes[at];
    }
    if (at + 2 > end) return false;
    const ciphers = u16(bytes, at);
    at += 2;
    if (at + ciphers >= end) return false;
    list16(this.ciphers, bytes, at, at + ciphers);
    at += ciphers;
    at += 1 + bytes[at];
    if (at > end) return false;
    // Extensions came with TLS 1.2's predecessors; without any the message ends here.
    if (at + 2 > end) return at === end;
    const stop = at + 2 + u16(bytes, at);
    return stop <= end && this.#readExtensions(bytes, at + 2, stop);
  }

  #clear(): void {
    this.ciphers.length = 0;
    this.extensions.length = 0;
    this.groups.length = 0;
    this.pointFormats.length = 0;
    this.signatureAlgorithms.length = 0;
    this.alpn.length = 0;
    this.hasServerName = false;
    this.serverName = '';
    this.alpnMark = '';
  }

  #readExtensions(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start;
    while (at + 4 <= end) {
      const type = u16(bytes, at);
      const data = at + 4;
      at = data + u16(bytes, at + 2);
      if (at > end) return false;
      if (isGrease(type)) continue;
      this.extensions.push(type);
      this.#readExtension(type, bytes, data, at);
    }
    return at === end;
  }

  #readExtension(type: number, bytes: Uint8Array, start: number, end: number): void {
    switch (type) {
      case EXTENSION.serverName:
        this.hasServerName = true;
        this.#readServerName(bytes, start, end);
        break;
      case EXTENSION.supportedGroups:
        list16(this.groups, bytes, start + 2, end);
        break;
      case EXTENSION.pointFormats:
        for (let at = start + 1; at < end; at++) this.pointFormats.push(bytes[at]);
        break;
      case EXTENSION.signatureAlgorithms:
        list16(this.signatureAlgorithms, bytes, start + 2, end);
        break;
      case EXTENSION.alpn:
        this.#readAlpn(bytes, start + 2, end);
        break;
      case EXTENSION.supportedVersions:
        this.#readVersions(bytes, start + 1, end);
        break;
    }
  }

  /** RFC 6066 section 3: a list of names, of which only those of hosts (type 0) exist. */
  #readServerName(bytes: Uint8Array, start: number, end: number): void {
    let at = start + 2;
    while (at + 3 <= end) {
      const stop = at + 3 + u16(bytes, at + 1);
      if (stop > end) return;
      if (bytes[at] === 0) {
        const dot = stop > at + 4 && bytes[stop - 1] === 0x2e ? 1 : 0;
        this.serverName = lowerTextOf(bytes, at + 3, stop - dot, MAX_NAME);
        return;
      }
      at = stop;
    }
  }

  /** RFC 7301 section 3.1. */
  #readAlpn(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && this.alpn.length < MAX_PROTOCOLS) {
      const stop = at + 1 + bytes[at];
      if (stop > end) return;
      if (this.alpn.length === 0 && stop > at + 1) this.alpnMark = markOf(bytes[at + 1], bytes[stop - 1]);
      this.alpn.push(textOf(bytes, at + 1, stop, MAX_NAME));
      at = stop;
    }
  }

  /** RFC 8446 section 4.2.1; the numbers of DTLS count downwards. */
  #readVersions(bytes: Uint8Array, start: number, end: number): void {
    let best = 0;
    for (let at = start; at + 2 <= end; at += 2) {
      const version = u16(bytes, at);
      if (isGrease(version)) continue;
      const dtls = version >> 8 === 0xfe;
      if (best === 0 || (dtls ? version < best : version > best)) best = version;
    }
    if (best !== 0) this.version = best;
  }
}

function list16(into: number[], bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at + 2 <= end; at += 2) {
    const value = u16(bytes, at);
    if (!isGrease(value)) into.push(value);
  }
}

/** Two characters: the bytes themselves when both are letters or digits, otherwise first and last hexadecimal digit. */
function markOf(first: number, last: number): string {
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last);
  return (first >> 4).toString(16) + (last & 15).toString(16);
}

function isAlphanumeric(byte: number): boolean {
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x7a);
}
