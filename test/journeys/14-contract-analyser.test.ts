import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, startApp } from '../support/app.ts';
import { haveProgram, mayCapture } from '../support/need.ts';
import { SCANNER, scan, scene, web } from '../support/scene.ts';

/** What the older traffic analyser documented: every route, parameter and key, as a client of it would use them. */
const SCENE = scene(...web(100_000), ...scan(21e6, 40), ...web(45e6, 50_001));
const TYPES = ['traffic_spike', 'port_scan', 'high_latency', 'packet_loss', 'protocol_anomaly', 'long_lived_conn'];
const able = (haveProgram('dumpcap') || haveProgram('tcpdump')) && mayCapture();

let folder = '';
let app: RunningApp;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-analyser-'));
  await mkdir(join(folder, 'captures'));
  await writeFile(join(folder, 'captures', 'scene.pcap'), SCENE);
  await writeFile(join(folder, 'captures', 'text.pcap'), 'this is no capture at all');
  app = await startApp({ dataDir: folder });
});
afterAll(async () => {
  await app?.dispose();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const number = expect.any(Number);
const text = expect.any(String);
const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const nullOr = (type: string) => ({
  asymmetricMatch: (value: unknown) => value === null || typeof value === type,
  toString: () => `null or ${type}`,
});

const WINDOW = {
  window_id: number,
  window_start: number,
  window_end: number,
  bandwidth: {
    avg_bps: number,
    avg_pps: number,
    duration_s: 10,
    top_src_bytes: expect.any(Array),
    top_dst_bytes: expect.any(Array),
  },
  latency: { mean_rtt: nullOr('number'), max_rtt: nullOr('number'), p95_rtt: nullOr('number') },
  connections: { total: number, protocols: expect.any(Object) },
  protocol: expect.any(Object),
  record_count: number,
};
const ANOMALY = {
  type: expect.stringMatching(/^[a-z_]+$/),
  severity: expect.stringMatching(/^(high|medium|low)$/),
  window_start: number,
  window_end: number,
  message: text,
  metric: text,
  current_value: number,
  threshold: number,
};

const get = async (path: string) => {
  const { status, body } = await app.get(path);
  expect(status, path).toBe(200);
  return body;
};
const refused = async (answer: Promise<{ status: number; body: any }>, status: number) => {
  const { status: found, body } = await answer;
  expect([found, body.error, body.code]).toEqual([status, text, text]);
  return body;
};

describe('before anything is computed', () => {
  it('says so', async () => {
    expect(await get('/api/metrics/')).toEqual({ count: 0, total: 0, offset: 0, limit: 50, metrics: [] });
    expect(await get('/api/anomalies/')).toMatchObject({ count: 0, total: 0, offset: 0, limit: 100, anomalies: [] });
    await refused(app.post('/api/anomalies/detect', {}), 400);
    for (const type of ['bandwidth', 'latency', 'protocol', 'connection'])
      await refused(app.get(`/api/baselines/${type}`), 404);
    expect(await refused(app.get('/api/metrics/0'), 404)).toMatchObject({ window_id: 0, total_windows: 0 });
  });

  it('refuses files that are missing, elsewhere or no capture, with the reason', async () => {
    const reason = async (pcap_file: string) =>
      (await refused(app.post('/api/metrics/compute', { pcap_file }), 400)).detail as string;
    expect(await reason('missing.pcap')).toMatch(/There is no missing.pcap/);
    expect(await reason('text.pcap')).toMatch(/not a pcap/);
    expect(await reason('/etc/hostname')).toMatch(/not in the folder/);
  });
});

describe('metrics', () => {
  it('are computed, with every key of the answer', async () => {
    const order = { source: 'pcap', pcap_file: 'scene.pcap', window_size: 10, force: true };
    const { status, body } = await app.post('/api/metrics/compute', order);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        success: true,
        message: text,
        window_count: 5,
        window_size: 10,
        computation_time: number,
        timestamp: iso,
      }),
    ]);
  });

  it('are listed in pages, by number and summed up', async () => {
    for (const path of ['/api/metrics/?limit=2&offset=1', '/api/metrics?limit=2&offset=1']) {
      const page = await get(path);
      expect(page).toMatchObject({ count: 2, total: 5, offset: 1, limit: 2 });
      expect(page.metrics.map((window: any) => window.window_id)).toEqual([1, 2]);
    }
    const { metrics } = await get('/api/metrics/');
    expect(metrics).toHaveLength(5);
    for (const window of metrics) expect(window).toMatchObject(WINDOW);
    expect(metrics[0].bandwidth.top_src_bytes[0]).toMatchObject({ address: text, bytes: number });
    expect(await get('/api/metrics/3')).toEqual(metrics[3]);
    expect(await refused(app.get('/api/metrics/99'), 404)).toMatchObject({ window_id: 99, total_windows: 5 });
    expect(await get('/api/metrics/summary')).toMatchObject({
      total_windows: 5,
      time_span: expect.any(Object),
      bandwidth: { mean_bps: number, max_bps: number, min_bps: number },
      latency: { mean_rtt: number, max_rtt: number },
      connections: { total_across_windows: 42, mean_per_window: number },
    });
  });
});

