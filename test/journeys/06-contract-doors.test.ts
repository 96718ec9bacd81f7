import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY, type RunningApp, startApp } from '../support/app.ts';

const ORIGIN = 'https://soc.example';
const PASSWORD = 'scrape-me-please';

let app: RunningApp;
let openapi: any;

beforeAll(async () => {
  app = await startApp({
    env: { BASIC_AUTH_PASS: PASSWORD, VEDETTE_API_CORS: ORIGIN, VEDETTE_API_TRUSTED_PROXIES: '127.0.0.1' },
  });
  openapi = (await app.get('/openapi.json')).body;
});

afterAll(async () => {
  await app?.dispose();
});

const send = (path: string, init: RequestInit = {}) => fetch(`${app.url}${path}`, { redirect: 'manual', ...init });
const withKey = { 'x-api-key': KEY };

/** Every error of the contract looks like this. */
async function errorOf(answer: Response): Promise<any> {
  expect(answer.headers.get('content-type')).toContain('application/json');
  expect(answer.headers.get('x-api-version')).toBe('1');
  const body: any = await answer.json();
  expect(body.error).toBeTypeOf('string');
  expect(['string', 'object']).toContain(typeof body.detail);
  expect(body.code).toMatch(/^[A-Z]+(_[A-Z0-9]+)*$/);
  expect(new Date(body.timestamp).toISOString()).toBe(body.timestamp);
  return body;
}

