import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asAdmin, eventRow, serverOf, World } from '../../test/fakes/api.ts';
import { FakeReceiver, outputsOf } from '../../test/fakes/output-service.ts';
import type { OutputService } from '../pipelines/outputs.ts';
import type { App } from './context.ts';
import { outputAnswer, outputsAnswer, removedAnswer, replayAnswer, testAnswer, typesAnswer } from './schemas/output.ts';

let world: World;
let receiver: FakeReceiver;
let service: OutputService;
let app: App;

beforeEach(async () => {
  world = new World();
  receiver = new FakeReceiver();
  const configured = new Map([
    ['elastic', { type: 'elastic-bulk' as const, config: { urls: ['http://127.0.0.1:9'], allow_private: true } }],
  ]);
  ({ service } = await outputsOf(world, receiver, configured));
  app = await serverOf(world);
});
afterEach(async () => {
  await app.close();
  await service.stop();
});

const get = (url: string, headers: Record<string, string> = asAdmin) => app.inject({ url, headers });
const send = (method: 'POST' | 'PUT' | 'DELETE', url: string, payload?: object, headers: object = asAdmin) =>
  app.inject({ method, url, headers: { ...headers }, ...(payload && { payload }) });
const hook = { type: 'webhook', config: { url: 'https://hook.example/in', secret: 'sesame-open' } };

async function settled(name: string) {
  await expect.poll(() => service.get(name)?.status.lagEvents).toBe(0);
}

