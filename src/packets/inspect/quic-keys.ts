import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

const SALT_1 = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex');
const SALT_2 = Buffer.from('0dede3def700a6db819381be6e269dcbf9bd2ed9', 'hex');

export const QUIC_1 = 1;
/** RFC 9369. */
export const QUIC_2 = 0x6b3343cf;

/** What protects the first packets of a client; everyone who sees them can compute it. */
export interface InitialKeys {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly headerKey: Buffer;
}

/** Keys of the client's Initial packets by the connection id it has chosen for the server (RFC 9001 section 5.2). */
export function clientInitialKeys(version: number, connectionId: Uint8Array): InitialKeys {
  const second = version === QUIC_2;
  const secret = hmac(second ? SALT_2 : SALT_1, connectionId);
  const client = expand(secret, 'client in', 32);
  const prefix = second ? 'quicv2' : 'quic';
  return {
    key: expand(client, `${prefix} key`, 16),
    iv: expand(client, `${prefix} iv`, 12),
    headerKey: expand(client, `${prefix} hp`, 16),
  };
}

/** Five bytes that hide the packet number (RFC 9001 section 5.4.3). @param sample 16 bytes. */
export function headerMask(keys: InitialKeys, sample: Uint8Array): Buffer {
  return createCipheriv('aes-128-ecb', keys.headerKey, null).update(sample).subarray(0, 5);
}

/**
 * Decrypts the payload of a packet (RFC 9001 section 5.3).
 * @param header the packet up to its payload, without protection.
 * @param sealed ciphertext and 16 bytes of tag.
 * @returns undefined when the tag is wrong.
 */
export function unseal(keys: InitialKeys, number: number, header: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  const nonce = Buffer.from(keys.iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
  const cipher = createDecipheriv('aes-128-gcm', keys.key, nonce);
  cipher.setAAD(header);
  cipher.setAuthTag(sealed.subarray(sealed.length - 16));
  const plain = cipher.update(sealed.subarray(0, sealed.length - 16));
  try {
    cipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

/** HKDF-Expand-Label (RFC 8446 section 7.1) for up to 32 bytes: one round of HMAC. */
function expand(secret: Buffer, label: string, length: number): Buffer {
  const full = `tls13 ${label}`;
  const info = Buffer.concat([Buffer.from([0, length, full.length]), Buffer.from(full), Buffer.from([0, 1])]);
  return hmac(secret, info).subarray(0, length);
}

function hmac(key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
