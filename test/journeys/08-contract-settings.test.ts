import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type RunningApp, startApp } from '../support/app.ts';
import { CITY_LAYOUTS } from '../support/location-layouts.ts';
import { writeMmdb } from '../support/mmdb-writer.ts';

const TOKEN = 'admin-token-for-tests';
const KEYS = ['first-key-0001', 'second-key-0002'];
const PLACE = { country: 'NO', city: 'Nordby', lat: 59.5, lon: 10.25 };

let folder: string;
let registry: Server;
let asked = 0;
let app: RunningApp;

/** A place for 1.2.0.0/16 in the layout of MaxMind: documentation addresses are never located. */
const cityFile = (city: string) =>
  writeMmdb({
    ipVersion: 6,
    recordSize: 28,
    databaseType: 'GeoLite2-City',
    entries: [['1.2.0.0/16', CITY_LAYOUTS.maxmind({ ...PLACE, city })]],
  });
const asnFile = () =>
  writeMmdb({
    ipVersion: 4,
    recordSize: 24,
    databaseType: 'GeoLite2-ASN',
    entries: [['1.2.0.0/16', { autonomous_system_number: 64_500, autonomous_system_organization: 'Example Net' }]],
  });

/** Replaced in one step, as tools that fetch such files do. */
async function replace(name: string, content: Buffer | string): Promise<void> {
  await writeFile(join(folder, `${name}.new`), content);
  await rename(join(folder, `${name}.new`), join(folder, name));
}

