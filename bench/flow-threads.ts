/**
 * Where flows should be received and decoded: on the main thread, which enriches and stores, or on a thread of its own.
 * Both run the same code on the same datagrams at the same rates, in this process; the sender is another one.
 *
 *     UV_THREADPOOL_SIZE=24 node --import tsx bench/flow-threads.ts [seconds] [flows a second, ...]
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Datagram } from '../src/decoders/flow/datagram.ts';
import { ExporterTable } from '../src/decoders/flow/exporter-table.ts';
import { FlowDecoder } from '../src/decoders/flow/flow-decoder.ts';
import { DEFAULT_FLOW_OPTIONS } from '../src/decoders/flow/flow-options.ts';
import { RiskWeights, score } from '../src/detect/risk.ts';
import { GeoLocator } from '../src/enrich/geo-locator.ts';
import { ThreatMatcher } from '../src/enrich/threat-matcher.ts';
import { silentLog } from '../src/kit/log.ts';
import { Metrics } from '../src/kit/metrics.ts';
import { EventBatch } from '../src/model/batch.ts';
import { FlowCollector } from '../src/pipelines/flows.ts';
import { TelemetryPipeline } from '../src/pipelines/telemetry.ts';
import { chooseReceiver } from '../src/sources/udp/choose-receiver.ts';
import { ColumnStore } from '../src/stores/telemetry/column-store.ts';
import { makeFlowLoad, writeFlowLoad } from './support/flow-load.ts';

const SECONDS = Number(process.argv[2] ?? 6);
const RATES = (process.argv[3] ?? '100000,200000,300000,400000').split(',').map(Number);
const SENDER = fileURLToPath(new URL('support/flood-sender.ts', import.meta.url));
const PORT = 39_057;
const RECEIVE_BUFFER = 64 << 20;

const folder = await mkdtemp(join(tmpdir(), 'vedette-threads-'));
const load = makeFlowLoad({ protocol: 'netflow9', datagrams: 50_000, from: Date.now() - 600_000 });
const file = join(folder, 'load.bin');
writeFlowLoad(file, load);
const perDatagram = load.flows / 50_000;

const metrics = new Metrics();
const locator = new GeoLocator({ cacheDir: join(tmpdir(), 'vedette-test-location-tables'), log: silentLog });
const matcher = new ThreatMatcher({ log: silentLog });
const weights = new RiskWeights();
const store = new ColumnStore({ dataDir: folder, log: silentLog, metrics });
const pipeline = new TelemetryPipeline({
  decoders: [],
  locator,
  matcher,
  score: (batch, from, to) => score(batch, from, to, weights),
  store,
  metrics,
  queueRecords: 1_000_000,
  ready: () => locator.ready(),
});
for (const component of [store, locator, matcher, pipeline]) await component.start();
await locator.ready();

function drops(): number {
  const hex = PORT.toString(16).toUpperCase().padStart(4, '0');
  const line = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .find((text) => text.trim().split(/\s+/)[1]?.endsWith(`:${hex}`));
  return Number(line?.trim().split(/\s+/)[12] ?? 0);
}

function send(rate: number): Promise<number> {
  const datagrams = Math.round(rate / perDatagram);
  const args = ['--target', `127.0.0.1:${PORT}`, '--rate', `${datagrams}`, '--count', `${datagrams * SECONDS}`];
  args.push('--file', file, '--sequence-at=12');
  const child = spawn(process.execPath, ['--import', 'tsx', SENDER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => (code === 0 ? resolve(JSON.parse(said).sent) : reject(new Error(`exit ${code}`))));
  });
}

/** Receives on the main thread, a bounded number of datagrams a turn of the event loop. Answers how to stop it. */
async function onMainThread(): Promise<() => Promise<void>> {
  const { receiver } = await chooseReceiver('auto', {
    listen: [{ host: '127.0.0.1', port: PORT }],
    receiveBuffer: RECEIVE_BUFFER,
  });
  await receiver.open();
  const decoder = new FlowDecoder(new ExporterTable(), DEFAULT_FLOW_OPTIONS);
  const free = Array.from({ length: 10 }, () => new EventBatch(16_384));
  let batch = free.pop() as EventBatch;
  let opened = performance.now();
  let running = true;
  const handOver = () => {
    const full = batch;
    batch = free.pop() ?? new EventBatch(16_384);
    opened = performance.now();
    void pipeline.take(full, []).then(() => free.push(full));
  };
  const sink = {
    get batch() {
      return batch;
    },
    full: handOver,
    reject: () => undefined,
  };
  const datagram = { source: 'udp:2055' } as Datagram;
  const turn = async () => {
    while (running) {
      const taken = await receiver.poll(0, (received) => {
        Object.assign(datagram, received, { source: 'udp:2055' });
        decoder.decode(datagram, received.peer.address, sink);
      });
      if (batch.length > 0 && performance.now() - opened > 100) handOver();
      await new Promise((resolve) => (taken === 0 ? setTimeout(resolve, 1) : setImmediate(resolve)));
    }
  };
  const ended = turn();
  return async () => {
    running = false;
    await ended;
    receiver.close();
  };
}

async function onItsOwnThread(): Promise<() => Promise<void>> {
  const collector = new FlowCollector({
    listen: [`127.0.0.1:${PORT}`],
    receiver: 'auto',
    receiveBuffer: RECEIVE_BUFFER,
    allow: [],
    rateLimit: 0,
    options: DEFAULT_FLOW_OPTIONS,
    exportersFile: undefined,
    memories: () => [],
    take: (batch, letters) => pipeline.take(batch, letters),
    reported: () => undefined,
    remember: () => undefined,
    metrics: new Metrics(),
    log: silentLog,
  });
  await collector.start();
  return () => collector.stop();
}

const rows: object[] = [];
for (const [name, begin] of [
  ['main thread', onMainThread],
  ['thread of its own', onItsOwnThread],
] as const) {
  const stop = await begin();
  await send(20_000);
  for (const rate of RATES) {
    await store.flush();
    const [before, cpu] = [drops(), process.cpuUsage()];
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const sent = await send(rate);
    delay.disable();
    const lost = drops() - before;
    await store.flush();
    const { user, system } = process.cpuUsage(cpu);
    rows.push({
      receiving: name,
      'flows/s': rate,
      'lost (%)': ((lost / sent) * 100).toFixed(2),
      'event loop p50 / p99 (ms)': `${(delay.percentile(50) / 1e6).toFixed(0)} / ${(delay.percentile(99) / 1e6).toFixed(0)}`,
      'CPU s/M': ((user + system) / 1e6 / (((sent - lost) * perDatagram) / 1e6)).toFixed(2),
    });
  }
  await stop();
}
console.table(rows);
for (const component of [pipeline, matcher, locator, store]) await component.stop();
await rm(folder, { recursive: true, force: true });
process.exit(0);
