/**
 * Flows, stage by stage and end to end, all on the same datagrams in one run:
 *
 *     npm run bench flows          or        node --import tsx bench/flows.ts [netflow9|netflow5|ipfix|sflow] [seconds]
 *
 * 1. decoding into columns, one thread;  2. the same with geo (city, ASN), threat intelligence (1,000,000 addresses,
 * 50,000 networks, 1,000,000 domains) and risk;  3. from sockets until every flow can be queried, by the built product
 * in a process of its own, at the highest rate without loss;  4. nfcapd and pmacct's nfacctd, where they are installed, at
 * theirs. The sender is a process of its own and is not counted in anybody's CPU time.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Datagram } from '../src/decoders/flow/datagram.ts';
import { ExporterTable } from '../src/decoders/flow/exporter-table.ts';
import { FlowDecoder } from '../src/decoders/flow/flow-decoder.ts';
import { DEFAULT_FLOW_OPTIONS } from '../src/decoders/flow/flow-options.ts';
import type { FlowSink } from '../src/decoders/flow/flow-sink.ts';
import { RiskWeights, score } from '../src/detect/risk.ts';
import { GeoLocator } from '../src/enrich/geo-locator.ts';
import { silentLog } from '../src/kit/log.ts';
import { EventBatch } from '../src/model/batch.ts';
import type { FlowProtocol } from '../src/model/exporter.ts';
import { startApp } from '../test/support/app.ts';
import { holdIndicators } from './enrich.ts';
import { type FlowLoad, makeFlowLoad, writeFlowLoad } from './support/flow-load.ts';

const PROTOCOL = (process.argv[2] ?? 'netflow9') as FlowProtocol;
const SECONDS = Number(process.argv[3] ?? 8);
const DATAGRAMS = 50_000;
const BLOCK_ROWS = 16_384;
const SENDER = fileURLToPath(new URL('support/flood-sender.ts', import.meta.url));
/** Where each protocol's header has its sequence number. */
const SEQUENCE_AT: Record<FlowProtocol, number> = { netflow5: -1, netflow9: 12, ipfix: -1, sflow: 16 };
/** Flows a second that are tried, rising until one loses. */
const RATES = process.argv[4]?.split(',').map(Number) ?? [
  200_000, 300_000, 400_000, 500_000, 600_000, 700_000, 850_000, 1_000_000, 1_200_000, 1_500_000,
];

const load = makeFlowLoad({ protocol: PROTOCOL, datagrams: DATAGRAMS, from: Date.now() - 600_000 });
const flowsADatagram = load.flows / DATAGRAMS;
const folder = await mkdtemp(join(tmpdir(), 'vedette-flows-'));
const file = join(folder, 'load.bin');
writeFlowLoad(file, load);

