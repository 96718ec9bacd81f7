import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, apiOptions, asAdmin, eventRow, serverOf, World } from '../../test/fakes/api.ts';
import type { App } from './context.ts';
import { type ApiOptions, DEFAULT_LIMITS } from './options.ts';
import { ApiServer } from './server.ts';

let world: World;
let app: App;

const use = async (more: Partial<ApiOptions> = {}) => {
  app = await serverOf(world, more);
};
beforeEach(() => {
  world = new World();
});
afterEach(() => app?.close());

const get = (url: string, headers: Record<string, string> = asAdmin) => app.inject({ url, headers });

describe('credentials', () => {
  it('takes the three spellings, and refuses the rest', async () => {
    await use({ staticKeys: ['first', ADMIN] });
    const status = async (headers: Record<string, string>) => (await get('/v1/whoami', headers)).statusCode;
    expect(await status({ authorization: `Bearer ${ADMIN}` })).toBe(200);
    expect(await status({ authorization: 'bearer first' })).toBe(200);
    expect(await status({ 'X-Api-Key': ADMIN })).toBe(200);
    expect(await status({})).toBe(401);
    expect(await status({ 'x-api-key': 'wrong' })).toBe(401);
    expect(await status({ 'x-api-key': '' })).toBe(401);
    expect(await status({ authorization: 'Digest abc' })).toBe(401);
    expect(await status({ authorization: `Basic ${btoa(`metrics:${ADMIN}`)}` })).toBe(401);
    const refused = await get('/v1/whoami', {});
    expect(refused.headers['www-authenticate']).toBe('Bearer');
    expect(refused.json().code).toBe('UNAUTHENTICATED');
  });

  it('gives stored keys what their scopes allow', async () => {
    await use();
    world.addKey('sender');
    world.addKey('reader', { scopes: ['read'] });
    world.addKey('old', { scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' });
    world.addKey('off', { scopes: ['admin'], disabled: true });
    world.addKey('boss', { scopes: ['admin'] });
    const read = async (key: string) => (await get('/v1/events', { 'x-api-key': key })).statusCode;
    const write = async (key: string) =>
      (await app.inject({ method: 'POST', url: '/v1/ingest', headers: { 'x-api-key': key }, payload: '[{}]' }))
        .statusCode;
    const rule = async (key: string) => (await get('/v1/keys', { 'x-api-key': key })).statusCode;
    for (const [key, reads, writes, rules] of [
      ['sender', 403, 202, 403],
      ['reader', 200, 403, 403],
      ['old', 403, 403, 403],
      ['off', 403, 403, 403],
      ['boss', 200, 202, 200],
    ] as const)
      expect([key, await read(key), await write(key), await rule(key)]).toEqual([key, reads, writes, rules]);
  });

  it('lets Prometheus in by basic auth where it is configured, and only to the metrics', async () => {
    await use({ metricsAuth: { user: 'metrics', password: 'pass:word' } });
    const basic = { authorization: `Basic ${btoa('metrics:pass:word')}` };
    expect((await get('/v1/metrics', basic)).statusCode).toBe(200);
    expect((await get('/metrics', basic)).statusCode).toBe(200);
    expect((await get('/v1/events', basic)).statusCode).toBe(401);
    const wrong = await get('/v1/metrics', { authorization: `Basic ${btoa('metrics:nope')}` });
    expect(wrong.statusCode).toBe(401);
    expect(wrong.headers['www-authenticate']).toContain('Basic');
    expect((await get('/v1/metrics', {})).statusCode).toBe(401);
  });

  it('never opens basic auth with an empty password', async () => {
    await use({ metricsAuth: { user: 'metrics', password: '' } });
    expect((await get('/v1/metrics', { authorization: `Basic ${btoa('metrics:')}` })).statusCode).toBe(401);
  });

  it('answers every route of the reference with 401 when there is no key, but for the open ones', async () => {
    await use();
    const { paths } = (await get('/openapi.json', {})).json() as { paths: Record<string, Record<string, unknown>> };
    const open: string[] = [];
    for (const [path, methods] of Object.entries(paths))
      for (const method of Object.keys(methods)) {
        const url = path.replaceAll(/\{\w+\}/g, '1');
        const answer = await app.inject({ method: method.toUpperCase() as 'GET', url });
        if (answer.statusCode !== 401) open.push(`${method} ${path}`);
      }
    expect(open.sort()).toEqual(['get /v1/health', 'get /v1/version']);
  });
});

describe('rate limits', () => {
  const limits = { ...DEFAULT_LIMITS, ingestPerMinute: 2, othersPerMinute: 3 };

  it('counts by key, apart for ingest, and says so in headers', async () => {
    await use({ limits });
    world.addKey('reader', { scopes: ['read'] });
    const first = await get('/v1/whoami');
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '2' });
    expect(Number(first.headers['x-ratelimit-reset'])).toBeGreaterThan(0);
    await get('/v1/whoami');
    await get('/v1/whoami');
    const refused = await get('/v1/whoami');
    expect(refused.statusCode).toBe(429);
    expect(refused.json().code).toBe('RATE_LIMITED');
    expect(refused.headers['x-ratelimit-remaining']).toBe('0');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await get('/v1/whoami', { 'x-api-key': 'reader' })).statusCode).toBe(200);
    const send = () => app.inject({ method: 'POST', url: '/v1/ingest', headers: asAdmin, payload: '[{}]' });
    expect([(await send()).statusCode, (await send()).statusCode, (await send()).statusCode]).toEqual([202, 202, 429]);
  });

  it('counts guesses at keys by address, and stops looking them up', async () => {
    await use({ limits });
    let lookups = 0;
    const { find } = world.deps().state.keys;
    expect(await find('nothing')).toBeUndefined();
    world.keys = new Proxy(world.keys, {
      get: (target, name, receiver) => {
        if (name === 'find') lookups++;
        return Reflect.get(target, name, receiver);
      },
    });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await get('/v1/whoami', { 'x-api-key': `guess-${i}` })).statusCode);
    expect(statuses).toEqual([401, 401, 401, 429, 429, 429]);
    expect(lookups).toBe(3);
  });
});

