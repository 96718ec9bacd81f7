import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../src/kit/log.ts';
import { EmbeddedPostgres } from '../../src/stores/state/embedded.ts';
import { Database } from '../../src/stores/state/postgres.ts';
import { PostgresStateStore } from '../../src/stores/state/state-store.ts';
import { recordingLog, temporaryFolder } from '../support/state-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** What a test started, undone in reverse whatever became of it. */
let cleanups: (() => Promise<unknown> | unknown)[];

beforeEach(async () => {
  folder = await temporaryFolder();
  cleanups = [folder.remove];
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

function newStore(log = silentLog): PostgresStateStore {
  const store = new PostgresStateStore({ dataDir: folder.path, log });
  cleanups.push(() => store.stop());
  return store;
}

function postgresOf(store: PostgresStateStore): number {
  const pid = store.health().figures?.pid;
  if (typeof pid !== 'number') throw new Error('no PostgreSQL of its own');
  return pid;
}

async function isAlive(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return state !== undefined && !/\) [ZX] /.test(state);
}

/** Starts the owner in test/support and waits until it has written a while. */
async function startOwner(): Promise<{ owner: ChildProcess; postgres: number; secret: string; written: () => number }> {
  const script = fileURLToPath(new URL('../support/state-parent.ts', import.meta.url));
  const owner = spawn(process.execPath, ['--import', 'tsx', script, folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanups.push(() => owner.kill('SIGKILL'));
  let first: { postgres: number; secret: string } | undefined;
  let written = 0;
  createInterface({ input: owner.stdout! }).on('line', (line) => {
    if (first) written = Number(line);
    else first = JSON.parse(line);
  });
  await vi.waitFor(() => expect(written).toBeGreaterThan(20), 30_000);
  return { owner, ...first!, written: () => written };
}

// What happened to processes is read from /proc.
describe.skipIf(process.platform !== 'linux')('embedded PostgreSQL', () => {
  it('starts again when it is killed, with queries waiting and nothing lost', async () => {
    const store = newStore();
    await store.start();
    for (let round = 1; round <= 3; round++) {
      await store.settings.set('round', round);
      process.kill(postgresOf(store), 'SIGKILL');
      await vi.waitFor(() => expect(store.health().state).toBe('degraded'), { timeout: 5_000, interval: 5 });
      const [value] = await Promise.all([
        store.settings.get('round'),
        store.settings.set('during', round),
        store.audit.record({ actor: 'system', action: 'crash', target: `${round}`, detail: {} }),
      ]);
      expect(value).toBe(round);
      expect(await store.settings.get('during')).toBe(round);
      await vi.waitFor(
        () => expect(store.health()).toMatchObject({ state: 'ok', figures: { restarts: round } }),
        10_000,
      );
    }
    expect((await store.audit.list({ limit: 10 })).map(({ target }) => target)).toEqual(['3', '2', '1']);
  });

  it('stops while it is being started again', async () => {
    const store = newStore();
    await store.start();
    const pid = postgresOf(store);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(store.health().state).toBe('degraded'), { timeout: 5_000, interval: 5 });
    await store.stop();
    await store.start();
    expect(await store.settings.get('x')).toBeUndefined();
    expect(postgresOf(store)).not.toBe(pid);
  });

  it('replaces the one that a killed process left behind; what was written is there', async () => {
    const { owner, postgres, secret, written } = await startOwner();
    const gone = once(owner, 'exit');
    owner.kill('SIGKILL');
    await gone;
    expect(await isAlive(postgres)).toBe(true);
    const store = newStore();
    await store.start();
    expect(await isAlive(postgres)).toBe(false);
    expect(postgresOf(store)).not.toBe(postgres);
    expect(await store.keys.find(secret)).toMatchObject({ name: 'survivor' });
    expect(await store.settings.get<number>('written')).toBeGreaterThanOrEqual(written());
  });

  it('comes back when process and PostgreSQL are killed together', async () => {
    const { owner, postgres, secret, written } = await startOwner();
    const gone = once(owner, 'exit');
    owner.kill('SIGKILL');
    process.kill(postgres, 'SIGKILL');
    await gone;
    const store = newStore();
    await store.start();
    expect(await store.keys.find(secret)).toMatchObject({ name: 'survivor' });
    expect(await store.settings.get<number>('written')).toBeGreaterThanOrEqual(written());
  });

  it('is shared with a process beside its owner, and left running', async () => {
    const { owner, postgres, secret } = await startOwner();
    const store = newStore();
    await store.start();
    expect(store.health()).toMatchObject({ state: 'ok', figures: { pid: null, shared_with: owner.pid } });
    expect(await store.keys.find(secret)).toMatchObject({ name: 'survivor' });
    await store.stop();
    expect(await isAlive(postgres)).toBe(true);
    const gone = once(owner, 'exit');
    owner.kill('SIGKILL');
    await gone;
    await store.start();
    expect(await isAlive(postgres)).toBe(false);
  });

  it('does not signal, nor stumble over, another process under its old number', async () => {
    const store = newStore();
    await store.start();
    await store.settings.set('a', 1);
    await store.stop();
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    cleanups.push(() => bystander.kill('SIGKILL'));
    const cluster = join(folder.path, 'state', 'pg');
    await writeFile(join(cluster, 'postmaster.pid'), `${bystander.pid}\n${cluster}\n1\n5432\n\n\n\nready   \n`);
    await store.start();
    expect(await store.settings.get('a')).toBe(1);
    expect(await isAlive(bystander.pid!)).toBe(true);
  });

  it('is set up once by two stores that start together on nothing', async () => {
    const stores = [newStore(), newStore()];
    await Promise.all(stores.map((store) => store.start()));
    await stores[0].settings.set('a', 1);
    expect(await stores[1].settings.get('a')).toBe(1);
    expect(stores.filter((store) => store.health().figures?.pid !== null)).toHaveLength(1);
  });

  it('tells neither the log nor the process table its password, nor PostgreSQL our environment', async () => {
    const { log, lines } = recordingLog();
    vi.stubEnv('API_KEY', 'canary-of-the-environment');
    cleanups.push(() => vi.unstubAllEnvs());
    const store = newStore(log);
    await store.start();
    const { secret } = await store.keys.create({ name: 'x', scopes: ['admin'] });
    const pid = postgresOf(store);
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    process.kill(pid, 'SIGKILL');
    await store.settings.set('x', await store.keys.find(secret));
    await store.stop();
    const file = join(folder.path, 'state', 'password');
    const password = await readFile(file, 'utf8');
    expect(password.length).toBeGreaterThanOrEqual(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = `${lines.join('')}${command}`;
    expect(text).toContain('postgresql');
    for (const hidden of [password, secret, secret.slice(4)]) expect(text).not.toContain(hidden);
    expect(environment).not.toContain('canary-of-the-environment');
  });

  it('lets nobody in without the password', async () => {
    const server = new EmbeddedPostgres({ dataDir: folder.path, log: silentLog, listen: 'loopback' });
    cleanups.push(() => server.stop());
    await server.start();
    const database = new Database({ log: silentLog });
    cleanups.push(() => database.close());
    for (const password of ['', 'postgres', 'vedette']) {
      database.open({ ...server.target, password } as typeof server.target);
      await expect(database.run((sql) => sql`select 1`)).rejects.toThrow();
      await database.close();
    }
    database.open(server.target);
    expect(await database.run((sql) => sql`select current_setting('fsync') as fsync`)).toEqual([{ fsync: 'on' }]);
  });

  it('is given up for a while when it neither answers nor dies', async () => {
    const server = new EmbeddedPostgres({ dataDir: folder.path, log: silentLog });
    cleanups.push(() => server.stop());
    await server.start();
    const database = new Database({ log: silentLog, waitMs: 300 });
    cleanups.push(() => database.close());
    database.open(server.target);
    const pid = Number(server.health().figures?.pid);
    process.kill(pid, 'SIGSTOP');
    try {
      await expect(database.run((sql) => sql`select 1`)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 5 });
      expect(database.failing).toBeDefined();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await vi.waitFor(() => database.run((sql) => sql`select 1`), 10_000);
    expect(database.failing).toBeUndefined();
  });
});
