import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const KEY = 'journey-key-0123456789abcdef';

export interface RunningApp {
  readonly url: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** What it has written to stderr so far. */
  output(): string;
  /** Requests with the key, JSON in and out. */
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; headers: Headers; body: any }>;
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Headers; body: any }>;
  /** SIGTERM, and waits; answers the exit code. Keeps the data. */
  stop(): Promise<number | null>;
  /** SIGKILL, and waits. Keeps the data. */
  kill(): Promise<void>;
  /** Stops it if it runs, and removes the data if they were made here. */
  dispose(): Promise<void>;
}

export interface AppOptions {
  dataDir?: string;
  env?: Record<string, string>;
  args?: string[];
  command?: string;
  /** Address and data folder by environment variables, without any argument, as in a container. */
  viaEnv?: boolean;
}

/** The whole product as people run it: the built launcher in a process of its own, on a free port, over real sockets. */
export async function startApp(options: AppOptions = {}): Promise<RunningApp> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'vedette-app-')));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    process.execPath,
    [
      join(root, 'bin', 'vedette.cjs'),
      options.command ?? 'serve',
      ...(options.viaEnv ? [] : ['--listen', `127.0.0.1:${port}`, '--data', dataDir]),
      ...(options.args ?? []),
    ],
    {
      cwd: dataDir,
      env: {
        ...cleanEnv(),
        API_KEY: KEY,
        // The location tables are prepared once for all tests, not once a test.
        VEDETTE_GEO_CACHE_DIR: join(tmpdir(), 'vedette-test-location-tables'),
        // Several apps run at once: the default ports would be taken.
        VEDETTE_FLOWS_ENABLED: 'off',
        RATE_LIMIT_INGEST_RPM: '1000000',
        RATE_LIMIT_DEFAULT_RPM: '1000000',
        ...(options.viaEnv && { VEDETTE_LISTEN: `127.0.0.1:${port}`, VEDETTE_DATA_DIR: dataDir }),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stderr?.on('data', (chunk) => {
    output = (output + chunk).slice(-200_000);
  });
  child.stdout?.on('data', (chunk) => {
    output = (output + chunk).slice(-200_000);
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const ended = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return exited;
  };
  const app: RunningApp = {
    url,
    dataDir,
    process: child,
    output: () => output,
    get: (path, headers = {}) => request(`${url}${path}`, { headers: { 'x-api-key': KEY, ...headers } }),
    post: (path, body, headers = {}) =>
      request(`${url}${path}`, {
        method: 'POST',
        headers: { 'x-api-key': KEY, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
    stop: () => ended('SIGTERM'),
    kill: async () => void (await ended('SIGKILL')),
    dispose: async () => {
      await ended('SIGTERM');
      if (!options.dataDir) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await ready(app, exited);
  return app;
}

async function ready(app: RunningApp, exited: Promise<number | null>): Promise<void> {
  let gone = false;
  void exited.then(() => {
    gone = true;
  });
  for (let tries = 0; tries < 1_200; tries++) {
    if (gone) throw new Error(`the app ended during its start:\n${app.output()}`);
    const answer = await fetch(`${app.url}/v1/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the app did not answer within a minute:\n${app.output()}`);
}

async function request(url: string, init: RequestInit) {
  const answer = await fetch(url, init);
  const text = await answer.text();
  const json =
    (answer.headers.get('content-type') ?? '').includes('json') &&
    !(answer.headers.get('content-type') ?? '').includes('ndjson');
  return { status: answer.status, headers: answer.headers, body: json && text !== '' ? JSON.parse(text) : text };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The environment without anything that would configure the product. */
function cleanEnv(): NodeJS.ProcessEnv {
  const names =
    /^(VEDETTE_|API_|GEOIP_|THREATLIST_|DATABASE_URL|NATS_URL|BASIC_AUTH_|RATE_LIMIT_|ADMIN_TOKEN|UPDATE_CHECK_|SPLUNK_|ELASTIC_|TZ$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !names.test(name)));
}
