/**
 * Delivering stored events to Splunk and Elasticsearch, gzip on, against the least that a sender can do: stringify objects
 * that lie ready, gzip, POST, eight requests at a time, to the same receiver that keeps nothing. Each on one core, in one run.
 * Then ingest over HTTP by four senders, with and without both outputs running, on all cores, in turns.
 *
 *     node --import tsx bench/outputs.ts [events=1000000] [events of the ingest part=4000000, 0 leaves it out]
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { Office } from '../demo/office.ts';
import { asConn } from '../demo/sensors.ts';
import { KEY, type RunningApp, startApp } from '../test/support/app.ts';

const EVENTS = Number(process.argv[2] ?? 1_000_000);
const INGEST = Number(process.argv[3] ?? 4_000_000);
const BATCH = 10_000;
const SECONDS = 8;

function bodies(count: number): Buffer[] {
  const office = new Office(5);
  let uid = 0;
  let at = Math.floor(Date.now() / 1000) - 7200;
  return Array.from({ length: count }, () => {
    const records: object[] = [];
    while (records.length < BATCH)
      for (const c of office.second(at++, 3000)) records.push(asConn(c, `C${(uid++).toString(36).padStart(17, '0')}`));
    return gzipSync(JSON.stringify(records.slice(0, BATCH)), { level: 1 });
  });
}

/** Sends until so many are acknowledged; answers events a second until all can be queried. */
async function ingest(app: RunningApp, events: number, load: readonly Buffer[]): Promise<number> {
  const before = (await app.get('/v1/system')).body.store.events;
  const began = performance.now();
  let sent = 0;
  const sender = async () => {
    while (sent < events) {
      const body = load[(sent / BATCH) % load.length];
      sent += BATCH;
      for (;;) {
        const answer = await app.post('/v1/ingest/zeek?log=conn', body, { 'content-encoding': 'gzip' });
        if (answer.status === 202) break;
        if (answer.status !== 429) throw new Error(`ingest answered ${answer.status}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  await Promise.all([sender(), sender(), sender(), sender()]);
  for (;;) {
    const { store } = (await app.get('/v1/system')).body;
    if (store.events - before >= events) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return events / ((performance.now() - began) / 1000);
}

async function nullReceiver(core?: number): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/support/null-receiver.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (core !== undefined) pin(child.pid, core);
    return { url: `http://127.0.0.1:${line.trim()}`, child };
  }
  throw new Error('the receiver did not start');
}

/** All threads of a process on one core. */
function pin(pid: number | undefined, core: number): void {
  execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
}

function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function bare(url: string, kind: 'hec' | 'bulk', size: number): { wall: number; cpu: number } {
  const args = ['-c', '0', process.execPath, '--import', 'tsx', 'bench/support/bare-sender.ts'];
  const text = execFileSync('taskset', [...args, url, kind, String(SECONDS), String(size)]).toString();
  return JSON.parse(text);
}

async function put(app: RunningApp, name: string, body: object): Promise<void> {
  const answer = await fetch(`${app.url}/v1/outputs/${name}`, {
    method: 'PUT',
    headers: { 'x-api-key': KEY, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`PUT ${name} answered ${answer.status}: ${await answer.text()}`);
}

async function statusOf(app: RunningApp, name: string) {
  return (await app.get(`/v1/outputs/${name}`)).body.output.status;
}

/** Until the output has sent so many. */
async function drained(app: RunningApp, name: string, events: number): Promise<void> {
  while ((await statusOf(app, name)).sent < events) await new Promise((resolve) => setTimeout(resolve, 100));
}

const definitions = (url: string) => ({
  splunk: {
    type: 'splunk-hec',
    config: { hec_url: url, token: 'null-token-null', batch_size: 500, allow_private: true },
  },
  elastic: { type: 'elastic-bulk', config: { urls: [url], bulk_size: 1000, allow_private: true } },
});

// No record comes twice: equal times would lie together in the store, and each page read the records of several rounds.
const load = bodies(Math.ceil(EVENTS / BATCH));
const rows: Record<string, string | number>[] = [];
for (const [name, kind, size] of [
  ['splunk', 'hec', 500],
  ['elastic', 'bulk', 1000],
] as const) {
  const receiver = await nullReceiver(1);
  const app = await startApp({ env: { VEDETTE_LOG_LEVEL: 'warn', VEDETTE_TRAFFIC_MODE: 'off' } });
  try {
    const total = Math.ceil(EVENTS / BATCH) * BATCH;
    await ingest(app, total, load);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    pin(app.process.pid, 0);
    const cpu = cpuSeconds(app.process.pid);
    const began = performance.now();
    await put(app, name, { ...definitions(receiver.url)[name], start: 'oldest' });
    await drained(app, name, total);
    const wall = total / ((performance.now() - began) / 1000);
    const used = total / (cpuSeconds(app.process.pid) - cpu);
    const { bytes } = (await (await fetch(`${receiver.url}/count`)).json()) as { bytes: number };
    const least = bare(receiver.url, kind, size);
    rows.push({
      output: name,
      'events/s': Math.round(wall),
      'bare events/s': Math.round(least.wall),
      ratio: (wall / least.wall).toFixed(2),
      'events/CPU-s': Math.round(used),
      'bare events/CPU-s': Math.round(least.cpu),
      'ratio CPU': (used / least.cpu).toFixed(2),
      'bytes/event': Math.round(bytes / total),
    });
  } finally {
    await app.dispose();
    receiver.child.kill();
  }
}
console.table(rows);

async function ingestRate(outputs: boolean): Promise<Record<string, string | number>> {
  const receiver = await nullReceiver();
  const app = await startApp({ env: { VEDETTE_LOG_LEVEL: 'warn' } });
  try {
    if (outputs) for (const [name, body] of Object.entries(definitions(receiver.url))) await put(app, name, body);
    await ingest(app, 100_000, load);
    const rate = await ingest(app, INGEST, load);
    const sent = outputs ? await Promise.all(['splunk', 'elastic'].map((name) => statusOf(app, name))) : [];
    return {
      outputs: outputs ? 'two' : 'none',
      'ingest events/s': Math.round(rate),
      'sent meanwhile': sent.map((status) => status.sent).join(' and '),
    };
  } finally {
    await app.dispose();
    receiver.child.kill();
  }
}

const PAIRS = 3;
if (INGEST > 0) {
  const rates: Record<string, string | number>[] = [];
  for (let i = 0; i < PAIRS; i++) rates.push(await ingestRate(false), await ingestRate(true));
  console.table(rates);
  const mean = (outputs: string) =>
    rates.filter((rate) => rate.outputs === outputs).reduce((sum, rate) => sum + Number(rate['ingest events/s']), 0) /
    PAIRS;
  console.log(`with two outputs ${(mean('two') / mean('none')).toFixed(2)} of what ingest does alone, by the means`);
}
