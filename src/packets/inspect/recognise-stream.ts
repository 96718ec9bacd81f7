import { isCommand, isGreeting, isSsh, readCommands, readGreeting, readSsh } from './banners.ts';
import { isMysql, isPostgres, isRedis, readMysql, readPostgres, readRedis } from './databases.ts';
import { isDnsPort, isDnsStream } from './dns-reader.ts';
import {
  isHttp2,
  isHttpRequest,
  isHttpResponse,
  readHttp2,
  readHttpRequests,
  readHttpResponse,
} from './http-reader.ts';
import { isKerberosStream, readKerberosStream } from './kerberos.ts';
import { isMqtt, readMqtt } from './mqtt.ts';
import { isRdp, readRdp } from './remote-desktop.ts';
import { AGAIN, type Half, needs, type Reader, STOP, type Talk } from './talk.ts';
import { MAYBE, type Match, NO, YES } from './text.ts';
import { isSsl2Hello, isTls, readSsl2Hello, readTls } from './tls-reader.ts';
import { isSmb, readSmb } from './windows-shares.ts';

interface Candidate {
  readonly is: (talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number) => Match;
  readonly read: Reader;
}

/** Tests by the content alone. */
function byContent(is: (bytes: Uint8Array, start: number, end: number) => Match, read: Reader): Candidate {
  return { is: (_talk, _half, bytes, start, end) => is(bytes, start, end), read };
}

/**
 * Finds out what a direction of a stream speaks, from its first bytes. An earlier candidate goes before a later one, also
 * when it needs more bytes to decide: so it does not matter how the bytes are divided into segments.
 * @param readDns reader of DNS messages.
 */
export function streamRecogniser(readDns: Reader): Reader {
  const candidates: readonly Candidate[] = [
    byContent(isTls, readTls),
    byContent(isHttpRequest, readHttpRequests),
    byContent(isHttpResponse, readHttpResponse),
    byContent(isSsh, readSsh),
    byContent(isSmb, readSmb),
    byContent(isHttp2, readHttp2),
    { is: isGreeting, read: readGreeting },
    { is: isCommand, read: readCommands },
    { is: isRdp, read: readRdp },
    byContent(isPostgres, readPostgres),
    byContent(isMqtt, readMqtt),
    byContent(isRedis, readRedis),
    byContent(isSsl2Hello, readSsl2Hello),
    byContent(isKerberosStream, readKerberosStream),
    byContent(isMysql, readMysql),
    { is: (talk, _half, bytes, start, end) => isDnsStream(talk, bytes, start, end), read: readDns },
  ];
  return (talk, half, bytes, start, end) => {
    // The first two bytes of DNS are a length: what they look like means nothing.
    if (isDnsPort(talk.port)) {
      const match = isDnsStream(talk, bytes, start, end);
      if (match === MAYBE) return needs(half, end - start + 1);
      if (match === YES) {
        half.read = readDns;
        return AGAIN;
      }
    }
    for (const candidate of candidates) {
      const match = candidate.is(talk, half, bytes, start, end);
      if (match === NO) continue;
      if (match === MAYBE) return needs(half, end - start + 1);
      half.read = candidate.read;
      return AGAIN;
    }
    return STOP;
  };
}