/** Another release each time that it is asked, among tags that are none. */
function answerAsRegistry(): Server {
  return createServer((_request, answer) => {
    asked++;
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ name: 'vedette', tags: ['latest', '0.0.1', `v9.${asked}.0`, '10.0.0-rc1', 'main'] }));
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-settings-'));
  await Promise.all([
    replace('city.mmdb', cityFile('Nordby')),
    replace('asn.mmdb', asnFile()),
    replace('threats.csv', 'ip_or_cidr,category,confidence\n1.2.3.0/24,c2,90\nevil.example,phishing,80\n'),
  ]);
  registry = answerAsRegistry();
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  app = await startApp({
    viaEnv: true,
    env: {
      API_KEY: '',
      API_KEYS: KEYS.join(', '),
      GEOIP_DB_CITY: join(folder, 'city.mmdb'),
      GEOIP_DB_ASN: join(folder, 'asn.mmdb'),
      THREATLIST_CSV: join(folder, 'threats.csv'),
      VEDETTE_GEO_CACHE_DIR: join(folder, 'cache'),
      UPDATE_CHECK_ENABLED: 'true',
      VEDETTE_UPDATES_REGISTRY_URL: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/v2/vedette/tags/list`,
      VEDETTE_UPDATES_COMMAND: `${process.execPath} -p process.env.API_KEYS`,
      API_IMAGE: 'registry.example/vedette',
      ADMIN_TOKEN: TOKEN,
      BASIC_AUTH_USER: 'prometheus',
      BASIC_AUTH_PASS: 'scrape-me-please',
      SPLUNK_HEC_TOKEN: 'splunk-token-for-tests',
      RATE_LIMIT_DEFAULT_RPM: '900',
      VEDETTE_INGEST_QUEUE_RECORDS: '1',
      TZ: 'America/New_York',
    },
  });
});

afterAll(async () => {
  await app?.dispose();
  registry?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const headers = { 'x-api-key': KEYS[1] };
const get = (path: string) => app.get(path, headers);
const post = (path: string, body: unknown, more = {}) => app.post(path, body, { ...headers, ...more });

describe('an environment alone', () => {
  it('starts it, with the names of the older tool', async () => {
    for (const key of KEYS) expect((await app.get('/v1/events', { 'x-api-key': key })).status).toBe(200);
    const limited = await get('/v1/whoami');
    expect(limited.headers.get('x-ratelimit-limit')).toBe('900');
    expect((await get('/v1/version')).body).toMatchObject({
      service: 'vedette',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      git_sha: expect.any(String),
      image: 'registry.example/vedette',
      image_tag: expect.any(String),
    });
    const authorization = `Basic ${Buffer.from('prometheus:scrape-me-please').toString('base64')}`;
    expect((await fetch(`${app.url}/v1/metrics`, { headers: { authorization } })).status).toBe(200);
  });

  it('shows no secret of it, in no answer and not in the log', async () => {
    const { settings } = (await get('/v1/system')).body;
    const byName = Object.fromEntries(settings.map((each: any) => [each.name, each]));
    expect(byName['api.adminToken']).toMatchObject({ value: '***', source: 'env' });
    expect(byName.timeZone.value).toBe('America/New_York');
    for (const secret of [...KEYS, TOKEN, 'scrape-me-please', 'splunk-token-for-tests']) {
      expect(JSON.stringify(settings)).not.toContain(secret);
      expect(app.output()).not.toContain(secret);
    }
    expect((await get('/v1/health')).body.timestamp).toMatch(/Z$/);
  });
});

describe('the databases that were asked for', () => {
  it('locate, in answers and in events, and are followed when they change', async () => {
    await expect
      .poll(async () => (await post('/v1/lookup', { ip: '1.2.3.4' })).body.geo?.city, { timeout: 20_000 })
      .toBe('Nordby');
    expect((await post('/v1/lookup', { ip: '1.2.3.4' })).body).toMatchObject({
      geo: { country: 'NO', city: 'Nordby', lat: 59.5, lon: 10.25 },
      asn: { asn: 64_500, org: 'Example Net' },
    });
    await post('/v1/ingest', [{ ts: Date.now() - 1000, src_ip: '10.0.0.1', dst_ip: '1.2.9.9', app: 'located' }]);
    await expect
      .poll(async () => (await get('/v1/events?filter=app%3Dlocated')).body.items[0]?.dst_asn, { timeout: 20_000 })
      .toEqual({ asn: 64_500, org: 'Example Net' });
    await replace('city.mmdb', cityFile('Sørby'));
    await expect
      .poll(async () => (await post('/v1/lookup', { ip: '1.2.3.4' })).body.geo?.city, { timeout: 20_000 })
      .toBe('Sørby');
  });

  it('match, and the list of threats is read again when it changes', async () => {
    const threats = async (body: object) =>
      (await post('/v1/lookup', body)).body.threats.map((each: any) => [each.category, each.confidence, each.source]);
    expect(await threats({ ip: '1.2.3.4' })).toEqual([['c2', 90, 'threatlist']]);
    expect(await threats({ domain: 'www.evil.example' })).toEqual([['phishing', 80, 'threatlist']]);
    expect(await threats({ ip: '2001:db8::1' })).toEqual([]);
    await replace(
      'threats.csv',
      'ip_or_cidr,category,confidence\n2001:db8::/64,scanner,40\n1.2.3.4,botnet,70\n1.2.0.0/16,c2,50\n',
    );
    await expect
      .poll(() => threats({ ip: '2001:db8::1' }), { timeout: 20_000 })
      .toEqual([['scanner', 40, 'threatlist']]);
    expect((await threats({ ip: '1.2.3.4' })).map(([category]: string[]) => category)).toEqual(['botnet', 'c2']);
    expect(await threats({ domain: 'evil.example' })).toEqual([]);
    await post('/v1/ingest', [{ ts: Date.now() - 1000, src_ip: '10.0.0.1', dst_ip: '1.2.3.4', app: 'matched' }]);
    await expect
      .poll(async () => (await get('/v1/events?filter=app%3Dmatched')).body.items.length, { timeout: 20_000 })
      .toBe(1);
    const [event] = (await get('/v1/events?filter=app%3Dmatched')).body.items;
    expect(event.ti_matches).toHaveLength(2);
    expect(event.ti_matches[0]).toMatchObject({ indicator: '1.2.3.4', category: 'botnet', confidence: 70 });
    expect(event.risk_score).toBeGreaterThan(0);
  });

  it('answer for up to 1,000 indicators at once', async () => {
    const indicators = [
      '1.2.3.4',
      'www.example',
      'no address',
      ...Array.from({ length: 997 }, (_, i) => `10.0.3.${i % 256}`),
    ];
    const { status, body } = await post('/v1/lookup', { indicators });
    expect(status).toBe(200);
    expect(body.results).toHaveLength(1000);
    expect(body.results[0]).toMatchObject({ query: '1.2.3.4', type: 'ip', geo: { country: 'NO' } });
    expect(body.results[1]).toMatchObject({ type: 'domain', geo: null, threats: [], risk: { score: 0 } });
    expect(body.results[2]).toMatchObject({ query: 'no address', error: expect.any(String) });
    expect((await post('/v1/lookup', { indicators: [...indicators, '1.1.1.1'] })).status).toBe(400);
    for (const wrong of [
      {},
      { ip: '1.2.3' },
      { ip: '1.2.3.4/8' },
      { ip: 5 },
      { domain: 'a b' },
      { indicators: [] },
      [],
    ])
      expect((await post('/v1/lookup', wrong)).status, JSON.stringify(wrong)).toBe(400);
    expect((await post('/v1/lookup', 'ip=1.2.3.4', { 'content-type': 'text/plain' })).status).toBe(415);
  });
});

describe('local indicators', () => {
  it('are put, changed, listed and deleted', async () => {
    const put = async (body: object) => {
      const init = { method: 'PUT', headers: { ...headers, 'content-type': 'application/json' } };
      const answer = await fetch(`${app.url}/v1/indicators`, { ...init, body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.json()) as any };
    };
    const { body: first } = await put({ value: '198.51.100.0/24', category: 'scanner', confidence: 10 });
    const second = await put({ ip_or_cidr: '198.51.100.0/24', category: 'c2', confidence: 100 });
    expect(second).toMatchObject({ status: 200, body: { id: first.id, category: 'c2', confidence: 100 } });
    expect((await get('/v1/indicators')).body.items).toHaveLength(1);
    for (const wrong of [{ value: '1.2.3' }, { value: '0.0.0.0/0' }, { confidence: 101, value: '1.1.1.1' }, {}])
      expect((await put({ category: 'c2', confidence: 50, ...wrong })).status, JSON.stringify(wrong)).toBe(400);
    const remove = () => fetch(`${app.url}/v1/indicators/${first.id}`, { method: 'DELETE', headers });
    expect((await remove()).status).toBe(200);
    expect((await remove()).status).toBe(404);
    expect((await post('/v1/lookup', { ip: '198.51.100.7' })).body.threats).toEqual([]);
  });
});

describe('updates', () => {
  it('are looked for in the registry, at most once a minute', async () => {
    const first = (await get('/v1/updates/check')).body;
    expect(first).toMatchObject({ enabled: true, latest: '9.1.0', update_available: true, status: 'ok' });
    expect(first.current).toBe((await get('/v1/version')).body.version);
    expect((await get('/v1/updates/check')).body).toEqual(first);
    expect(asked).toBe(1);
  });

  it('are made by who has the admin token, without our secrets in the environment of the command', async () => {
    expect((await post('/v1/admin/update', {})).status).toBe(401);
    expect((await post('/v1/admin/update', {}, { 'x-admin-token': 'another' })).status).toBe(403);
    const { status, body } = await post('/v1/admin/update', undefined, { 'x-admin-token': TOKEN });
    expect([status, body.status, body.output.trim()]).toEqual([200, 'ok', 'undefined']);
    expect((await get('/v1/audit?limit=1')).body.items[0]).toMatchObject({ action: 'system.update' });
  });
});

describe('a full queue', () => {
  it('refuses whole batches with 429 and Retry-After, and keeps what it accepted', async () => {
    const records = (batch: number) =>
      Array.from({ length: 200 }, (_, i) => ({
        ts: Date.now() - 1000,
        src_ip: `10.9.${batch % 250}.${i}`,
        dst_ip: '10.0.0.1',
        app: 'queue',
      }));
    let taken = 0;
    let refused = 0;
    for (let round = 0; round < 20 && refused === 0; round++) {
      const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => post('/v1/ingest', records(i))));
      for (const { status, headers: sent, body } of answers) {
        if (status === 202) taken += body.queued;
        else {
          refused++;
          expect([status, body.code]).toEqual([429, 'QUEUE_FULL']);
          expect(Number(sent.get('retry-after'))).toBeGreaterThan(0);
        }
      }
    }
    expect(refused).toBeGreaterThan(0);
    const events = async () => (await get('/v1/query/top?field=app&filter=app%3Dqueue')).body.total.events;
    await expect.poll(events, { timeout: 20_000 }).toBe(taken);
  });
});

describe('a registry that does not answer', () => {
  it('makes the answer "unknown" within its time limit, and never an error', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const gone = await freePort();
    const check = async (port: number) => {
      const url = `http://127.0.0.1:${port}/`;
      const other = await startApp({ env: { UPDATE_CHECK_ENABLED: '1', VEDETTE_UPDATES_REGISTRY_URL: url } });
      try {
        return await other.get('/v1/updates/check');
      } finally {
        await other.dispose();
      }
    };
    try {
      for (const answer of await Promise.all([check((silent.address() as AddressInfo).port), check(gone)])) {
        expect(answer.status).toBe(200);
        expect(answer.body).toMatchObject({
          enabled: true,
          latest: null,
          update_available: false,
          status: 'unknown',
          reason: expect.stringMatching(/\w+ \w+/),
        });
      }
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});
