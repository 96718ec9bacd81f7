import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleCapture, trafficServiceOf } from '../../../test/fakes/traffic.ts';
import { zstdFrame } from '../../../test/support/zstd.ts';
import type { TrafficJob } from '../../model/traffic-view.ts';
import type { TrafficService } from '../traffic-service.ts';

const TWO = sampleCapture([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30]);

let folder: string;
let service: TrafficService;

async function begin(more: { keepUploadBytes?: number } = {}): Promise<void> {
  ({ service } = trafficServiceOf(join(folder, 'captures'), more));
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

async function compute(file: string): Promise<TrafficJob> {
  const { id } = await service.compute({ source: 'pcap', file });
  return (await service.finished(id))!;
}

async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const refused = (promise: Promise<unknown>) => promise.then(String, (error) => ({ ...error, message: error.message }));

describe('an upload', () => {
  const uploads = () => readdir(join(folder, 'captures', 'uploads'));

  it('is named here, and can be computed', async () => {
    const file = await service.upload(pieces(TWO, 7));
    expect(file).toMatchObject({ name: expect.stringMatching(/^uploads\/[\w-]{36}\.pcap$/), bytes: TWO.length });
    expect(await compute(file.name)).toMatchObject({ packets: 35 });
    const zipped = await service.upload(pieces(gzipSync(TWO)));
    expect(zipped.name).toMatch(/\.pcap\.gz$/);
    expect(await compute(zipped.name)).toMatchObject({ packets: 35 });
    const zstd = await service.upload(pieces(zstdFrame([{ raw: TWO }])));
    expect(zstd.name).toMatch(/\.pcap\.zst$/);
    expect(await compute(zstd.name)).toMatchObject({ packets: 35 });
    expect((await service.files()).map(({ name }) => name).sort()).toEqual(
      [file.name, zipped.name, zstd.name, 'two.pcap'].sort(),
    );
    expect(await service.removeFile(file.name)).toBe(true);
    expect(await service.removeFile(file.name)).toBe(false);
    expect(await service.removeFile('../../etc/passwd')).toBe(false);
  });

  it('keeps the name that it came with, and another one beside it', async () => {
    const names = [];
    for (const bytes of [TWO, gzipSync(TWO), TWO])
      names.push((await service.upload(pieces(bytes), '/home/x/Büro 1.pcap')).name);
    expect(names).toEqual(['uploads/Buro-1.pcap', 'uploads/Buro-1.pcap.gz', 'uploads/Buro-1-2.pcap']);
    expect(await compute(names[2])).toMatchObject({ input: 'uploads/Buro-1-2.pcap', packets: 35 });
    expect(service.status()).toMatchObject({ file: 'uploads/Buro-1-2.pcap' });
    const same = await Promise.all([1, 2, 3].map(() => service.upload(pieces(TWO), 'same.pcap')));
    expect(same.map(({ name }) => name).sort()).toEqual([
      'uploads/same-2.pcap',
      'uploads/same-3.pcap',
      'uploads/same.pcap',
    ]);
  });

  it.each([
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['nothing', Buffer.alloc(0)],
    ['three bytes', Buffer.from([0xd4, 0xc3, 0xb2])],
    ['zeros', Buffer.alloc(100_000)],
    ['gzipped text', gzipSync('hello, this is no capture')],
    ['gzip in gzip', gzipSync(gzipSync(TWO))],
    ['gzip in zstd', zstdFrame([{ raw: gzipSync(TWO) }])],
    ['gzip that is cut at once', gzipSync(TWO).subarray(0, 12)],
  ])('of %s is refused, and nothing of it stays', async (_, bytes) => {
    expect(await refused(service.upload(pieces(bytes)))).toMatchObject({ code: 'NOT_A_CAPTURE' });
    expect(await uploads()).toEqual([]);
  });

  it('that asks for too much memory is refused for that', async () => {
    const greedy = zstdFrame([{ raw: TWO }], { window: 20 << 3 });
    expect(await refused(service.upload(pieces(greedy)))).toMatchObject({
      message: expect.stringContaining('1024 MiB of memory'),
    });
  });

  it('is read only as far as it may go', async () => {
    let given = 0;
    async function* endless() {
      yield TWO.subarray(0, 24);
      for (;;) {
        given += 100_000;
        yield Buffer.alloc(100_000);
      }
    }
    expect(await refused(service.upload(endless()))).toMatchObject({ code: 'BODY_TOO_LARGE' });
    expect(given).toBe(1_000_000);
    expect(await uploads()).toEqual([]);
  });

  it('that breaks off leaves nothing, and gives its place back', async () => {
    async function* broken() {
      yield TWO.subarray(0, 200);
      throw new Error('gone');
    }
    for (let i = 0; i < 6; i++) await expect(service.upload(broken())).rejects.toThrow('gone');
    expect(await uploads()).toEqual([]);
    expect(await service.upload(pieces(TWO))).toMatchObject({ bytes: TWO.length });
  });

  it('waits its turn when there are many', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* slow() {
      yield TWO.subarray(0, 100);
      await gate;
      yield TWO.subarray(100);
    }
    const running = Array.from({ length: 4 }, () => service.upload(slow()));
    expect(await refused(service.upload(pieces(TWO)))).toMatchObject({ code: 'QUEUE_FULL', retryAfter: 5 });
    go();
    expect(await Promise.all(running)).toHaveLength(4);
  });

  it('makes room by the oldest one', async () => {
    await begin({ keepUploadBytes: TWO.length * 2 });
    const names: string[] = [];
    for (let i = 0; i < 3; i++) {
      names.push((await service.upload(pieces(TWO))).name);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await uploads()).map((name) => `uploads/${name}`).sort()).toEqual(names.slice(1).sort());
    expect((await service.files()).map(({ name }) => name)).toContain('two.pcap');
  });
});
