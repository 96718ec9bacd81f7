import { textOf, u16 } from './text.ts';
import { EXTENSION } from './tls-names.ts';

const RANDOM = 32;

/** What a server chose. */
export interface ServerHello {
  readonly version: number;
  readonly cipher: number;
  /** Empty when none was chosen in the open (TLS 1.3 says it encrypted). */
  readonly alpn: string;
}

/** Reads the body of a ServerHello (RFC 8446 section 4.1.3). @returns undefined when its lengths contradict each other. */
export function readServerHello(bytes: Uint8Array, start: number, end: number): ServerHello | undefined {
  if (start + 2 + RANDOM + 1 > end) return undefined;
  let version = u16(bytes, start);
  let at = start + 2 + RANDOM;
  at += 1 + bytes[at];
  if (at + 3 > end) return undefined;
  const cipher = u16(bytes, at);
  at += 3;
  let alpn = '';
  // Without extensions the message ends here; what is left over is not worth a refusal.
  const stop = at + 2 <= end ? Math.min(end, at + 2 + u16(bytes, at)) : at;
  for (at += 2; at + 4 <= stop; ) {
    const type = u16(bytes, at);
    const data = at + 4;
    at = data + u16(bytes, at + 2);
    if (at > stop) break;
    if (type === EXTENSION.supportedVersions && at - data === 2) version = u16(bytes, data);
    // A list of one.
    if (type === EXTENSION.alpn && at - data > 3)
      alpn = textOf(bytes, data + 3, Math.min(at, data + 3 + bytes[data + 2]));
  }
  return { version, cipher, alpn };
}
