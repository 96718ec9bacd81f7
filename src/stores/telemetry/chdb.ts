import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ChdbResult, Session } from 'chdb';
import { AppError } from '../../kit/errors.ts';
import type { Answer, CompactJson, Driver, InsertFiles, Run } from './driver.ts';
import { CANNOT_LOCK, engineError } from './engine-error.ts';
import { insertSettings, querySettings } from './settings.ts';
import { Slots } from './slots.ts';
import { escapeField, quote, settingsClause } from './sql.ts';
import type { Statement } from './statement.ts';

export interface ChdbOptions {
  /** Folder of the engine's files; one process at a time. */
  readonly path: string;
  /** Folder for files that are streamed to callers. */
  readonly tmp: string;
  /** Bytes that the engine may use in all. */
  readonly memoryBytes: number;
  /** Bytes that one query may use. */
  readonly queryMemoryBytes: number;
  /** Queries at once; each holds a thread of libuv's pool while it runs. */
  readonly queries: number;
  readonly cores: number;
}

/** How the engine sees its limits. Defaults would let its caches grow to many gigabytes. */
function connectionArgs(options: ChdbOptions): string[] {
  const cache = Math.floor(Math.min(256 << 20, options.memoryBytes / 8));
  return [
    `--max_server_memory_usage=${options.memoryBytes}`,
    `--mark_cache_size=${cache}`,
    `--primary_index_cache_size=${cache}`,
    `--index_mark_cache_size=${cache}`,
    `--uncompressed_cache_size=0`,
    `--background_pool_size=${Math.max(2, options.cores)}`,
    '--max_thread_pool_free_size=8',
  ];
}

/** A place in the pool; its session is replaced after an error. */
interface Held {
  session: Session;
}

/**
 * ClickHouse in this process. A session runs one query at a time, so there is a pool of them, one more for inserts and
 * one for control (KILL, DDL) that is never behind a long query. Parameters are set on a session that the query holds
 * alone: the package's own binding is serialised over the whole process.
 */
