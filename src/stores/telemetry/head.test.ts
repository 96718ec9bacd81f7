import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf } from '../../../test/support/event-rows.ts';
import { silentLog } from '../../kit/log.ts';
import { firstIdOf } from './first-id.ts';
import { Head } from './head.ts';
import { LowCardinalityEncoder } from './low-cardinality.ts';
import { writeEvents } from './native.ts';
import { NativeWriter } from './native-writer.ts';
import { Spool } from './spool.ts';

const NONE = Number.POSITIVE_INFINITY;
const idOf = (counter: number) => BigInt(counter) * 256n + 3n;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-head-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the head follows the groups and tells its listeners', () => {
  const head = new Head(3, silentLog);
  head.begin(0n, 0n);
  const seen: bigint[] = [];
  const end = head.onMove(() => seen.push(head.id));
  head.passed(10, NONE);
  head.passed(20, 21);
  head.passed(20, NONE);
  end();
  head.passed(30, NONE);
  expect(seen).toEqual([idOf(10), idOf(20)]);
  expect(head.id).toBe(idOf(30));
});

test('the head waits for a file that belongs below it', () => {
  const head = new Head(3, silentLog);
  head.begin(idOf(5), idOf(50));
  head.passed(20, 30);
  expect(head.id).toBe(idOf(5));
  head.passed(30, 60);
  expect(head.id).toBe(idOf(50));
  head.passed(70, 65);
  expect(head.id).toBe(idOf(50));
  head.passed(65, NONE);
  expect(head.id).toBe(idOf(70));
});

test('a listener that fails keeps no other from hearing', () => {
  const head = new Head(3, silentLog);
  let heard = 0;
  head.onMove(() => {
    throw new Error('of a test');
  });
  head.onMove(() => heard++);
  head.passed(1, NONE);
  expect(heard).toBe(1);
});

function block(first: number, rows: number): Uint8Array {
  const batch = batchOf(Array.from({ length: rows }, () => ({ ts: 1 })));
  batch.firstId = idOf(first);
  batch.idStep = 256n;
  const writer = new NativeWriter();
  writeEvents(writer, new LowCardinalityEncoder(), batch);
  return Uint8Array.from(writer.view());
}

test('the oldest file of a spool is found in groups and outside, and its first id is read', async () => {
  const spool = new Spool(folder);
  await spool.open();
  expect(spool.oldest('events')).toBeUndefined();
  for (const seq of [120, 250, 390])
    await spool.store(seq, [
      { kind: 'events', rows: 100, bytes: Buffer.concat([block(seq - 109, 60), block(seq - 39, 40)]) },
      { kind: 'dead', rows: 1, bytes: new Uint8Array(1) },
    ]);
  const group = await spool.seal(100, 1e9);
  const first = spool.oldest('events');
  expect(first).toMatchObject({ file: { seq: 120 }, path: join(folder, group!.name, group!.files[0].name) });
  expect(await firstIdOf(first!.path, first!.file)).toBe(idOf(11));
  await spool.remove(group!);
  const second = spool.oldest('events');
  expect(second?.file.seq).toBe(250);
  expect(await firstIdOf(second!.path, second!.file)).toBe(idOf(141));
  expect(spool.oldest('dead')?.file.seq).toBe(120);
  await spool.close();
});

test('a file that is damaged, or holds what its name does not say, has no first id', async () => {
  const file = { name: 'x', kind: 'events', seq: 200, rows: 100, bytes: 0 } as const;
  const path = join(folder, 'x');
  for (const bytes of [new Uint8Array(), block(101, 100).subarray(0, 15), Buffer.alloc(500, 0xff), block(102, 100)]) {
    await writeFile(path, bytes);
    expect(await firstIdOf(path, file)).toBeUndefined();
  }
  await writeFile(path, block(101, 100));
  expect(await firstIdOf(path, file)).toBe(idOf(101));
});
