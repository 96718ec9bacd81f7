import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** DER (X.690, 8.1): tag, length, content. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.of(tag, length), content]);
  const size = length < 256 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 255);
  return Buffer.concat([Buffer.of(tag), size, content]);
}

const SEQUENCE = 0x30;
const sequence = (...contents: readonly Uint8Array[]) => der(SEQUENCE, ...contents);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256 (RFC 5758, 3.2). */
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
const COMMON_NAME = oid('550403');
const BASIC_CONSTRAINTS = oid('551d13');
const SUBJECT_ALT_NAME = oid('551d11');
const DAY = 86_400_000;

/** UTCTime, RFC 5280, 4.1.2.5.1: good to the year 2049. */
function utcTime(at: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
}

/** GeneralName (RFC 5280, 4.2.1.6): an IPv4 address or a DNS name. */
function generalName(name: string): Buffer {
  if (isIPv4(name)) return der(0x87, Buffer.from(name.split('.').map(Number)));
  return der(0x82, Buffer.from(name));
}

export interface SelfSigned {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

/**
 * A certificate that signs itself (RFC 5280, version 3, P-256), for receivers that are tried out on loopback.
 * @param names DNS names and IPv4 addresses it stands for.
 * @param from Milliseconds since 1970; an expired one has `until` in the past.
 */
export function selfSigned(
  names: readonly string[],
  from = Date.now() - DAY,
  until = Date.now() + 30 * DAY,
): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(names[0])))));
  const extensions = [
    sequence(BASIC_CONSTRAINTS, der(0x01, Buffer.of(0xff)), der(0x04, sequence(der(0x01, Buffer.of(0xff))))),
    sequence(SUBJECT_ALT_NAME, der(0x04, sequence(...names.map(generalName)))),
  ];
  const serial = Buffer.concat([Buffer.of(1), randomBytes(8)]);
  const content = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, serial),
    ECDSA_SHA256,
    subject,
    sequence(utcTime(from), utcTime(until)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = sequence(content, ECDSA_SHA256, der(0x03, Buffer.of(0), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
