import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asAdmin, eventRow, serverOf, World } from '../../test/fakes/api.ts';
import { AppError } from '../kit/errors.ts';
import type { App } from './context.ts';
import { eventsAnswer } from './schemas/event.ts';
import { keysAnswer } from './schemas/key.ts';
import { lookupAnswer } from './schemas/lookup.ts';
import { overviewAnswer, seriesAnswer, topAnswer } from './schemas/query.ts';
import { fieldsAnswer, healthAnswer, metricsAnswer, systemAnswer } from './schemas/system.ts';

let world: World;
let app: App;

beforeEach(async () => {
  world = new World();
  app = await serverOf(world);
});
afterEach(() => app.close());

const get = (url: string, headers: Record<string, string> = asAdmin) => app.inject({ url, headers });
const send = (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object, headers = asAdmin) =>
  app.inject({ method, url, headers, ...(payload && { payload }) });

describe('health, version and the paths of older tools', () => {
  it.each(['/v1/health', '/health', '/api/health', '/health/', '/v1/health/'])('%s is open', async (url) => {
    const answer = await get(url, {});
    expect(answer.statusCode).toBe(200);
    expect(healthAnswer.strict().parse(answer.json())).toMatchObject({
      status: 'ok',
      service: 'vedette',
      version: '1.2.0',
      mode: 'standalone',
      database: 'connected',
    });
    expect(answer.headers['x-api-version']).toBe('1');
    expect(answer.headers['x-request-id']).toMatch(/^[\w-]{36}$/);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });

  it('says what is degraded, and answers 503 when something failed', async () => {
    world.components = [
      { name: 'a', state: 'ok' },
      { name: 'b', state: 'degraded', detail: 'No database.' },
    ];
    expect((await get('/health')).json()).toMatchObject({
      status: 'degraded',
      components: [{}, { detail: 'No database.' }],
    });
    world.components = [{ name: 'a', state: 'failed' }];
    expect((await get('/health')).statusCode).toBe(503);
  });

  it('tells the version to everybody', async () => {
    expect((await get('/v1/version', {})).json()).toEqual({
      service: 'vedette',
      version: '1.2.0',
      git_sha: 'abc',
      image: 'vedette',
      image_tag: '1.2.0',
    });
  });
});

describe('errors', () => {
  it('tells a wrong path from a wrong method', async () => {
    const missing = await get('/v1/nothing');
    expect(missing.statusCode).toBe(404);
    expect(missing.json()).toMatchObject({ code: 'NOT_FOUND', error: 'Not found', request_id: expect.any(String) });
    const wrong = await send('DELETE', '/v1/lookup');
    expect(wrong.statusCode).toBe(405);
    expect(wrong.headers.allow).toBe('POST');
    expect((await send('POST', '/v1/dead-letters/7', {})).headers.allow).toBe('GET, HEAD, DELETE');
  });

  it('hides a fault of ours behind the request id', async () => {
    world.failWith = new Error('secret path /var/lib');
    const answer = await get('/v1/events', { ...asAdmin, 'x-request-id': 'my-request-1' });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: 'INTERNAL', request_id: 'my-request-1' });
    expect(answer.body).not.toContain('/var/lib');
    expect(answer.body).not.toContain('.ts:');
  });

  it.each([
    ['QUERY_TIMEOUT', 408],
    ['QUERY_TOO_LARGE', 413],
    ['UNAVAILABLE', 503],
  ] as const)('passes %s on as %d', async (code, status) => {
    world.failWith = new AppError(code, 'Because.');
    const answer = await get('/v1/events');
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code, detail: 'Because.' });
  });

  it('refuses bodies that are no JSON, not UTF-8, or of another type', async () => {
    const post = (payload: string | Buffer, type = 'application/json') =>
      app.inject({ method: 'POST', url: '/v1/lookup', headers: { ...asAdmin, 'content-type': type }, payload });
    expect((await post('{"ip":')).json().code).toBe('INVALID_JSON');
    expect((await post(Buffer.from([0x22, 0xff, 0x22]))).json().code).toBe('INVALID_UTF8');
    expect((await post('['.repeat(100) + ']'.repeat(100))).json().code).toBe('INVALID_JSON');
    expect((await post('<ip/>', 'application/xml')).statusCode).toBe(415);
    expect((await post(' '.repeat(1_100_000))).statusCode).toBe(413);
  });
});

