import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  countPackets,
  type FakeCapture,
  FIRST_PACKET,
  HeldAnalysis,
  memorySettings,
  sampleCapture,
  trafficServiceOf,
} from '../../test/fakes/traffic.ts';
import type { TrafficJob } from '../model/traffic-view.ts';
import type { TrafficServiceOptions } from './traffic-service/service-options.ts';
import type { TrafficService } from './traffic-service.ts';

/** Two windows of ten seconds: 5 and 30 packets. */
const TWO = sampleCapture([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30]);

let folder: string;
let service: TrafficService;
let capture: FakeCapture;

async function begin(more: Partial<TrafficServiceOptions> = {}): Promise<void> {
  ({ service, capture } = trafficServiceOf(join(folder, 'captures'), more));
  await service.start();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-traffic-'));
  await begin();
  await writeFile(join(folder, 'captures', 'two.pcap'), TWO);
});
afterEach(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

async function compute(file: string, more: { windowSeconds?: number; force?: boolean } = {}): Promise<TrafficJob> {
  const { id } = await service.compute({ source: 'pcap', file, ...more });
  return (await service.finished(id))!;
}

const refused = (promise: Promise<unknown>) => promise.then(String, (error) => ({ ...error, message: error.message }));
const until = async (condition: () => boolean) => {
  for (let i = 0; i < 400 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
};

describe('computing a file', () => {
  it('gives its windows and anomalies', async () => {
    expect(service.status()).toMatchObject({ mode: 'idle', windows: 0, job: null });
    const job = await compute('two.pcap');
    expect(job).toMatchObject({
      state: 'done',
      source: 'pcap',
      input: 'two.pcap',
      bytesRead: TWO.length,
      bytesTotal: TWO.length,
      packets: 35,
      windows: 2,
      anomalies: 1,
      problems: [],
    });
    expect(service.status()).toMatchObject({
      mode: 'pcap',
      file: 'two.pcap',
      windowSeconds: 10,
      windows: 2,
      anomalies: 1,
    });
    expect(service.window(1)).toMatchObject({ window_start: FIRST_PACKET + 10, record_count: 30 });
    expect(service.window(2)).toBeUndefined();
  });

  it('is done once, unless it is forced or asked for otherwise', async () => {
    const first = await compute('two.pcap');
    expect((await compute('two.pcap')).id).toBe(first.id);
    expect((await compute(join(folder, 'captures', 'two.pcap'))).id).toBe(first.id);
    const forced = await compute('two.pcap', { force: true });
    expect(forced.id).not.toBe(first.id);
    expect(await compute('two.pcap', { windowSeconds: 5 })).toMatchObject({ windows: 3, windowSeconds: 5 });
    expect((await compute('two.pcap', { windowSeconds: 5 })).id).toBe(service.jobs()[0].id);
    await writeFile(join(folder, 'captures', 'two.pcap'), sampleCapture([3]));
    expect(await compute('two.pcap', { windowSeconds: 5 })).toMatchObject({ packets: 3 });
  });

  it('reads gzip, and says what is missing of a capture that was cut', async () => {
    await writeFile(join(folder, 'captures', 'two.pcap.gz'), gzipSync(TWO));
    expect(await compute('two.pcap.gz')).toMatchObject({ packets: 35, problems: [] });
    await writeFile(join(folder, 'captures', 'cut.pcap'), TWO.subarray(0, TWO.length - 50));
    const cut = await compute('cut.pcap');
    expect(cut).toMatchObject({ state: 'done', packets: 34 });
    expect(cut.problems).toHaveLength(1);
    await writeFile(join(folder, 'captures', 'cut.pcap.gz'), gzipSync(TWO).subarray(0, -20));
    expect((await compute('cut.pcap.gz')).problems.join()).toMatch(/gzip stream is cut off/);
  });

  it('refuses what is no capture', async () => {
    await writeFile(join(folder, 'captures', 'page.pcap'), '<html>');
    await writeFile(join(folder, 'captures', 'empty.pcap'), '');
    await writeFile(join(folder, 'captures', 'twice.pcap'), gzipSync(gzipSync(TWO)));
    expect(await refused(compute('page.pcap'))).toMatchObject({
      code: 'NOT_A_CAPTURE',
      message: expect.stringMatching(/It is text/),
    });
    expect(await refused(compute('empty.pcap'))).toMatchObject({ code: 'NOT_A_CAPTURE' });
    expect(await refused(compute('twice.pcap'))).toMatchObject({
      code: 'NOT_A_CAPTURE',
      message: expect.stringMatching(/gzip twice/),
    });
    expect(service.jobs()).toEqual([]);
  });

  it('gives up on a file that inflates without end, and keeps what was there', async () => {
    await compute('two.pcap');
    const bomb = gzipSync(Buffer.concat([TWO.subarray(0, 24), Buffer.alloc(80 * 2 ** 20)]));
    await writeFile(join(folder, 'captures', 'bomb.pcap'), bomb);
    expect(await refused(compute('bomb.pcap'))).toMatchObject({
      code: 'BODY_TOO_LARGE',
      message: expect.stringMatching(/more than 200 times/),
    });
    expect(service.jobs()[0]).toMatchObject({ state: 'failed', error: expect.stringContaining('200 times') });
    expect(service.status()).toMatchObject({ file: 'two.pcap', windows: 2 });
  });

  it.each([
    '../secret.pcap',
    '/etc/passwd',
    'a/../../secret.pcap',
    '.',
    '',
    'no\0name',
    'link.pcap',
    'sub',
    'gone.pcap',
  ])('never reads %j', async (name) => {
    await writeFile(join(folder, 'secret.pcap'), TWO);
    await symlink(join(folder, 'secret.pcap'), join(folder, 'captures', 'link.pcap'));
    await mkdir(join(folder, 'captures', 'sub'));
    expect(await refused(compute(name))).toMatchObject({ code: 'INVALID_PARAMETER' });
  });

  it('reads folders below, and links that stay inside', async () => {
    await mkdir(join(folder, 'captures', 'sub'));
    await symlink(join(folder, 'captures', 'two.pcap'), join(folder, 'captures', 'sub', 'link.pcap'));
    expect(await compute('sub/link.pcap')).toMatchObject({ input: 'sub/link.pcap', packets: 35 });
  });
});

describe('a run', () => {
  it('is cancelled, and the results before it stay', async () => {
    await compute('two.pcap');
    const held = new HeldAnalysis();
    await service.stop();
    await begin({ analysis: held.make });
    await writeFile(join(folder, 'captures', 'long.pcap'), sampleCapture(Array(3000).fill(10)));
    const { id } = await service.compute({ source: 'pcap', file: 'long.pcap' });
    await until(() => held.began > 0);
    expect(service.job(id)).toMatchObject({ state: 'running', bytesTotal: 24 + 3000 * 10 * 116 });
    expect(await refused(service.compute({ source: 'pcap', file: 'two.pcap' }))).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('long.pcap is being analysed'),
    });
    expect(await refused(service.startCapture({ interface: 'lo' }))).toMatchObject({ code: 'CAPTURE_IMPOSSIBLE' });
    const cancelled = service.cancel(id);
    held.letGo();
    expect(await cancelled).toMatchObject({ id, state: 'cancelled', error: null });
    expect(service.job(id)!.bytesRead).toBeLessThan(service.job(id)!.bytesTotal!);
    expect(service.windows()).toEqual([]);
    expect((await service.cancel(id))?.state).toBe('cancelled');
    expect(await service.cancel('none')).toBeUndefined();
  });

  it('that fails by a fault of ours does not say how to the caller', async () => {
    await begin({
      analysis: () => ({
        read: async () => {
          throw new Error('secret detail');
        },
        stop: () => undefined,
        finish: () => ({ totals: { packets: 0 } }),
      }),
    });
    expect(await refused(compute('two.pcap'))).toMatchObject({
      code: 'INTERNAL',
      message: expect.not.stringContaining('secret'),
    });
    expect(
      service
        .log()
        .map(({ text }) => text)
        .join(),
    ).not.toContain('secret');
  });

  it('that is over lets go of what it worked with', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const made: WeakRef<object>[] = [];
    await begin({
      analysis: (options, hooks) => {
        const analysis = countPackets(options, hooks);
        made.push(new WeakRef(analysis));
        return analysis;
      },
    });
    await compute('two.pcap');
    for (let i = 0; i < 100 && made[0].deref() !== undefined; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      collectGarbage();
    }
    expect(service.jobs()).toHaveLength(1);
    expect(made[0].deref()).toBeUndefined();
  });
});

