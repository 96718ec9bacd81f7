import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { silentLog } from '../kit/log.ts';
import { elasticBulk } from './elastic-bulk.ts';
import { authorizationOf, elasticSchema, nodeUrl, schemeOf, secretsOf, streamOf } from './elastic-config.ts';
import type { EcsParts } from './encode/ecs-context.ts';
import { documentEncoder } from './fixtures/elastic.ts';

const LEAST = { urls: ['https://elastic.example:9200'] };

describe('elasticSchema', () => {
  it('has the defaults that people know', () => {
    expect(elasticSchema.parse(LEAST)).toEqual({
      ...LEAST,
      index_prefix: 'telemetry-',
      ecs_version: 8,
      bulk_size: 1000,
      batch_bytes: 5_242_880,
      max_retries: 5,
      backoff_ms: 200,
      gzip: true,
      timeout_ms: 60_000,
      verify_tls: true,
      allow_private: false,
    });
  });

  it.each([
    { urls: [] },
    { urls: ['elastic.example:9200'] },
    { urls: ['ftp://elastic.example'] },
    { urls: ['https://user:password@elastic.example'] },
    { urls: ['https://elastic.example/?pretty'] },
    { urls: ['https://elastic.example', ''] },
    { index_prefix: '' },
    { index_prefix: 'Telemetry-' },
    { index_prefix: '-telemetry' },
    { index_prefix: 'a/b' },
    { data_stream: '' },
    { data_stream: 'logs-ÄRGER-default' },
    { data_stream: '.hidden' },
    { data_stream: 'a,b' },
    { data_stream: 'a*' },
    { data_stream: '<a-{now/d}>' },
    { data_stream: 'a b' },
    { data_stream: 'a\u0000' },
    { data_stream: 'x'.repeat(201) },
    { username: 'elastic' },
    { password: 'x' },
    { api_key: 'x', username: 'elastic', password: 'x' },
    { api_key: '' },
    { api_key: 'ApiKey abc' },
    { api_key: 'abc\n' },
    { bulk_size: 0 },
    { ecs_version: 7 },
    { pipeline: '' },
    { index: 'a' },
  ])('refuses %j', (wrong) => {
    expect(elasticSchema.safeParse({ ...LEAST, ...wrong }).success).toBe(false);
  });

  it.each([
    { username: 'elastic', password: '' },
    { api_key: 'aWQ6a2V5' },
    { urls: ['http://127.0.0.1:9200', 'https://proxy.example/search/'] },
    { data_stream: 'logs-vedette.events-default' },
    { ecs_version: 9 },
  ])('takes %j', (good) => {
    expect(elasticSchema.safeParse({ ...LEAST, ...good }).error).toBeUndefined();
  });

  it('describes each field, and marks the secrets', () => {
    const { properties = {}, required } = z.toJSONSchema(elasticSchema, { io: 'input' });
    for (const field of Object.values(properties))
      expect(field).toMatchObject({ description: expect.stringMatching(/\.$/) });
    for (const secret of ['password', 'api_key']) expect(properties[secret]).toMatchObject({ writeOnly: true });
    expect(required).toEqual(['urls']);
  });
});

it('names the stream by its prefix, or as it is told', () => {
  const named = (config: object) => streamOf(elasticSchema.parse({ ...LEAST, ...config }));
  expect(named({})).toBe('telemetry-events');
  expect(named({ index_prefix: 'net.' })).toBe('net.events');
  expect(named({ data_stream: 'logs-net-prod' })).toBe('logs-net-prod');
});

it.each<[string, object | undefined]>([
  ['logs-vedette.events-default', { dataset: 'vedette.events', namespace: 'default' }],
  ['telemetry-events', undefined],
  ['logs-events', undefined],
  ['logs-a-b-c', undefined],
  ['metrics-a-b', undefined],
])('reads dataset and namespace of %s', (stream, scheme) => {
  expect(schemeOf(stream)).toEqual(scheme);
});

it.each([
  ['https://e:9200', 'https://e:9200', ''],
  ['https://e:9200/', 'https://e:9200', ''],
  ['https://proxy/search/es//', 'https://proxy', '/search/es'],
])('reads the node %s', (text, origin, path) => {
  expect(nodeUrl(text)).toEqual({ origin, path });
});

it('writes the credentials, and knows every form in which they must not be seen', () => {
  const parse = (config: object) => elasticSchema.parse({ ...LEAST, ...config });
  expect(authorizationOf(parse({}))).toBeUndefined();
  expect(secretsOf(parse({}))).toEqual([]);
  const basic = parse({ username: 'elastic', password: 'pässword:1' });
  const encoded = Buffer.from('elastic:pässword:1').toString('base64');
  expect(authorizationOf(basic)).toBe(`Basic ${encoded}`);
  expect(secretsOf(basic)).toEqual(['pässword:1', encoded]);
  const apiKey = Buffer.from('anId:aSecret').toString('base64');
  expect(authorizationOf(parse({ api_key: apiKey }))).toBe(`ApiKey ${apiKey}`);
  expect(secretsOf(parse({ api_key: apiKey }))).toEqual([apiKey, apiKey, 'aSecret']);
});

it('makes an output of both types, with what its encoder wants', async () => {
  const made: EcsParts[] = [];
  const encoder = (parts: EcsParts) => {
    made.push(parts);
    return documentEncoder;
  };
  const parts = { name: 'elastic', version: '1.2.3', log: silentLog, now: Date.now };
  for (const type of ['elastic-bulk', 'opensearch'] as const) {
    const kind = elasticBulk(type, encoder);
    expect([kind.type, kind.secrets]).toEqual([type, ['password', 'api_key']]);
    const output = kind.make(elasticSchema.parse(LEAST), parts);
    expect(output.endpoint).toBe('https://elastic.example:9200/telemetry-events');
    expect(output.limits).toEqual({ events: 1000, bytes: 5_242_880, concurrency: 8 });
    expect(output.columns).toEqual(['id', 'ts', 'note']);
    await output.close();
  }
  const urls = ['https://proxy.example/es/', 'https://other.example'];
  const named = { urls, data_stream: 'logs-net-prod', ecs_version: 9 };
  const output = elasticBulk('elastic-bulk', encoder).make(elasticSchema.parse(named), parts);
  expect(output.endpoint).toBe('https://proxy.example/es/logs-net-prod and 1 more');
  await output.close();
  expect(made).toEqual([
    { version: '1.2.3', ecs: 8 },
    { version: '1.2.3', ecs: 8 },
    { version: '1.2.3', ecs: 9, dataStream: { dataset: 'net', namespace: 'prod' } },
  ]);
});
