import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY, type RunningApp, startApp } from '../support/app.ts';

let app: RunningApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => {
  await app?.dispose();
});

const now = Math.floor(Date.now() / 1000);
const flow = (n: number, extra: object = {}) => ({
  ts: now - 60 + n / 1000,
  src_ip: `10.0.0.${1 + (n % 200)}`,
  dst_ip: n % 10 === 0 ? '203.0.113.7' : '8.8.8.8',
  src_port: 40_000 + n,
  dst_port: n % 3 === 0 ? 443 : 53,
  proto: n % 3 === 0 ? 'tcp' : 'udp',
  bytes: 1_000 + n,
  packets: 3,
  app: 'dns',
  ...extra,
});

describe('a record from the request to the answer', () => {
  it('is acknowledged, located, scored, stored and found again', async () => {
    const batch = Array.from({ length: 1_000 }, (_, n) => flow(n));
    const accepted = await app.post(
      '/v1/ingest',
      gzipSync(JSON.stringify({ collector_id: 'lab', format: 'flows.v1', records: batch })),
      {
        'content-encoding': 'gzip',
      },
    );
    expect(accepted.status).toBe(202);
    expect(accepted.body).toMatchObject({ status: 'accepted', queued: 1_000 });

    await expect
      .poll(async () => (await app.get('/v1/query/top?field=dst.ip&by=events&from=-1h')).body.total?.events, {
        timeout: 20_000,
      })
      .toBe(1_000);
    const top = (await app.get('/v1/query/top?field=dst.ip&by=events&from=-1h')).body;
    expect(top.items.map((item: any) => [item.value, item.events])).toEqual([
      ['8.8.8.8', 900],
      ['203.0.113.7', 100],
    ]);
    const bytes = batch.reduce((sum, record) => sum + record.bytes, 0);
    expect(top.total.bytes).toBe(bytes);

    const page = (
      await app.get('/v1/events?from=-1h&limit=10&filter=dst.port%20%3D%20443%20and%20src.ip%20in%2010.0.0.0%2F24')
    ).body;
    expect(page.items).toHaveLength(10);
    const event = page.items[0];
    for (const key of [
      'ts',
      'src_ip',
      'dst_ip',
      'src_port',
      'dst_port',
      'proto',
      'bytes',
      'packets',
      'src_geo',
      'dst_geo',
      'src_asn',
      'dst_asn',
      'ti_matches',
      'risk_score',
      'risk_reasons',
      'tags',
    ])
      expect(event).toHaveProperty(key);
    expect(event).toMatchObject({ proto: 'tcp', dst_port: 443, source: 'lab', kind: 'flow' });
    expect((await app.get(`/v1/events/${event.id}`)).body).toMatchObject({ id: event.id, src_port: event.src_port });
    const points = event.risk_reasons.reduce((sum: number, reason: any) => sum + reason.points, 0);
    expect(event.risk_score).toBe(Math.min(100, points));
  });

  it('pages through all events by cursor, each once', async () => {
    const seen = new Set<string>();
    let cursor = '';
    do {
      const page = (await app.get(`/v1/events?from=-1h&limit=300${cursor && `&cursor=${encodeURIComponent(cursor)}`}`))
        .body;
      for (const item of page.items) seen.add(item.id);
      cursor = page.next_cursor ?? '';
    } while (cursor);
    expect(seen.size).toBe(1_000);
  });

  it('streams the same events as NDJSON, CSV and Parquet', async () => {
    const ndjson = await app.get('/v1/download/json?from=-1h&limit=0');
    expect(ndjson.body.trim().split('\n')).toHaveLength(1_000);
    const csv = await app.get('/v1/download/csv?from=-1h&limit=50');
    expect(csv.body.trim().split('\n')).toHaveLength(51);
    const parquet = await fetch(`${app.url}/v1/download/parquet?from=-1h&limit=0`, { headers: { 'x-api-key': KEY } });
    const bytes = new Uint8Array(await parquet.arrayBuffer());
    expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe('PAR1');
    expect(new TextDecoder().decode(bytes.subarray(-4))).toBe('PAR1');
  });

  it('answers a time series whose sum is the number of events', async () => {
    const body = (await app.get('/v1/query/timeseries?measure=events,bytes&from=-1h&points=1000')).body;
    const events = body.series[0].points.reduce((sum: number, point: number[]) => sum + point[1], 0);
    expect(events).toBe(1_000);
  });

  it('keeps the good records of a mixed batch and puts the bad ones aside, with their reasons', async () => {
    const records = [flow(2_000), flow(2_001, { src_ip: '300.1.1.1' }), flow(2_002, { ts: undefined }), flow(2_003)];
    const answer = await app.post('/v1/ingest/netflow', { records });
    expect(answer.status).toBe(207);
    expect(answer.body).toMatchObject({ status: 'partial', succeeded: 2, failed: 2 });
    expect(answer.body.errors.map((error: any) => error.index)).toEqual([1, 2]);
    await expect.poll(async () => (await app.get('/v1/dead-letters')).body.items.length, { timeout: 20_000 }).toBe(2);
    const letter = (await app.get('/v1/dead-letters')).body.items.find(
      (item: any) => item.detail.includes('300.1.1.1') || item.bytes_preview?.includes('300.1.1.1'),
    );
    expect(letter).toBeDefined();
    const whole = (await app.get(`/v1/dead-letters/${letter.id}`)).body;
    expect(Buffer.from(whole.bytes, 'base64').toString()).toContain('300.1.1.1');
    expect(
      (await fetch(`${app.url}/v1/dead-letters`, { method: 'DELETE', headers: { 'x-api-key': KEY } })).status,
    ).toBe(200);
    await expect.poll(async () => (await app.get('/v1/dead-letters')).body.items.length).toBe(0);
  });

  it('looks an address up, and says no to what is none', async () => {
    expect((await app.post('/v1/lookup', { ip: '10.1.2.3' })).body).toMatchObject({ scope: 'private', geo: null });
    expect((await app.post('/v1/lookup', { ip: '10.1.2' })).status).toBe(400);
  });

  it('matches a local indicator at once, by address, network and domain', async () => {
    const put = await fetch(`${app.url}/v1/indicators`, {
      method: 'PUT',
      headers: { 'x-api-key': KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ ip_or_cidr: '198.51.100.0/25', category: 'c2', confidence: 90 }),
    });
    expect(put.status).toBeLessThan(300);
    await app.post('/v1/ingest', [flow(3_000, { dst_ip: '198.51.100.9' })]);
    await expect
      .poll(
        async () => (await app.get('/v1/events?from=-1h&filter=threat.category%20%3D%20%22c2%22')).body.items?.length,
        { timeout: 20_000 },
      )
      .toBe(1);
    const [event] = (await app.get('/v1/events?from=-1h&filter=threat.category%20%3D%20%22c2%22')).body.items;
    expect(event.ti_matches).toMatchObject([{ indicator: '198.51.100.0/25', category: 'c2', confidence: 90 }]);
    expect(event.risk_reasons.some((reason: any) => reason.code.startsWith('intel'))).toBe(true);
  });

  it('stops within ten seconds and has everything after the next start', async () => {
    const before = (await app.get('/v1/query/top?field=kind&from=all')).body.total.events;
    const began = Date.now();
    expect(await app.stop()).toBe(0);
    expect(Date.now() - began).toBeLessThan(10_000);
    const again = await startApp({ dataDir: app.dataDir });
    try {
      expect((await again.get('/v1/query/top?field=kind&from=all')).body.total.events).toBe(before);
    } finally {
      await again.dispose();
    }
  });
});
