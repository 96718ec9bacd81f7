import { QuicHello, varint } from './quic-hello.ts';
import { clientInitialKeys, headerMask, type InitialKeys, QUIC_1, QUIC_2, unseal } from './quic-keys.ts';
import type { DatagramReader, Session, Talk } from './talk.ts';
import { latin1, u32 } from './text.ts';
import { showClientHello } from './tls-reader.ts';

const MAX_CONNECTION_ID = 20;
/** A client fills its first datagrams up to this (RFC 9000 section 14.1). */
const MIN_INITIAL = 1200;
const MAX_DATAGRAMS = 8;
const MAX_PACKETS = 4;
/** Hellos that wait for their second packet, in all connections. */
const MAX_WAITING = 256;
const SAMPLE = 16;
const TAG = 16;

/** The part of a long header that is the same in all versions (RFC 8999 section 5.1). Reused. */
const header = { version: 0, id: 0, idLength: 0, next: 0 };

function readHeader(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 7 || (bytes[start] & 0x80) === 0) return false;
  header.version = u32(bytes, start + 1);
  header.idLength = bytes[start + 5];
  header.id = start + 6;
  const source = header.id + header.idLength;
  if (header.idLength > MAX_CONNECTION_ID || source >= end || bytes[source] > MAX_CONNECTION_ID) return false;
  header.next = source + 1 + bytes[source];
  return header.next <= end;
}

/** Name of a version as in Zeek's quic.log; undefined for one that nobody speaks. */
function versionName(version: number): string | undefined {
  if (version === QUIC_1) return '1';
  if (version === QUIC_2) return 'quicv2';
  if (version >>> 8 === 0xff0000) return `draft-${version & 0xff}`;
  if (version >>> 4 === 0xfaceb00) return `mvfst-${version & 15}`;
  return googleVersion(version);
}

/** `Q046`, `T051`: versions of the time before the standard. */
function googleVersion(version: number): string | undefined {
  const text = latin1(Uint8Array.of(version >>> 24, version >>> 16, version >>> 8, version), 0, 4);
  return /^[QT]0\d\d$/.test(text) ? text : undefined;
}

/** Whether a datagram begins a QUIC connection or answers such a one. */
export function isQuic(bytes: Uint8Array, start: number, end: number): boolean {
  if (readHeader(bytes, start, end)) {
    const { version } = header;
    // The list of versions that a server offers, and versions that only test whether it does.
    if (version === 0) return end > header.next && (end - header.next) % 4 === 0 && header.idLength > 0;
    if ((bytes[start] & 0x40) === 0) return false;
    if (versionName(version) !== undefined) return true;
    return (version & 0x0f0f0f0f) === 0x0a0a0a0a && end - start >= MIN_INITIAL;
  }
  // Up to Q043: flags that say "version" and "connection id of 8 bytes", and the version behind it.
  return end - start >= 14 && (bytes[start] & 0xc9) === 0x09 && googleVersion(u32(bytes, start + 9)) !== undefined;
}

/** What is kept of a connection until its ClientHello is whole. */
class Hello implements Session {
  readonly hello = new QuicHello();
  keys: InitialKeys | undefined;
  readonly #waiting: Set<Hello>;
  evicted = false;

  constructor(waiting: Set<Hello>) {
    this.#waiting = waiting;
  }

  end(): void {
    this.#waiting.delete(this);
  }

  /** Stays until the next packet; the one that has waited longest makes room. */
  wait(): void {
    if (this.#waiting.has(this)) return;
    const oldest = this.#waiting.size >= MAX_WAITING ? this.#waiting.values().next().value : undefined;
    if (oldest) {
      oldest.evicted = true;
      oldest.end();
    }
    this.hello.keep();
    this.#waiting.add(this);
  }
}

/** A reader of QUIC that decrypts the client's first packets, for the hello in them. */
export function quicReader(): DatagramReader {
  const waiting = new Set<Hello>();
  return (talk, half, bytes, start, end) => {
    if (!talk.claim('quic')) return false;
    if (readHeader(bytes, start, end)) {
      const name = versionName(header.version);
      if (name !== undefined) talk.attrs.version ??= name;
    }
    if (!half.fromOrig || half.rounds++ >= MAX_DATAGRAMS) return false;
    if (!(talk.session instanceof Hello)) talk.session = new Hello(waiting);
    const session = talk.session;
    if (session instanceof Hello && !session.evicted) {
      for (const payload of payloads(session, bytes, start, end)) session.hello.add(payload);
      const length = session.hello.whole();
      if (length === 0 && half.rounds < MAX_DATAGRAMS) {
        session.wait();
        return true;
      }
      if (length > 0) showHello(talk, session.hello.bytes, length);
    }
    session?.end();
    talk.session = undefined;
    return false;
  };
}

function showHello(talk: Talk, bytes: Uint8Array, length: number): void {
  if (!showClientHello(talk, bytes, 4, length, 'q')) return;
  const offered = talk.attrs.client_alpn;
  if (Array.isArray(offered) && offered.length > 0) talk.attrs.client_protocol = offered[0];
}

/** The payloads of the Initial packets in a datagram. */
function payloads(session: Hello, bytes: Uint8Array, start: number, end: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = start;
  for (let i = 0; i < MAX_PACKETS && readHeader(bytes, at, end); i++) {
    const { version } = header;
    if (version !== QUIC_1 && version !== QUIC_2) break;
    // Bits 4 and 5: Initial is 0 in version 1 and 1 in version 2 (RFC 9369 section 3.2).
    if (((bytes[at] >> 4) & 3) !== (version === QUIC_2 ? 1 : 0)) break;
    const id = bytes.subarray(header.id, header.id + header.idLength);
    if (!varint.read(bytes, header.next, end)) break;
    const token = varint.next + varint.value;
    if (token > end || !varint.read(bytes, token, end)) break;
    const number = varint.next;
    const stop = number + varint.value;
    if (stop > end || varint.value < 4 + SAMPLE) break;
    const packet = bytes.subarray(at, stop);
    const first = session.keys ? open(session.keys, packet, number - at) : undefined;
    const payload = first ?? tryKeys(session, version, id, packet, number - at);
    if (payload) found.push(payload);
    at = stop;
  }
  return found;
}

/** With the connection id of this packet: it is the first one, or the first after the server asked for another try. */
function tryKeys(
  session: Hello,
  version: number,
  id: Uint8Array,
  packet: Uint8Array,
  at: number,
): Uint8Array | undefined {
  const keys = clientInitialKeys(version, id);
  const payload = open(keys, packet, at);
  if (payload) session.keys = keys;
  return payload;
}

/** Takes the protection off a packet whose number begins at `at` (RFC 9001 section 5.4). */
function open(keys: InitialKeys, packet: Uint8Array, at: number): Uint8Array | undefined {
  const mask = headerMask(keys, packet.subarray(at + 4, at + 4 + SAMPLE));
  const length = ((packet[0] ^ mask[0]) & 3) + 1;
  if (packet.length < at + length + TAG) return undefined;
  const head = Uint8Array.from(packet.subarray(0, at + length));
  head[0] ^= mask[0] & 0x0f;
  let number = 0;
  for (let i = 0; i < length; i++) {
    head[at + i] ^= mask[1 + i];
    number = number * 256 + head[at + i];
  }
  return unseal(keys, number, head, packet.subarray(at + length));
}
