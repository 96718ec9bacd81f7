import { Der, TAG } from './der.ts';
import type { Talk } from './talk.ts';

const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0, '1'],
  [1, '2c'],
  [3, '3'],
]);
const part = new Der();

/** Version of the SNMP message at `start`, as Zeek writes it; undefined when it is none (RFC 1157, RFC 3416, RFC 3412). */
function versionOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (!part.is(TAG.sequence, bytes, start, end)) return undefined;
  const stop = part.end;
  if (!part.is(TAG.integer, bytes, part.start, stop)) return undefined;
  const version = VERSIONS.get(part.number(bytes));
  if (version === '3') return part.is(TAG.sequence, bytes, part.end, stop) ? version : undefined;
  // The community, and then one of the nine kinds of message.
  if (!part.is(TAG.octets, bytes, part.end, stop) || !part.read(bytes, part.end, stop)) return undefined;
  return part.tag >= 0xa0 && part.tag <= 0xa8 ? version : undefined;
}

export function isSnmp(bytes: Uint8Array, start: number, end: number): boolean {
  return versionOf(bytes, start, end) !== undefined;
}

/** The community stays out: it is a password. */
export function readSnmp(talk: Talk, bytes: Uint8Array, start: number, end: number): boolean {
  const version = versionOf(bytes, start, end);
  if (version && talk.claim('snmp')) talk.attrs.version = version;
  return false;
}
