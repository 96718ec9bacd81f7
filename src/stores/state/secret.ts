import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_CHARS = 40;
const SHAPE = /^vdt_[0-9A-Za-z]{32,64}$/;
const PREFIX_CHARS = 12;

/** `vdt_` and 40 characters of base62: 238 random bits. */
export function newSecret(): string {
  let text = 'vdt_';
  while (text.length < 4 + RANDOM_CHARS)
    // 248 is the largest multiple of 62 in a byte; what lies above would favour the first characters.
    for (const byte of randomBytes(RANDOM_CHARS))
      if (byte < 248 && text.length < 4 + RANDOM_CHARS) text += ALPHABET[byte % 62];
  return text;
}

/** Whether a text could be a secret of ours; what could not costs neither a hash nor a query. */
export function looksLikeSecret(text: string): boolean {
  return SHAPE.test(text);
}

/**
 * SHA-256 of the secret. A slow hash (scrypt, Argon2) protects what people choose, by making guesses dear; among 2^238
 * equally likely secrets there is nothing to guess, and a slow hash would only make every request dear.
 */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The beginning that is kept to recognise a key by: 8 of its 40 random characters. */
export function prefixOf(secret: string): string {
  return secret.slice(0, PREFIX_CHARS);
}
