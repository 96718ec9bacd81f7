import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { silentLog } from '../kit/log.ts';
import { plainEncoder } from './fixtures/hec.ts';
import { collectorUrl, hecSchema, indexedFields } from './hec-config.ts';
import { splunkHec } from './splunk-hec.ts';

const LEAST = { hec_url: 'https://splunk.example:8088', token: 'abc' };

describe('hecSchema', () => {
  it('has the defaults that people know', () => {
    expect(hecSchema.parse(LEAST)).toEqual({
      ...LEAST,
      index: 'telemetry',
      sourcetype: 'telemetry:event',
      source: 'vedette',
      host: '',
      naming: 'cim',
      extra_fields: {},
      batch_size: 500,
      batch_bytes: 1_000_000,
      max_retries: 5,
      backoff_ms: 200,
      ack: 'auto',
      gzip: true,
      timeout_ms: 60_000,
      verify_tls: true,
      allow_private: false,
    });
  });

  it.each([
    { hec_url: 'splunk.example' },
    { hec_url: 'ftp://splunk.example' },
    { hec_url: 'https://user:password@splunk.example' },
    { hec_url: 'https://splunk.example/services/collector?token=abc' },
    { token: '' },
    { token: 'Splunk abc' },
    { token: 'abc\n' },
    { token: 'äbc' },
    { channel: 'mine' },
    { extra_fields: { site: { city: 'Wien' } } },
    { extra_fields: { site: [['Wien']] } },
    { batch_size: 0 },
    { ack: 'yes' },
    { retries: 5 },
  ])('refuses %j', (wrong) => {
    expect(hecSchema.safeParse({ ...LEAST, ...wrong }).success).toBe(false);
  });

  it('describes each field, and marks the secret', () => {
    const schema = z.toJSONSchema(hecSchema, { io: 'input' });
    const { properties = {}, required } = schema;
    for (const field of Object.values(properties))
      expect(field).toMatchObject({ description: expect.stringMatching(/\.$/) });
    expect(properties.token).toMatchObject({ writeOnly: true });
    expect(required).toEqual(['hec_url', 'token']);
  });
});

describe('collectorUrl', () => {
  it.each([
    ['https://s:8088', 'https://s:8088', '/services/collector'],
    ['https://s:8088/', 'https://s:8088', '/services/collector'],
    ['https://s:8088/services/collector', 'https://s:8088', '/services/collector'],
    ['https://s:8088/services/collector/', 'https://s:8088', '/services/collector'],
    ['https://s:8088/services/collector/event', 'https://s:8088', '/services/collector'],
    ['https://s/services/collector/event/1.0', 'https://s', '/services/collector'],
    ['http://s/services/collector/raw', 'http://s', '/services/collector'],
    ['https://proxy/splunk', 'https://proxy', '/splunk/services/collector'],
    ['https://proxy/splunk/services/collector/event', 'https://proxy', '/splunk/services/collector'],
    ['https://proxy/services/collectors', 'https://proxy', '/services/collectors/services/collector'],
  ])('reads %s', (text, origin, path) => {
    expect(collectorUrl(text)).toEqual({ origin, path });
  });
});

it('makes indexed fields flat texts', () => {
  expect(indexedFields({ a: 'x', b: 1, c: true, d: ['y', 2] })).toEqual({ a: 'x', b: '1', c: 'true', d: ['y', '2'] });
});

it('makes an output of each naming, with the version that encoders want', async () => {
  const made: string[] = [];
  const maker = (name: string) => (parts: { version: string }) => {
    made.push(`${name} ${parts.version}`);
    return plainEncoder;
  };
  const kind = splunkHec({ cim: maker('cim'), vedette: maker('vedette') });
  const parts = { name: 'splunk', version: '1.2.3', log: silentLog, now: Date.now };
  for (const naming of ['cim', 'vedette'] as const) {
    const output = kind.make(hecSchema.parse({ ...LEAST, naming }), parts);
    expect(output.endpoint).toBe('https://splunk.example:8088/services/collector/event');
    await output.close();
  }
  expect(made).toEqual(['cim 1.2.3', 'vedette 1.2.3']);
  expect([kind.type, kind.secrets]).toEqual(['splunk-hec', ['token']]);
});
