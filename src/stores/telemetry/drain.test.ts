import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf } from '../../../test/support/event-rows.ts';
import { silentLog } from '../../kit/log.ts';
import { Committer } from './committer.ts';
import { Drain } from './drain.ts';
import type { Driver, InsertFiles } from './driver.ts';
import { EngineError } from './engine-error.ts';
import { IdClock } from './ids.ts';
import { Spool } from './spool.ts';

/** An engine that only remembers what was inserted; a token it knows does nothing. */
class Memory implements Driver {
  readonly engine = 'memory';
  readonly tokens = new Map<string, string[]>();
  /** Thrown before (`take` false) or after the rows are in. */
  fail: (files: readonly string[]) => { error: EngineError; take: boolean } | undefined = () => undefined;

  async open(): Promise<void> {}
  async exec(): Promise<void> {}
  async kill(): Promise<void> {}
  async close(): Promise<void> {}
  async query() {
    return { rows: [], before: 0 };
  }
  async native() {
    return new Uint8Array();
  }
  async parquet() {
    return Readable.from([]);
  }
  async insert({ folder, token, files }: InsertFiles): Promise<void> {
    const names = (await readdir(folder)).sort();
    expect(names).toEqual(files.map((file) => file.slice(folder.length + 1)));
    const failure = this.fail(names);
    if (!failure || failure.take) this.tokens.set(token, names);
    if (failure) throw failure.error;
  }
  get files(): string[] {
    return [...this.tokens.values()].flat().sort();
  }
}

let folder: string;
let engine: Memory;
const cleanups: (() => Promise<void>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-drain-'));
  engine = new Memory();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await rm(folder, { recursive: true, force: true });
});

/** A process with its spool, its committer and its drain; `insert` says whether the drain runs. */
async function processOn(insert = true, limit = 1e9) {
  const spool = new Spool(folder);
  await spool.open();
  const ids = new IdClock(1, () => 1_767_225_600_000);
  ids.raise(spool.lastSeq);
  const quarantined: string[] = [];
  const drain = new Drain(spool, engine, silentLog, {
    inserted: () => undefined,
    quarantined: () => quarantined.push(''),
  });
  const committer = new Committer(spool, ids, limit, () => drain.notify());
  committer.open();
  if (insert) drain.start();
  const stop = async () => {
    await committer.close();
    await drain.stop();
    await spool.close();
  };
  cleanups.push(stop);
  return { spool, drain, committer, quarantined, stop };
}
const rows = (count: number) => batchOf(Array.from({ length: count }, (_, i) => ({ ts: i })));

test('commits of one turn share a file, later ones the next; ids follow the order', async () => {
  const { spool, committer } = await processOn(false);
  const batches = [rows(2), rows(3), rows(1)];
  await Promise.all(batches.map((batch) => committer.commit(batch, [])));
  await committer.commit(rows(4), []);
  expect(spool.files.map((file) => file.rows)).toEqual([6, 4]);
  expect(batches.map((batch) => batch.firstId - batches[0].firstId)).toEqual([0n, 2n * 256n, 5n * 256n]);
  expect(batches[0].firstId % 256n).toBe(1n);
  expect(spool.files[0].seq).toBe(Number(batches[0].firstId / 256n) + 5);
});

test('flush waits for what was committed, and for nothing when there is nothing', async () => {
  const { spool, drain, committer } = await processOn();
  await drain.flush(spool.lastSeq);
  await committer.commit(rows(2), []);
  await drain.flush(spool.lastSeq);
  expect(engine.files).toHaveLength(1);
  expect(spool.rows).toBe(0);
});

test('a passing failure is tried again under the same token: nothing lost, nothing twice', async () => {
  const { spool, drain, committer } = await processOn();
  let failures = 2;
  engine.fail = () =>
    failures-- > 0 ? { error: new EngineError(252, 'too many parts'), take: failures === 0 } : undefined;
  await committer.commit(rows(2), []);
  await drain.flush(spool.lastSeq);
  expect(engine.files).toHaveLength(1);
  expect(engine.tokens.size).toBe(1);
  expect(drain.trouble).toBe('');
});

test('one file that cannot be read is put aside, its neighbours go in', async () => {
  const first = await processOn(false);
  for (const count of [1, 2, 3]) await first.committer.commit(rows(count), []);
  const bad = first.spool.files[1].name;
  await first.stop();
  engine.fail = (names) => (names.includes(bad) ? { error: new EngineError(33, 'torn'), take: false } : undefined);
  const { spool, drain, quarantined } = await processOn();
  await drain.flush(spool.lastSeq);
  expect(engine.files).toHaveLength(2);
  expect(engine.files).not.toContain(bad);
  expect([quarantined.length, spool.quarantined, spool.rows]).toEqual([1, 1, 0]);
});

test('an error nobody foresaw is tried three times, then put aside', async () => {
  const { spool, drain, committer, quarantined } = await processOn();
  let attempts = 0;
  engine.fail = () => ({ error: new EngineError(4321, `attempt ${++attempts}`), take: false });
  await committer.commit(rows(1), []);
  await drain.flush(spool.lastSeq);
  expect([attempts, quarantined.length, engine.files.length]).toEqual([3, 1, 0]);
  engine.fail = () => undefined;
  await committer.commit(rows(1), []);
  await drain.flush(spool.lastSeq);
  expect(engine.files).toHaveLength(1);
});

test('a crash after the insert and before the deletion replays under the same token, before anything new', async () => {
  const first = await processOn();
  engine.fail = () => ({ error: new EngineError(0, 'the process dies here'), take: true });
  await first.committer.commit(rows(5), [
    { at: 1, source: '', encoding: '', peer: '', reason: 'R', detail: '', bytes: new Uint8Array(1), size: 1 },
  ]);
  while (engine.tokens.size === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await first.stop();
  engine.fail = () => undefined;
  const second = await processOn();
  await second.committer.commit(rows(1), []);
  await second.drain.flush(second.spool.lastSeq);
  expect(new Set(engine.files).size).toBe(engine.files.length);
  expect(engine.files.map((name) => name.split('-')[1])).toEqual(['1.dead', '5.events', '1.events']);
});

test('stop leaves what is not inserted in the spool and refuses those who wait', async () => {
  engine.fail = () => ({ error: new EngineError(210, 'no connection'), take: false });
  const { spool, drain, committer, stop } = await processOn();
  await committer.commit(rows(5), []);
  const waiting = expect(drain.flush(spool.lastSeq)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  while (drain.trouble === '') await new Promise((resolve) => setTimeout(resolve, 10));
  await stop();
  await waiting;
  await expect(committer.commit(rows(1), [])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  engine.fail = () => undefined;
  const next = await processOn();
  await next.drain.flush(next.spool.lastSeq);
  expect(engine.files).toHaveLength(1);
});

test('a full spool refuses before anything is taken, and takes again when there is room', async () => {
  const { spool, drain, committer } = await processOn(false, 1);
  await committer.commit(rows(1), []);
  await expect(committer.commit(rows(1), [])).rejects.toMatchObject({ code: 'STORAGE_FULL', status: 429 });
  expect(spool.rows).toBe(1);
  drain.start();
  await drain.flush(spool.lastSeq);
  await committer.commit(rows(1), []);
  expect(spool.rows).toBe(1);
});