describe('outputs', () => {
  it('are none at first, but those of the settings', async () => {
    const { items } = outputsAnswer.strict().parse((await get('/v1/outputs')).json());
    expect(items).toMatchObject([{ name: 'elastic', type: 'elastic-bulk', origin: 'settings', paused: false }]);
    expect(items[0].status).toMatchObject({
      state: 'running',
      lag: { events: 0, seconds: 0 },
      sent: 0,
      dead_letters: 0,
    });
  });

  it('are made, shown, changed and removed', async () => {
    const made = outputAnswer.strict().parse((await send('PUT', '/v1/outputs/hook', hook)).json());
    expect(made).toMatchObject({
      status: 'ok',
      output: { name: 'hook', type: 'webhook', origin: 'api', filter: '', config: { secret: '********' } },
    });
    expect(outputAnswer.strict().parse((await get('/v1/outputs/hook')).json()).output.config).toEqual({
      url: 'https://hook.example/in',
      secret: '********',
    });
    const change = { config: { url: 'https://hook.example/other', secret: '********' }, filter: 'dst.port = 443' };
    expect((await send('PUT', '/v1/outputs/hook', change)).json().output).toMatchObject({
      filter: 'dst.port = 443',
      config: { url: 'https://hook.example/other', secret: '********' },
      status: { endpoint: 'https://hook.example/other' },
    });
    // A secret goes nowhere else without being given again.
    const elsewhere = { config: { url: 'https://other.example/in', secret: '********' } };
    expect((await send('PUT', '/v1/outputs/hook', elsewhere)).json()).toMatchObject({ code: 'INVALID_PARAMETER' });
    expect((await get('/v1/outputs')).json().items.map((each: { name: string }) => each.name)).toEqual([
      'elastic',
      'hook',
    ]);
    const removed = await send('DELETE', '/v1/outputs/hook');
    expect(removedAnswer.strict().parse(removed.json())).toEqual({ name: 'hook', removed: true });
    expect((await get('/v1/outputs/hook')).statusCode).toBe(404);
    expect(world.audited).toMatchObject([
      { actor: 'env:1', action: 'output.put', target: 'hook', detail: { type: 'webhook', fields: ['url', 'secret'] } },
      { action: 'output.put', target: 'hook', detail: { filter: 'dst.port = 443' } },
      { action: 'output.remove', target: 'hook' },
    ]);
  });

  it('deliver from where they begin, and tell how far they are', async () => {
    world.events = [eventRow(1), eventRow(2), eventRow(3)];
    await send('PUT', '/v1/outputs/hook', { ...hook, start: 'oldest' });
    await settled('hook');
    const { status } = (await get('/v1/outputs/hook')).json().output;
    expect(receiver.taken).toEqual(['1', '2', '3']);
    expect(status).toMatchObject({
      state: 'running',
      endpoint: 'https://hook.example/in',
      bookmark: '3',
      bookmark_time: '2026-11-20T12:00:00.000003Z',
      lag: { events: 0, seconds: 0 },
      sent: 3,
      bytes: 30,
      retried: 0,
      duplicates: 0,
      dead: 0,
      lost: 0,
      circuit: 'closed',
      retry_at: null,
      last_error: null,
      last_success: expect.stringMatching(/^20\d\d-.*Z$/),
      latency: { p50_ms: expect.any(Number), p99_ms: expect.any(Number) },
    });
  });

  it('begin with what comes, at a time, or not in the future', async () => {
    world.events = [eventRow(1), eventRow(2), eventRow(3)];
    await send('PUT', '/v1/outputs/new', hook);
    expect((await get('/v1/outputs/new')).json().output.status.bookmark).toBe('3');
    await send('PUT', '/v1/outputs/some', { ...hook, start: '2026-11-20T12:00:00.000002Z' });
    await settled('some');
    expect(receiver.taken).toEqual(['2', '3']);
    const future = await send('PUT', '/v1/outputs/late', { ...hook, start: '2200-01-01' });
    expect(future.json()).toMatchObject({ code: 'INVALID_PARAMETER', detail: expect.stringContaining('start:') });
  });

  it('can be changed and not removed where the settings make them', async () => {
    const changed = await send('PUT', '/v1/outputs/elastic', { config: { bulk_size: 7 } });
    expect(changed.json().output).toMatchObject({ origin: 'settings', config: { bulk_size: 7 } });
    expect((await send('DELETE', '/v1/outputs/elastic')).json()).toMatchObject({ code: 'CONFLICT' });
  });

  it('list the types there are with their fields', async () => {
    const { types } = typesAnswer.strict().parse((await get('/v1/outputs/types')).json());
    expect(Object.keys(types)).toEqual(expect.arrayContaining(['splunk-hec', 'elastic-bulk', 'opensearch', 'webhook']));
    expect(types['splunk-hec']).toMatchObject({
      properties: { token: { writeOnly: true }, index: { default: 'telemetry' } },
    });
  });

  it.each([
    ['Hook', hook, 400, 'INVALID_PARAMETER', 'lower case letters'],
    ['types', hook, 400, 'INVALID_PARAMETER', 'neither types nor test'],
    ['test', hook, 400, 'INVALID_PARAMETER', 'neither types nor test'],
    ['hook', { config: hook.config }, 400, 'INVALID_PARAMETER', 'say what it is to be'],
    ['hook', { ...hook, type: 'pigeon' }, 400, 'INVALID_PARAMETER', 'type'],
    ['hook', { ...hook, colour: 'red' }, 400, 'INVALID_PARAMETER', 'colour'],
    ['hook', { ...hook, config: { url: 7 } }, 400, 'INVALID_PARAMETER', 'url'],
    ['hook', { ...hook, filter: 'dst.port ~~ 4' }, 400, 'INVALID_FILTER', ''],
    ['hook', { ...hook, start: 'soon' }, 400, 'INVALID_PARAMETER', 'is no time; write ISO 8601'],
    ['elastic', { type: 'webhook', config: {} }, 400, 'INVALID_PARAMETER', 'type: elastic is for'],
    [
      'far',
      { type: 'splunk-hec', config: { hec_url: 'http://10.0.0.1:8088', token: 't' } },
      400,
      'INVALID_PARAMETER',
      'allow_private',
    ],
  ])('%s: refuses %o', async (name, body, status, code, words) => {
    const answer = await send('PUT', `/v1/outputs/${name}`, body);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(JSON.stringify(answer.json().detail)).toContain(words);
    expect(world.audited).toEqual([]);
  });

  it('keep their type', async () => {
    await send('PUT', '/v1/outputs/hook', hook);
    const answer = await send('PUT', '/v1/outputs/hook', { type: 'splunk-hec', config: {} });
    expect(answer.json()).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('actions', () => {
  beforeEach(async () => {
    world.events = [eventRow(1), eventRow(2), eventRow(3)];
    await send('PUT', '/v1/outputs/hook', { ...hook, start: 'oldest' });
    await settled('hook');
    world.audited = [];
  });

  it.each([
    ['/v1/outputs/hook/test', undefined],
    ['/v1/outputs/test', { target: 'hook' }],
  ])('%s sends a marked event and tells what came of it', async (url, body) => {
    const good = testAnswer.strict().parse((await send('POST', url, body)).json());
    expect(good).toMatchObject({ status: 'ok', target: 'hook', http_status: 200, bytes: 10 });
    expect(receiver.taken.at(-1)).toBe(good.request_id);
    receiver.trouble = { outcome: 'blocked', status: 403, code: 'HTTP_403', detail: 'It wants another secret.' };
    const refused = await send('POST', url, body);
    expect(refused.statusCode).toBe(200);
    expect(testAnswer.strict().parse(refused.json())).toMatchObject({
      status: 'error',
      http_status: 403,
      error: expect.stringContaining('It wants another secret.'),
    });
    expect(world.audited.map(({ action, detail }) => [action, detail.status])).toEqual([
      ['output.test', 'ok'],
      ['output.test', 'error'],
    ]);
  });

  it('pause and resume', async () => {
    const paused = outputAnswer.strict().parse((await send('POST', '/v1/outputs/hook/pause')).json());
    expect(paused.output).toMatchObject({ paused: true, status: { state: 'paused' } });
    const resumed = await send('POST', '/v1/outputs/hook/resume');
    expect(resumed.json().output).toMatchObject({ paused: false, status: { state: 'running' } });
    expect(world.audited.map(({ action }) => action)).toEqual(['output.pause', 'output.resume']);
  });

  it.each([
    ['1', '1', '2026-11-20T12:00:00.000001Z', ['2', '3']],
    ['oldest', '0', null, ['1', '2', '3']],
    ['2026-11-20T12:00:00.000003Z', '2', '2026-11-20T12:00:00.000002Z', ['3']],
  ])('replay from %s', async (to, bookmark, time, again) => {
    receiver.taken.length = 0;
    const dry = replayAnswer
      .strict()
      .parse((await send('POST', '/v1/outputs/hook/replay', { to, dry_run: true })).json());
    expect(dry).toMatchObject({
      bookmark,
      bookmark_time: time,
      events: again.length,
      output: { status: { bookmark: '3' } },
    });
    expect([receiver.taken, world.audited]).toEqual([[], []]);
    const answer = replayAnswer.strict().parse((await send('POST', '/v1/outputs/hook/replay', { to })).json());
    expect(answer).toMatchObject({ bookmark, events: again.length });
    await expect.poll(() => receiver.taken).toEqual(again);
    expect(world.audited).toMatchObject([{ action: 'output.replay', target: 'hook', detail: { to, bookmark } }]);
  });

  it('replay goes forward only when told to, and never past what there is', async () => {
    await send('POST', '/v1/outputs/hook/pause');
    await send('POST', '/v1/outputs/hook/replay', { to: 'oldest' });
    const refused = await send('POST', '/v1/outputs/hook/replay', { to: 'now' });
    expect(refused.json()).toMatchObject({ code: 'CONFLICT', detail: expect.stringContaining('leaves events out') });
    expect((await send('POST', '/v1/outputs/hook/replay', { to: '4', skip: true })).json().code).toBe(
      'INVALID_PARAMETER',
    );
    const skipped = await send('POST', '/v1/outputs/hook/replay', { to: 'now', skip: true });
    expect(skipped.json()).toMatchObject({ bookmark: '3', events: 0, output: { status: { bookmark: '3' } } });
  });

  it.each([
    [{ to: 'soon' }, 'is no time'],
    [{ to: '+1h' }, 'is still to come'],
    [{ to: '99999999999999999999999' }, 'no event'],
    [{ to: '' }, 'to'],
    [{}, 'to'],
    [{ to: 'oldest', from: 1 }, 'from'],
  ])('replay refuses %o', async (body, words) => {
    const answer = await send('POST', '/v1/outputs/hook/replay', body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_PARAMETER']);
    expect(JSON.stringify(answer.json().detail)).toContain(words);
  });
});

const ROUTES = [
  ['GET', '/v1/outputs', 'read'],
  ['GET', '/v1/outputs/types', 'read'],
  ['GET', '/v1/outputs/splunk', 'read'],
  ['GET', '/v1/outputs/elastic', 'read'],
  ['GET', '/v1/outputs/gone', 'read'],
  ['GET', '/v1/outputs/gone/dead-letters', 'read'],
  ['GET', '/v1/outputs/gone/dead-letters/019a0000-0000-7000-8000-000000000000', 'read'],
  ['PUT', '/v1/outputs/gone', 'admin'],
  ['DELETE', '/v1/outputs/gone', 'admin'],
  ['POST', '/v1/outputs/splunk', 'admin'],
  ['PUT', '/v1/outputs/splunk', 'admin'],
  ['POST', '/v1/outputs/elastic', 'admin'],
  ['PUT', '/v1/outputs/elastic', 'admin'],
  ['POST', '/v1/outputs/test', 'admin'],
  ['POST', '/v1/outputs/gone/test', 'admin'],
  ['POST', '/v1/outputs/gone/pause', 'admin'],
  ['POST', '/v1/outputs/gone/resume', 'admin'],
  ['POST', '/v1/outputs/gone/replay', 'admin'],
  ['POST', '/v1/outputs/gone/dead-letters/replay', 'admin'],
  ['POST', '/v1/outputs/gone/dead-letters/019a0000-0000-7000-8000-000000000000/replay', 'admin'],
  ['DELETE', '/v1/outputs/gone/dead-letters', 'admin'],
  ['DELETE', '/v1/outputs/gone/dead-letters/019a0000-0000-7000-8000-000000000000', 'admin'],
] as const;

function request(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, headers: object) {
  const isTest = url.endsWith('/test');
  const isReplay = url.endsWith('gone/replay');
  const query = url.endsWith('dead-letters') && method === 'DELETE' ? '?all=true' : '';
  const payload = isTest ? { target: 'gone' } : isReplay ? { to: 'oldest' } : undefined;
  return app.inject({ method, url: url + query, headers: { ...headers }, ...(payload && { payload }) });
}

describe('routes', () => {
  it.each(ROUTES)('%s %s needs the scope %s', async (method, url, scope) => {
    world.addKey('reader', { scopes: ['read'] });
    world.addKey('sender', { scopes: ['ingest'] });
    expect((await request(method, url, {})).statusCode).toBe(401);
    expect((await request(method, url, { 'x-api-key': 'sender' })).statusCode).toBe(403);
    expect((await request(method, url, { 'x-api-key': 'reader' })).statusCode === 403).toBe(scope === 'admin');
  });

  it.each(ROUTES.filter(([method, url]) => url.includes('/gone') && method !== 'PUT'))(
    '%s %s says when there is no such output',
    async (method, url) => {
      const answer = await request(method, url, asAdmin);
      expect(answer.json()).toMatchObject({ code: 'NOT_FOUND', detail: 'There is no output gone.' });
    },
  );
});

describe('a server that delivers nothing', () => {
  it('has no outputs, and says so', async () => {
    const plain = await serverOf(new World());
    const ask = (method: 'GET' | 'PUT' | 'POST', url: string, payload?: object) =>
      plain.inject({ method, url, headers: asAdmin, ...(payload && { payload }) });
    expect((await ask('GET', '/v1/outputs')).json()).toEqual({ items: [] });
    expect((await ask('GET', '/v1/outputs/types')).json()).toEqual({ types: {} });
    expect((await ask('POST', '/v1/outputs/hook/pause')).statusCode).toBe(404);
    expect((await ask('PUT', '/v1/outputs/hook', hook)).json()).toMatchObject({ code: 'UNAVAILABLE' });
    await plain.close();
  });
});