describe('anomalies', () => {
  it('are detected, listed, filtered and counted', async () => {
    const { status, body } = await app.post('/api/anomalies/detect', { force: true, window_start: 0, window_end: 4 });
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        success: true,
        message: text,
        anomaly_count: number,
        detection_time: number,
        summary: { by_type: expect.objectContaining({ port_scan: 1 }), by_severity: expect.any(Object) },
        timestamp: iso,
      }),
    ]);
    const all = await get('/api/anomalies/?limit=100&offset=0');
    expect(all).toMatchObject({ count: all.anomalies.length, offset: 0, limit: 100, filters: expect.any(Object) });
    expect(all.total).toBeGreaterThan(0);
    for (const anomaly of all.anomalies) expect(anomaly).toMatchObject(ANOMALY);
    const [found] = (await get('/api/anomalies/?type=port_scan&severity=')).anomalies;
    expect(found).toMatchObject({ ...ANOMALY, flow_src: SCANNER });
    const bySeverity = await get(`/api/anomalies/?type=port_scan&severity=${found.severity}`);
    expect(bySeverity).toMatchObject({ total: 1, filters: { type: 'port_scan', severity: found.severity } });
    for (const type of TYPES) expect((await get(`/api/anomalies/?type=${type}`)).filters.type).toBe(type);
    const byType = await get('/api/anomalies/by-type');
    expect(byType.total).toBe(all.total);
    expect(byType.by_type.port_scan).toEqual({
      count: 1,
      by_severity: expect.objectContaining({ high: number, medium: number, low: number }),
    });
  });

  it('are shown by window, and the most frequent ones', async () => {
    expect(await get('/api/anomalies/window/2')).toMatchObject({
      window_id: 2,
      count: 1,
      anomalies: [expect.objectContaining({ type: 'port_scan' })],
    });
    await refused(app.get('/api/anomalies/window/99'), 404);
    const { top } = await get('/api/anomalies/top?limit=10');
    expect(top).toContainEqual(
      expect.objectContaining({
        type: 'port_scan',
        severity: text,
        message: text,
        count: 1,
        first_seen: expect.anything(),
        last_seen: expect.anything(),
      }),
    );
  });
});

describe('baselines', () => {
  it('are generated for the types that are asked for, and told with their statistics', async () => {
    const some = await app.post('/api/baselines/generate', { types: ['bandwidth'], force: true });
    expect([some.status, Object.keys(some.body.generated)]).toEqual([200, ['bandwidth']]);
    await refused(app.get('/api/baselines/latency'), 404);
    const { body } = await app.post('/api/baselines/generate', { force: true });
    expect(body).toMatchObject({ success: true, generation_time: number, timestamp: iso });
    for (const type of ['bandwidth', 'latency', 'protocol', 'connection']) {
      const statistics = { mean: number, median: number, min: number, max: number, p95: number, p99: number };
      expect(body.generated[type], type).toMatchObject(statistics);
      expect(await get(`/api/baselines/${type}`), type).toMatchObject(statistics);
    }
    expect(Object.keys((await get('/api/baselines/')).baselines).sort()).toEqual([
      'bandwidth',
      'connection',
      'latency',
      'protocol',
    ]);
    expect(await get('/api/baselines/stats')).toMatchObject({ total: 4 });
  });
});

