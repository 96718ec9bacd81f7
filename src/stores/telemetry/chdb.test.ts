import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batchOf } from '../../../test/support/event-rows.ts';
import { ChdbDriver } from './chdb.ts';
import { LowCardinalityEncoder } from './low-cardinality.ts';
import { writeEvents } from './native.ts';
import { NativeWriter } from './native-writer.ts';
import { EVENT_COLUMNS, EVENTS, prepareTables } from './schema.ts';
import type { Statement } from './statement.ts';

let folder: string;
let driver: ChdbDriver;
const options = () => ({
  path: join(folder, 'chdb'),
  tmp: folder,
  memoryBytes: 1 << 30,
  queryMemoryBytes: 200 << 20,
  queries: 2,
  cores: 2,
});
let count = 0;
const run = (timeout = 30, signal?: AbortSignal) => ({ comment: `test-${++count}`, timeout, signal });
const plain = (sql: string): Statement => ({ sql, params: {} });
const endless = plain('SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-chdb-'));
  driver = new ChdbDriver(options());
  await driver.open();
  const select = async (sql: string) => (await driver.query(plain(sql), run())).rows;
  await prepareTables(driver, select, { retentionDays: 0, deadLetterDays: 0 });
});
afterAll(async () => {
  await driver.close();
  await rm(folder, { recursive: true, force: true });
});

test('a parameter arrives byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (value) => {
      const { rows } = await driver.query({ sql: 'SELECT hex({p0:String})', params: { p0: value } }, run());
      expect(rows).toEqual([[Buffer.from(value).toString('hex').toUpperCase()]]);
    }),
    { numRuns: 100 },
  );
});

test('many queries at once keep their own parameters', async () => {
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      driver.query({ sql: 'SELECT {p0:Int64}, sleep(0.002)', params: { p0: i } }, run()),
    ),
  );
  expect(answers.map((answer) => answer.rows[0][0])).toEqual(Array.from({ length: 60 }, (_, i) => i));
});

test('a query ends at its time limit, and its session answers the next one properly', async () => {
  await expect(driver.query(endless, run(0.2))).rejects.toMatchObject({ code: 159 });
  for (let i = 0; i < 4; i++) expect((await driver.query(plain('SELECT 1'), run())).rows).toEqual([[1]]);
});

test('a query ends when its caller goes away, others go on', async () => {
  const controller = new AbortController();
  const aborted = driver.query(endless, run(60, controller.signal));
  const other = driver.query(plain('SELECT sleep(0.3), 7'), run());
  setTimeout(() => controller.abort(), 100);
  await expect(aborted).rejects.toMatchObject({ code: 394 });
  expect((await other).rows).toEqual([[0, 7]]);
});

test('a query ends at its memory limit', async () => {
  const greedy = plain('SELECT length(groupArray(number)) FROM numbers(200000000)');
  await expect(driver.query(greedy, run())).rejects.toMatchObject({ code: 241 });
});

test('a second engine on the same folder by another process is refused in a sentence', async () => {
  const elsewhere = new ChdbDriver({ ...options(), path: join(folder, 'other') });
  // One process has one folder: the same error path as a second process on one folder.
  await expect(elsewhere.open()).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a group goes in once, whatever the order of its files and however often it is replayed', async () => {
  const day = 86_400_000_000;
  const group = join(folder, 'g');
  await mkdir(group);
  const write = async (name: string, from: number) => {
    const batch = batchOf(
      Array.from({ length: 500 }, (_, i) => ({ ts: (from + i) * 1000, received: ((from + i) % 3) * day })),
    );
    batch.firstId = BigInt(from) * 256n;
    batch.idStep = 256n;
    const writer = new NativeWriter();
    writeEvents(writer, new LowCardinalityEncoder(), batch);
    await writeFile(join(group, name), writer.view());
  };
  for (let f = 0; f < 5; f++) await write(`${f}.events`, 1 + f * 500);
  const insert = () =>
    driver.insert({
      table: EVENTS,
      columns: EVENT_COLUMNS,
      folder: group,
      pattern: '*.events',
      files: [],
      token: 'once',
    });
  await insert();
  await insert();
  await rename(join(group, '0.events'), join(group, '9.events'));
  await insert();
  const sql = `SELECT count(), uniqExact(id), (SELECT count() FROM system.parts WHERE active AND table = 'events') FROM ${EVENTS}`;
  expect((await driver.query(plain(sql), run())).rows).toEqual([[2500, 2500, 3]]);
});
