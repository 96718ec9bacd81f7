import { createSocket } from 'node:dgram';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trafficServiceOf } from '../../test/fakes/traffic.ts';
import { haveProgram, mayCapture } from '../../test/support/need.ts';
import { LiveCapture } from '../sources/capture/live-capture.ts';
import { TrafficAnalysis } from './traffic.ts';
import type { TrafficService } from './traffic-service.ts';

const able = (haveProgram('dumpcap') || haveProgram('tcpdump')) && mayCapture();

let folder: string;
let service: TrafficService;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-traffic-live-'));
  ({ service } = trafficServiceOf(folder, {
    analysis: ({ seconds, source }, hooks) =>
      new TrafficAnalysis({ seconds, clock: source === 'live' ? () => Date.now() * 1000 : undefined }, hooks),
    capture: new LiveCapture({ tool: 'auto', ringPackets: 1000, ringBytes: 1e6, folder }),
  }));
  await service.start();
});
afterEach(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('live traffic', () => {
  it.skipIf(!able)('is captured, analysed as it comes, and written to a file that gives the same', async () => {
    const filter = 'udp dst port 40311';
    await service.startCapture({ interface: 'lo', filter, outputFile: 'live.pcap', windowSeconds: 1 });
    const socket = createSocket('udp4').unref();
    const send = async () => {
      await new Promise((resolve) => socket.send('hello', 40_311, '127.0.0.1', resolve));
      await new Promise((resolve) => setTimeout(resolve, 50));
    };
    for (let i = 0; i < 200 && service.windows().length < 2; i++) await send();
    socket.close();
    expect(service.status()).toMatchObject({ mode: 'live', interface: 'lo', windowSeconds: 1 });
    const view = await service.stopCapture();
    expect(view).toMatchObject({ running: false, dropped: 0, error: null, files: ['live.pcap'] });
    expect(view.packets).toBeGreaterThan(10);
    const live = service.windows();
    expect(live.reduce((sum, { bandwidth }) => sum + bandwidth.avg_pps, 0)).toBe(view.packets);
    expect(live[0].bandwidth.top_src_bytes[0].address).toBe('127.0.0.1');
    const { id } = await service.compute({ source: 'pcap', file: 'live.pcap', windowSeconds: 1 });
    expect(await service.finished(id)).toMatchObject({ state: 'done', packets: view.packets, problems: [] });
    // The clock goes on until the capture has ended, the time of the file only to its last packet.
    const fromFile = service.windows();
    expect(live.slice(0, fromFile.length)).toEqual(fromFile);
    expect(live.slice(fromFile.length).every(({ record_count }) => record_count === 0)).toBe(true);
  });

  it.skipIf(!able)('has windows while the interface is silent, from the start of the capture', async () => {
    await service.startCapture({ interface: 'lo', filter: 'udp dst port 40312', windowSeconds: 1 });
    const deadline = Date.now() + 15_000;
    while (service.windows().length < 2 && Date.now() < deadline) await new Promise((go) => setTimeout(go, 50));
    const windows = service.windows().slice(0, 2);
    await service.stopCapture();
    expect(windows.map(({ window_id, record_count }) => [window_id, record_count])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(windows[1].window_start - windows[0].window_start).toBe(1);
  });
});