/** Flows a CPU-second of decoding `load`, and of what `each` does with every full batch. */
function decodeRate(from: FlowLoad, each: (batch: EventBatch) => void): number {
  const exporters = new ExporterTable();
  const decoder = new FlowDecoder(exporters, DEFAULT_FLOW_OPTIONS);
  const batch = new EventBatch(BLOCK_ROWS);
  const sink: FlowSink = {
    batch,
    full() {
      each(batch);
      batch.reset();
    },
    reject(reason, detail) {
      throw new Error(`${reason}: ${detail}`);
    },
  };
  const bytes = new Uint8Array(from.bytes.buffer, from.bytes.byteOffset, from.bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const datagram: Datagram = { bytes, view, start: 0, end: 0, receivedAt: 0, port: 2055, source: 'udp:2055' };
  const rates: number[] = [];
  for (let run = -2; run < 5; run++) {
    const began = process.cpuUsage();
    for (let i = 0; i < DATAGRAMS; i++) {
      datagram.start = from.offsets[i];
      datagram.end = from.offsets[i + 1] - 4;
      datagram.receivedAt = Date.now() * 1000;
      decoder.decode(datagram, '192.0.2.1', sink);
    }
    const { user, system } = process.cpuUsage(began);
    if (run >= 0) rates.push(from.flows / ((user + system) / 1e6));
  }
  const decoded = exporters.at('192.0.2.1').counters.flows || exporters.all().next().value?.counters.flows;
  if (PROTOCOL !== 'sflow' && decoded !== from.flows * 7) throw new Error(`decoded ${decoded} of ${from.flows * 7}`);
  return rates.sort((a, b) => a - b)[2];
}

async function enrichedRate(): Promise<number> {
  const { matcher } = await holdIndicators();
  const cacheDir = process.env.VEDETTE_GEO_CACHE_DIR ?? join(tmpdir(), 'vedette-test-location-tables');
  const locator = new GeoLocator({ cacheDir, log: silentLog });
  await locator.start();
  await locator.ready();
  const weights = new RiskWeights();
  const rate = decodeRate(load, (batch) => {
    locator.locate(batch, 0, batch.length);
    matcher.match(batch, 0, batch.length);
    score(batch, 0, batch.length, weights);
  });
  await locator.stop();
  return rate;
}

interface Run {
  readonly rate: number;
  readonly sent: number;
  readonly seconds: number;
  readonly lost: number;
  /** CPU seconds per million flows. */
  readonly cpu: number;
  readonly note: string;
}

const number = (value: number) => Math.round(value).toLocaleString('en');
const ticks = (path: string): number => {
  const fields = readFileSync(path, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
/** Of the process and its children: nfacctd has one for its plug-in, Vedette one for its state store. */
function cpuSeconds(pid: number | undefined): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return ticks(`/proc/${pid}/stat`) + children.reduce((sum, child) => sum + cpuSeconds(Number(child)), 0);
}
/** CPU seconds by name of thread. */
function byThread(pid: number | undefined): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const path = `/proc/${pid}/task/${id}`;
    const name = `${id}` === `${pid}` ? 'main' : readFileSync(`${path}/comm`, 'utf8').trim();
    seconds.set(name, (seconds.get(name) ?? 0) + ticks(`${path}/stat`));
  }
  return seconds;
}
const resident = (pid: number | undefined): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends for {@link SECONDS} at `rate` flows a second. */
function send(port: number, rate: number): Promise<{ sent: number; seconds: number }> {
  const datagrams = Math.round(rate / flowsADatagram);
  const args = ['--target', `127.0.0.1:${port}`, '--rate', `${datagrams}`, '--count', `${datagrams * SECONDS}`];
  args.push('--file', file, `--sequence-at=${SEQUENCE_AT[PROTOCOL]}`);
  const child = spawn(process.execPath, ['--import', 'tsx', SENDER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) =>
      code === 0 ? resolve(JSON.parse(said)) : reject(new Error(`sender ended with ${code}`)),
    );
  });
}

/** Datagrams dropped at the socket that listens on `port`, and bytes waiting in it. */
function socketOf(port: number): { drops: number; waiting: number } {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  let drops = 0;
  let waiting = 0;
  for (const table of ['/proc/net/udp', '/proc/net/udp6'])
    for (const line of readFileSync(table, 'utf8').split('\n')) {
      const fields = line.trim().split(/\s+/);
      if (!fields[1]?.endsWith(`:${hex}`)) continue;
      drops += Number(fields[12]);
      waiting += Number.parseInt(fields[4].split(':')[1], 16);
    }
  return { drops, waiting };
}

/** Raises the rate until something is lost; answers every run. */
async function climb(one: (rate: number) => Promise<Run>): Promise<Run[]> {
  const runs: Run[] = [];
  for (const rate of RATES) {
    const run = await one(rate);
    runs.push(run);
    if (run.lost > 0 || run.sent / run.seconds < (rate / flowsADatagram) * 0.97) break;
  }
  return runs;
}

