import { describe, expect, it } from 'vitest';
import { hashSecret, looksLikeSecret, newSecret, prefixOf } from './secret.ts';

describe('secret', () => {
  it('is of the documented form, and never twice the same', () => {
    const secrets = new Set(Array.from({ length: 2_000 }, newSecret));
    expect(secrets.size).toBe(2_000);
    for (const secret of secrets) expect(secret).toMatch(/^vdt_[0-9A-Za-z]{40}$/);
  });

  it('uses all 62 characters about equally', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 2_000; i++) for (const c of newSecret().slice(4)) counts.set(c, (counts.get(c) ?? 0) + 1);
    expect(counts.size).toBe(62);
    // 80,000 characters, 1290 of each, standard deviation 36: a bias of a byte modulo 62 would make some 1560.
    for (const [character, count] of counts) expect(Math.abs(count - 1290), character).toBeLessThan(230);
  });

  it('is recognised by its shape, and by no more than its prefix', () => {
    const secret = newSecret();
    expect(looksLikeSecret(secret)).toBe(true);
    for (const other of [
      '',
      'vdt_',
      secret.slice(4),
      `${secret}-`,
      ` ${secret}`,
      `${secret}\n`,
      `vdt_${'a'.repeat(65)}`,
    ])
      expect(looksLikeSecret(other), JSON.stringify(other)).toBe(false);
    expect(prefixOf(secret)).toBe(secret.slice(0, 12));
  });

  it('is hashed with SHA-256', () => {
    expect(hashSecret('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
