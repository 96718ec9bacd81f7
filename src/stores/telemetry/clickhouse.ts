import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { AppError } from '../../kit/errors.ts';
import type { Answer, CompactJson, Driver, InsertFiles, Run } from './driver.ts';
import { engineError } from './engine-error.ts';
import { insertSettings, querySettings } from './settings.ts';
import { Slots } from './slots.ts';
import { quote, settingsClause } from './sql.ts';
import type { Statement } from './statement.ts';

export interface ClickHouseOptions {
  /** `http(s)://user:password@host:8123`. */
  readonly url: string;
  readonly queryMemoryBytes: number;
  /** Queries at once from this process. */
  readonly queries: number;
}

/** An insert of a full group over a slow line still ends well before this. */
const REQUEST_TIMEOUT_MS = 300_000;

/** ClickHouse by URL, over HTTP. */
export class ClickHouseDriver implements Driver {
  readonly engine = 'clickhouse';
  readonly #options: ClickHouseOptions;
  readonly #slots: Slots<number>;
  #client: ClickHouseClient | undefined;
  #running = new Set<string>();

  constructor(options: ClickHouseOptions) {
    this.#options = options;
    this.#slots = new Slots(Array.from({ length: options.queries }, (_, slot) => slot));
  }

  async open(): Promise<void> {
    this.#client ??= createClient({
      url: this.#options.url,
      application: 'vedette',
      request_timeout: REQUEST_TIMEOUT_MS,
      // Queries, one insert, and KILL, which must not wait behind them.
      max_open_connections: this.#options.queries + 3,
      log: { LoggerClass: QuietLogger },
    });
    const { success } = await this.#client.ping();
    if (!success) throw new AppError('UNAVAILABLE', 'ClickHouse does not answer at the configured URL.');
  }

  async query(statement: Statement, run: Run): Promise<Answer> {
    return this.#limited(run, async (client) => {
      const result = await client.query({
        query: statement.sql + settingsClause(querySettings(run, this.#options.queryMemoryBytes)),
        format: 'JSONCompact',
        query_params: { ...statement.params },
      });
      const answer = (await result.json()) as unknown as CompactJson;
      return {
        rows: answer.data,
        totals: answer.totals,
        before: answer.rows_before_limit_at_least ?? answer.data.length,
      };
    });
  }

  async native(statement: Statement, run: Run): Promise<Uint8Array> {
    return this.#limited(run, async (client) => {
      const { stream } = await client.exec({
        query: `${statement.sql}${settingsClause(querySettings(run, this.#options.queryMemoryBytes))} FORMAT Native`,
        query_params: { ...statement.params },
        // The answer is held back until it is whole: an error halfway is an error, not a short answer.
        clickhouse_settings: { wait_end_of_query: 1 },
      });
      return buffer(stream);
    });
  }

  async exec(sql: string): Promise<void> {
    await this.#guard((client) => client.command({ query: sql }));
  }

  async insert(files: InsertFiles): Promise<void> {
    const names = files.columns.map(([name]) => `\`${name}\``).join(', ');
    const query = `INSERT INTO ${files.table} (${names})${settingsClause(insertSettings(files.token))} FORMAT Native`;
    await this.#guard(async (client) => {
      const { stream } = await client.exec({
        query,
        values: Readable.from(contents(files.files), { objectMode: false }),
      });
      await pipeline(stream, async (chunks) => {
        for await (const _ of chunks);
      });
    });
  }

  async parquet(statement: Statement, run: Run): Promise<Readable> {
    return this.#limited(run, async (client) => {
      const { stream } = await client.exec({
        query: `${statement.sql}${settingsClause(querySettings(run, this.#options.queryMemoryBytes))} FORMAT Parquet`,
        query_params: { ...statement.params },
      });
      return stream;
    });
  }

  async kill(comment: string): Promise<void> {
    await this.exec(`KILL QUERY WHERE Settings['log_comment'] = ${quote(comment)} ASYNC`);
  }

  async close(): Promise<void> {
    this.#slots.refuse(new AppError('UNAVAILABLE', 'The store is stopping.'));
    for (const comment of this.#running) await this.kill(comment).catch(() => undefined);
    await this.#client?.close();
    this.#client = undefined;
  }

  #limited<T>(run: Run, work: (client: ClickHouseClient) => Promise<T>): Promise<T> {
    return this.#slots.use(async () => {
      const onAbort = () => void this.kill(run.comment).catch(() => undefined);
      run.signal?.addEventListener('abort', onAbort, { once: true });
      this.#running.add(run.comment);
      try {
        return await this.#guard(work);
      } finally {
        this.#running.delete(run.comment);
        run.signal?.removeEventListener('abort', onAbort);
      }
    }, run.signal);
  }

  async #guard<T>(work: (client: ClickHouseClient) => Promise<T>): Promise<T> {
    if (!this.#client) throw new AppError('UNAVAILABLE', 'The store is not open.');
    try {
      return await work(this.#client);
    } catch (error) {
      throw error instanceof AppError ? error : engineError(error);
    }
  }
}

async function* contents(files: readonly string[]): AsyncIterable<Buffer> {
  for (const file of files) yield* createReadStream(file, { highWaterMark: 256 << 10 });
}

/** The client's own messages carry SQL and would go to the console; its errors reach us as exceptions. */
class QuietLogger {
  trace(): void {}
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}
