import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY, type RunningApp, startApp } from '../support/app.ts';

let app: RunningApp;

beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_INGEST_RPM: '5', BASIC_AUTH_PASS: 'scrape-me-please', ADMIN_TOKEN: '' } });
});

afterAll(async () => {
  await app?.dispose();
});

async function status(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number> {
  return (await fetch(`${app.url}${path}`, { method, headers })).status;
}

describe('who may do what', () => {
  it('answers the open routes without a key and nothing else', async () => {
    for (const path of ['/health', '/v1/health', '/api/health', '/v1/version', '/docs', '/openapi.json', '/'])
      expect(await status(path), path).toBe(200);
    for (const path of [
      '/v1/events',
      '/v1/query/top?field=src.ip',
      '/v1/schema',
      '/v1/metrics',
      '/v1/keys',
      '/v1/system',
      '/v1/download/json',
    ])
      expect(await status(path), path).toBe(401);
    expect(await status('/v1/events', { 'x-api-key': 'wrong-key-wrong-key' })).toBe(401);
    expect(await status('/v1/events', { authorization: `Bearer ${KEY}` })).toBe(200);
    expect(await status('/v1/events', { 'X-Api-Key': KEY })).toBe(200);
    expect(await status('/v1/events/', { 'x-api-key': KEY })).toBe(200);
    expect(await status('/v1/nothing-here', { 'x-api-key': KEY })).toBe(404);
  });

  it('lets Prometheus in by basic auth, and gives text or JSON', async () => {
    const basic = `Basic ${Buffer.from('metrics:scrape-me-please').toString('base64')}`;
    const text = await fetch(`${app.url}/v1/metrics`, { headers: { authorization: basic } });
    expect(text.status).toBe(200);
    expect(await text.text()).toContain('vedette_committed_records_total');
    const snapshot = (await app.get('/v1/metrics', { accept: 'application/json' })).body;
    for (const key of [
      'requests_total',
      'requests_failed',
      'records_processed',
      'records_queued',
      'queue_depth',
      'eps',
    ])
      expect(snapshot[key], key).toBeTypeOf('number');
    expect(
      await status('/v1/metrics', { authorization: `Basic ${Buffer.from('metrics:wrong').toString('base64')}` }),
    ).toBe(401);
  });

  it('gives a key only what its scopes allow, and nothing once it is revoked', async () => {
    const made = await app.post('/v1/keys', { name: 'reader', scopes: ['read'] });
    expect(made.status).toBe(201);
    const secret = made.body.secret ?? made.body.key;
    expect(secret).toMatch(/^vdt_/);
    const reader = { 'x-api-key': secret };
    expect(await status('/v1/events', reader)).toBe(200);
    expect((await app.post('/v1/ingest', [{ ts: 1 }], reader)).status).toBe(403);
    expect(await status('/v1/keys', reader)).toBe(403);
    const { id } = (await app.get('/v1/keys')).body.items.find((key: any) => key.name === 'reader');
    expect(JSON.stringify((await app.get('/v1/keys')).body)).not.toContain(secret);
    expect(await status(`/v1/keys/${id}`, { 'x-api-key': KEY }, 'DELETE')).toBeLessThan(300);
    await expect.poll(() => status('/v1/events', reader), { timeout: 10_000 }).toBe(401);
    const audit = (await app.get('/v1/audit')).body.items;
    expect(audit.length).toBeGreaterThanOrEqual(2);
  });

  it('has no admin update without an admin token', async () => {
    expect(await status('/v1/admin/update', { 'x-api-key': KEY, 'x-admin-token': 'x' }, 'POST')).toBe(404);
  });

  it('limits ingest by key, and says so in headers', async () => {
    const answers = [];
    for (let i = 0; i < 8; i++)
      answers.push(await app.post('/v1/ingest', [{ ts: Date.now() / 1000, src_ip: '10.0.0.1', dst_ip: '10.0.0.2' }]));
    expect(answers[0].headers.get('x-ratelimit-limit')).toBe('5');
    const refused = answers.at(-1);
    expect(refused?.status).toBe(429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused?.body).toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('sends the security headers and the version with every answer', async () => {
    const { headers } = await app.get('/v1/health');
    for (const name of [
      'x-api-version',
      'x-content-type-options',
      'x-frame-options',
      'content-security-policy',
      'referrer-policy',
    ])
      expect(headers.get(name), name).toBeTruthy();
    expect(headers.get('strict-transport-security')).toBeNull();
    expect((await app.get('/v1/nothing')).headers.get('x-api-version')).toBeTruthy();
  });

  it('writes no secret into its log', () => {
    expect(app.output()).not.toContain(KEY);
    expect(app.output()).not.toContain('scrape-me-please');
  });
});

describe('a first start without any key configured', () => {
  it('makes a key, prints it once, and stores only its hash', async () => {
    const fresh = await startApp({ env: { API_KEY: '' } });
    try {
      await expect.poll(() => fresh.output(), { timeout: 10_000 }).toMatch(/vdt_[A-Za-z0-9]{32,}/);
      const key = /vdt_[A-Za-z0-9]+/.exec(fresh.output())?.[0] ?? '';
      expect((await fetch(`${fresh.url}/v1/events`, { headers: { 'x-api-key': key } })).status).toBe(200);
      await fresh.stop();
      const again = await startApp({ dataDir: fresh.dataDir, env: { API_KEY: '' } });
      try {
        expect(again.output()).not.toMatch(/vdt_[A-Za-z0-9]{32,}/);
        expect((await fetch(`${again.url}/v1/events`, { headers: { 'x-api-key': key } })).status).toBe(200);
      } finally {
        await again.stop();
      }
    } finally {
      await fresh.dispose();
    }
  });
});
