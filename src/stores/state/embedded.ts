import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Health } from '../../kit/component.ts';
import { AppError, messageOf } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import type { Metrics } from '../../kit/metrics.ts';
import { ChildLog } from './child-log.ts';
import { clusterFolder, prepareCluster, ROLE } from './cluster.ts';
import { chooseEndpoint, type Endpoint, releaseAbandoned, releaseEndpoint, socketPath } from './endpoint.ts';
import type { Engine } from './engine.ts';
import { chooseIdentity, type Identity, letPass, requirePassable } from './identity.ts';
import { childEnvironment, type Native, prepareNative } from './native.ts';
import type { Target } from './postgres.ts';
import { findPostmaster, ownerMark, readPidFile, removeStrangePidFile, stopPostmaster } from './postmaster.ts';

/** Small, because it holds keys and settings and not the telemetry; durable, because it holds keys and settings. */
const SETTINGS: readonly string[] = [
  'fsync=on',
  'full_page_writes=on',
  'synchronous_commit=on',
  'shared_buffers=32MB',
  'work_mem=4MB',
  'maintenance_work_mem=32MB',
  'wal_buffers=1MB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=256MB',
  'min_wal_size=32MB',
  'max_connections=30',
  'max_worker_processes=2',
  'max_logical_replication_workers=0',
  'max_parallel_workers=0',
  'autovacuum_max_workers=1',
  'io_method=sync',
  'huge_pages=off',
  'jit=off',
  'log_line_prefix=',
  'log_checkpoints=off',
  // Statements may carry what people entered.
  'log_min_error_statement=panic',
  'unix_socket_permissions=0700',
];

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** After so long a life a death is taken for an accident of its own and not for one of a row. */
const SETTLED_MS = 30_000;
const START_ATTEMPTS = 6;
/** Replaying the log after a crash takes time, but not for ever. */
const READY_MS = 300_000;

export interface EmbeddedOptions {
  /** The data folder of Vedette; everything of ours lies in its folder `state`. */
  readonly dataDir: string;
  readonly log: Log;
  readonly metrics?: Metrics;
  /** A Unix socket unless told otherwise. */
  readonly listen?: 'socket' | 'loopback';
  /** The `native` folder of the PostgreSQL package, when it is not to be found through Node. */
  readonly native?: string;
}

/**
 * PostgreSQL as a child process. It is started again when it dies. One that an earlier process of ours left behind on
 * the same data is stopped, and ours started; one whose owner lives (a command beside the server) is shared.
 */
