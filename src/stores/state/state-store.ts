import type { Health } from '../../kit/component.ts';
import { messageOf } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import type { Metrics } from '../../kit/metrics.ts';
import { PostgresAudit } from './audit.ts';
import { EmbeddedPostgres } from './embedded.ts';
import type { Engine } from './engine.ts';
import { PostgresExporters } from './exporters.ts';
import { PostgresIndicators } from './indicators.ts';
import { PostgresKeys } from './keys.ts';
import { migrate } from './migrate.ts';
import { PostgresOutputs } from './outputs.ts';
import { Database } from './postgres.ts';
import { ServerPostgres } from './server.ts';
import { PostgresSettings } from './settings.ts';
import type { StateStore } from './store.ts';

const PING_MS = 5_000;
/** Services that are started together may come up in any order; another process may be migrating. */
const START_MS = 30_000;

export interface StateStoreOptions {
  /** The data folder of Vedette; the embedded PostgreSQL lives in its folder `state`. */
  readonly dataDir: string;
  /** A PostgreSQL server (`postgres://user:password@host/database`) in place of the embedded one. */
  readonly databaseUrl?: string;
  readonly log: Log;
  readonly metrics?: Metrics;
  /** Milliseconds a key is believed before it is looked up again; 5000. */
  readonly keyCacheMs?: number;
}

/** Keys, settings, local indicators, exporters, outputs and the audit log in PostgreSQL: a child process, or a server by URL. */
export class PostgresStateStore implements StateStore {
  readonly name = 'state';
  readonly keys: PostgresKeys;
  readonly settings: PostgresSettings;
  readonly audit: PostgresAudit;
  readonly indicators: PostgresIndicators;
  readonly exporters: PostgresExporters;
  readonly outputs: PostgresOutputs;
  readonly #engine: Engine;
  readonly #database: Database;
  readonly #log: Log;
  #phase: 'starting' | 'running' | 'stopped' = 'stopped';
  #ping: NodeJS.Timeout | undefined;

  constructor(options: StateStoreOptions) {
    const log = options.log.child({ component: 'state' });
    this.#log = log;
    this.#engine = options.databaseUrl
      ? new ServerPostgres(options.databaseUrl)
      : new EmbeddedPostgres({ dataDir: options.dataDir, log, metrics: options.metrics });
    this.#database = new Database({ log, metrics: options.metrics });
    this.keys = new PostgresKeys({ database: this.#database, log, cacheMs: options.keyCacheMs });
    this.settings = new PostgresSettings(this.#database);
    this.audit = new PostgresAudit(this.#database);
    this.indicators = new PostgresIndicators(this.#database);
    this.exporters = new PostgresExporters(this.#database);
    this.outputs = new PostgresOutputs(this.#database);
  }

  async start(): Promise<void> {
    if (this.#phase !== 'stopped') return;
    this.#phase = 'starting';
    try {
      await this.#engine.start();
      this.#database.open(this.#engine.target);
      const applied = await migrate(this.#database, START_MS);
      if (applied > 0) this.#log.info({ applied }, 'state schema brought up to date');
    } catch (error) {
      await this.#close();
      throw error;
    }
    this.keys.start();
    this.#phase = 'running';
    this.#ping = setInterval(() => this.#look(), PING_MS);
    this.#ping.unref();
  }

  async stop(): Promise<void> {
    if (this.#phase === 'stopped') return;
    try {
      await this.keys.stop();
    } catch (error) {
      this.#log.warn({ err: messageOf(error) }, 'when keys were last used is not written');
    }
    await this.#close();
  }

  health(): Health {
    if (this.#phase !== 'running') return { state: this.#phase };
    const engine = this.#engine.health();
    const { failing } = this.#database;
    if (engine.state !== 'ok' || failing === undefined) return engine;
    return { ...engine, state: 'failed', detail: `PostgreSQL does not answer (${failing}).` };
  }

  async #close(): Promise<void> {
    clearInterval(this.#ping);
    this.#phase = 'stopped';
    await this.#database.close();
    await this.#engine.stop();
  }

  /** Keeps `health` true when nobody asks for anything; the outcome is remembered by the database. */
  #look(): void {
    this.#database
      .run((sql) => sql`select 1`, PING_MS)
      .catch((error) => this.#log.debug({ err: messageOf(error) }, 'state store does not answer'));
  }
}
