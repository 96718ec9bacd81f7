import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../src/kit/log.ts';
import { Metrics } from '../src/kit/metrics.ts';
import { EventBatch } from '../src/model/batch.ts';
import { type Column, columnNamed } from '../src/model/columns.ts';
import { ColumnStore } from '../src/stores/telemetry/column-store.ts';
import { SeededTraffic } from './store-data.ts';

/*
 * How fast events are read forward from a backlog, in pages, and what it costs to find one's place. Usage:
 * UV_THREADPOOL_SIZE=24 npx tsx bench/store-tail.ts [rows=2000000] [rows a page=20000] [rows to read=1000000]
 */
const rows = Number(process.argv[2] ?? 2_000_000);
const limit = Number(process.argv[3] ?? 20_000);
const read = Number(process.argv[4] ?? 1_000_000);
/** What a document for a SIEM is made of. */
const SOME =
  'received kind source exporter src_ip dst_ip src_port dst_port proto bytes packets src_bytes dst_bytes duration direction app domain user src_country dst_country dst_city src_asn dst_asn dst_org threat_category risk tags attrs'.split(
    ' ',
  );

const dataDir = await mkdtemp(join(tmpdir(), 'vedette-bench-'));
const store = new ColumnStore({ dataDir, log: silentLog, metrics: new Metrics() });
await store.start();
const traffic = new SeededTraffic(1, rows, Date.now() * 1000);
const batch = new EventBatch(8192);
for (let left = Math.ceil(rows / 8192); left > 0; left--) {
  batch.reset();
  traffic.fill(batch);
  await store.commit(batch);
}
await store.flush();

async function measure(name: string, columns: readonly Column[] | undefined): Promise<Record<string, string | number>> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const pages: number[] = [];
  let after = '0';
  let count = 0;
  while (count < read) {
    const began = performance.now();
    const page = await store.tail({ after, limit, columns });
    pages.push(performance.now() - began);
    count += page.rows.length;
    after = page.upTo;
    if (page.end) break;
  }
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuSeconds = (used.user + used.system) / 1e6;
  pages.sort((a, b) => a - b);
  return {
    what: name,
    rows: count,
    'rows/s': Math.round(count / seconds),
    'rows/CPU-s': Math.round(count / cpuSeconds),
    pages: pages.length,
    'page p50, ms': pages[pages.length >> 1].toFixed(0),
    'page max, ms': pages[pages.length - 1].toFixed(0),
  };
}

const results = [
  await measure('all columns', undefined),
  await measure(`${SOME.length + 2} columns`, SOME.map(columnNamed)),
  await measure('id and ts', []),
];
const began = performance.now();
await store.ahead('0');
const counted = performance.now() - began;
await store.stop();
await rm(dataDir, { recursive: true, force: true });
console.table(results);
console.table({ 'load average': loadavg()[0].toFixed(1), 'counting what is ahead, ms': counted.toFixed(0) });
