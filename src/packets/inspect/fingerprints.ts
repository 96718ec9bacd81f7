import type { ClientHello } from './client-hello.ts';
import { ja3 } from './ja3.ts';
import { type Carrier, ja4 } from './ja4.ts';

export interface Fingerprint {
  readonly ja3: string;
  readonly ja4: string;
}

/** Kinds of hello that are remembered; a client that shuffles its extensions has very many. */
const REMEMBERED = 1024;
/** Characters of a key; longer ones, of which no program is known, are not worth the memory. */
const LONGEST = 512;

const known = new Map<string, Fingerprint>();

/** JA3 and JA4 of a client. Programs greet in the same way again and again: hashes are worked out once for each way. */
export function fingerprintOf(hello: ClientHello, carrier: Carrier): Fingerprint {
  const key = keyOf(hello, carrier);
  let found = known.get(key);
  if (!found) {
    found = { ja3: ja3(hello), ja4: ja4(hello, carrier) };
    if (key.length > LONGEST) return found;
    if (known.size >= REMEMBERED) known.clear();
    known.set(key, found);
  }
  return found;
}

/** All that the fingerprints are made of, as characters. Each list stands behind its length, so that none runs into the next. */
function keyOf(hello: ClientHello, carrier: Carrier): string {
  const { legacyVersion, version, ciphers, extensions, groups, pointFormats, signatureAlgorithms } = hello;
  const head = `${carrier}${hello.hasServerName ? 'd' : 'i'}${hello.alpnMark}.`;
  return (
    head +
    String.fromCharCode(legacyVersion, version) +
    listed(ciphers) +
    listed(extensions) +
    listed(groups) +
    listed(pointFormats) +
    listed(signatureAlgorithms)
  );
}

function listed(values: readonly number[]): string {
  return String.fromCharCode(values.length, ...values);
}
