import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asAdmin, serverOf, World } from '../../test/fakes/api.ts';
import { FakeReceiver, outputsOf } from '../../test/fakes/output-service.ts';
import type { OutputService } from '../pipelines/outputs.ts';
import type { App } from './context.ts';
import { elasticAnswer, splunkAnswer } from './schemas/output-doors.ts';

let world: World;
let service: OutputService;
let app: App;

beforeEach(async () => {
  world = new World();
  ({ service } = await outputsOf(world, new FakeReceiver()));
  app = await serverOf(world);
});
afterEach(async () => {
  await app.close();
  await service.stop();
});

const ask = (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) =>
  app.inject({ method, url: `/v1/outputs/${url}`, headers: asAdmin, ...(payload && { payload }) });

const splunk = { hec_url: 'https://splunk.example:8088', token: 'a-hec-token' };
const elastic = { urls: ['https://elastic.example:9200'] };

describe('/v1/outputs/splunk', () => {
  it('is not there before it is configured', async () => {
    expect((await ask('GET', 'splunk')).json()).toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each(['POST', 'PUT'] as const)('takes the keys of the contract by %s, with its defaults', async (method) => {
    const answer = await ask(method, 'splunk', splunk);
    expect(answer.statusCode).toBe(200);
    const made = splunkAnswer.strict().parse(answer.json());
    expect(made).toMatchObject({ status: 'ok', output: { name: 'splunk', type: 'splunk-hec' } });
    expect(made.splunk).toEqual({
      hec_url: 'https://splunk.example:8088',
      token: '********',
      index: 'telemetry',
      sourcetype: 'telemetry:event',
      batch_size: 500,
      max_retries: 5,
      backoff_ms: 200,
      verify_tls: true,
      extra_fields: {},
      allow_private: false,
    });
    expect(splunkAnswer.strict().parse((await ask('GET', 'splunk')).json()).splunk).toEqual(made.splunk);
    expect(world.audited).toMatchObject([
      { action: 'output.put', target: 'splunk', detail: { type: 'splunk-hec', fields: ['hec_url', 'token'] } },
    ]);
  });

  it('is described as a whole by POST, and changed in part by PUT', async () => {
    await ask('POST', 'splunk', { ...splunk, index: 'security', batch_size: 50, extra_fields: { site: 'hq' } });
    const changed = (await ask('PUT', 'splunk', { batch_size: 60 })).json().splunk;
    expect(changed).toMatchObject({ index: 'security', batch_size: 60, extra_fields: { site: 'hq' } });
    const anew = (await ask('POST', 'splunk', { ...splunk, token: '********' })).json().splunk;
    expect(anew).toMatchObject({ index: 'telemetry', batch_size: 500, extra_fields: {} });
    expect(service.get('splunk')?.config.token).toBe('********');
  });

  it('takes the general form, too, with every key of the type', async () => {
    await ask('PUT', 'splunk', { type: 'splunk-hec', config: { ...splunk, naming: 'vedette' }, filter: 'risk >= 50' });
    const { output } = (await ask('POST', 'splunk', { config: { gzip: false } })).json();
    expect(output).toMatchObject({ filter: 'risk >= 50', config: { naming: 'vedette', gzip: false } });
  });

  it.each([
    [{ token: 't' }, 'hec_url'],
    [{ hec_url: splunk.hec_url }, 'token'],
    [{ ...splunk, hec_url: 'ftp://splunk.example' }, 'hec_url'],
    [{ ...splunk, batch_size: 0 }, 'batch_size'],
    [{ ...splunk, batch_size: '500' }, 'batch_size'],
    [{ ...splunk, verify_tls: 'yes' }, 'verify_tls'],
    [{ ...splunk, extra_fields: { a: { b: 1 } } }, 'extra_fields'],
    [{ ...splunk, colour: 'red' }, 'colour'],
    [{ ...splunk, config: {} }, 'give either config or hec_url'],
    [{ ...splunk, type: 'webhook' }, 'splunk is for outputs of type splunk-hec'],
    [{ ...splunk, start: 'soon' }, 'is no time'],
    [{ ...splunk, hec_url: 'https://127.0.0.1:8088' }, 'allow_private'],
    [{ ...splunk, hec_url: 'https://169.254.169.254', allow_private: true }, 'refused always'],
  ])('refuses %o', async (body, words) => {
    const answer = await ask('POST', 'splunk', body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_PARAMETER']);
    expect(JSON.stringify(answer.json().detail)).toContain(words);
    expect(service.get('splunk')).toBeUndefined();
  });

  it('connects to private addresses where that is allowed', async () => {
    const answer = await ask('POST', 'splunk', { ...splunk, hec_url: 'https://127.0.0.1:8088', allow_private: true });
    expect(answer.json().splunk).toMatchObject({ hec_url: 'https://127.0.0.1:8088', allow_private: true });
  });

  it('shows an output of another type as it is, and does not make Splunk of it', async () => {
    await service.put('splunk', { type: 'webhook', config: { url: 'https://hook.example/' } });
    expect((await ask('GET', 'splunk')).json().splunk).toEqual({ url: 'https://hook.example/' });
    expect((await ask('POST', 'splunk', splunk)).json()).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('/v1/outputs/elastic', () => {
  it.each(['POST', 'PUT'] as const)('takes the keys of the contract by %s, with its defaults', async (method) => {
    const made = elasticAnswer.strict().parse((await ask(method, 'elastic', elastic)).json());
    expect(made).toMatchObject({ status: 'ok', output: { name: 'elastic', type: 'elastic-bulk' } });
    expect(made.elastic).toEqual({
      urls: ['https://elastic.example:9200'],
      index_prefix: 'telemetry-',
      bulk_size: 1000,
      max_retries: 5,
      backoff_ms: 200,
      pipeline: null,
      username: null,
      password: null,
      api_key: null,
      verify_tls: true,
      allow_private: false,
    });
    expect(elasticAnswer.strict().parse((await ask('GET', 'elastic')).json()).elastic).toEqual(made.elastic);
  });

  it('changes from a password to a key', async () => {
    const before = await ask('POST', 'elastic', { ...elastic, username: 'feeder', password: 'sesame-open' });
    expect(before.json().elastic).toMatchObject({ username: 'feeder', password: '********', api_key: null });
    expect((await ask('PUT', 'elastic', { api_key: 'a2V5' })).json()).toMatchObject({ code: 'INVALID_PARAMETER' });
    const after = await ask('PUT', 'elastic', { api_key: 'a2V5', username: null, password: null });
    expect(after.json().elastic).toMatchObject({ username: null, password: null, api_key: '********' });
  });

  it('may be an OpenSearch, and stays one', async () => {
    const made = await ask('POST', 'elastic', { ...elastic, type: 'opensearch' });
    expect(made.json().output.type).toBe('opensearch');
    expect((await ask('PUT', 'elastic', { bulk_size: 5 })).json().output).toMatchObject({
      type: 'opensearch',
      config: { bulk_size: 5 },
    });
  });

  it.each([
    [{}, 'urls'],
    [{ urls: [] }, 'urls'],
    [{ urls: 'https://elastic.example' }, 'urls'],
    [{ ...elastic, username: 'feeder' }, 'password'],
    [{ ...elastic, index_prefix: 'UPPER' }, 'index_prefix'],
    [{ ...elastic, bulk_size: 1.5 }, 'bulk_size'],
  ])('refuses %o', async (body, words) => {
    const answer = await ask('POST', 'elastic', body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_PARAMETER']);
    expect(JSON.stringify(answer.json().detail)).toContain(words);
  });
});

describe('/v1/outputs/test', () => {
  it('tells that nobody answers', async () => {
    const body = { ...splunk, hec_url: 'http://127.0.0.1:9', allow_private: true, max_retries: 0 };
    await ask('POST', 'splunk', body);
    const answer = await ask('POST', 'test', { target: 'splunk' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      status: 'error',
      target: 'splunk',
      http_status: null,
      duration_ms: expect.any(Number),
      bytes: expect.any(Number),
      request_id: expect.stringMatching(/^test-/),
      error: expect.any(String),
    });
  });

  it.each([
    [{ target: 'splunk' }, 404, 'NOT_FOUND'],
    [{}, 400, 'INVALID_PARAMETER'],
  ])('refuses %o', async (body, status, code) => {
    const answer = await ask('POST', 'test', body);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });
});
