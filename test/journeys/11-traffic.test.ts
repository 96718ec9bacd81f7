import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, startApp } from '../support/app.ts';
import { haveProgram, mayCapture } from '../support/need.ts';
import { SCANNER, SCENE_START, scan, scene, web } from '../support/scene.ts';

/** A request in the first window, a scan of 40 hosts in the third. */
const SCENE = scene(...web(100_000), ...scan(21e6, 40));
const able = (haveProgram('dumpcap') || haveProgram('tcpdump')) && mayCapture();

let folder = '';
let app: RunningApp;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-traffic-'));
  await mkdir(join(folder, 'captures'));
  await writeFile(join(folder, 'captures', 'scene.pcap'), SCENE);
  app = await startApp({ dataDir: folder });
});
afterAll(async () => {
  await app.dispose();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('what people did with the traffic analyser', () => {
  it('computes, detects, learns and asks', async () => {
    expect((await app.post('/api/anomalies/detect', {})).status).toBe(400);
    const computed = await app.post('/api/metrics/compute', { pcap_file: 'scene.pcap', window_size: 10 });
    expect(computed).toMatchObject({ status: 200, body: { success: true, window_count: 3, window_size: 10 } });
    const { body: windows } = await app.get('/api/metrics/?limit=50&offset=0');
    expect(windows).toMatchObject({ count: 3, total: 3, offset: 0, limit: 50 });
    expect(windows.metrics[0]).toMatchObject({ window_id: 0, connections: { total: 1 } });
    expect(windows.metrics[0].latency.mean_rtt).toBeGreaterThan(0);
    expect((await app.get('/api/metrics/2')).body.connections.total).toBe(40);
    const detected = await app.post('/api/anomalies/detect', {});
    expect(detected).toMatchObject({ status: 200, body: { success: true, summary: { by_type: { port_scan: 1 } } } });
    expect((await app.get('/api/anomalies/?type=port_scan')).body.anomalies[0].flow_src).toBe(SCANNER);
    expect((await app.post('/api/baselines/generate', {})).body.generated.bandwidth.mean).toBeGreaterThan(0);
    expect((await app.get('/api/baselines/bandwidth')).body).toMatchObject({ type: 'bandwidth', metric: 'bps' });
    expect((await app.get('/api/status')).body.system).toMatchObject({ mode: 'pcap', pcap_file: 'scene.pcap' });
    expect((await app.get('/health')).body.components).toContainEqual(
      expect.objectContaining({ name: 'traffic', state: 'ok' }),
    );
  });

  it('is led from an anomaly to the events behind it', async () => {
    const { evidence } = (await app.get('/api/anomalies/?type=port_scan')).body.anomalies[0];
    expect(evidence.length).toBeGreaterThan(3);
    for (const uid of evidence) {
      const filter = encodeURIComponent(`uid = "${uid}"`);
      const path = `/v1/events?from=${SCENE_START - 60}&to=${SCENE_START + 60}&filter=${filter}`;
      await expect.poll(async () => (await app.get(path)).body.items?.length, { timeout: 20_000 }).toBe(1);
      const [event] = (await app.get(path)).body.items;
      expect(event).toMatchObject({ uid, src_ip: SCANNER, source: 'capture:scene.pcap', state: 'S0' });
      expect((await app.get(`/v1/events/${event.id}`)).body.uid).toBe(uid);
    }
  });

  it('makes events once of a capture, also of a copy of it and after a restart', async () => {
    const count = async () =>
      (await app.get(`/v1/query/top?field=source&from=${SCENE_START - 60}&to=${SCENE_START + 60}`)).body.items;
    const before = await count();
    expect(before).toEqual([expect.objectContaining({ value: 'capture:scene.pcap', events: 41 })]);
    await writeFile(join(folder, 'captures', 'copy.pcap'), SCENE);
    await app.stop();
    app = await startApp({ dataDir: folder });
    for (const pcap_file of ['copy.pcap', 'scene.pcap'])
      expect((await app.post('/api/metrics/compute', { pcap_file, force: true })).status).toBe(200);
    // What it would have stored was stored when it answered.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await count()).toEqual(before);
  });

  it('uploads a capture and cannot reach anything beside', async () => {
    const uploaded = await app.post('/v1/traffic/captures', gzipSync(SCENE), {
      'content-type': 'application/octet-stream',
    });
    expect(uploaded.status).toBe(201);
    const { pcap_file } = uploaded.body;
    expect((await app.post('/api/metrics/compute', { pcap_file })).body).toMatchObject({ window_count: 3 });
    for (const name of ['../state', '/etc/hostname', '../captures/../secrets'])
      expect((await app.post('/api/metrics/compute', { pcap_file: name })).status).toBe(400);
  });

  it.skipIf(!able)('captures live, and refuses what it cannot', async () => {
    expect((await app.post('/api/control/capture/stop', {})).status).toBe(400);
    const nowhere = await app.post('/api/control/capture/start', { interface: 'nosuch0', duration: 5 });
    expect(nowhere).toMatchObject({ status: 400, body: { detail: expect.stringContaining('no interface nosuch0') } });
    const order = { interface: 'lo', duration: 60, window_size: 1 };
    expect((await app.post('/api/control/capture/start', order)).status).toBe(200);
    // The requests themselves are the traffic.
    await expect
      .poll(async () => (await app.get('/api/metrics/')).body.total, { timeout: 30_000, interval: 100 })
      .toBeGreaterThan(1);
    expect((await app.get('/api/control/capture/status')).body).toMatchObject({ running: true, interface: 'lo' });
    const stopped = await app.post('/api/control/capture/stop', {});
    expect(stopped).toMatchObject({ status: 200, body: { capture: { running: false, error: null } } });
    const again = await app.post('/api/metrics/compute', { source: 'live', window_size: 5 });
    expect(again).toMatchObject({ status: 200, body: { window_size: 5 } });
    expect(again.body.packets).toBe(stopped.body.capture.ring.packets);
  });

  it('keeps its rules over a restart', async () => {
    const rule = { source: SCANNER, detector: 'port_scan', reason: 'Our own scanner.' };
    expect((await app.post('/v1/traffic/rules', rule)).status).toBe(201);
    await app.stop();
    app = await startApp({ dataDir: folder });
    expect((await app.get('/v1/traffic/rules')).body.items).toMatchObject([rule]);
    expect((await app.post('/api/metrics/compute', { pcap_file: 'scene.pcap' })).status).toBe(200);
    expect((await app.get('/api/anomalies/?type=port_scan')).body.total).toBe(0);
    expect((await app.get('/v1/traffic/anomalies?hidden=true')).body.total).toBe(1);
  });

  it('analyses from the start what the command line names', async () => {
    await app.stop();
    const elsewhere = await mkdtemp(join(tmpdir(), 'vedette-elsewhere-'));
    const file = join(elsewhere, 'named.pcap');
    await writeFile(file, SCENE);
    app = await startApp({ dataDir: folder, args: ['--mode', 'pcap', '--pcap', file, '--window', '5', '--debug'] });
    await expect
      .poll(async () => (await app.get('/api/metrics/')).body.total, { timeout: 20_000, interval: 100 })
      .toBe(5);
    expect((await app.get('/health')).body).toMatchObject({ status: 'ok', mode: 'pcap' });
    expect((await app.get('/api/status')).body.system).toMatchObject({ mode: 'pcap', pcap_file: file, window_size: 5 });
    await rm(elsewhere, { recursive: true });
  });
});
