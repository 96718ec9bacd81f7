import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/kit/log.ts';
import { Metrics } from '../../src/kit/metrics.ts';
import { ColumnStore } from '../../src/stores/telemetry/column-store.ts';
import { LowCardinalityEncoder } from '../../src/stores/telemetry/low-cardinality.ts';
import { writeEvents } from '../../src/stores/telemetry/native.ts';
import { NativeWriter } from '../../src/stores/telemetry/native-writer.ts';
import { batchOf } from '../support/event-rows.ts';

let dataDir: string;
let store: ColumnStore;
const now = Date.now() * 1000;

function block(first: number, rows: number): Buffer {
  const batch = batchOf(Array.from({ length: rows }, () => ({ ts: now, received: now, domain: 'x'.repeat(30) })));
  batch.firstId = BigInt(first) * 256n;
  batch.idStep = 256n;
  const writer = new NativeWriter();
  writeEvents(writer, new LowCardinalityEncoder(), batch);
  return Buffer.from(writer.view());
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'vedette-poison-'));
  await mkdir(join(dataDir, 'spool'));
});
afterAll(async () => {
  await store.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('files that the engine cannot read are put aside and said so; all others go in', async () => {
  const whole = block(1, 50);
  const files: Record<string, Buffer> = {
    '0000000000000050-50.events': whole,
    '0000000000000100-50.events': whole.subarray(0, whole.length - 100),
    '0000000000000150-50.events': whole.subarray(0, 20),
    '0000000000000200-50.events': Buffer.alloc(5000, 0xff),
    '0000000000000250-50.events': Buffer.from(whole).fill(0x7f, 400, 600),
    '0000000000000300-50.events': Buffer.alloc(0),
    '0000000000000350-30.events': block(301, 30),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(dataDir, 'spool', name), bytes);
  store = new ColumnStore({ dataDir, log: silentLog, metrics: new Metrics(), queries: 1 });
  await store.start();
  await store.flush();
  const { events, spooledRows } = await store.stats();
  expect({ events, spooledRows }).toEqual({ events: 80, spooledRows: 0 });
  const aside = await readdir(join(dataDir, 'spool', 'quarantine'));
  expect(store.health()).toMatchObject({ state: 'degraded', figures: { quarantined_groups: aside.length } });
  // The empty file is no error to the engine: there is nothing in it.
  expect(aside).toHaveLength(4);
  await store.commit(batchOf([{ ts: now, received: now }]));
  await store.flush();
  expect((await store.stats()).events).toBe(81);
});
