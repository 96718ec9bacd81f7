import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenFile } from './event-file.ts';
import type { FileOutput } from './file-output.ts';
import { archive, dataFolder, filesIn, idsIn, linesIn } from './fixtures/files.ts';
import { patient, rows } from './fixtures/hec.ts';

let data: ReturnType<typeof dataFolder>;
let folder = '';
const open: FileOutput[] = [];
beforeEach(() => {
  data = dataFolder();
  folder = join(data.home, 'archive');
});
afterEach(async () => {
  for (const output of open.splice(0)) await output.close();
  data.remove();
});

function start(...[config, parts]: [Parameters<typeof archive>[1]?, Parameters<typeof archive>[2]?]): FileOutput {
  const output = archive(data.home, config, parts);
  open.push(output);
  return output;
}

async function restart(output: FileOutput, ...args: Parameters<typeof start>): Promise<FileOutput> {
  await output.close();
  return start(...args);
}

function ids(count: number, from = 1): string[] {
  return rows(count, from).map(({ id }) => String(id));
}

describe('FileOutput', () => {
  it('writes one event a line', async () => {
    const output = start();
    const delivery = await output.send(rows(3), patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', left: [], duplicates: 0, status: null });
    const text = readFileSync(join(folder, 'archive.ndjson'), 'utf8');
    expect(text).toBe('{"id":"1","note":"x"}\n{"id":"2","note":"x"}\n{"id":"3","note":"x"}\n');
    expect(delivery.bytes).toBe(text.length);
    expect(output.endpoint).toBe(join('outputs', 'archive', 'archive.ndjson'));
    expect(statSync(join(folder, 'archive.ndjson')).mode & 0o007).toBe(0);
  });

  it('keeps calls apart that come at the same time', async () => {
    const output = start();
    await Promise.all([1, 101, 201, 301].map((from) => output.send(rows(100, from), patient)));
    expect(idsIn(folder)).toEqual(ids(400));
  });

  it('begins a new file before one gets too large', async () => {
    const output = start({ rotate_bytes: 1000 });
    for (let from = 1; from <= 500; from += 100) await output.send(rows(100, from, 'äöü'), patient);
    expect(idsIn(folder)).toEqual(ids(500));
    const sizes = filesIn(folder).map((name) => statSync(join(folder, name)).size);
    expect(sizes.length).toBeGreaterThan(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
    expect(filesIn(folder)[1]).toMatch(/^archive-\d{8}T\d{6}\.\d{3}Z\.ndjson$/);
  });

  it('writes an event that is larger than a file alone', async () => {
    const output = start({ rotate_bytes: 1000 });
    await output.send([...rows(1), ...rows(1, 2, 'x'.repeat(5000)), ...rows(1, 3)], patient);
    expect(idsIn(folder)).toEqual(ids(3));
    expect(filesIn(folder)).toHaveLength(3);
  });

  it('begins a new file with a new hour, also after a restart', async () => {
    let now = Date.now();
    const config = { rotate_every: 'hour' } as const;
    const first = start(config, { now: () => now });
    await first.send(rows(1), patient);
    now += 3_600_000;
    await first.send(rows(1, 2), patient);
    expect(filesIn(folder)).toHaveLength(2);
    now += 3_600_000;
    const second = await restart(first, config, { now: () => now });
    await second.send(rows(1, 3), patient);
    expect(filesIn(folder)).toHaveLength(3);
    expect(idsIn(folder)).toEqual(['1', '2', '3']);
  });

  it('names closed files in order though the clock is set back', async () => {
    let now = Date.UTC(2030, 0);
    const output = start({ rotate_bytes: 1000 }, { now: () => now });
    for (let from = 1; from <= 300; from += 20) {
      await output.send(rows(20, from), patient);
      now -= 1000;
    }
    expect(idsIn(folder)).toEqual(ids(300));
  });

  it('compresses closed files and removes the oldest', async () => {
    const output = start({ rotate_bytes: 1000, gzip: true, keep_files: 3 });
    await output.send(rows(500), patient);
    await output.close();
    const again = start({ rotate_bytes: 1000, gzip: true, keep_files: 3 });
    await again.probe();
    await expect.poll(() => filesIn(folder).filter((name) => name.endsWith('.ndjson.gz')).length).toBe(3);
    await expect.poll(() => filesIn(folder)).toHaveLength(4);
    const left = idsIn(folder);
    expect(left).toEqual(ids(500).slice(-left.length));
  });

  it('removes the oldest when they take too much room', async () => {
    const output = start({ rotate_bytes: 1000, keep_bytes: 2500 });
    await output.send(rows(500), patient);
    await expect.poll(() => filesIn(folder)).toHaveLength(3);
    expect(idsIn(folder).at(-1)).toBe('500');
  });

  it('cuts off half a line at the start, and skips events that are there', async () => {
    const first = start({ rotate_bytes: 2000 });
    await first.send(rows(130), patient);
    await first.close();
    appendFileSync(join(folder, 'archive.ndjson'), '{"id":"131","note":"x"}\n{"id":"132","no');
    const second = start({ rotate_bytes: 2000 });
    const delivery = await second.send(rows(100, 51), patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', duplicates: 81 });
    expect(idsIn(folder)).toEqual(ids(150));
    // What a person asks for again later is written again.
    expect(await second.send(rows(1, 7), patient)).toMatchObject({ duplicates: 0 });
    expect(idsIn(folder).at(-1)).toBe('7');
  });

  it('finds events in compressed files at the start', async () => {
    const config = { rotate_bytes: 1000, gzip: true };
    const first = start(config);
    await first.send(rows(200), patient);
    await expect.poll(() => filesIn(folder).filter((name) => name.endsWith('.gz')).length).toBeGreaterThan(3);
    const second = await restart(first, config);
    expect(await second.send(rows(200), patient)).toMatchObject({ outcome: 'delivered', duplicates: 200, bytes: 0 });
    await second.send(rows(1, 201), patient);
    await second.close();
    expect(idsIn(folder)).toEqual(ids(201));
  });

  it('does anew what a crash left half compressed', async () => {
    const first = start({ rotate_bytes: 1000 });
    await first.send(rows(100), patient);
    await first.close();
    const [, closed] = filesIn(folder);
    appendFileSync(join(folder, `${closed}.gz.part`), 'half');
    const second = start({ rotate_bytes: 1000, gzip: true });
    await second.probe();
    await expect
      .poll(() =>
        filesIn(folder)
          .slice(1)
          .every((name) => name.endsWith('Z.ndjson.gz')),
      )
      .toBe(true);
    await second.close();
    expect(idsIn(folder)).toEqual(ids(100));
  });

  it('goes on when a person moves or empties the file', async () => {
    const output = start();
    await output.send(rows(2), patient);
    renameSync(join(folder, 'archive.ndjson'), join(data.home, 'moved'));
    await output.send(rows(2, 3), patient);
    expect(idsIn(folder)).toEqual(['3', '4']);
    truncateSync(join(folder, 'archive.ndjson'));
    await output.send(rows(2, 5), patient);
    expect(linesIn(folder)).toHaveLength(2);
    expect(idsIn(folder)).toEqual(['5', '6']);
  });

  it('waits for room on a full disk, and leaves nothing of what failed', async () => {
    const disk = { room: 3000 };
    const output = start({}, { open: async (...args) => limited(await openFile(...args), disk) });
    expect(await output.send(rows(100), patient)).toMatchObject({ outcome: 'delivered' });
    const failed = await output.send(rows(100, 101), patient);
    expect(failed).toMatchObject({ outcome: 'retry', code: 'ENOSPC', bytes: 0 });
    expect(failed.left).toHaveLength(100);
    expect(idsIn(folder)).toEqual(ids(100));
    disk.room = 1e9;
    expect(await output.send(rows(100, 101), patient)).toMatchObject({ outcome: 'delivered', duplicates: 0 });
    expect(idsIn(folder)).toEqual(ids(200));
  });

  it('cuts off at the next attempt what it could not cut off at once', async () => {
    const disk = { room: 3000 };
    const open = async (...args: Parameters<typeof openFile>): Promise<OpenFile> => {
      const handle = limited(await openFile(...args), disk);
      return disk.room > 3000 ? handle : { ...handle, truncate: () => Promise.reject(new Error('not now')) };
    };
    const output = start({}, { open });
    await output.send(rows(100), patient);
    expect(await output.send(rows(100, 101), patient)).toMatchObject({ outcome: 'retry' });
    expect(() => idsIn(folder)).toThrow(/half a line/);
    disk.room = 1e9;
    expect(await output.send(rows(100, 101), patient)).toMatchObject({ outcome: 'delivered' });
    expect(idsIn(folder)).toEqual(ids(200));
  });

  it('keeps pieces apart: what was synced before the failure is settled', async () => {
    const disk = { room: 3000 };
    const config = { rotate_bytes: 1000 };
    const open = async (...args: Parameters<typeof openFile>) => limited(await openFile(...args), disk);
    const output = start(config, { open });
    const delivery = await output.send(rows(200), patient);
    expect(delivery).toMatchObject({ outcome: 'retry', code: 'ENOSPC' });
    expect(idsIn(folder)).toEqual(ids(delivery.left[0]));
    expect(delivery.left.at(-1)).toBe(199);
    expect(delivery.left[0]).toBeGreaterThan(50);
  });

  it('is blocked by a folder that it may not use', async () => {
    mkdirSync(data.home, { recursive: true });
    appendFileSync(folder, 'a file where the folder should be');
    const output = start();
    expect(await output.send(rows(2), patient)).toMatchObject({ outcome: 'blocked', left: [0, 1] });
    expect(await output.probe()).toMatchObject({ outcome: 'blocked' });
  });

  it('follows no link', async () => {
    mkdirSync(folder, { recursive: true });
    symlinkSync('/etc/passwd', join(folder, 'archive.ndjson'));
    expect(await start().send(rows(1), patient)).toMatchObject({ outcome: 'blocked', code: 'ELOOP' });
  });

  it('ends between two pieces when it is given up', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await start().send(rows(2), controller.signal)).toMatchObject({ outcome: 'retry', left: [0, 1] });
  });
});

/** A file on a disk with so many bytes left; what does not fit is written in part first, as disks do. */
function limited(handle: FileHandle, disk: { room: number }): OpenFile {
  return {
    async write(...args: unknown[]) {
      const [buffer, at = 0] = args as [Buffer, number?];
      const fits = Math.min(disk.room, buffer.length - at, 1500);
      if (fits <= 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      const { bytesWritten } = await handle.write(buffer, at, fits);
      disk.room -= bytesWritten;
      return { bytesWritten, buffer };
    },
    read: handle.read.bind(handle),
    datasync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    stat: handle.stat.bind(handle),
    close: () => handle.close(),
  } as OpenFile;
}
