import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClickHouseDriver } from '../../src/stores/telemetry/clickhouse.ts';
import { LowCardinalityEncoder } from '../../src/stores/telemetry/low-cardinality.ts';
import { writeEvents } from '../../src/stores/telemetry/native.ts';
import { NativeWriter } from '../../src/stores/telemetry/native-writer.ts';
import { EVENT_COLUMNS, EVENTS } from '../../src/stores/telemetry/schema.ts';
import { ClickHouseFront } from '../support/clickhouse-front.ts';
import { batchOf } from '../support/event-rows.ts';
import { telemetryStoreContract } from './telemetry-store.ts';
import { telemetryTailContract } from './telemetry-tail.ts';

let front: ClickHouseFront;
beforeAll(async () => {
  front = await ClickHouseFront.start();
});
afterAll(() => front.stop());

telemetryStoreContract('ClickHouse by URL', async () => ({ clickhouseUrl: front.url }));
telemetryTailContract('ClickHouse by URL', 17, async () => ({ clickhouseUrl: front.url }));

describe('ClickHouse driver', () => {
  let driver: ClickHouseDriver;
  beforeAll(async () => {
    driver = new ClickHouseDriver({ url: front.url, queryMemoryBytes: 1 << 28, queries: 2 });
    await driver.open();
  });
  afterAll(() => driver.close());
  const endless = { sql: 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1', params: {} };

  test('a query ends at its time limit and when its caller goes away', async () => {
    await expect(driver.query(endless, { comment: 'slow', timeout: 0.2 })).rejects.toMatchObject({ code: 159 });
    const controller = new AbortController();
    const aborted = driver.query(endless, { comment: 'left', timeout: 60, signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(aborted).rejects.toMatchObject({ code: 394 });
  });

  test('a group of files goes in once, however often it is sent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vedette-group-'));
    const files: string[] = [];
    for (let f = 0; f < 4; f++) {
      const now = Date.now() * 1000;
      const batch = batchOf(
        Array.from({ length: 300 }, (_, i) => ({ ts: now, received: now, src_bytes: 4711, bytes: i })),
      );
      batch.firstId = BigInt(f) * 2n ** 32n;
      batch.idStep = 256n;
      const writer = new NativeWriter();
      writeEvents(writer, new LowCardinalityEncoder(), batch);
      files.push(join(folder, `${f}.events`));
      await writeFile(files[f], writer.view());
    }
    const insert = (order: string[]) =>
      driver.insert({ table: EVENTS, columns: EVENT_COLUMNS, folder, pattern: '*', files: order, token: 'once' });
    await insert(files);
    await insert([...files].reverse());
    const sql = `SELECT count(), uniqExact(id), uniqExact(_part) FROM ${EVENTS} WHERE src_bytes = 4711`;
    expect((await driver.query({ sql, params: {} }, { comment: 'count', timeout: 10 })).rows).toEqual([
      [1200, 1200, 1],
    ]);
    await rm(folder, { recursive: true });
  });

  test('a server that is not there is said so', async () => {
    const nowhere = new ClickHouseDriver({ url: 'http://127.0.0.1:9', queryMemoryBytes: 1, queries: 1 });
    await expect(nowhere.open()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await nowhere.close();
  });
});
