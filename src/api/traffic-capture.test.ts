import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, apiOptions, asAdmin, serverOf, World } from '../../test/fakes/api.ts';
import { type FakeCapture, HeldAnalysis, sampleCapture, trafficServiceOf } from '../../test/fakes/traffic.ts';
import { AppError } from '../kit/errors.ts';
import type { TrafficServiceOptions } from '../pipelines/traffic-service/service-options.ts';
import type { TrafficService } from '../pipelines/traffic-service.ts';
import type { App } from './context.ts';
import { jobsAnswer, trafficJob } from './schemas/traffic.ts';
import { captureAnswer, captureView, filesAnswer, interfacesAnswer, uploadAnswer } from './schemas/traffic-control.ts';

/** Three windows of ten seconds: 6, 30 and 12 packets. */
const packets = Array(30).fill(0);
[packets[0], packets[10], packets[20]] = [6, 30, 12];
const THREE = sampleCapture(packets);

let folder: string;
let world: World;
let service: TrafficService;
let capture: FakeCapture;
let app: App;

async function begin(more: Partial<TrafficServiceOptions> = {}): Promise<void> {
  ({ service, capture } = trafficServiceOf(join(folder, 'captures'), more));
  await service.start();
  world = new World();
  world.traffic = service;
  app = await serverOf(world);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-traffic-api-'));
  await begin();
  await writeFile(join(folder, 'captures', 'three.pcap'), THREE);
});
afterEach(async () => {
  await app.close();
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

const get = async (url: string, headers: Record<string, string> = asAdmin) => app.inject({ url, headers });
const send = async (method: 'POST' | 'DELETE', url: string, payload?: object) =>
  app.inject({ method, url, headers: asAdmin, ...(payload && { payload }) });

describe('runs', () => {
  it('are begun, watched and cancelled', async () => {
    const held = new HeldAnalysis();
    await app.close();
    await begin({ analysis: held.make });
    await writeFile(join(folder, 'captures', 'long.pcap'), sampleCapture(Array(3000).fill(10)));
    const begun = await send('POST', '/v1/traffic/jobs', { pcap_file: 'long.pcap' });
    expect(begun.statusCode).toBe(202);
    const { id } = trafficJob.strict().parse(begun.json());
    const waiting = send('POST', '/v1/traffic/windows/compute', { pcap_file: 'three.pcap' });
    expect((await waiting).statusCode).toBe(409);
    const watched = (await get(`/v1/traffic/jobs/${id}`)).json();
    expect(watched).toMatchObject({ id, state: 'running', input: 'long.pcap', bytes_total: 3_480_024 });
    expect(watched.progress).toBeLessThan(1);
    const cancelling = send('DELETE', `/v1/traffic/jobs/${id}`);
    for (let i = 0; i < 100 && service.job(id)?.ended === null; i++) {
      held.letGo();
      await sleep(5);
    }
    expect((await cancelling).json()).toMatchObject({ id, state: 'cancelled' });
    expect(jobsAnswer.strict().parse((await get('/v1/traffic/jobs')).json()).items).toHaveLength(1);
    expect((await get('/v1/traffic/jobs/none')).statusCode).toBe(404);
    expect((await send('DELETE', '/v1/traffic/jobs/none')).statusCode).toBe(404);
  });
});

describe('live capture', () => {
  it('is started, watched and stopped', async () => {
    const order = { interface: 'lo', duration: 60, output_file: null, filter: null };
    const began = await send('POST', '/api/control/capture/start', order);
    expect(captureAnswer.strict().parse(began.json())).toMatchObject({
      success: true,
      message: 'Capturing on lo for 60 s.',
      capture: { running: true },
    });
    capture.push(THREE);
    for (let i = 0; i < 200 && service.windows().length < 2; i++) await sleep(5);
    expect(captureView.strict().parse((await get('/api/control/capture/status')).json())).toMatchObject({
      running: true,
      interface: 'lo',
      tool: 'dumpcap',
      ended: null,
    });
    expect((await get('/api/metrics/')).json().total).toBe(2);
    expect((await send('POST', '/api/metrics/compute')).json()).toMatchObject({ message: '2 windows from lo so far.' });
    const again = await send('POST', '/api/control/capture/start', { interface: 'lo' });
    expect(again.statusCode).toBe(400);
    expect(again.json()).toMatchObject({ code: 'CAPTURE_IMPOSSIBLE', detail: 'A capture on lo is running already.' });
    expect((await send('POST', '/api/control/capture/stop')).json().capture).toMatchObject({
      running: false,
      dropped: 0,
    });
    expect((await send('POST', '/api/control/capture/stop')).statusCode).toBe(400);
    const file = await get('/v1/traffic/capture/packets');
    expect(file.headers['content-type']).toBe('application/vnd.tcpdump.pcap');
    expect(file.rawPayload).toEqual(THREE);
    expect(interfacesAnswer.strict().parse((await get('/v1/traffic/capture/interfaces')).json()).items).toHaveLength(1);
    expect(world.audited.map(({ action }) => action)).toEqual(['traffic.capture.start', 'traffic.capture.stop']);
  });

  it('says why it is not possible', async () => {
    capture.failWith = new AppError('CAPTURE_IMPOSSIBLE', 'dumpcap lacks the permission to capture on lo.');
    const answer = await send('POST', '/api/control/capture/start', { interface: 'lo', duration: 5 });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail).toBe('dumpcap lacks the permission to capture on lo.');
    for (const body of [undefined, {}, { interface: '' }, { interface: 'lo', duration: -1 }])
      expect((await send('POST', '/api/control/capture/start', body)).statusCode).toBe(400);
  });
});

describe('uploads', () => {
  const upload = async (payload: Buffer, headers: Record<string, string> = {}) =>
    app.inject({ method: 'POST', url: '/v1/traffic/captures', headers: { ...asAdmin, ...headers }, payload });

  it.each([{ 'content-type': 'application/octet-stream' }, { 'content-type': 'application/json' }, {}])(
    'are taken with %j',
    async (headers) => {
      const answer = await upload(THREE, headers as Record<string, string>);
      expect(answer.statusCode).toBe(201);
      const { pcap_file } = uploadAnswer.strict().parse(answer.json());
      expect((await send('POST', '/api/metrics/compute', { pcap_file })).json()).toMatchObject({ window_count: 3 });
      const { items } = filesAnswer.strict().parse((await get('/v1/traffic/captures')).json());
      expect(items.map(({ name }) => name).sort()).toEqual(['three.pcap', pcap_file]);
      const path = `/v1/traffic/captures/${encodeURIComponent(pcap_file)}`;
      expect((await send('DELETE', path)).json()).toEqual({ name: pcap_file, removed: true });
      expect((await send('DELETE', path)).statusCode).toBe(404);
    },
  );

  it('keep their names', async () => {
    const url = `/v1/traffic/captures?name=${encodeURIComponent('../Büro #1.pcap')}`;
    const answer = await app.inject({ method: 'POST', url, headers: asAdmin, payload: THREE });
    expect(answer.json()).toMatchObject({ pcap_file: 'uploads/Buro-1.pcap' });
    await send('POST', '/api/metrics/compute', { pcap_file: 'uploads/Buro-1.pcap' });
    expect((await get('/api/status')).json()).toMatchObject({
      system: { pcap_file: 'uploads/Buro-1.pcap' },
      job: { input: 'uploads/Buro-1.pcap' },
    });
  });

  it('are refused where they are no capture, too large or a form', async () => {
    const cases: [Buffer, Record<string, string>, number, string][] = [
      [Buffer.from('hello, this is no capture'), {}, 400, 'NOT_A_CAPTURE'],
      [Buffer.alloc(0), {}, 400, 'NOT_A_CAPTURE'],
      [gzipSync('hello, this is no capture'), {}, 400, 'NOT_A_CAPTURE'],
      [Buffer.concat([THREE, Buffer.alloc(1_000_000)]), {}, 413, 'BODY_TOO_LARGE'],
      [THREE, { 'content-type': 'multipart/form-data; boundary=x' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ];
    for (const [body, headers, status, code] of cases) {
      const answer = await upload(body, headers);
      expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    }
    expect((await get('/v1/traffic/captures')).json().items).toHaveLength(1);
  });

  it('may take longer than other requests', async () => {
    await app.close();
    const { limits } = apiOptions();
    app = await serverOf(world, { limits: { ...limits, requestSeconds: 1 } });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const answer = await new Promise<{ status?: number; body: string }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${ADMIN}`, 'content-length': THREE.length };
      const request = httpRequest({ port, method: 'POST', path: '/v1/traffic/captures', headers }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode, body }));
      });
      request.on('error', reject);
      request.write(THREE.subarray(0, 100));
      setTimeout(() => request.write(THREE.subarray(100, 1000)), 1500);
      setTimeout(() => request.end(THREE.subarray(1000)), 3000);
    });
    expect(answer).toMatchObject({ status: 201, body: expect.stringContaining('uploads/') });
  });
});

describe('keys', () => {
  it('need the scope', async () => {
    world.addKey('reader-key', { scopes: ['read'] });
    world.addKey('sender-key', { scopes: ['ingest'] });
    const status = async (key: string, method: 'GET' | 'POST' | 'DELETE', url: string) =>
      (await app.inject({ method, url, headers: { 'x-api-key': key } })).statusCode;
    expect(await status('reader-key', 'GET', '/api/metrics/')).toBe(200);
    expect(await status('reader-key', 'GET', '/v1/traffic/capture/packets')).toBe(403);
    for (const path of [
      '/api/metrics/compute',
      '/api/anomalies/detect',
      '/api/baselines/generate',
      '/v1/traffic/captures',
    ]) {
      expect(await status('reader-key', 'POST', path)).toBe(403);
      expect(await status('sender-key', 'POST', path)).toBe(400);
    }
    for (const path of ['/api/control/capture/start', '/api/control/capture/stop', '/v1/traffic/rules'])
      expect(await status('sender-key', 'POST', path)).toBe(403);
    expect(await status('sender-key', 'GET', '/api/anomalies/')).toBe(403);
    expect(await status('unknown-key', 'GET', '/api/status')).toBe(401);
    expect((await get('/api/control/ping', {})).statusCode).toBe(401);
  });
});