async function ownRuns(): Promise<Run[]> {
  const port = 39_055;
  const list = join(folder, 'threats.csv');
  await writeFile(list, threatList());
  const app = await startApp({
    env: {
      VEDETTE_FLOWS_ENABLED: 'on',
      VEDETTE_FLOWS_LISTEN: `127.0.0.1:${port}`,
      THREATLIST_CSV: list,
      VEDETTE_LOG_LEVEL: 'warn',
    },
  });
  const { pid } = app.process;
  const stored = async () => Number((await app.get('/v1/system')).body.store.events);
  try {
    await send(port, 20_000);
    await sleep(3000);
    const runs = await climb(async (rate) => {
      const [before, cpu, drops, threads] = [await stored(), cpuSeconds(pid), socketOf(port).drops, byThread(pid)];
      let peak = 0;
      const watch = setInterval(() => {
        peak = Math.max(peak, resident(pid));
      }, 200);
      const { sent, seconds } = await send(port, rate);
      const ended = performance.now();
      const lost = socketOf(port).drops - drops;
      const expected = Math.round((sent - lost) * flowsADatagram);
      // The load may not end at its last datagram, so flows are expected to within one datagram in a thousand.
      for (let tries = 0; tries < 200 && (await stored()) - before < expected * 0.999; tries++) await sleep(50);
      const behind = performance.now() - ended;
      clearInterval(watch);
      const flows = (await stored()) - before;
      const used = [...byThread(pid)]
        .map(([name, seconds]) => [name, (seconds - (threads.get(name) ?? 0)) / (flows / 1e6)] as const)
        .filter(([, seconds]) => seconds > 0.02)
        .sort((a, b) => b[1] - a[1])
        .map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`);
      const note = `${number(flows)} stored, ${(behind / 1000).toFixed(1)} s behind, ${Math.round(peak)} MB; ${used.join(', ')}`;
      return { rate, sent, seconds, lost, cpu: (cpuSeconds(pid) - cpu) / (flows / 1e6), note };
    });
    return runs;
  } finally {
    await app.dispose();
  }
}

/** As many indicators as people have: 1,000,000 addresses would be the same to the matcher, and slower to load. */
function threatList(): string {
  const lines = ['ip_or_cidr,category,confidence'];
  for (let i = 0; i < 100_000; i++) {
    const address = (Math.imul(i + 1, 2_654_435_761) >>> 0) % 0xdf000000;
    lines.push(
      `${1 + (address >>> 24)}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255},scanner,60`,
    );
  }
  return lines.join('\n');
}

/** Another collector, at the same ladder of rates. */
async function peerRuns(command: string, args: (port: number) => string[]): Promise<Run[]> {
  const port = 39_056;
  return climb(async (rate) => {
    const child: ChildProcess = spawn(command, args(port), { stdio: 'ignore' });
    try {
      await sleep(1500);
      await send(port, 5_000);
      const [cpu, drops] = [cpuSeconds(child.pid), socketOf(port).drops];
      const { sent, seconds } = await send(port, rate);
      for (let i = 0; i < 50 && socketOf(port).waiting > 0; i++) await sleep(100);
      const lost = socketOf(port).drops - drops;
      const flows = (sent - lost) * flowsADatagram;
      const note = `${Math.round(resident(child.pid))} MB`;
      return { rate, sent, seconds, lost, cpu: (cpuSeconds(child.pid) - cpu) / (flows / 1e6), note };
    } finally {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
  });
}

function show(name: string, runs: readonly Run[]): void {
  for (const run of runs)
    console.log(
      `${name.padEnd(26)} ${number(run.rate).padStart(10)} flows/s asked, ${number((run.sent / run.seconds) * flowsADatagram).padStart(10)} sent, lost ${number(run.lost * flowsADatagram).padStart(9)} (${((run.lost / run.sent) * 100).toFixed(2)} %), ${run.cpu.toFixed(2)} CPU s/M (${(1 / run.cpu).toFixed(2)} M per CPU-second)  ${run.note}`,
    );
}

const ALONE = process.argv[5] === 'alone';
const installed = (command: string) => !ALONE && spawnSync(command, ['-V'], { stdio: 'ignore' }).error === undefined;

console.log(
  `${PROTOCOL}: ${number(load.flows)} flows in ${number(DATAGRAMS)} datagrams (${flowsADatagram.toFixed(1)} a datagram)`,
);
console.log(`decode only                ${number(decodeRate(load, () => undefined))} flows per CPU-second`);
console.log(`decode and enrich          ${number(await enrichedRate())} flows per CPU-second`);
try {
  show('end to end, until queryable', await ownRuns());
  if (installed('nfcapd'))
    show(
      'nfcapd',
      await peerRuns('nfcapd', (port) => ['-p', `${port}`, '-l', folder, '-b', '127.0.0.1', '-B', '64000000']),
    );
  if (installed('nfacctd')) {
    const config = join(folder, 'nfacctd.conf');
    const plugin = (port: number) =>
      `daemonize: false\nnfacctd_ip: 127.0.0.1\nnfacctd_port: ${port}\nnfacctd_pipe_size: 64000000\nplugins: memory[m]\naggregate[m]: src_host,dst_host,src_port,dst_port,proto\nimt_path[m]: ${join(folder, 'imt.pipe')}\nimt_mem_pools_number[m]: 0\nplugin_pipe_size: 134217728\nplugin_buffer_size: 65536\n`;
    await writeFile(config, plugin(39_056));
    show('nfacctd, memory plug-in', await peerRuns('nfacctd', () => ['-f', config]));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
