import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchId, signature } from './webhook-signature.ts';

describe('signature', () => {
  it('is the HMAC-SHA256 of time and body', () => {
    // Made with: printf '1700000000.[]' | openssl dgst -sha256 -hmac 0123456789abcdef
    expect(signature('[]', ['0123456789abcdef'], 1_700_000_000_999)).toBe(
      't=1700000000,v1=c91545d09b999c13267144ab89f40da36c784c2397a9684263e82122a502a910',
    );
  });

  it('is there once for each secret, and differs with body, time and secret', () => {
    const text = fc.string({ unit: 'grapheme' });
    const time = fc.integer({ min: 1e12, max: 2e12 });
    fc.assert(
      fc.property(text, text, time, (body, secret, now) => {
        const [t, first, second, ...rest] = signature(body, [secret, `${secret}2`], now).split(',');
        expect(rest).toEqual([]);
        const seconds = t.slice(2);
        const mac = (key: string, content: string) => `v1=${createHmac('sha256', key).update(content).digest('hex')}`;
        expect([first, second]).toEqual([mac(secret, `${seconds}.${body}`), mac(`${secret}2`, `${seconds}.${body}`)]);
        expect(signature(`${body}x`, [secret], now)).not.toBe(`${t},${first}`);
        expect(signature(body, [secret], now + 1000)).not.toBe(`${t},${first}`);
      }),
    );
  });
});

it('numbers a batch by its events and their order', () => {
  const ids = fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n }).map(String), { maxLength: 20 });
  fc.assert(
    fc.property(ids, ids, (one, other) => {
      expect(batchId(one)).toMatch(/^[0-9a-f]{32}$/);
      expect(batchId(one) === batchId(other)).toBe(one.join() === other.join() && one.length === other.length);
    }),
  );
  expect(batchId(['1', '2'])).not.toBe(batchId(['12']));
});