describe('status and control', () => {
  it('have all keys', async () => {
    const status = {
      api: { status: 'ok', version: text, timestamp: iso },
      system: { mode: 'pcap', pcap_file: 'scene.pcap', interface: null, window_size: 10 },
      data: { metrics: 5, baselines: 4, anomalies: number },
    };
    for (const path of ['/api/status', '/api/control/status', '/api/status/'])
      expect(await get(path)).toMatchObject(status);
    expect(await get('/api/control/config')).toMatchObject({ window_size: 10, ring_packets: 100_000 });
    expect((await get('/api/control/config')).ring_bytes).toBe(50 * 2 ** 20);
    expect(await get('/api/control/ping')).toEqual({ pong: true, timestamp: iso });
    const logs = await get('/api/control/logs?type=analysis&limit=1');
    expect(logs).toMatchObject({ log_file: text, limit: 1, total_lines: number, returned_lines: 1, logs: [text] });
    expect(await get('/health')).toMatchObject({ status: 'ok', timestamp: iso, mode: text, version: text });
  });

  it('refuse a capture on what is no interface', async () => {
    const body = await refused(app.post('/api/control/capture/start', { interface: 'nosuch0', duration: 1 }), 400);
    expect(body.detail.length).toBeGreaterThan(10);
    await refused(app.post('/api/control/capture/start', { interface: '../lo', duration: 1 }), 400);
    await refused(app.post('/api/control/capture/start', { duration: 1 }), 400);
    await refused(app.post('/api/control/capture/stop', {}), 400);
    expect(await get('/api/control/capture/status')).toMatchObject({ running: false });
  });

  it.skipIf(!able)('capture to a file for as long as was asked, and no second time meanwhile', async () => {
    const order = { interface: 'lo', duration: 2, output_file: 'taken.pcap' };
    const begun = await app.post('/api/control/capture/start', order);
    expect(begun).toMatchObject({ status: 200, body: { success: true } });
    expect((await refused(app.post('/api/control/capture/start', order), 400)).detail).toMatch(/running/);
    expect(await get('/api/control/capture/status')).toMatchObject({ running: true, interface: 'lo' });
    await expect
      .poll(async () => (await get('/api/status')).job.state, { timeout: 30_000, interval: 200 })
      .toBe('done');
    expect(await get('/api/control/capture/status')).toMatchObject({ running: false, error: null });
    const computed = await app.post('/api/metrics/compute', { pcap_file: 'taken.pcap' });
    expect(computed).toMatchObject({ status: 200, body: { success: true } });
  });
});

describe('the command line', () => {
  it('takes a capture, the length of windows and debug', async () => {
    await app.stop();
    const file = join(folder, 'captures', 'scene.pcap');
    app = await startApp({ dataDir: folder, args: ['--mode', 'pcap', '--pcap', file, '--window', '5', '--debug'] });
    await expect.poll(async () => (await app.get('/api/metrics/')).body.total, { timeout: 20_000 }).toBe(10);
    expect((await get('/api/status')).system).toMatchObject({ mode: 'pcap', window_size: 5 });
    expect((await get('/health')).mode).toBe('pcap');
    // 20 is debug, and nothing else asks for it.
    expect(app.output()).toContain('"level":20');
  });

  it.skipIf(!able)('takes an interface', async () => {
    await app.stop();
    app = await startApp({ dataDir: folder, args: ['--mode', 'live', '--interface', 'lo', '--window', '1'] });
    await expect.poll(async () => (await get('/health')).mode, { timeout: 20_000 }).toBe('live');
    expect((await get('/api/status')).system).toMatchObject({ mode: 'live', interface: 'lo', window_size: 1 });
    // A window a second, also when nothing is sent.
    await expect.poll(async () => (await app.get('/api/metrics/')).body.total, { timeout: 20_000 }).toBeGreaterThan(1);
  });

  it('says what is wrong with it', async () => {
    await app.stop();
    app = await startApp({ dataDir: folder, args: ['--mode', 'pcap', '--pcap', join(folder, 'missing.pcap')] });
    expect((await get('/health')).components).toContainEqual(
      expect.objectContaining({ name: 'traffic', state: 'degraded', detail: expect.stringContaining('missing.pcap') }),
    );
  });
});
