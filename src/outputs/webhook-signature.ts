import { createHash, createHmac } from 'node:crypto';

/**
 * Value of the header `Vedette-Signature`: `t=<seconds since 1970>,v1=<hex>`, with one `v1` for each secret. A signature
 * is the HMAC-SHA256 (RFC 2104) of the seconds, a full stop and the body as it is sent. Receivers compare in constant
 * time, take any of the signatures, and refuse times that are minutes away.
 * @param now Milliseconds since 1970.
 */
export function signature(body: string, secrets: readonly string[], now: number): string {
  const seconds = Math.floor(now / 1000);
  const made = secrets.map((secret) => createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex'));
  return [`t=${seconds}`, ...made.map((hex) => `v1=${hex}`)].join(',');
}

/** Value of the header `Vedette-Id`: the same for the same events in the same order, whatever became of earlier attempts. */
export function batchId(ids: readonly string[]): string {
  return createHash('sha256').update(ids.join('\n')).digest('hex').slice(0, 32);
}