describe('events', () => {
  it('renders what is stored', async () => {
    world.events = [eventRow(2), eventRow(1)];
    const answer = (await get('/v1/events?limit=1')).json();
    expect(eventsAnswer.strict().parse(answer).items[0]).toMatchObject({
      id: '2',
      ts: '2026-11-20T12:00:00.000002Z',
      src_ip: '192.0.2.10',
      dst_ip: '2001:db8::7',
      proto: 'tcp',
      src_geo: null,
      dst_geo: { country: 'DE', city: 'Berlin', lat: 52.5, lon: 13.4 },
      src_asn: null,
      dst_asn: { asn: 64500, org: 'Example Net' },
      ti_matches: [{ indicator: '2001:db8::7', category: 'c2', confidence: 90, source: 'local', field: 'dst_ip' }],
      risk_score: 60,
      risk_reasons: [{ code: 'intel.c2', points: 60, reason: 'Known C2.' }],
      tags: ['lab', 'night'],
      attrs: { history: 'ShADad' },
    });
    expect(answer.items[0]).not.toHaveProperty('vlan');
    expect(answer.items[0]).not.toHaveProperty('threat_count');
    const next = (await get(`/v1/events?limit=1&cursor=${answer.next_cursor}`)).json();
    expect(next.items[0].id).toBe('1');
    expect((await get('/v1/events?limit=5')).json().next_cursor).toBeNull();
    expect((await get('/v1/events/1')).json().id).toBe('1');
    expect((await get('/v1/events/77')).statusCode).toBe(404);
    expect((await get('/v1/events/x')).statusCode).toBe(400);
  });

  it('answers with the fields that are asked for', async () => {
    world.events = [eventRow(1)];
    const [item] = (await get('/v1/events?fields=src.ip,dst_geo,vlan,risk_reasons')).json().items;
    expect(Object.keys(item).sort()).toEqual(
      ['dst_geo', 'id', 'risk_reasons', 'risk_score', 'src_ip', 'ts', 'vlan'].sort(),
    );
    const wrong = (await get('/v1/events?fields=src.iq')).json();
    expect(wrong).toMatchObject({ code: 'INVALID_PARAMETER', detail: expect.stringContaining('"src.ip"') });
  });

  it('passes range and filter on', async () => {
    await get('/v1/events?from=2026-11-20T00:00:00Z&to=1795219200&filter=dst.port%20=%20443');
    expect(world.queries[0]).toMatchObject({
      range: { from: Date.UTC(2026, 10, 20) * 1000, to: 1_795_219_200e6 },
      filter: { op: '=', value: { number: 443 } },
    });
  });

  it.each([
    ['filter=dst.prot=1', 'INVALID_FILTER'],
    ['limit=0', 'INVALID_PARAMETER'],
    ['limit=1001', 'INVALID_PARAMETER'],
    ['from=yesterday', 'INVALID_PARAMETER'],
    ['from=-1h&to=-2h', 'INVALID_PARAMETER'],
    ['cursor=abc', 'INVALID_PARAMETER'],
  ])('refuses %s', async (query, code) => {
    const answer = await get(`/v1/events?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().code).toBe(code);
  });

  it('points at the fault of a filter', async () => {
    expect((await get('/v1/events?q=dst.prot%20=%201')).json()).toMatchObject({
      position: 0,
      length: 8,
      suggestion: 'dst.port',
    });
  });
});

describe('queries', () => {
  it('ranks values', async () => {
    const answer = topAnswer.strict().parse((await get('/v1/query/top?field=src&by=bytes&limit=2')).json());
    expect(answer).toMatchObject({
      field: 'src.ip',
      items: [{ value: '192.0.2.10', bytes: 500 }, { value: null }],
      total: { events: 10 },
      other: { events: 2, bytes: 200, packets: 2 },
    });
    const networks = (await get('/v1/query/top?field=dst.asn')).json();
    expect(networks.items).toMatchObject([{ value: 64500, label: 'Example Net' }, { value: null }]);
    expect((await get('/v1/query/top?field=attrs')).statusCode).toBe(400);
    expect((await get('/v1/query/top')).statusCode).toBe(400);
    expect((await get('/v1/query/top?field=src&by=hope')).statusCode).toBe(400);
  });

  it('sums over time in at most as many buckets as asked', async () => {
    const url =
      '/v1/query/timeseries?measure=events,bytes&field=kind&from=2026-11-20T00:00:00Z&to=2026-11-20T10:00:00Z';
    const answer = seriesAnswer.strict().parse((await get(`${url}&points=20`)).json());
    expect(answer.bucket_seconds).toBe(1800);
    expect(answer.series[0]).toEqual({ key: 'dns', other: false, points: [['2026-11-20T00:00:00.000Z', 4, 800]] });
    expect((await get(`${url}&points=1001`)).statusCode).toBe(400);
    expect((await get('/v1/query/timeseries?measure=hope')).statusCode).toBe(400);
    world.events = [eventRow(1)];
    const open = (await get('/v1/query/timeseries?from=all&to=2026-11-20T12:00:00Z')).json();
    expect(open.range.from).toBe('2026-11-20T11:00:00.000Z');
  });

  it('gives the key figures', async () => {
    world.events = [eventRow(1)];
    world.metrics.counter('vedette_received_envelopes_total', 'x', ['source']).inc({ source: 'a' }, 4);
    const answer = overviewAnswer.strict().parse((await get('/v1/query/overview?from=-1h')).json());
    expect(answer.kpis).toMatchObject({
      events: { value: 4, previous: 4 },
      threats: { value: 3 },
      risk_avg: { value: 32 },
      high_risk: { value: 1 },
      sources: { value: 3 },
      batches: { value: 4, previous: null },
      bytes: { value: 800 },
    });
    expect(answer.kpis.events.spark?.reduce((sum, n) => sum + n, 0)).toBe(4);
    expect(answer.newest).toBe('2026-11-20T12:00:00.000Z');
  });

  it('lists fields and operators', async () => {
    const answer = fieldsAnswer.strict().parse((await get('/v1/fields')).json());
    expect(answer.fields.find((field) => field.path === 'kind')?.values).toContain('dns');
    expect(answer.operators.map(({ operator }) => operator)).toContain('contains');
  });
});

describe('look-ups', () => {
  it('knows addresses and domains', async () => {
    const ip = (await send('POST', '/v1/lookup', { ip: '192[.]0[.]2[.]66' })).json();
    expect(lookupAnswer.parse(ip)).toMatchObject({
      type: 'ip',
      scope: 'documentation',
      geo: null,
      threats: [{ indicator: '192.0.2.66', category: 'c2', confidence: 90, source: 'local' }],
      risk: { score: 60 },
      attribution: ['By Example.'],
    });
    const domain = (await send('POST', '/v1/lookup', { domain: 'EVIL.example.' })).json();
    expect(domain).toMatchObject({ type: 'domain', geo: null, asn: null, threats: [{ indicator: 'evil.example' }] });
    const list = (await send('POST', '/v1/lookup', { indicators: ['2001:DB8::7', 'evil.example', 'no good'] })).json();
    expect(list.results).toMatchObject([{ asn: { asn: 64500 } }, { type: 'domain' }, { error: expect.any(String) }]);
  });

  it.each([
    [{ ip: '999.1.1.1' }, 'INVALID_ADDRESS'],
    [{ ip: 'evil.example' }, 'INVALID_ADDRESS'],
    [{ domain: 'not a domain' }, 'INVALID_ADDRESS'],
    [{}, 'INVALID_PARAMETER'],
    [{ ip: '192.0.2.1', domain: 'a.example' }, 'INVALID_PARAMETER'],
    [{ indicators: Array(1001).fill('192.0.2.1') }, 'INVALID_PARAMETER'],
    [{ ip: 7 }, 'INVALID_PARAMETER'],
  ])('refuses %j', async (body, code) => {
    const answer = await send('POST', '/v1/lookup', body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, code]);
  });
});

describe('local indicators', () => {
  it('adds, lists and removes, and tells the matcher and the audit log', async () => {
    const body = { ip_or_cidr: '198.51.100.9/24', category: 'scanner', confidence: 70 };
    const saved = (await send('PUT', '/v1/indicators', body)).json();
    expect(saved).toMatchObject({ id: '1', value: '198.51.100.0/24', category: 'scanner', confidence: 70 });
    await send('PUT', '/v1/indicators', { value: 'Bad.Example', category: 'c2', confidence: 100 });
    expect((await get('/v1/indicators')).json().items[1].value).toBe('bad.example');
    expect((await send('DELETE', '/v1/indicators/1')).json()).toEqual({ id: '1', removed: true });
    expect((await send('DELETE', '/v1/indicators/1')).statusCode).toBe(404);
    expect(world.indicatorReloads).toBe(3);
    expect(world.audited.map(({ action }) => action)).toEqual([
      'indicator.upsert',
      'indicator.upsert',
      'indicator.remove',
    ]);
    expect(world.audited[0]).toMatchObject({ actor: 'env:1', target: '198.51.100.0/24' });
  });

  it.each([
    [{ value: 'x y', category: 'c2', confidence: 1 }, 'INVALID_ADDRESS'],
    [{ value: '0.0.0.0/0', category: 'c2', confidence: 1 }, 'INVALID_PARAMETER'],
    [{ value: '::/0', category: 'c2', confidence: 1 }, 'INVALID_PARAMETER'],
    [{ value: '192.0.2.1', category: 'c2', confidence: 101 }, 'INVALID_PARAMETER'],
    [{ category: 'c2', confidence: 1 }, 'INVALID_PARAMETER'],
  ])('refuses %j', async (body, code) => {
    const answer = await send('PUT', '/v1/indicators', body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, code]);
  });
});

describe('keys', () => {
  it('makes, lists, disables and revokes', async () => {
    const made = await send('POST', '/v1/keys', {
      name: 'probe',
      scopes: ['read', 'read'],
      expires_at: '2030-01-01T00:00:00Z',
    });
    expect(made.statusCode).toBe(201);
    const { id, secret } = made.json();
    expect(made.json()).toMatchObject({ scopes: ['read'], expires_at: '2030-01-01T00:00:00Z' });
    expect(JSON.stringify(keysAnswer.parse((await get('/v1/keys')).json()))).not.toContain(secret);
    const asProbe = { 'x-api-key': secret };
    expect((await get('/v1/whoami', asProbe)).json()).toMatchObject({ name: 'probe', scopes: ['read'] });
    expect((await send('PATCH', `/v1/keys/${id}`, { disabled: true })).json()).toEqual({ id, disabled: true });
    expect((await get('/v1/whoami', asProbe)).statusCode).toBe(403);
    expect((await send('DELETE', `/v1/keys/${id}`)).json()).toEqual({ id, revoked: true });
    expect((await get('/v1/whoami', asProbe)).statusCode).toBe(401);
    expect((await send('DELETE', `/v1/keys/${id}`)).statusCode).toBe(404);
    expect((await send('POST', '/v1/keys', { name: '', scopes: ['all'] })).json().detail).toHaveLength(2);
    const entries = (await get('/v1/audit')).json().items;
    expect(entries.map((entry: { action: string }) => entry.action)).toEqual([
      'key.create',
      'key.disable',
      'key.revoke',
    ]);
    expect(JSON.stringify(entries)).not.toContain(secret);
  });
});

describe('system', () => {
  it('shows settings to administrators only', async () => {
    world.addKey('reader', { scopes: ['read'] });
    expect(systemAnswer.strict().parse((await get('/v1/system')).json()).settings).toEqual([
      { name: 'API_KEY', value: '***', source: 'env' },
    ]);
    expect((await get('/v1/system', { 'x-api-key': 'reader' })).json()).not.toHaveProperty('settings');
  });

  it('gives metrics as text, and as JSON where it is asked for', async () => {
    world.metrics.counter('vedette_committed_records_total', 'x').inc(7);
    const text = await get('/v1/metrics', { ...asAdmin, accept: '*/*' });
    expect(text.headers['content-type']).toContain('text/plain');
    expect(text.body).toContain('vedette_committed_records_total 7');
    const json = await get('/v1/metrics', { ...asAdmin, accept: 'application/json' });
    expect(metricsAnswer.strict().parse(json.json())).toMatchObject({ records_processed: 7, requests_total: 1 });
    expect((await get('/v1/metrics', asAdmin)).body).toContain('route="/v1/metrics",status="200"');
  });

  it('has schemas', async () => {
    expect((await get('/v1/schema')).json()).toEqual({ schemas: ['enriched.v1', 'flows.v1'] });
    expect((await get('/v1/schema/flows.v1')).json()).toMatchObject({ $id: 'flows.v1' });
    expect((await get('/v1/schema/constructor')).statusCode).toBe(404);
  });
});
