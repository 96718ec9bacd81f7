import { isDhcp, readDhcp } from './dhcp.ts';
import { isDnsDatagram, isDnsPort } from './dns-reader.ts';
import { isKerberos, readKerberosDatagram } from './kerberos.ts';
import { isNtp, readNtp } from './ntp.ts';
import { isQuic } from './quic-reader.ts';
import { isSnmp, readSnmp } from './snmp.ts';
import type { DatagramReader, Half, Talk } from './talk.ts';
import { isDtls, readDtls } from './tls-reader.ts';

interface Candidate {
  readonly is: (talk: Talk, bytes: Uint8Array, start: number, end: number) => boolean;
  readonly read: DatagramReader;
}

/** Tests by the content alone. */
function byContent(is: (bytes: Uint8Array, start: number, end: number) => boolean, read: DatagramReader): Candidate {
  return { is: (_talk, bytes, start, end) => is(bytes, start, end), read };
}

/** Datagrams of a direction that may be anything before it is given up: the capture may begin within a conversation. */
const MAX_TRIES = 3;
const NTP_PORT = 123;

/** Finds out what a direction of datagrams speaks. @returns its reader; undefined when the datagram does not tell. */
export type DatagramRecogniser = (
  talk: Talk,
  bytes: Uint8Array,
  start: number,
  end: number,
) => DatagramReader | undefined;

/** Whether a further datagram is to be tried, after one that did not tell. */
export function tryAgain(half: Half): boolean {
  return ++half.tries < MAX_TRIES;
}

export function datagramRecogniser(readDns: DatagramReader, readQuic: DatagramReader): DatagramRecogniser {
  const dns: Candidate = { is: isDnsDatagram, read: readDns };
  const ntp: Candidate = { is: isNtp, read: (talk, _half, bytes, start, end) => readNtp(talk, bytes, start, end) };
  // From the clearest mark to the faintest.
  const candidates: readonly Candidate[] = [
    byContent(isDhcp, readDhcp),
    byContent(isDtls, (talk, _half, bytes, start, end) => readDtls(talk, bytes, start, end)),
    byContent(isKerberos, readKerberosDatagram),
    byContent(isSnmp, (talk, _half, bytes, start, end) => readSnmp(talk, bytes, start, end)),
    dns,
    byContent(isQuic, readQuic),
    ntp,
  ];
  return (talk, bytes, start, end) => {
    const preferred = isDnsPort(talk.port) ? dns : talk.port === NTP_PORT ? ntp : undefined;
    if (preferred?.is(talk, bytes, start, end)) return preferred.read;
    for (const candidate of candidates) if (candidate.is(talk, bytes, start, end)) return candidate.read;
    return undefined;
  };
}