describe('behind proxies and other pages', () => {
  it('believes X-Forwarded-* from trusted addresses only', async () => {
    await use({ trustedProxies: ['10.0.0.0/8'] });
    const forwarded = { 'x-forwarded-for': '198.51.100.7', 'x-forwarded-proto': 'https' };
    const from = (remoteAddress: string) =>
      app.inject({
        method: 'POST',
        url: '/v1/ingest',
        remoteAddress,
        headers: { ...asAdmin, ...forwarded },
        payload: '[{}]',
      });
    expect((await from('10.1.1.1')).headers['strict-transport-security']).toContain('max-age');
    expect((await from('192.0.2.1')).headers['strict-transport-security']).toBeUndefined();
    expect(world.envelopes.map(({ peer }) => peer)).toEqual(['198.51.100.7', '192.0.2.1']);
  });

  it('allows the origins of its list, and none by default', async () => {
    await use({ corsOrigins: ['https://soc.example'] });
    const ask = (origin: string) =>
      app.inject({
        method: 'OPTIONS',
        url: '/v1/events',
        headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-api-key' },
      });
    const allowed = await ask('https://soc.example');
    expect(allowed.statusCode).toBe(204);
    expect(allowed.headers['access-control-allow-origin']).toBe('https://soc.example');
    expect((await ask('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
    await app.close();
    await use();
    const none = await get('/v1/health', { origin: 'https://soc.example' });
    expect(none.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('compresses JSON', async () => {
    await use();
    const answer = await get('/v1/fields', { ...asAdmin, 'accept-encoding': 'gzip, br' });
    expect(answer.headers['content-encoding']).toBe('gzip');
  });
});

describe('documentation', () => {
  it('describes itself in OpenAPI 3.1', async () => {
    await use();
    const document = (await get('/openapi.json', {})).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/v1/events', '/v1/ingest/zeek', '/v1/dead-letters/{id}/replay', '/v1/query/timeseries']),
    );
    const { parameters, responses } = document.paths['/v1/events'].get;
    expect(parameters.map((each: { name: string }) => each.name)).toContain('cursor');
    expect(responses['200'].content['application/json'].schema.properties).toHaveProperty('next_cursor');
    expect(Object.keys(responses)).toContain('429');
  });

  it('is browsable without anything from elsewhere', async () => {
    await use();
    const console = await get('/docs', {});
    expect([200, 302]).toContain(console.statusCode);
    const page = await get('/docs/', {});
    const scripts = await get('/docs/static/swagger-initializer.js', {});
    expect([page.statusCode, scripts.statusCode]).toEqual([200, 200]);
    const reference = await get('/redoc', {});
    expect(reference.body).toContain('/v1/dead-letters/{id}');
    for (const { body } of [page, reference]) expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(reference.headers['content-security-policy']).toContain("script-src 'self'");
    expect(reference.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
  });

  it('says who may use what, and what ingest takes', async () => {
    await use();
    const { paths } = (await get('/openapi.json', {})).json();
    expect(paths['/v1/health'].get.security).toEqual([]);
    expect(paths['/v1/events'].get.security).toBeUndefined();
    expect(paths['/v1/metrics'].get.security).toContainEqual({ basic: [] });
    expect(paths['/v1/ingest'].post.requestBody.content).toHaveProperty(['application/json']);
    expect(paths['/v1/dead-letters/{id}/replay'].post.operationId).toBe('postDeadLettersIdReplay');
  });

  it('has no pages where they are turned off', async () => {
    await use({ docs: false });
    const pages = [await get('/docs', {}), await get('/redoc', {}), await get('/openapi.json', {})];
    expect(pages.map((page) => page.statusCode)).toEqual([404, 404, 200]);
  });
});

describe('the dashboard', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'vedette-web-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const asBrowser = { accept: 'text/html,*/*' };

  it('says clearly when it is not built', async () => {
    await use({ webDir: dir });
    const answer = await get('/', asBrowser);
    expect(answer.statusCode).toBe(404);
    expect(answer.body).toContain('The dashboard is not built');
    expect((await get('/', { accept: 'application/json' })).json().code).toBe('NOT_FOUND');
  });

  it('serves its files, and index.html for its pages, but never for the API', async () => {
    mkdirSync(join(dir, 'assets'));
    writeFileSync(join(dir, 'index.html'), '<title>Vedette</title>');
    writeFileSync(join(dir, 'assets', 'app-1a2b.js'), 'export {}');
    writeFileSync(join(dir, '.secret'), 'no');
    await use({ webDir: dir });
    const index = await get('/', asBrowser);
    expect(index.body).toContain('<title>Vedette');
    expect(index.headers['cache-control']).toBe('no-cache');
    const asset = await get('/assets/app-1a2b.js', {});
    expect(asset.headers['cache-control']).toContain('immutable');
    expect(asset.headers['x-ratelimit-limit']).toBeUndefined();
    const page = await get('/flows?v=1', asBrowser);
    expect([page.statusCode, page.body]).toEqual([200, '<title>Vedette</title>']);
    expect((await get('/assets/missing.js', { accept: '*/*' })).json().code).toBe('NOT_FOUND');
    expect((await get('/v1/nothing', asBrowser)).json().code).toBe('NOT_FOUND');
    expect((await get('/api/nothing', asBrowser)).json().code).toBe('NOT_FOUND');
    expect((await get('/.secret', {})).statusCode).toBe(404);
    expect((await get('/..%2f..%2fetc%2fpasswd', {})).statusCode).toBeGreaterThanOrEqual(400);
    expect((await app.inject({ method: 'POST', url: '/flows', headers: asBrowser })).statusCode).toBe(404);
    expect((await get('/health', asBrowser)).json().status).toBe('ok');
  });
});

describe('downloads', () => {
  it('streams NDJSON and CSV, guarded against formulas', async () => {
    await use();
    world.events = Array.from({ length: 250 }, (_, i) => eventRow(250 - i));
    const lines = (await get('/v1/download/json?limit=0')).body.trim().split('\n');
    expect(lines).toHaveLength(250);
    expect(JSON.parse(lines[0])).toMatchObject({ id: '250', proto: 'tcp', dst_geo: { country: 'DE' } });
    const csv = await get('/v1/download/csv?limit=2&fields=ts,src.ip,app,tags,src.lat');
    expect(csv.headers['content-disposition']).toMatch(/attachment; filename="vedette-events-\d{8}T\d{6}\.csv"/);
    expect(csv.body.split('\r\n').slice(0, 2)).toEqual([
      'ts,src_ip,app,tags,src_lat',
      `2026-11-20T12:00:00.000250Z,192.0.2.10,'=cmd(),"lab,night",`,
    ]);
    expect((await get('/v1/download/parquet')).body).toBe('PAR1');
    expect((await get('/v1/download/csv?filter=x')).statusCode).toBe(400);
    world.failWith = new Error('no');
    expect((await get('/v1/download/json')).statusCode).toBe(500);
  });

  it('reads on only as fast as the reader takes, and stops when it goes away', async () => {
    world.events = Array.from({ length: 60_000 }, (_, i) => eventRow(60_000 - i));
    const server = new ApiServer(world.deps(), apiOptions());
    await server.start();
    const stop = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${server.port}/v1/download/json?limit=0`, {
      headers: asAdmin,
      signal: stop.signal,
    });
    const reader = answer.body!.getReader();
    await reader.read();
    let before = -1;
    await expect
      .poll(
        () => {
          const settled = world.pagesRead === before;
          before = world.pagesRead;
          return settled;
        },
        { interval: 200, timeout: 20_000 },
      )
      .toBe(true);
    expect(world.pagesRead).toBeLessThan(500);
    stop.abort();
    await expect.poll(() => world.scanEnded, { timeout: 10_000 }).toBe(true);
    await server.stop();
  });
});

describe('updates', () => {
  const post = (token?: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/admin/update',
      headers: token === undefined ? {} : { 'x-admin-token': token },
    });

  it('runs the configured command for the holder of the token', async () => {
    await use({
      adminToken: 'sesame',
      updateCommand: [process.execPath, '-e', 'console.log(process.env.API_KEY, 6 * 7)'],
    });
    expect((await post()).statusCode).toBe(401);
    expect((await post('wrong')).statusCode).toBe(403);
    const done = (await post('sesame')).json();
    expect(done).toMatchObject({ status: 'ok', exit_code: 0, output: 'undefined 42\n' });
    expect(world.audited).toMatchObject([{ action: 'system.update' }]);
  });

  it('does not exist without a token, and says when there is no command', async () => {
    await use();
    expect((await post('')).statusCode).toBe(404);
    await app.close();
    await use({ adminToken: 'sesame' });
    expect((await post('sesame')).statusCode).toBe(409);
    await app.close();
    await use({ adminToken: 'sesame', updateCommand: ['/nonexistent/program'] });
    expect((await post('sesame')).json()).toMatchObject({ status: 'failed', exit_code: null });
  });

  it('asks the registry once a minute, and lives without it', async () => {
    let asked = 0;
    let tags: unknown = { tags: ['latest', 'v1.10.0', '1.9.9', '2.0.0-rc1'] };
    const registry = createServer((_, answer) => {
      asked++;
      answer.end(JSON.stringify(tags));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => registry.once('listening', resolve));
    const registryUrl = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/v2/vedette/tags/list`;
    await use({ updates: { enabled: true, registryUrl } });
    const answer = (await get('/v1/updates/check')).json();
    expect(answer).toMatchObject({
      enabled: true,
      current: '1.2.0',
      latest: '1.10.0',
      update_available: true,
      status: 'ok',
    });
    await get('/v1/updates/check');
    expect(asked).toBe(1);
    await app.close();
    tags = 'nothing';
    await use({ updates: { enabled: true, registryUrl } });
    expect((await get('/v1/updates/check')).json()).toMatchObject({ status: 'unknown', update_available: false });
    registry.closeAllConnections();
    await new Promise((resolve) => registry.close(resolve));
    await app.close();
    await use({ updates: { enabled: true, registryUrl } });
    const gone = await get('/v1/updates/check');
    expect([gone.statusCode, gone.json().status]).toEqual([200, 'unknown']);
    await app.close();
    await use();
    expect((await get('/v1/updates/check')).json()).toMatchObject({ enabled: false, status: 'disabled' });
  });
});

describe('ApiServer', () => {
  it('listens, says where, and stops', async () => {
    const server = new ApiServer(world.deps(), apiOptions());
    expect(server.health().state).toBe('stopped');
    await server.start();
    const port = server.port!;
    expect(server.health()).toMatchObject({ state: 'ok', figures: { port } });
    const second = new ApiServer(world.deps(), apiOptions({ port }));
    await expect(second.start()).rejects.toThrow(/EADDRINUSE/);
    expect(second.health().state).toBe('failed');
    await second.stop();
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    await server.stop();
    await server.stop();
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  });
});
