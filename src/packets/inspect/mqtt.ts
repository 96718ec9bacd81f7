import { needs, type Reader, STOP } from './talk.ts';
import { begins, MAYBE, type Match, NO, textOf, u16, YES } from './text.ts';

const CONNECT = 0x10;
/** Name of the protocol behind its length: MQTT 3.1.1 and 5, and 3.1. */
const NAMES = ['\0\x04MQTT', '\0\x06MQIsdp'];
const MAX_CLIENT = 128;
const MAX_CONNECT = 4096;

/** Whether it is the CONNECT of MQTT (version 5.0 section 3.1). */
export function isMqtt(bytes: Uint8Array, start: number, end: number): Match {
  if (bytes[start] !== CONNECT) return NO;
  const name = behindLength(bytes, start + 1, end);
  if (name < 0) return end - start > 5 ? NO : MAYBE;
  let best: Match = NO;
  for (const text of NAMES) {
    const match = begins(bytes, name, end, text);
    if (match === YES) return YES;
    if (match === MAYBE) best = MAYBE;
  }
  return best;
}

/** Reads the version and the name of the client; not its password. */
export const readMqtt: Reader = (talk, half, bytes, start, end) => {
  const name = behindLength(bytes, start + 1, end);
  const version = name + 2 + u16(bytes, name);
  // Flags and two bytes of keep-alive are between the version and what follows.
  let client = version + 4;
  if (end <= client) return needs(half, client + 1 - start);
  // Version 5 has properties before the name; there are hardly ever more than one byte can count.
  if (bytes[version] === 5) client += 1 + bytes[client];
  if (end < client + 2) return needs(half, client + 2 - start);
  const stop = client + 2 + u16(bytes, client);
  if (end < stop) return stop - start > MAX_CONNECT ? STOP : needs(half, stop - start);
  if (!talk.claim('mqtt')) return STOP;
  talk.attrs.proto_version = VERSIONS[bytes[version]] ?? String(bytes[version]);
  if (stop > client + 2) talk.attrs.client_id = textOf(bytes, client + 2, stop, MAX_CLIENT);
  return STOP;
};

const VERSIONS: Readonly<Record<number, string>> = { 3: '3.1', 4: '3.1.1', 5: '5.0' };

/** Offset behind a length of 1 to 4 bytes; -1 when it has not ended. */
function behindLength(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < Math.min(end, start + 4); at++) if (bytes[at] < 0x80) return at + 1;
  return -1;
}
