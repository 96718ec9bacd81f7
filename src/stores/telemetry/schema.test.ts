import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChdbDriver } from './chdb.ts';
import { DATABASE, EVENT_COLUMNS, EVENTS, prepareTables } from './schema.ts';

let folder: string;
let driver: ChdbDriver;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-schema-'));
  const memory = { memoryBytes: 1 << 30, queryMemoryBytes: 1 << 29 };
  driver = new ChdbDriver({ path: join(folder, 'chdb'), tmp: folder, ...memory, queries: 1, cores: 2 });
  await driver.open();
});
afterAll(async () => {
  await driver.close();
  await rm(folder, { recursive: true, force: true });
});

const select = async (sql: string) =>
  (await driver.query({ sql, params: {} }, { comment: `test-${++count}`, timeout: 30 })).rows;
const columns = () =>
  select(`SELECT name, type FROM system.columns WHERE database = '${DATABASE}' AND table = 'events'`);
const engine = async () =>
  String(
    (await select(`SELECT engine_full FROM system.tables WHERE database = '${DATABASE}' AND name = 'events'`))[0][0],
  );

test('the table has the columns of the model, in its types', async () => {
  await prepareTables(driver, select, { retentionDays: 7, deadLetterDays: 7 });
  expect(await columns()).toEqual([...EVENT_COLUMNS.map((column) => [...column]), ['minute', 'Int32']]);
  expect(await engine()).toContain('toIntervalDay(7)');
});

test('a table of an earlier version gets the columns and words it lacks, and keeps its rows', async () => {
  await driver.exec(`ALTER TABLE ${EVENTS} DROP COLUMN sampling, DROP COLUMN tos, DROP COLUMN minute`);
  await driver.exec(`ALTER TABLE ${EVENTS} MODIFY COLUMN src_scope Enum8('none' = 0, 'global' = 1) CODEC(ZSTD(1))`);
  await driver.exec(
    `INSERT INTO ${EVENTS} (id, ts, received, src_scope) VALUES (1, fromUnixTimestamp64Micro(7200000001), now64(6), 'global')`,
  );
  await prepareTables(driver, select, { retentionDays: 7, deadLetterDays: 7 });
  const sorted = (rows: readonly (readonly unknown[])[]) => rows.map(String).sort();
  expect(sorted(await columns())).toEqual(sorted([...EVENT_COLUMNS, ['minute', 'Int32']]));
  expect(await select(`SELECT id, src_scope, sampling, minute FROM ${EVENTS}`)).toEqual([[1, 'global', 0, 120]]);
});

test('retention can be changed and taken away', async () => {
  await prepareTables(driver, select, { retentionDays: 30, deadLetterDays: 0 });
  expect(await engine()).toContain('toIntervalDay(30)');
  await prepareTables(driver, select, { retentionDays: 0, deadLetterDays: 0 });
  expect(await engine()).not.toContain('TTL toDateTime');
});
