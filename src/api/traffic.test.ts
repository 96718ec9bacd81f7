import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asAdmin, serverOf, World } from '../../test/fakes/api.ts';
import { FIRST_PACKET, sampleCapture, trafficServiceOf } from '../../test/fakes/traffic.ts';
import type { TrafficService } from '../pipelines/traffic-service.ts';
import type { App } from './context.ts';
import {
  anomaliesAnswer,
  baseline,
  baselineStatsAnswer,
  baselinesAnswer,
  byTypeAnswer,
  computeAnswer,
  detectAnswer,
  generateAnswer,
  topAnomaliesAnswer,
  trafficWindow,
  windowAnomaliesAnswer,
  windowsAnswer,
  windowsSummary,
} from './schemas/traffic.ts';
import {
  logsAnswer,
  pingAnswer,
  previewAnswer,
  rulesAnswer,
  trafficConfig,
  trafficRule,
  trafficStatus,
} from './schemas/traffic-control.ts';

/** Three windows of ten seconds: 6, 30 and 12 packets. */
const packets = Array(30).fill(0);
[packets[0], packets[10], packets[20]] = [6, 30, 12];
const THREE = sampleCapture(packets);

let folder: string;
let world: World;
let service: TrafficService;
let app: App;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-traffic-api-'));
  ({ service } = trafficServiceOf(join(folder, 'captures')));
  await service.start();
  world = new World();
  world.traffic = service;
  app = await serverOf(world);
  await writeFile(join(folder, 'captures', 'three.pcap'), THREE);
});
afterEach(async () => {
  await app.close();
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

const get = async (url: string, headers: Record<string, string> = asAdmin) => app.inject({ url, headers });
const send = async (method: 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) =>
  app.inject({ method, url, headers: asAdmin, ...(payload && { payload }) });
const compute = async () => send('POST', '/api/metrics/compute', { pcap_file: 'three.pcap' });

describe('windows', () => {
  it('are none before anything is computed', async () => {
    expect((await get('/api/metrics/')).json()).toEqual({ count: 0, total: 0, offset: 0, limit: 50, metrics: [] });
    expect(windowsSummary.strict().parse((await get('/api/metrics/summary')).json())).toMatchObject({
      total_windows: 0,
      time_span: { start: null, end: null, duration_s: 0 },
      bandwidth: { mean_bps: 0, max_bps: 0, min_bps: 0 },
      latency: { mean_rtt: null, max_rtt: null },
    });
    const missing = await get('/api/metrics/0');
    expect(missing.statusCode).toBe(404);
    expect(missing.json()).toMatchObject({ error: 'Not found', code: 'NOT_FOUND', window_id: 0, total_windows: 0 });
  });

  it('are computed from a file of the folder', async () => {
    const answer = await compute();
    expect(answer.statusCode).toBe(200);
    expect(computeAnswer.strict().parse(answer.json())).toMatchObject({
      success: true,
      message: '3 windows from three.pcap.',
      window_count: 3,
      window_size: 10,
      packets: 48,
      anomaly_count: 2,
      problems: [],
    });
    expect((await send('POST', '/api/metrics/compute')).json()).toMatchObject({ window_count: 3 });
    const blank = { source: null, pcap_file: null, window_size: null, force: null };
    expect((await send('POST', '/api/metrics/compute', blank)).json()).toMatchObject({ window_count: 3 });
    const other = await send('POST', '/v1/traffic/windows/compute', { pcap_file: 'three.pcap', window_size: 5 });
    expect(other.json()).toMatchObject({ window_size: 5, window_count: 5 });
  });

  it.each([
    [{ pcap_file: 'gone.pcap' }, 'INVALID_PARAMETER', 'no gone.pcap'],
    [{ pcap_file: '../../etc/passwd' }, 'INVALID_PARAMETER', 'not in the folder'],
    [{ pcap_file: '/etc/passwd' }, 'INVALID_PARAMETER', 'not in the folder'],
    [{ pcap_file: 'text.pcap' }, 'NOT_A_CAPTURE', 'It is text'],
    [{ source: 'live' }, 'NO_WINDOWS', 'Nothing was captured'],
    [undefined, 'INVALID_PARAMETER', 'pcap_file'],
    [{ pcap_file: 'three.pcap', window_size: 0 }, 'INVALID_PARAMETER', 'window_size'],
    [{ source: 'radio' }, 'INVALID_PARAMETER', 'source'],
  ])('are not computed from %j', async (body, code, text) => {
    await writeFile(join(folder, 'captures', 'text.pcap'), 'hello, this is no capture');
    const answer = await send('POST', '/api/metrics/compute', body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code, detail: expect.stringContaining(text) });
  });

  it.each(['/api/metrics/', '/api/metrics', '/v1/traffic/windows'])('are listed at %s', async (path) => {
    await compute();
    const answer = windowsAnswer.strict().parse((await get(`${path}?limit=2&offset=1`)).json());
    expect(answer).toMatchObject({ count: 2, total: 3, offset: 1, limit: 2 });
    expect(answer.metrics.map((window) => window.record_count)).toEqual([30, 12]);
    expect((await get(`${path}?limit=0`)).statusCode).toBe(400);
  });

  it.each(['/api/metrics', '/v1/traffic/windows'])('are shown one by one below %s', async (path) => {
    await compute();
    const answer = trafficWindow.strict().parse((await get(`${path}/1`)).json());
    expect(answer).toMatchObject({ window_id: 1, window_start: FIRST_PACKET + 10, bandwidth: { avg_bps: 2400 } });
    const missing = await get(`${path}/3`);
    expect(missing.statusCode).toBe(404);
    expect(missing.json()).toMatchObject({ window_id: 3, total_windows: 3, detail: expect.any(String) });
    expect((await get(`${path}/x`)).statusCode).toBe(400);
  });

  it('are summed up', async () => {
    await compute();
    expect((await get('/api/metrics/summary')).json()).toEqual({
      total_windows: 3,
      time_span: { start: FIRST_PACKET, end: FIRST_PACKET + 30, duration_s: 30 },
      bandwidth: { mean_bps: 1280, max_bps: 2400, min_bps: 480 },
      latency: { mean_rtt: (6 * 6 + 30 * 30 + 12 * 12) / 48, max_rtt: 60 },
      connections: { total_across_windows: 48, mean_per_window: 16 },
    });
  });
});

describe('anomalies', () => {
  it('need windows to be detected', async () => {
    const early = await send('POST', '/api/anomalies/detect');
    expect(early.statusCode).toBe(400);
    expect(early.json()).toMatchObject({ code: 'NO_WINDOWS' });
    expect((await get('/api/anomalies/')).json()).toMatchObject({ count: 0, total: 0, anomalies: [] });
  });

  it('are listed, chosen and counted', async () => {
    await compute();
    const all = anomaliesAnswer.strict().parse((await get('/api/anomalies/')).json());
    expect(all).toMatchObject({ count: 2, total: 2, offset: 0, limit: 100, filters: { type: null, severity: null } });
    const high = (await get('/api/anomalies?type=traffic_spike&severity=high')).json();
    expect(high).toMatchObject({ total: 1, filters: { type: 'traffic_spike', severity: 'high' } });
    expect((await get('/api/anomalies/?severity=low')).json().total).toBe(0);
    const blank = (await get('/api/anomalies/?type=&severity=&limit=100&offset=0')).json();
    expect(blank).toMatchObject({ total: 2, filters: { type: null, severity: null } });
    expect((await get('/api/anomalies/?type=nonsense')).statusCode).toBe(400);
    expect(byTypeAnswer.strict().parse((await get('/api/anomalies/by-type')).json())).toEqual({
      total: 2,
      by_type: { traffic_spike: { count: 2, by_severity: { high: 1, medium: 1, low: 0 } } },
    });
    const one = windowAnomaliesAnswer.strict().parse((await get('/api/anomalies/window/1')).json());
    expect(one).toMatchObject({ window_id: 1, count: 1, anomalies: [{ message: '30 packets.' }] });
    expect((await get('/api/anomalies/window/0')).json()).toMatchObject({ window_id: 0, count: 0 });
    expect((await get('/api/anomalies/window/9')).json()).toMatchObject({ window_id: 9, total_windows: 3 });
    const { top } = topAnomaliesAnswer.strict().parse((await get('/api/anomalies/top?limit=1')).json());
    expect(top).toMatchObject([
      {
        type: 'traffic_spike',
        severity: 'high',
        count: 1,
        first_seen: FIRST_PACKET + 10,
        last_seen: FIRST_PACKET + 20,
      },
    ]);
  });

  it.each([
    [{}, 2],
    [{ force: null, window_start: null, window_end: null }, 2],
    [{ window_start: 2 }, 1],
    [{ window_end: 0 }, 0],
    [{ window_start: 1, window_end: 1 }, 1],
    [{ window_start: FIRST_PACKET + 20, window_end: FIRST_PACKET + 30 }, 1],
    [{ window_start: 7 }, 0],
    [{ force: true }, 2],
  ])('are detected in %j: %d', async (body, count) => {
    await compute();
    const answer = detectAnswer.strict().parse((await send('POST', '/api/anomalies/detect', body)).json());
    expect(answer).toMatchObject({ success: true, anomaly_count: count });
    expect(answer.summary.by_type.traffic_spike ?? 0).toBe(count);
    expect(Object.values(answer.summary.by_severity).reduce((sum, each) => sum + each)).toBe(count);
  });

  it('are hidden by rules', async () => {
    await compute();
    const rule = { source: '192.0.2.1', detector: 'traffic_spike', reason: 'The backup.' };
    const seen = previewAnswer.strict().parse((await send('POST', '/v1/traffic/rules/preview', rule)).json());
    expect(seen).toMatchObject({ count: 2, anomalies: [{ message: '30 packets.' }, {}] });
    const made = await send('POST', '/v1/traffic/rules', rule);
    expect(made.statusCode).toBe(201);
    const { id } = trafficRule.strict().parse(made.json());
    expect(made.json()).toMatchObject({ ...rule, expires: null, hits: 2, author: 'environment' });
    expect((await get('/api/anomalies/')).json().total).toBe(0);
    expect((await get('/v1/traffic/anomalies?hidden=true')).json().total).toBe(2);
    expect(trafficStatus.strict().parse((await get('/api/status')).json()).data).toMatchObject({
      anomalies: 0,
      hidden: 2,
    });
    const changed = await send('PUT', `/v1/traffic/rules/${id}`, { ...rule, expires: '2026-11-20T12:00:25Z' });
    expect(changed.json()).toMatchObject({ id, hits: 1, expires: '2026-11-20T12:00:25.000Z' });
    expect((await get('/api/anomalies/')).json().total).toBe(1);
    expect(rulesAnswer.strict().parse((await get('/v1/traffic/rules')).json()).items).toHaveLength(1);
    expect((await send('DELETE', `/v1/traffic/rules/${id}`)).json()).toEqual({ id, removed: true });
    expect((await send('DELETE', `/v1/traffic/rules/${id}`)).statusCode).toBe(404);
    expect((await send('PUT', `/v1/traffic/rules/${id}`, rule)).statusCode).toBe(404);
    expect((await get('/api/anomalies/')).json().total).toBe(2);
    expect(world.audited.map(({ action }) => action)).toEqual([
      'traffic.rule.add',
      'traffic.rule.replace',
      'traffic.rule.remove',
    ]);
  });

  it.each([
    [{ reason: 'Everything.' }, 'name a source'],
    [{ source: 'host', reason: 'x' }, 'no address'],
    [{ port: 80 }, 'reason'],
    [{ port: 70_000, reason: 'x' }, 'port'],
    [{ detector: 'nonsense', reason: 'x' }, 'detector'],
    [{ port: 80, reason: 'x', expires: 'tomorrow' }, 'expires'],
  ])('are not hidden by %j', async (rule, text) => {
    const answer = await send('POST', '/v1/traffic/rules', rule);
    expect(answer.statusCode).toBe(400);
    expect(JSON.stringify(answer.json().detail)).toContain(text);
  });
});

describe('baselines', () => {
  it('are not there before they are generated', async () => {
    expect((await send('POST', '/api/baselines/generate')).json()).toMatchObject({ code: 'NO_WINDOWS' });
    await compute();
    expect((await get('/api/baselines/')).json()).toEqual({ count: 0, baselines: {}, generated_at: null });
    for (const type of ['bandwidth', 'latency', 'protocol', 'connection']) {
      const answer = await get(`/api/baselines/${type}`);
      expect(answer.statusCode).toBe(404);
      expect(answer.json().code).toBe('NOT_FOUND');
    }
    expect((await get('/api/baselines/nonsense')).statusCode).toBe(400);
    expect((await get('/api/baselines/stats')).json()).toMatchObject({ total: 0, windows: 0 });
  });

  it('are generated and shown', async () => {
    await compute();
    const made = generateAnswer.strict().parse((await send('POST', '/api/baselines/generate')).json());
    expect(Object.keys(made.generated)).toEqual(['bandwidth', 'latency', 'protocol', 'connection']);
    const one = baseline.strict().parse((await get('/api/baselines/bandwidth')).json());
    // The windows with a spike do not count.
    expect(one).toMatchObject({
      type: 'bandwidth',
      metric: 'bps',
      windows: 1,
      mean: 480,
      median: 480,
      min: 480,
      max: 480,
    });
    expect(one).toMatchObject({ p95: 480, p99: 480 });
    const all = baselinesAnswer.strict().parse((await get('/api/baselines/')).json());
    expect(all).toMatchObject({ count: 4, baselines: { latency: { metric: 'rtt' } } });
    const stats = baselineStatsAnswer.strict().parse((await get('/api/baselines/stats')).json());
    expect(stats).toMatchObject({ total: 4, types: ['bandwidth', 'latency', 'protocol', 'connection'] });
    const some = await send('POST', '/api/baselines/generate', { types: ['latency'], force: true });
    expect(Object.keys(some.json().generated)).toEqual(['latency']);
    expect((await send('POST', '/api/baselines/generate', { types: ['weather'] })).statusCode).toBe(400);
  });
});

describe('status and control', () => {
  it.each(['/api/status', '/api/control/status', '/v1/traffic/status'])('tells how things are at %s', async (path) => {
    const idle = trafficStatus.strict().parse((await get(path)).json());
    expect(idle).toMatchObject({
      api: { status: 'ok', version: '1.2.0' },
      system: { mode: 'idle', pcap_file: null, interface: null, window_size: 10 },
      data: { metrics: 0, baselines: 0, anomalies: 0 },
      capture: { running: false },
      job: null,
    });
    await compute();
    expect((await get(path)).json()).toMatchObject({
      system: { mode: 'pcap', pcap_file: 'three.pcap' },
      data: { metrics: 3, anomalies: 2 },
      job: { state: 'done', progress: 1 },
    });
  });

  it('answers the rest of the older tool', async () => {
    expect(trafficConfig.strict().parse((await get('/api/control/config')).json())).toMatchObject({
      window_size: 10,
      capture_dir: join(folder, 'captures'),
    });
    expect(pingAnswer.strict().parse((await get('/api/control/ping')).json()).pong).toBe(true);
    await compute();
    await send('POST', '/api/anomalies/detect');
    const logs = logsAnswer.strict().parse((await get('/api/control/logs?limit=1')).json());
    expect(logs).toMatchObject({ limit: 1, total_lines: 2, returned_lines: 1 });
    expect(logs.logs[0]).toMatch(/^\d{4}-.*Z info detection: 2 anomalies in 3 windows\.$/);
    expect((await get('/api/control/logs?type=analysis')).json().logs).toMatchObject([
      expect.stringContaining('three.pcap: 48 packets, 3 windows, 2 anomalies.'),
    ]);
    expect((await get('/api/control/logs?type=&limit=50')).json().total_lines).toBe(2);
    expect((await get('/api/control/logs?type=nothing')).json().total_lines).toBe(0);
    expect((await get('/health', {})).json()).toMatchObject({ status: 'ok', mode: 'standalone', version: '1.2.0' });
  });

  it('leaves the paths beside alone', async () => {
    expect((await get('/api/health', {})).statusCode).toBe(200);
    expect((await get('/metrics')).headers['content-type']).toContain('text/plain');
    expect((await get('/api/metricsx')).statusCode).toBe(404);
    expect((await get('/api/control/windows')).statusCode).toBe(404);
    expect((await send('DELETE', '/api/metrics/compute')).statusCode).toBe(405);
  });

  it('says so where traffic is not analysed', async () => {
    world.traffic = undefined;
    const other = await serverOf(world);
    const answer = await other.inject({ url: '/api/metrics/', headers: asAdmin });
    expect(answer.statusCode).toBe(404);
    expect(answer.json().detail).toBe('This server does not analyse traffic.');
    await other.close();
  });
});
