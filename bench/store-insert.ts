import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../src/kit/log.ts';
import { Metrics } from '../src/kit/metrics.ts';
import { EventBatch } from '../src/model/batch.ts';
import { ColumnStore } from '../src/stores/telemetry/column-store.ts';
import { SeededTraffic } from './store-data.ts';

/*
 * How fast the store takes events: commit (encode, spool, fsync) until queryable, roll-up on. Usage:
 * UV_THREADPOOL_SIZE=24 npx tsx bench/store-insert.ts [rows=5000000] [rows a batch=8192]
 */
const rows = Number(process.argv[2] ?? 5_000_000);
const capacity = Number(process.argv[3] ?? 8192);
/** Batches in flight, as a pipeline would have them. */
const LANES = 4;

const dataDir = await mkdtemp(join(tmpdir(), 'vedette-bench-'));
const store = new ColumnStore({ dataDir, log: silentLog, metrics: new Metrics() });
await store.start();
const traffic = new SeededTraffic(1, rows, Date.now() * 1000);
let left = Math.ceil(rows / capacity);
let generating = 0;
const commits: number[] = [];

async function lane(): Promise<void> {
  const batch = new EventBatch(capacity);
  while (left-- > 0) {
    let started = performance.now();
    batch.reset();
    traffic.fill(batch);
    generating += performance.now() - started;
    started = performance.now();
    await store.commit(batch).catch(async () => store.flush().then(() => store.commit(batch)));
    commits.push(performance.now() - started);
  }
}

const cpu = process.cpuUsage();
const started = performance.now();
await Promise.all(Array.from({ length: LANES }, lane));
const acknowledged = performance.now() - started;
await store.flush();
const queryable = performance.now() - started;
const used = process.cpuUsage(cpu);
const { events, bytesOnDisk } = await store.stats();
await store.stop();
await rm(dataDir, { recursive: true, force: true });

commits.sort((a, b) => a - b);
const at = (share: number) => commits[Math.floor((commits.length - 1) * share)].toFixed(1);
const rate = (ms: number) => `${Math.round(events / ms)}k/s`;
console.table({
  events,
  'load average': loadavg()[0].toFixed(1),
  'generating, s': (generating / 1000).toFixed(1),
  'acknowledged, less generating': rate(acknowledged - generating),
  'queryable, less generating': rate(queryable - generating),
  'queryable, wall': rate(queryable),
  'CPU seconds per million, less generating': (
    ((used.user + used.system) / 1e6 - generating / 1000) /
    (events / 1e6)
  ).toFixed(2),
  'commit p50 / p99, ms': `${at(0.5)} / ${at(0.99)}`,
  'bytes a row on disk': (bytesOnDisk / events).toFixed(1),
  'highest RSS, MB': Math.round(process.resourceUsage().maxRSS / 1024),
});