describe('detecting', () => {
  it('needs windows', async () => {
    expect(await refused(service.detect(false))).toMatchObject({ code: 'NO_WINDOWS' });
    expect(await refused(service.generateBaselines(['bandwidth'], false))).toMatchObject({ code: 'NO_WINDOWS' });
  });

  it('follows the rules, which are kept', async () => {
    const values = new Map<string, unknown>();
    await begin({ settings: memorySettings(values) });
    await compute('two.pcap');
    const rule = { id: 'r1', source: '192.0.2.0/24', reason: 'The backup.' };
    expect(service.previewRule(rule)).toHaveLength(1);
    expect(service.previewRule({ ...rule, source: '198.51.100.0/24' })).toEqual([]);
    expect(await service.setRule(rule)).toEqual({ rule, hits: 1, lastHit: FIRST_PACKET + 20 });
    expect([service.anomalies().length, service.hidden().length]).toEqual([0, 1]);
    expect(service.previewRule(rule)).toHaveLength(1);
    await service.detect(true);
    expect(service.rules()[0].hits).toBe(1);
    expect(await refused(service.setRule({ id: 'r2', reason: 'All.' }))).toMatchObject({ code: 'INVALID_PARAMETER' });
    await begin({ settings: memorySettings(values) });
    await compute('two.pcap');
    expect(service.hidden()).toHaveLength(1);
    expect(await service.removeRule('r1')).toBe(true);
    expect(await service.removeRule('r1')).toBe(false);
    expect(service.anomalies()).toHaveLength(1);
  });

  it('learns what is usual, without what is not', async () => {
    await writeFile(join(folder, 'captures', 'many.pcap'), sampleCapture([4, 6, 5, 90, 5]));
    await compute('many.pcap', { windowSeconds: 1 });
    const list = await service.generateBaselines(['bandwidth', 'latency'], false);
    expect(list.map(({ type }) => type)).toEqual(['bandwidth', 'latency']);
    expect(list[0]).toMatchObject({ windows: 4, metrics: { pps: { min: 4, max: 6, median: 5 } } });
    const at = service.baselinesAt();
    expect(at).not.toBeNull();
    expect(await service.generateBaselines(['bandwidth', 'latency'], false)).toEqual(list);
    await service.generateBaselines(['connection'], false);
    expect(service.baselines().map(({ type }) => type)).toEqual(['bandwidth', 'latency', 'connection']);
  });
});

