import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePacketLoad, type PacketLoad } from '../../bench/support/packet-load.ts';
import { type RunningApp, startApp } from '../support/app.ts';
import { cli } from '../support/command-line.ts';

let app: RunningApp;
let load: PacketLoad;
let file = '';
/** How its events are marked: the name without the folder. */
let name = '';

beforeAll(async () => {
  load = makePacketLoad({ packets: 30_000, seed: 3, from: (Date.now() - 600_000) * 1000 });
  app = await startApp();
});

afterAll(async () => {
  await app?.dispose();
});

async function storedSums(source: string): Promise<{ events: number; bytes: number; packets: number } | undefined> {
  const { body } = await app.get('/v1/query/top?field=source&from=-2h&limit=10');
  return body.items.find((item: any) => item.value === source);
}

describe('a capture', () => {
  it('is uploaded, and analysed into windows', async () => {
    const { status, body } = await app.post(
      '/v1/traffic/captures?name=Branch%20office.pcap',
      Buffer.concat(load.chunks),
      { 'content-type': 'application/vnd.tcpdump.pcap' },
    );
    expect(status).toBe(201);
    file = body.pcap_file;
    expect(file).toBe('uploads/Branch-office.pcap');
    name = basename(file);
    const computed = await app.post('/api/metrics/compute', { pcap_file: file });
    expect(computed.status).toBe(200);
    expect(computed.body).toMatchObject({ success: true, window_size: 10 });
    const { body: windows } = await app.get('/api/metrics/?limit=200');
    expect(windows.count).toBe(computed.body.window_count);
    const packets = windows.metrics.reduce(
      (sum: number, { bandwidth }: any) => sum + Math.round(bandwidth.avg_pps * bandwidth.duration_s),
      0,
    );
    // A packet that is late counts for the window in which it came.
    expect(packets).toBe(load.totals.ipv4 + load.totals.ipv6);
  });

  it('is found among the events, to the last byte', async () => {
    const source = `capture:${name}`;
    await expect
      .poll(() => storedSums(source), { timeout: 20_000, interval: 300 })
      .toMatchObject({
        bytes: load.totals.ipBytes,
        packets: load.totals.ipv4 + load.totals.ipv6,
      });
    const filter = encodeURIComponent(`source = "${source}" and proto = tcp`);
    const { body } = await app.get(`/v1/events?from=-2h&limit=1&filter=${filter}`);
    expect(body.items[0]).toMatchObject({ kind: 'conn', exporter: name, attrs: { community_id: expect.any(String) } });
  });

  it('makes no events a second time', async () => {
    const before = await storedSums(`capture:${name}`);
    const again = await app.post('/api/metrics/compute', { pcap_file: file, force: true });
    expect(again.status).toBe(200);
    // What it would have stored was stored when it answered.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await storedSums(`capture:${name}`)).toEqual(before);
  });

  it('that is none is refused with the reason', async () => {
    const { body } = await app.post('/v1/traffic/captures', Buffer.from('no capture at all'), {
      'content-type': 'application/octet-stream',
    });
    const answer = await app.post('/api/metrics/compute', { pcap_file: body.pcap_file ?? 'missing.pcap' });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toMatch(/capture|no such|exist/i);
  });

  it('is told of by the command line, which needs no server', async () => {
    const { stdout, code } = await cli(app.url, ['analyze', join(app.dataDir, 'captures', file), '-o', 'json', '-q']);
    expect(code).toBe(0);
    const told = JSON.parse(stdout);
    const { body: windows } = await app.get('/api/metrics/?limit=200');
    expect(told.windows.map(({ window_start }: any) => window_start)).toEqual(
      windows.metrics.map(({ window_start }: any) => window_start),
    );
    expect(told.totals.packets).toBe(load.totals.packets);
  });
});