export class ChdbDriver implements Driver {
  readonly engine = 'chdb';
  readonly #options: ChdbOptions;
  #sessions: Held[] = [];
  #queries = new Slots<Held>([]);
  #inserts = new Slots<Held>([]);
  #control = new Slots<Held>([]);
  #connect: () => Session = () => {
    throw new AppError('UNAVAILABLE', 'The store is not open.');
  };
  #running = new Set<string>();
  #drain: (() => Promise<void>) | undefined;

  constructor(options: ChdbOptions) {
    this.#options = options;
  }

  /** @throws AppError CONFLICT when another process has the folder. */
  async open(): Promise<void> {
    await mkdir(this.#options.path, { recursive: true });
    // Imported here and not above: with ClickHouse by URL the library is never loaded.
    const chdb = await import('chdb');
    this.#drain = chdb.drainPending;
    try {
      const args = connectionArgs(this.#options);
      this.#connect = () => new chdb.Session(this.#options.path, { connectionArgs: args });
      for (let i = 0; i < this.#options.queries + 2; i++) this.#sessions.push({ session: this.#connect() });
    } catch (error) {
      this.#closeSessions();
      const failed = engineError(error);
      if (failed.code === CANNOT_LOCK || /Another server instance|only one active data directory/i.test(failed.message))
        throw new AppError(
          'CONFLICT',
          `Another process already uses the store in ${this.#options.path}; stop it first.`,
        );
      throw failed;
    }
    const [inserts, control, ...queries] = this.#sessions;
    this.#inserts = new Slots([inserts]);
    this.#control = new Slots([control]);
    this.#queries = new Slots(queries);
  }

  async query(statement: Statement, run: Run): Promise<Answer> {
    const result = await this.#select(statement, run, (sql, settings) => `${sql}${settings}`, 'JSONCompact');
    return answerOf(result.text());
  }

  async native(statement: Statement, run: Run): Promise<Uint8Array> {
    const result = await this.#select(statement, run, (sql, settings) => `${sql}${settings}`, 'Native');
    return result.bytes();
  }

  async exec(sql: string): Promise<void> {
    await this.#control.use((held) => this.#run(held, sql, 'Null'));
  }

  async insert(files: InsertFiles): Promise<void> {
    const names = files.columns.map(([name]) => `\`${name}\``).join(', ');
    const structure = files.columns.map(([name, type]) => `\`${name}\` ${type}`).join(', ');
    const source = `file(${quote(join(files.folder, files.pattern))}, 'Native', ${quote(structure)})`;
    const sql = `INSERT INTO ${files.table} (${names}) SELECT ${names} FROM ${source}`;
    await this.#inserts.use((held) => this.#run(held, sql + settingsClause(insertSettings(files.token)), 'Null'));
  }

  /** The engine writes the file, which is unlinked as soon as it is open: nothing is left, whatever happens to the reader. */
  async parquet(statement: Statement, run: Run): Promise<Readable> {
    const path = join(this.#options.tmp, `${run.comment.replace(/[^\w-]/g, '_')}.parquet`);
    try {
      const wrap = (sql: string, settings: string) =>
        `INSERT INTO FUNCTION file(${quote(path)}, 'Parquet') ${sql}${settings}, engine_file_truncate_on_insert = 1`;
      await this.#select(statement, run, wrap, 'Null');
      // An answer without rows leaves no file behind it.
      const empty = await stat(path).then(
        () => false,
        () => true,
      );
      if (empty) return Readable.from([]);
      const file = await open(path, 'r');
      return file.createReadStream();
    } finally {
      await rm(path, { force: true });
    }
  }

  async kill(comment: string): Promise<void> {
    await this.exec(`KILL QUERY WHERE Settings['log_comment'] = ${quote(comment)} ASYNC`);
  }

  async close(): Promise<void> {
    const stopped = new AppError('UNAVAILABLE', 'The store is stopping.');
    this.#queries.refuse(stopped);
    // Leaving the process during a query would hang until the query ends.
    for (const comment of this.#running) await this.kill(comment).catch(() => undefined);
    await this.#drain?.();
    this.#closeSessions();
    await this.#drain?.();
  }

  #closeSessions(): void {
    for (const { session } of this.#sessions) session.close();
    this.#sessions = [];
  }

  async #select(
    statement: Statement,
    run: Run,
    wrap: (sql: string, settings: string) => string,
    format: string,
  ): Promise<ChdbResult> {
    const settings = settingsClause(querySettings(run, this.#options.queryMemoryBytes));
    return this.#queries.use(async (held) => {
      const onAbort = () => void this.kill(run.comment).catch(() => undefined);
      run.signal?.addEventListener('abort', onAbort, { once: true });
      this.#running.add(run.comment);
      try {
        return await this.#run(held, setParams(statement.params) + wrap(statement.sql, settings), format);
      } finally {
        this.#running.delete(run.comment);
        run.signal?.removeEventListener('abort', onAbort);
      }
    }, run.signal);
  }

  async #run(held: Held, sql: string, format: string): Promise<ChdbResult> {
    try {
      return await held.session.queryAsync(sql, { format });
    } catch (error) {
      // What a failed query had already written would come out before the answer of the next one on its session.
      held.session.close();
      held.session = this.#connect();
      throw engineError(error);
    }
  }
}

/** Escaped twice: as a field, which is how the engine parses a parameter, and as the literal that carries it. */
function setParams(params: Statement['params']): string {
  const pairs = Object.entries(params).map(([name, value]) => `param_${name} = ${quote(escapeField(String(value)))}`);
  return pairs.length === 0 ? '' : `SET ${pairs.join(', ')}; `;
}

/** chDB writes the totals of an empty answer before its head: what does not begin as JSON has no rows. */
function answerOf(text: string): Answer {
  if (!text.startsWith('{')) return { rows: [], before: 0 };
  const answer = JSON.parse(text) as CompactJson;
  return { rows: answer.data, totals: answer.totals, before: answer.rows_before_limit_at_least ?? answer.data.length };
}
