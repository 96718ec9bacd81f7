import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/kit/log.ts';
import { Metrics } from '../../src/kit/metrics.ts';
import { ClickHouseDriver } from '../../src/stores/telemetry/clickhouse.ts';
import { ColumnStore } from '../../src/stores/telemetry/column-store.ts';
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

test('two nodes commit to one ClickHouse at once: each reads forward what it committed, and all of it', async () => {
  const dataDirs = await Promise.all([40, 41].map((node) => mkdtemp(join(tmpdir(), `vedette-node-${node}-`))));
  const stores = dataDirs.map(
    (dataDir, i) =>
      new ColumnStore({ dataDir, log: silentLog, metrics: new Metrics(), clickhouseUrl: front.url, nodeId: 40 + i }),
  );
  try {
    await Promise.all(stores.map((store) => store.start()));
    await Promise.all(
      stores.map(async (store, node) => {
        const seen: unknown[] = [];
        let after = '0';
        const read = async () => {
          for (;;) {
            const page = await store.tail({ after, limit: 70 });
            seen.push(...page.rows.map((row) => row.bytes));
            after = page.upTo;
            if (page.end) return;
          }
        };
        for (let round = 0; round < 6; round++) {
          const now = Date.now() * 1000;
          await store.commit(
            batchOf(
              Array.from({ length: 50 }, (_, i) => ({ ts: now, received: now, bytes: node * 1e6 + round * 50 + i })),
            ),
          );
          if (round % 2 === 0) await store.flush();
          await read();
        }
        await store.flush();
        await read();
        expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => node * 1e6 + i));
        expect(BigInt(after) % 256n).toBe(BigInt(40 + node));
      }),
    );
  } finally {
    await Promise.all(stores.map((store) => store.stop()));
    await Promise.all(dataDirs.map((dataDir) => rm(dataDir, { recursive: true, force: true })));
  }
});

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
