/**
 * A long run at one rate: nothing may be dropped, memory has to stay flat, and queries have to be answered meanwhile.
 *
 *     node --import tsx bench/flow-sustained.ts [flows a second = 250000] [seconds = 600]
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startApp } from '../test/support/app.ts';
import { makeFlowLoad, writeFlowLoad } from './support/flow-load.ts';

const RATE = Number(process.argv[2] ?? 250_000);
const SECONDS = Number(process.argv[3] ?? 600);
const PORT = 39_058;
const SENDER = fileURLToPath(new URL('support/flood-sender.ts', import.meta.url));
const DATAGRAMS = 50_000;
const REPORT_MS = 30_000;

const folder = await mkdtemp(join(tmpdir(), 'vedette-sustained-'));
const load = makeFlowLoad({ protocol: 'netflow9', datagrams: DATAGRAMS });
const file = join(folder, 'load.bin');
writeFlowLoad(file, load);
const perDatagram = load.flows / DATAGRAMS;
const datagrams = Math.round(RATE / perDatagram);

const app = await startApp({
  env: { VEDETTE_FLOWS_ENABLED: 'on', VEDETTE_FLOWS_LISTEN: `127.0.0.1:${PORT}`, VEDETTE_LOG_LEVEL: 'warn' },
});
const { pid } = app.process;
const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function timed(path: string): Promise<number> {
  const began = performance.now();
  const { status, body } = await app.get(path);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return performance.now() - began;
}

const QUERIES = {
  page: '/v1/events?limit=100',
  'page, risk >= 70': `/v1/events?limit=100&filter=${encodeURIComponent('risk >= 70')}`,
  'top src.ip of all': '/v1/query/top?field=src.ip&by=bytes&from=all',
  'top dst.port of all': '/v1/query/top?field=dst.port&by=bytes&from=all',
  'series of all': '/v1/query/timeseries?from=all',
};

const sender = spawn(
  process.execPath,
  [
    ...['--import', 'tsx', SENDER, '--target', `127.0.0.1:${PORT}`, '--rate', `${datagrams}`],
    ...['--count', `${datagrams * SECONDS}`, '--file', file, '--sequence-at=12', '--seconds-at=8'],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
let said = '';
sender.stdout.on('data', (text) => {
  said += text;
});
const ended = new Promise<number | null>((resolve) => sender.once('exit', resolve));
let running = true;
void ended.then(() => {
  running = false;
});
const began = performance.now();
while (running) {
  await Promise.race([sleep(REPORT_MS), ended]);
  const { body: collector } = await app.get('/v1/collector');
  const { body: system } = await app.get('/v1/system');
  const times: string[] = [];
  for (const [name, path] of Object.entries(QUERIES)) times.push(`${name} ${Math.round(await timed(path))}`);
  const [listener] = collector.listeners;
  console.log(
    `${Math.round((performance.now() - began) / 1000)} s: ${(system.store.events / 1e6).toFixed(1)} M events, ${system.store.spooled_rows} spooled, dropped ${listener.kernel_drops}, ${Math.round(rss())} MB, ${(system.store.bytes_on_disk / 1e9).toFixed(2)} GB; ms: ${times.join(', ')}`,
  );
}
const { sent, seconds } = JSON.parse(said);
const expected = sent * perDatagram;
let stored = 0;
for (let tries = 0; tries < 600 && stored < expected * 0.9999; tries++) {
  await sleep(100);
  stored = (await app.get('/v1/system')).body.store.events;
}
const { body: collector } = await app.get('/v1/collector');
console.table({
  'flows a second': Math.round(expected / seconds),
  seconds: Math.round(seconds),
  'datagrams sent': sent,
  'datagrams received': collector.listeners[0].datagrams,
  'dropped at the socket': collector.listeners[0].kernel_drops,
  'events stored': stored,
  'events expected, to within the template datagrams': Math.round(expected),
  'resident memory at the end (MB)': Math.round(rss()),
});
await app.dispose();
await rm(folder, { recursive: true, force: true });
