import { type DnsParts, isDnsHeader, readDns } from './dns-message.ts';
import { DnsTalk, dnsProtocol, type OnDns } from './dns-talk.ts';
import { type DatagramReader, type Half, needs, type Reader, STOP, type Talk } from './talk.ts';
import { MAYBE, type Match, NO, u16, YES } from './text.ts';

/** Datagrams that are not DNS, in a connection that is, before it is given up. */
const MAX_BAD = 16;
const PORTS = new Set([53, 137, 5353, 5355]);

/** The datagram that was recognised last, which is the next to be read: it need not be taken apart twice. */
let recognised: DnsParts | undefined;

/** Whether the port says that it is DNS, so that less of the content has to. */
export function isDnsPort(port: number): boolean {
  return PORTS.has(port);
}

/** Readers of DNS that tell every query to `onDns`. */
export function dnsReaders(onDns: OnDns | undefined): { stream: Reader; datagram: DatagramReader } {
  const open = (talk: Talk): DnsTalk => {
    const protocol = dnsProtocol(talk.port);
    talk.claim(protocol);
    if (talk.session instanceof DnsTalk) return talk.session;
    const session = new DnsTalk(talk.slot, protocol, onDns);
    talk.session = session;
    return session;
  };
  /** A message of a stream stands behind its length (RFC 7766 section 8). */
  const stream: Reader = (talk, half, bytes, start, end, time) => {
    if (end - start < 2) return needs(half, 2);
    const length = u16(bytes, start);
    const answer = needs(half, length + 2);
    if (answer === STOP) return half.rounds > 0 ? length + 2 : STOP;
    if (end - start < length + 2) return answer;
    half.need = 0;
    if (!show(open, talk, half, bytes, start + 2, start + 2 + length, time)) return STOP;
    return length + 2;
  };
  const datagram: DatagramReader = (talk, half, bytes, start, end, time) =>
    show(open, talk, half, bytes, start, end, time);
  return { stream, datagram };
}

function show(
  open: (talk: Talk) => DnsTalk,
  talk: Talk,
  half: Half,
  bytes: Uint8Array,
  start: number,
  end: number,
  time: number,
): boolean {
  const parts = recognised ?? (isDnsHeader(bytes, start, end, true) ? readDns(bytes, start, end) : undefined);
  recognised = undefined;
  if (!parts) return ++half.stage < MAX_BAD;
  half.rounds++;
  open(talk).add(talk, parts, time);
  return true;
}

/** Whether a datagram is DNS: on one of its ports by its header and question, elsewhere only if all of it is. */
export function isDnsDatagram(talk: Talk, bytes: Uint8Array, start: number, end: number): boolean {
  const known = isDnsPort(talk.port);
  recognised = undefined;
  if (!isDnsHeader(bytes, start, end, known)) return false;
  const parts = readDns(bytes, start, end);
  if (parts === undefined || !(known || parts.whole)) return false;
  recognised = parts;
  return true;
}

/** The same for a stream. */
export function isDnsStream(talk: Talk, bytes: Uint8Array, start: number, end: number): Match {
  const known = isDnsPort(talk.port);
  if (end - start < 14) return MAYBE;
  const length = u16(bytes, start);
  if (!isDnsHeader(bytes, start + 2, end, known) || length < 12) return NO;
  if (known) return YES;
  if (length > 4096) return NO;
  if (end - start < length + 2) return MAYBE;
  return readDns(bytes, start + 2, start + 2 + length)?.whole ? YES : NO;
}
