import { describe, expect, it } from 'vitest';
import { webhook } from '../../outputs/webhook.ts';
import { MASK, maskConfig, readConfig } from './output-config.ts';

const SECRET = 'a-secret-of-sixteen-and-more';
const before = readConfig(webhook, { url: 'https://hooks.example/a', secret: SECRET });

describe('configuration of an output', () => {
  it('keeps what is not given, and a secret that is sent back masked', () => {
    const after = readConfig(webhook, { secret: MASK, batch_size: 7 }, before);
    expect(after).toMatchObject({ url: 'https://hooks.example/a', secret: SECRET, batch_size: 7 });
    expect(maskConfig(webhook, after).secret).toBe(MASK);
  });

  it('shows an address without the key in it, and keeps the key when that is sent back', () => {
    const url = 'https://hooks.example/services/AbCdEfGhIjKlMnOpQrStUvWx?token=1';
    const config = readConfig(webhook, { url });
    const shown = maskConfig(webhook, config);
    expect(shown.url).toBe('https://hooks.example/services/…?…');
    expect(readConfig(webhook, { ...shown, batch_size: 7 }, config)).toMatchObject({ url, batch_size: 7 });
    expect(readConfig(webhook, { url: 'https://hooks.example/other' }, config).url).toBe('https://hooks.example/other');
  });

  it('goes back to the default for null', () => {
    const { batch_size } = readConfig(webhook, {}, before);
    expect(readConfig(webhook, { batch_size: null }, { ...before, batch_size: 3 }).batch_size).toBe(batch_size);
  });

  it('names the field that is wrong', () => {
    expect(() => readConfig(webhook, { url: 'gopher://x' })).toThrow(/url: must be/);
    expect(() => readConfig(webhook, { url: 'https://x.example', what: 1 })).toThrow(/what/);
  });

  it('does not take a secret along to another host', () => {
    expect(() => readConfig(webhook, { url: 'https://elsewhere.example/a' }, before)).toThrow(/give secret again/);
    expect(() => readConfig(webhook, { url: 'https://elsewhere.example/a', secret: MASK }, before)).toThrow(/again/);
    const given = { url: 'https://elsewhere.example/a', secret: `${SECRET}-2` };
    expect(readConfig(webhook, given, before)).toMatchObject(given);
    expect(readConfig(webhook, { url: 'https://elsewhere.example/a', secret: null }, before).secret).toBeUndefined();
    expect(readConfig(webhook, { url: 'https://hooks.example/b' }, before).secret).toBe(SECRET);
  });
});
