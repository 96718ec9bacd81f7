/**
 * Ingest over HTTP, end to end until stored, against bare gunzip plus JSON.parse of the same bytes in the same run.
 *
 *     node --import tsx bench/ingest-http.ts [records]
 *
 * The server is the built product in a process of its own; this process sends gzip bodies of 10,000 Zeek conn records
 * over loopback and waits until every record can be queried.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Office } from '../demo/office.ts';
import { asConn } from '../demo/sensors.ts';
import { startApp } from '../test/support/app.ts';

const RECORDS = Number(process.argv[2] ?? 1_000_000);
const BATCH = 10_000;
const BODIES = 20;

function makeBodies(): { gzip: Buffer; bytes: number }[] {
  const office = new Office(11);
  let uid = 0;
  let at = Math.floor(Date.now() / 1000) - 3_600;
  return Array.from({ length: BODIES }, () => {
    const records: object[] = [];
    while (records.length < BATCH)
      for (const c of office.second(at++, 3_000)) records.push(asConn(c, `C${(uid++).toString(36).padStart(17, '0')}`));
    const text = JSON.stringify(records.slice(0, BATCH));
    return { gzip: gzipSync(text), bytes: text.length };
  });
}

/** Records a second of nothing but inflating and parsing, one thread, for at least two seconds. */
function bare(bodies: readonly { gzip: Buffer }[]): number {
  for (const { gzip } of bodies.slice(0, 3)) JSON.parse(gunzipSync(gzip).toString('utf8'));
  const began = performance.now();
  let records = 0;
  while (performance.now() - began < 2_000)
    for (const { gzip } of bodies) records += JSON.parse(gunzipSync(gzip).toString('utf8')).length;
  return records / ((performance.now() - began) / 1000);
}

function rss(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const bodies = makeBodies();
const before = bare(bodies);
const app = await startApp({ env: { VEDETTE_LOG_LEVEL: 'warn' } });
try {
  const expected = Math.ceil(RECORDS / BATCH) * BATCH;
  const warm = await app.post('/v1/ingest/zeek?log=conn', bodies[0].gzip, { 'content-encoding': 'gzip' });
  if (warm.status !== 202) throw new Error(`the server answered ${warm.status}: ${JSON.stringify(warm.body)}`);
  const cpu = cpuSeconds(app.process.pid);
  const began = performance.now();
  let sent = 0;
  let busy = 0;
  let peak = 0;
  const sender = async () => {
    while (sent < expected) {
      const body = bodies[(sent / BATCH) % BODIES];
      sent += BATCH;
      for (;;) {
        const answer = await app.post('/v1/ingest/zeek?log=conn', body.gzip, { 'content-encoding': 'gzip' });
        if (answer.status === 202) break;
        if (answer.status !== 429)
          throw new Error(`the server answered ${answer.status}: ${JSON.stringify(answer.body)}`);
        busy++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  const watch = setInterval(() => {
    peak = Math.max(peak, rss(app.process.pid));
  }, 500);
  await Promise.all([sender(), sender()]);
  const acknowledged = performance.now() - began;
  let stored = 0;
  while (stored < expected + BATCH) {
    stored = (await app.get('/v1/system')).body.store.events;
    if (stored < expected + BATCH) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const queryable = performance.now() - began;
  clearInterval(watch);
  // The figure covers the time since the last reading: the whole run, because nothing has read it before.
  const { body: metrics } = await app.get('/v1/metrics');
  const loop = /^nodejs_eventloop_lag_p99_seconds ([\d.e-]+)/m.exec(metrics)?.[1];
  const after = bare(bodies);
  const baseline = (before + after) / 2;
  const rate = expected / (queryable / 1000);
  console.table({
    'bare gunzip + JSON.parse, one thread (records/s)': Math.round(baseline),
    'acknowledged (records/s)': Math.round(expected / (acknowledged / 1000)),
    'until queryable (records/s)': Math.round(rate),
    'ratio to bare': Number((rate / baseline).toFixed(2)),
    'server CPU seconds per million': Number(((cpuSeconds(app.process.pid) - cpu) / (expected / 1e6)).toFixed(2)),
    'event loop p99 (ms)': Number((Number(loop) * 1000).toFixed(1)),
    'resident memory, peak (MB)': Math.round(peak),
    'resident memory, end (MB)': Math.round(rss(app.process.pid)),
    'answers 429': busy,
  });
} finally {
  await app.dispose();
}
