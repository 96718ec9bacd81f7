import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Spool, type SpoolKind } from './spool.ts';

let folder: string;
const opened: Spool[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-spool-'));
});
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close();
  await rm(folder, { recursive: true, force: true });
});

/** A new process on the same folder. */
async function fresh(): Promise<Spool> {
  const spool = new Spool(folder);
  await spool.open();
  opened.push(spool);
  return spool;
}
const part = (rows: number, kind: SpoolKind = 'events') => ({ kind, rows, bytes: new Uint8Array(rows * 10) });
const state = (spool: Spool) => ({
  files: spool.files.map((file) => file.seq),
  groups: spool.groups.map((group) => group.files.map((file) => file.seq)),
  rows: spool.rows,
  bytes: spool.bytes,
});

test('files are kept in order and counted', async () => {
  const spool = await fresh();
  await spool.store(10, [part(3), part(1, 'dead')]);
  await spool.store(20, [part(2)]);
  expect(state(spool)).toEqual({ files: [10, 10, 20], groups: [], rows: 6, bytes: 60 });
  expect(state(await fresh())).toEqual(state(spool));
  expect([spool.firstSeq, spool.lastSeq]).toEqual([10, 20]);
});

test('a torn file is deleted, what was acknowledged stays', async () => {
  const spool = await fresh();
  await spool.store(10, [part(3)]);
  await writeFile(join(folder, '0000000000000020-5.events.part'), 'half');
  expect(state(await fresh())).toMatchObject({ files: [10], rows: 3 });
  expect((await readdir(folder)).sort()).toEqual(['0000000000000010-3.events', 'quarantine']);
});

test('a write that fails leaves nothing and can be tried again', async () => {
  const spool = await fresh();
  await mkdir(join(folder, '0000000000000010-1.dead.part'));
  await expect(spool.store(10, [part(3), part(1, 'dead')])).rejects.toThrow();
  expect(state(spool)).toEqual({ files: [], groups: [], rows: 0, bytes: 0 });
  await rm(join(folder, '0000000000000010-1.dead.part'), { recursive: true, force: true });
  expect(state(await fresh())).toMatchObject({ files: [], rows: 0 });
  await spool.store(11, [part(3)]);
  expect(state(await fresh())).toMatchObject({ files: [11], rows: 3 });
});

test('a group is of one kind and keeps to its limits, but takes at least one file', async () => {
  const spool = await fresh();
  await spool.store(1, [part(60), part(1, 'dead')]);
  await spool.store(2, [part(60)]);
  await spool.store(3, [part(60)]);
  expect((await spool.seal(120, 1e9))?.files.map((file) => file.seq)).toEqual([1, 2]);
  expect(await spool.seal(10, 10)).toMatchObject({ kind: 'dead', files: [{ seq: 1 }] });
  expect(await spool.seal(10, 10)).toMatchObject({ kind: 'events', files: [{ seq: 3 }] });
  expect(await spool.seal(10, 10)).toBeUndefined();
  expect(spool.rows).toBe(181);
});

test('a crash while a group is gathered puts its files back', async () => {
  const spool = await fresh();
  await spool.store(1, [part(1)]);
  await spool.store(2, [part(2)]);
  const unsealed = join(folder, 'g-0000000000000001-00112233aabbccdd.tmp');
  await mkdir(unsealed);
  await rename(join(folder, '0000000000000001-1.events'), join(unsealed, '0000000000000001-1.events'));
  expect(state(await fresh())).toMatchObject({ files: [1, 2], groups: [], rows: 3 });
});

test('a sealed group keeps its name, which is its token, over a crash', async () => {
  const spool = await fresh();
  await spool.store(1, [part(1)]);
  const group = await spool.seal(100, 1000);
  const after = await fresh();
  expect(after.groups).toEqual([group]);
  await after.store(2, [part(1)]);
  const next = await after.seal(100, 1000);
  expect(next?.name).not.toBe(group?.name);
});

test('a crash while an inserted group is deleted does not bring it back', async () => {
  const spool = await fresh();
  await spool.store(1, [part(1)]);
  const group = await spool.seal(100, 1000);
  await rename(join(folder, String(group?.name)), join(folder, `${group?.name}.done`));
  expect(state(await fresh())).toEqual({ files: [], groups: [], rows: 0, bytes: 0 });
});

test('removing, splitting and putting aside keep the count', async () => {
  const spool = await fresh();
  for (const seq of [1, 2, 3]) await spool.store(seq, [part(seq)]);
  const group = await spool.seal(100, 1000);
  if (!group) throw new Error('nothing sealed');
  await spool.split(group);
  expect(state(spool)).toEqual({ files: [], groups: [[1], [2], [3]], rows: 6, bytes: 60 });
  expect(state(await fresh())).toEqual(state(spool));
  await spool.quarantine(spool.groups[1]);
  await spool.remove(spool.groups[0]);
  expect(state(spool)).toEqual({ files: [], groups: [[3]], rows: 3, bytes: 30 });
  const after = await fresh();
  expect(state(after)).toEqual(state(spool));
  expect(after.quarantined).toBe(1);
});

test('a crash while a group is split loses no file', async () => {
  const spool = await fresh();
  for (const seq of [1, 2]) await spool.store(seq, [part(seq)]);
  const group = await spool.seal(100, 1000);
  const alone = join(folder, 'g-0000000000000001-ffeeddccbbaa0099.tmp');
  await mkdir(alone);
  await rename(
    join(folder, String(group?.name), '0000000000000001-1.events'),
    join(alone, '0000000000000001-1.events'),
  );
  expect(state(await fresh())).toEqual({ files: [1], groups: [[2]], rows: 3, bytes: 30 });
});