export class EmbeddedPostgres implements Engine {
  readonly name = 'state-postgres';
  readonly #options: EmbeddedOptions;
  readonly #log: Log;
  readonly #restartsTotal: ReturnType<Metrics['counter']> | undefined;
  #identity: Identity | undefined;
  #native: Native | undefined;
  #folder = '';
  #password = '';
  #endpoint: Endpoint | undefined;
  #target: Target | undefined;
  #child: ChildProcess | undefined;
  #sharedWith: number | undefined;
  #stopping = new AbortController();
  #revival: Promise<void> = Promise.resolve();
  #pauseMs = FIRST_PAUSE_MS;
  #restarts = 0;
  #health: Health = { state: 'stopped' };

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#restartsTotal = options.metrics?.counter(
      'vedette_state_postgres_restarts_total',
      'Times the embedded PostgreSQL died and was started again.',
    );
  }

  get target(): Target {
    if (!this.#target) throw new AppError('UNAVAILABLE', 'PostgreSQL has not been started.');
    return this.#target;
  }

  async start(): Promise<void> {
    if (this.#target) return;
    const began = performance.now();
    this.#health = { state: 'starting' };
    this.#stopping = new AbortController();
    try {
      await this.#prepare();
      await this.#launchPatiently();
    } catch (error) {
      await this.stop();
      this.#health = { state: 'failed', detail: messageOf(error) };
      throw error;
    }
    this.#log.info({ ms: Math.round(performance.now() - began), postgres_pid: this.#child?.pid }, 'postgresql up');
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#revival;
    const child = this.#child;
    process.off('exit', this.#onExit);
    if (child?.pid && isRunning(child)) await stopPostmaster(this.#folder, child.pid);
    this.#child = undefined;
    this.#sharedWith = undefined;
    this.#target = undefined;
    if (this.#endpoint) await releaseEndpoint(this.#endpoint);
    this.#endpoint = undefined;
    this.#health = { state: 'stopped' };
  }

  health(): Health {
    const figures = { engine: 'embedded', pid: this.#child?.pid ?? null, restarts: this.#restarts };
    if (this.#sharedWith === undefined) return { ...this.#health, figures };
    return { ...this.#health, figures: { ...figures, shared_with: this.#sharedWith } };
  }

  async #prepare(): Promise<void> {
    const { dataDir, log } = this.#options;
    await mkdir(dataDir, { recursive: true });
    const stateDir = join(await realpath(dataDir), 'state');
    this.#folder = clusterFolder(stateDir);
    this.#identity = await chooseIdentity(this.#folder);
    await letPass(dataDir, this.#identity);
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    if (this.#identity) await letPass(stateDir, this.#identity);
    else await chmod(stateDir, 0o700);
    await requirePassable(stateDir, this.#identity);
    const identity = this.#identity;
    this.#native = await prepareNative({ stateDir, identity, log, folder: this.#options.native });
    this.#password = await prepareCluster({ stateDir, native: this.#native, identity, log });
    this.#endpoint = await chooseEndpoint(stateDir, identity, this.#options.listen ?? 'socket');
  }

  /** The first attempts may meet a process that starts at the same time, or the last breath of one that was killed. */
  async #launchPatiently(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#launch();
      } catch (error) {
        if (attempt === START_ATTEMPTS || this.#stopping.signal.aborted) throw error;
        this.#log.debug({ err: messageOf(error), attempt }, 'postgresql not up yet');
        await sleep(FIRST_PAUSE_MS * 2 ** attempt);
      }
    }
  }

  /** Brings PostgreSQL up, or finds it up. */
  async #launch(): Promise<void> {
    const found = await findPostmaster(this.#folder);
    if (found?.owner !== undefined) {
      if (found.status !== 'ready') throw new AppError('UNAVAILABLE', `PostgreSQL of process ${found.owner} starts.`);
      this.#sharedWith = found.owner;
      this.#target = this.#reach(found.socketFolder || undefined, found.port);
      this.#health = { state: 'ok' };
      return;
    }
    if (found) {
      this.#log.warn({ postgres_pid: found.pid }, 'stopping the postgresql that an earlier process left behind');
      await stopPostmaster(this.#folder, found.pid);
      await releaseAbandoned(found.socketFolder);
    } else await removeStrangePidFile(this.#folder);
    const { folder, port } = this.#endpoint!;
    await this.#spawn();
    this.#target = this.#reach(folder, port);
    this.#health = { state: 'ok' };
  }

  #reach(folder: string | undefined, port: number): Target {
    const account = { user: ROLE, password: this.#password, database: 'postgres' };
    return folder ? { path: socketPath(folder, port), ...account } : { host: '127.0.0.1', port, ...account };
  }

  async #spawn(): Promise<void> {
    const { folder, port } = this.#endpoint!;
    const settings = [
      ...SETTINGS,
      `cluster_name=${ownerMark(process.pid)}`,
      `port=${port}`,
      `listen_addresses=${folder ? '' : '127.0.0.1'}`,
      // A list, in which a name with a comma or a space has to be quoted.
      `unix_socket_directories=${folder ? `"${folder.replaceAll('"', '""')}"` : ''}`,
    ];
    const child = spawn(
      join(this.#native!.folder, 'bin', 'postgres'),
      ['-D', this.#folder, ...settings.flatMap((setting) => ['-c', setting])],
      {
        ...this.#identity,
        cwd: '/',
        env: childEnvironment(),
        stdio: ['ignore', 'ignore', 'pipe'],
        // A process group of its own: Ctrl-C is for us, who stop it when nothing needs it any more.
        detached: true,
      },
    );
    const said = new ChildLog(this.#log);
    said.read(child.stderr);
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    this.#child = child;
    process.off('exit', this.#onExit);
    process.on('exit', this.#onExit);
    await this.#untilReady(child, exited, said);
    const up = performance.now();
    exited.then((how) => {
      if (this.#child !== child || this.#stopping.signal.aborted) return;
      if (performance.now() - up > SETTLED_MS) this.#pauseMs = FIRST_PAUSE_MS;
      this.#log.warn({ how }, 'postgresql died; it is started again');
      this.#revival = this.#revive();
    });
  }

  async #untilReady(child: ChildProcess, exited: Promise<string>, said: ChildLog): Promise<void> {
    let how: string | undefined;
    exited.then((reason) => {
      how = reason;
    });
    const began = performance.now();
    for (;;) {
      const file = await readPidFile(this.#folder);
      if (how === undefined && file?.pid === child.pid && file?.status === 'ready') return;
      if (how === undefined && performance.now() - began > READY_MS) child.kill('SIGQUIT');
      if (how !== undefined) throw new AppError('UNAVAILABLE', `PostgreSQL does not start (${how}): ${said.tail}`);
      await sleep(performance.now() - began < 2_000 ? 10 : 100);
    }
  }

  async #revive(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#health = { state: 'degraded', detail: 'PostgreSQL is being started again.' };
      try {
        await sleep(this.#pauseMs, undefined, { signal });
        this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
        await this.#launch();
        this.#restarts++;
        this.#restartsTotal?.inc();
        return;
      } catch (error) {
        if (!signal.aborted) this.#log.error({ err: messageOf(error) }, 'postgresql could not be started again');
      }
    }
  }

  /** When the process ends without stopping its parts, PostgreSQL is at least told to end too. */
  readonly #onExit = (): void => {
    this.#child?.kill('SIGINT');
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