describe('a live capture', () => {
  const header = TWO.subarray(0, 24);

  it('is analysed as it goes on, and computed again with other windows', async () => {
    expect(await refused(service.compute({ source: 'live' }))).toMatchObject({ code: 'NO_WINDOWS' });
    expect(await refused(service.stopCapture())).toMatchObject({ code: 'CAPTURE_IMPOSSIBLE' });
    expect(await service.startCapture({ interface: 'lo' })).toMatchObject({ running: true, interface: 'lo' });
    capture.push(header);
    capture.push(TWO.subarray(24));
    await until(() => service.windows().length === 1);
    expect(service.status()).toMatchObject({ mode: 'live', interface: 'lo', windows: 1 });
    expect(await refused(service.startCapture({ interface: 'lo' }))).toMatchObject({
      code: 'CAPTURE_IMPOSSIBLE',
      message: 'A capture on lo is running already.',
    });
    expect(await refused(compute('two.pcap'))).toMatchObject({ code: 'CONFLICT' });
    expect(await service.compute({ source: 'live' })).toMatchObject({ state: 'running', windows: 1 });
    expect(await service.stopCapture()).toMatchObject({ running: false });
    expect(service.jobs()[0]).toMatchObject({ state: 'done', source: 'live', windows: 2, packets: 35 });
    const { id } = await service.compute({ source: 'live', windowSeconds: 5 });
    expect(await service.finished(id)).toMatchObject({ windows: 3, packets: 35 });
    const held: Uint8Array[] = [];
    for await (const bytes of service.captured()) held.push(bytes);
    expect(Buffer.concat(held)).toEqual(TWO);
  });

  it('ends by cancelling its run, and when the product stops', async () => {
    await service.startCapture({ interface: 'lo' });
    capture.push(header);
    await service.cancel(service.jobs()[0].id);
    expect(capture.running).toBe(false);
    await service.startCapture({ interface: 'lo' });
    await service.stop();
    expect(capture.running).toBe(false);
    expect(service.jobs().every(({ state }) => state !== 'running')).toBe(true);
  });

  it('that cannot begin leaves everything as it was', async () => {
    await compute('two.pcap');
    capture.failWith = new Error('no');
    await expect(service.startCapture({ interface: 'lo' })).rejects.toThrow('no');
    for (const outputFile of ['../x.pcap', '/tmp/x.pcap', 'x.txt', '.pcap', 'a/b.pcap'])
      expect(await refused(service.startCapture({ interface: 'lo', outputFile }))).toMatchObject({
        code: 'INVALID_PARAMETER',
      });
    expect(service.status()).toMatchObject({ mode: 'pcap', windows: 2 });
    expect(await compute('two.pcap', { force: true })).toMatchObject({ state: 'done' });
  });
});

describe('the settings', () => {
  it('name a capture that is analysed from the start, wherever it is', async () => {
    const pcap = join(folder, 'elsewhere.pcap');
    await writeFile(pcap, TWO);
    await begin({ mode: 'pcap', pcap });
    await service.finished(service.jobs()[0].id);
    expect(service.status()).toMatchObject({ mode: 'pcap', file: pcap, windows: 2 });
    expect(service.health().state).toBe('ok');
    await service.detect(true);
    const { id } = await service.compute({ source: 'pcap', windowSeconds: 5 });
    expect(await service.finished(id)).toMatchObject({ input: pcap, windows: 3 });
    expect(await service.removeFile(pcap)).toBe(false);
    expect(await refused(compute(join(folder, 'other.pcap')))).toMatchObject({ code: 'INVALID_PARAMETER' });
  });

  it('name an interface that is captured on from the start', async () => {
    await begin({ mode: 'live', interface: 'lo' });
    expect(service.capture()).toMatchObject({ running: true, interface: 'lo' });
  });

  it('that cannot be followed show in the health', async () => {
    await begin({ mode: 'pcap', pcap: join(folder, 'gone.pcap') });
    expect(service.health()).toMatchObject({ state: 'degraded', detail: expect.stringContaining('gone.pcap') });
    await begin({ mode: 'live' });
    expect(service.health()).toMatchObject({
      state: 'degraded',
      detail: 'Nothing is analysed from the start: traffic.interface is not set.',
    });
    expect(await compute('two.pcap')).toMatchObject({ state: 'done' });
  });
});