function operations(): { path: string; method: string; operation: any }[] {
  return Object.entries<any>(openapi.paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
}

const patternOf = (path: string) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
const concrete = (path: string) => path.replace('{id}', '1').replace('{name}', 'flows.v1');

describe('the way in', () => {
  it('is open where the contract says so, and 401 without a key everywhere else', async () => {
    const open = operations().filter(({ operation }) => operation.security?.length === 0);
    expect(open.map(({ path }) => path).sort()).toEqual(['/v1/health', '/v1/version']);
    for (const path of ['/health', '/v1/health', '/api/health', '/v1/version', '/docs', '/openapi.json', '/redoc', '/'])
      expect((await send(path)).status, path).toBe(200);
    for (const { path, method, operation } of operations()) {
      if (operation.security?.length === 0) continue;
      const answer = await send(concrete(path), { method });
      expect(answer.status, `${method} ${path}`).toBe(401);
      expect((await errorOf(answer)).code).toBe('UNAUTHENTICATED');
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
  });

  it('takes a key as bearer or X-API-Key, in any case', async () => {
    for (const [name, value] of [
      ['Authorization', `Bearer ${KEY}`],
      ['AUTHORIZATION', `bearer ${KEY}`],
      ['X-API-KEY', KEY],
      ['x-Api-kEy', KEY],
    ]) {
      const request = httpRequest(`${app.url}/v1/whoami`, { headers: { [name]: value } }).end();
      const [answer] = await once(request, 'response');
      answer.resume();
      expect(answer.statusCode, name).toBe(200);
    }
    const wrong: Record<string, string>[] = [
      { 'x-api-key': `${KEY}x` },
      { authorization: 'Bearer' },
      { authorization: `Digest ${KEY}` },
    ];
    for (const headers of wrong) expect((await send('/v1/whoami', { headers })).status).toBe(401);
  });

  it('answers 403 to a key that is disabled, expired, or lacks the scope', async () => {
    const make = async (body: object) => (await app.post('/v1/keys', { name: 'k', ...body })).body;
    const collector = await make({ scopes: ['ingest'] });
    const expired = await make({ scopes: ['read'], expires_at: '2020-01-01T00:00:00Z' });
    const disabled = await make({ scopes: ['read'] });
    const patched = await send(`/v1/keys/${disabled.id}`, {
      method: 'PATCH',
      headers: { ...withKey, 'content-type': 'application/json' },
      body: '{"disabled":true}',
    });
    expect(patched.status).toBe(200);
    for (const { secret } of [collector, expired, disabled]) {
      const answer = await send('/v1/events', { headers: { 'x-api-key': secret } });
      expect(answer.status).toBe(403);
      expect((await errorOf(answer)).code).toBe('FORBIDDEN');
    }
    const record = [{ ts: Date.now(), src_ip: '192.0.2.1', dst_ip: '192.0.2.2' }];
    expect((await app.post('/v1/ingest', record, { 'x-api-key': collector.secret })).status).toBe(202);
    expect((await send('/v1/keys', { headers: { 'x-api-key': collector.secret } })).status).toBe(403);
  });

  it('takes basic auth for metrics and for nothing else', async () => {
    const basic = { authorization: `Basic ${Buffer.from(`metrics:${PASSWORD}`).toString('base64')}` };
    const text = await send('/v1/metrics', { headers: basic });
    expect(text.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await text.text()).toMatch(/^# HELP /m);
    expect((await send('/metrics/', { headers: withKey })).status).toBe(200);
    const json = await send('/v1/metrics', { headers: { ...basic, accept: 'application/json' } });
    expect(await json.json()).toMatchObject({ requests_total: expect.any(Number), eps: expect.any(Number) });
    for (const path of ['/v1/events', '/v1/ingest'])
      expect((await send(path, { headers: basic })).status).not.toBe(200);
    expect((await send('/v1/events', { headers: basic })).status).toBe(401);
  });
});

describe('every path', () => {
  it('answers the same with and without a trailing slash', async () => {
    const paths = operations()
      .filter(({ method }) => method === 'GET')
      .map(({ path }) => concrete(path))
      .concat('/health', '/api/health', '/docs', '/redoc', '/openapi.json', '/metrics', '/schema');
    for (const path of paths) {
      const [plain, slashed] = [await send(path, { headers: withKey }), await send(`${path}/`, { headers: withKey })];
      expect([plain.status, slashed.status], path).toSatisfy(([a, b]) => b === a || b === 308);
    }
    const record = JSON.stringify([{ ts: Date.now(), src_ip: '192.0.2.1', dst_ip: '192.0.2.2' }]);
    for (const path of ['/v1/ingest/', '/v1/ingest/zeek/', '/v1/ingest/netflow/', '/v1/ingest/bulk/', '/v1/lookup/'])
      expect([200, 202, 207, 400], path).toContain(
        (await app.post(path, path.includes('lookup') ? { ip: '192.0.2.1' } : record)).status,
      );
  });

  it('says 405 and what is allowed to a wrong method, 404 to a wrong path', async () => {
    for (const path of Object.keys(openapi.paths)) {
      const known = Object.keys(openapi.paths[path]).map((method) => method.toUpperCase());
      // A path may be met by another one's pattern too, as /rules/preview by /rules/{id}.
      const met = Object.keys(openapi.paths).filter((other) => patternOf(other).test(concrete(path)));
      const taken = met.flatMap((other) => Object.keys(openapi.paths[other]).map((method) => method.toUpperCase()));
      const wrong = ['PUT', 'POST', 'GET'].find((method) => !taken.includes(method)) ?? 'PATCH';
      const answer = await send(concrete(path), { method: wrong, headers: withKey });
      if (answer.status === 404) expect(path).toMatch(/\{id\}/);
      else expect(answer.status, `${wrong} ${path}`).toBe(405);
      if (answer.status === 405) for (const method of known) expect(answer.headers.get('allow')).toContain(method);
      await errorOf(answer);
    }
    for (const path of ['/v1/nothing', '/v1', '/api/nothing', '/v1/schema/nothing.v1', '/v1/events/1', '/v1/alerts/x'])
      expect((await errorOf(await send(path, { headers: withKey }))).code, path).toBe('NOT_FOUND');
    expect((await send('/v1/admin/update', { method: 'POST', headers: withKey })).status).toBe(404);
  });

  it('carries its version, security headers and limits with every answer', async () => {
    const answers = [
      await send('/v1/events', { headers: withKey }),
      await send('/v1/events'),
      await send('/v1/nothing'),
      await send('/'),
      await send('/docs'),
      await send('/health'),
      await send('/v1/lookup', { method: 'POST', headers: withKey, body: 'x' }),
      await send('/v1/ingest', {
        method: 'OPTIONS',
        headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
      }),
    ];
    for (const answer of answers) {
      for (const name of ['x-api-version', 'x-content-type-options', 'x-frame-options', 'content-security-policy'])
        expect(answer.headers.get(name), `${name} of ${answer.url}`).toBeTruthy();
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    }
    for (const answer of answers.slice(0, 2))
      for (const name of ['limit', 'remaining', 'reset'])
        expect(answer.headers.get(`x-ratelimit-${name}`), name).toMatch(/^\d+$/);
    const broken = await send('/v1/events/%zz', { headers: withKey });
    expect(broken.status).toBe(400);
    await errorOf(broken);
  });

  it('answers what is no HTTP with 400, and stays up', async () => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.end('this is no HTTP\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('"code":"BAD_REQUEST"');
    expect((await send('/health')).status).toBe(200);
  });
});

describe('browsers and proxies', () => {
  it('lets pages of the listed origins in, and no others', async () => {
    const preflight = await send('/v1/ingest', {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-api-key',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-api-key');
    // Also an error must be readable there, with its limits.
    const refused = await send('/v1/events', { headers: { origin: ORIGIN } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    for (const name of ['x-ratelimit-reset', 'retry-after', 'x-api-version'])
      expect(refused.headers.get('access-control-expose-headers')).toContain(name);
    const other = await send('/v1/events', { headers: { ...withKey, origin: 'https://other.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect((await send('/v1/events', { method: 'OPTIONS' })).status).toBeLessThan(300);
  });

  it('believes a trusted proxy who asks, and that it was HTTPS', async () => {
    const behind = { ...withKey, 'x-forwarded-for': '203.0.113.77', 'x-forwarded-proto': 'https' };
    expect((await send('/health', { headers: behind })).headers.get('strict-transport-security')).toContain('max-age=');
    expect((await send('/health')).headers.get('strict-transport-security')).toBeNull();
    const body = JSON.stringify({ name: 'from behind', scopes: ['read'] });
    await send('/v1/keys', { method: 'POST', headers: { ...behind, 'content-type': 'application/json' }, body });
    const { items } = (await app.get('/v1/audit?limit=1')).body;
    expect(items[0]).toMatchObject({ action: 'key.create', detail: { peer: '203.0.113.77' } });
  });

  it('serves the dashboard with all of its files, and its pages under any path', async () => {
    const index = await (await send('/', { headers: { accept: 'text/html' } })).text();
    const files = [...index.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]);
    expect(files.some((file) => file.endsWith('.js'))).toBe(true);
    for (const file of files) {
      const answer = await send(file);
      expect(answer.status, file).toBe(200);
      if (file.endsWith('.js')) expect(answer.headers.get('content-type')).toContain('javascript');
      if (file.startsWith('/assets/')) expect(answer.headers.get('cache-control')).toContain('immutable');
    }
    expect(await (await send('/events?v=1', { headers: { accept: 'text/html' } })).text()).toBe(index);
    for (const path of ['/assets/nothing.js', '/../package.json', '/..%2fpackage.json', '/.env'])
      expect((await send(path)).status, path).toBeGreaterThanOrEqual(400);
  });
});

describe('the description of the API', () => {
  it('is a valid OpenAPI 3.1 document', () => {
    expect(openapi.openapi).toMatch(/^3\.1\.\d+$/);
    expect(openapi.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    const tags = new Set(openapi.tags.map((tag: any) => tag.name));
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, method, operation } of operations()) {
      const where = `${method} ${path}`;
      expect(operation.operationId, where).toMatch(/^[a-z][A-Za-z]+$/);
      expect(operation.summary, where).toBeTypeOf('string');
      for (const tag of operation.tags) expect(tags, where).toContain(tag);
      for (const [status, answer] of Object.entries<any>(operation.responses)) {
        expect(status).toMatch(/^[1-5]\d\d$/);
        expect(answer.description, `${where} ${status}`).toBeTypeOf('string');
      }
      const inPath = (operation.parameters ?? []).filter((parameter: any) => parameter.in === 'path');
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(
        inPath.map((parameter: any) => parameter.name),
        where,
      ).toEqual(named);
      for (const parameter of inPath) expect(parameter.required).toBe(true);
      for (const scheme of (operation.security ?? openapi.security).flatMap((each: object) => Object.keys(each)))
        expect(openapi.components.securitySchemes, where).toHaveProperty(scheme);
    }
    for (const [, ref] of JSON.stringify(openapi).matchAll(/"\$ref":"([^"]+)"/g)) {
      const target = ref
        .slice(2)
        .split('/')
        .reduce((node: any, part) => node?.[part], openapi);
      expect(target, ref).toBeDefined();
    }
  });

  it('says what ingest takes, how Prometheus comes in, and in which form downloads come', () => {
    expect(Object.keys(openapi.paths['/v1/ingest'].post.requestBody.content)).toContain('application/x-ndjson');
    expect(openapi.paths['/v1/metrics'].get.security).toContainEqual({ basic: [] });
    expect(openapi.paths['/v1/download/csv'].get.responses['200'].content).toHaveProperty(['text/csv']);
  });

  it('is browsable at /docs and /redoc without anything from elsewhere', async () => {
    const page = await (await send('/docs')).text();
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file).not.toMatch(/^https?:/);
      expect((await fetch(new URL(file, `${app.url}/docs`))).status, file).toBe(200);
    }
    const reference = await (await send('/redoc')).text();
    for (const path of Object.keys(openapi.paths)) expect(reference).toContain(path);
    expect(reference).not.toMatch(/<script|src="http/);
  });

  it('has the JSON Schemas of all that is read, and of what comes out', async () => {
    const { schemas } = (await app.get('/v1/schema')).body;
    for (const name of ['flows.v1', 'zeek.conn.v1', 'zeek.dns.v1', 'zeek.ssl.v1', 'enriched.v1']) {
      expect(schemas).toContain(name);
      const { status, body } = await app.get(`/v1/schema/${name}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ $id: name, type: 'object', properties: expect.any(Object) });
    }
    const { required } = (await app.get('/v1/schema/enriched.v1')).body;
    for (const key of ['ts', 'src_geo', 'dst_asn', 'ti_matches', 'risk_score', 'risk_reasons', 'tags'])
      expect(required).toContain(key);
  });
});
