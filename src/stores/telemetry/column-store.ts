import { mkdir, readdir, rm } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { Health } from '../../kit/component.ts';
import type { Log } from '../../kit/log.ts';
import type { Metrics } from '../../kit/metrics.ts';
import type { EventBatch } from '../../model/batch.ts';
import { COLUMNS } from '../../model/columns.ts';
import type { DeadLetter } from '../../model/outcome.ts';
import { frequentStatement, seriesStatement, topStatement } from './aggregates.ts';
import { rowOf } from './cells.ts';
import { ChdbDriver } from './chdb.ts';
import { ClickHouseDriver } from './clickhouse.ts';
import { Committer } from './committer.ts';
import { Drain } from './drain.ts';
import type { Driver } from './driver.ts';
import { firstIdOf } from './first-id.ts';
import { Head } from './head.ts';
import { ID_STEP, IdClock } from './ids.ts';
import { FolderLock } from './lock.ts';
import {
  columnsOf,
  deadLetterStatement,
  deadLettersStatement,
  eventStatement,
  eventsStatement,
  exportStatement,
} from './queries.ts';
import { QueryRunner } from './query-runner.ts';
import { ReceiptFloor } from './receipt-floor.ts';
import { deadLetterOf, seriesOf, topOf, valuesOf } from './results.ts';
import { DATABASE, DEAD_LETTERS, EVENTS, prepareTables } from './schema.ts';
import { Spool, type SpoolGroup } from './spool.ts';
import type {
  DeadLetterQuery,
  EventCursor,
  EventQuery,
  EventRow,
  QueryOptions,
  Series,
  SeriesQuery,
  StoredDeadLetter,
  StoreStats,
  TailPage,
  TailQuery,
  TelemetryStore,
  TopQuery,
  TopResult,
} from './store.ts';
import { isId, TailReader } from './tail.ts';

export interface ColumnStoreOptions {
  /** Folder of the spool, the embedded engine and temporary files. */
  readonly dataDir: string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Days that events stay after they were received; 0 is for ever. Default 7. */
  readonly retentionDays?: number;
  /** The same for dead letters. Default 7. */
  readonly deadLetterDays?: number;
  /** Bytes that may wait in the spool. Default 4 GiB. */
  readonly spoolMaxBytes?: number;
  /** 0 to 255, different in each process that writes into one ClickHouse. Default 0. */
  readonly nodeId?: number;
  /** ClickHouse by URL instead of the engine in this process. */
  readonly clickhouseUrl?: string;
  /** Bytes for the embedded engine. Default 40 % of the memory, from 512 MiB to 8 GiB. */
  readonly memoryBytes?: number;
  /** Queries at once. Default: as the thread pool allows, at most 4; 8 with ClickHouse by URL. */
  readonly queries?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const PAGE_ROWS = 5000;
const DRAIN_ON_STOP_MS = 5000;

/** The telemetry store: a spool in front, chDB or ClickHouse behind it. */
export class ColumnStore implements TelemetryStore {
  readonly name = 'telemetry';
  readonly #options: ColumnStoreOptions;
  readonly #tmp: string;
  readonly #driver: Driver;
  readonly #lock: FolderLock;
  readonly #spool: Spool;
  readonly #ids: IdClock;
  readonly #committer: Committer;
  readonly #drain: Drain;
  readonly #queries: QueryRunner;
  readonly #head: Head;
  readonly #receipts = new ReceiptFloor();
  readonly #tail: TailReader;
  #state: Health['state'] = 'stopped';

  constructor(options: ColumnStoreOptions) {
    this.#options = options;
    const data = resolve(options.dataDir);
    this.#tmp = join(data, 'tmp');
    this.#driver = driverFor(options, data, this.#tmp);
    this.#spool = new Spool(join(data, 'spool'));
    this.#lock = new FolderLock(this.#spool.path);
    this.#ids = new IdClock(options.nodeId ?? 0, options.now ?? Date.now);
    const log = options.log.child({ component: this.name });
    this.#drain = new Drain(this.#spool, this.#driver, log, this.#hooks());
    const limit = options.spoolMaxBytes ?? 4 * 2 ** 30;
    this.#committer = new Committer(
      this.#spool,
      this.#ids,
      limit,
      () => this.#drain.notify(),
      (batch) => this.#receipts.add(batch),
    );
    this.#queries = new QueryRunner(this.#driver, log, options.metrics);
    this.#head = new Head(options.nodeId ?? 0, log);
    this.#tail = new TailReader(this.#queries, options.nodeId ?? 0, this.#receipts);
  }

  /** Opens the engine, takes over what a crash left and sees to it that it is inserted before anything new. */
  async start(): Promise<void> {
    if (this.#state !== 'stopped') return;
    this.#state = 'starting';
    try {
      await mkdir(this.#spool.path, { recursive: true });
      await mkdir(this.#tmp, { recursive: true });
      await this.#lock.acquire();
      await this.#driver.open();
      for (const left of await readdir(this.#tmp)) if (left.endsWith('.parquet')) await rm(join(this.#tmp, left));
      await prepareTables(this.#driver, (sql) => this.#queries.rows({ sql, params: {} }), {
        retentionDays: this.#options.retentionDays ?? 7,
        deadLetterDays: this.#options.deadLetterDays ?? 7,
      });
      await this.#spool.open();
      this.#ids.raise(await this.#lastCounter());
      this.#receipts.begin(this.#ids.last);
      await this.#beginHead();
    } catch (error) {
      await this.#release();
      throw error;
    }
    this.#drain.start();
    this.#committer.open();
    this.#tail.open();
    this.#state = 'ok';
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#tail.close();
    await this.#committer.close();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DRAIN_ON_STOP_MS);
    });
    await Promise.race([this.#drain.flush(this.#spool.lastSeq).catch(() => undefined), patience]);
    clearTimeout(timer);
    await this.#drain.stop();
    await this.#release();
  }

  /** Rows that are committed and not yet inserted. */
  get spooledRows(): number {
    return this.#spool.rows;
  }

  health(): Health {
    const figures = {
      engine: this.#driver.engine,
      spooled_rows: this.#spool.rows,
      spooled_bytes: this.#spool.bytes,
      quarantined_groups: this.#spool.quarantined,
    };
    if (this.#state !== 'ok') return { state: this.#state, figures };
    if (this.#drain.trouble)
      return { state: 'degraded', detail: 'Events are kept in the spool: the engine does not take them.', figures };
    if (this.#spool.quarantined > 0)
      return { state: 'degraded', detail: 'Spool files that cannot be read are in spool/quarantine.', figures };
    return { state: 'ok', figures };
  }

  commit(batch: EventBatch, deadLetters: readonly DeadLetter[] = []): Promise<void> {
    return this.#committer.commit(batch, deadLetters);
  }

  async flush(): Promise<void> {
    await this.#committer.settled();
    await this.#drain.flush(this.#spool.lastSeq);
  }

  async events(query: EventQuery, options?: QueryOptions): Promise<EventRow[]> {
    const rows = await this.#queries.rows(eventsStatement(query), options);
    const columns = columnsOf(query);
    return rows.map((cells) => rowOf(columns, cells));
  }

  async event(id: string, options?: QueryOptions): Promise<EventRow | undefined> {
    if (!isId(id)) return undefined;
    const [cells] = await this.#queries.rows(eventStatement(id), options);
    return cells && rowOf(COLUMNS, cells);
  }

  async *scan(
    query: Omit<EventQuery, 'limit'> & { limit?: number },
    options?: QueryOptions,
  ): AsyncIterable<EventRow[]> {
    let left = query.limit ?? Number.POSITIVE_INFINITY;
    let after: EventCursor | undefined = query.after;
    while (left > 0) {
      const limit = Math.min(PAGE_ROWS, left);
      const page = await this.events({ ...query, limit, after }, options);
      if (page.length > 0) yield page;
      if (page.length < limit) return;
      left -= page.length;
      const last = page[page.length - 1];
      after = { ts: Number(last.ts), id: String(last.id) };
    }
  }

  parquet(query: Omit<EventQuery, 'after'>, options?: QueryOptions): Promise<NodeJS.ReadableStream> {
    return this.#queries.parquet(exportStatement(query), options);
  }

  async top(query: TopQuery, options?: QueryOptions): Promise<TopResult> {
    return topOf(query.column, await this.#queries.answer(topStatement(query), options));
  }

  async series(query: SeriesQuery, options?: QueryOptions): Promise<Series[]> {
    if (!query.by) return seriesOf(query, [], await this.#queries.rows(seriesStatement(query, []), options));
    const { range, filter, by: column } = query;
    const frequent = frequentStatement({ range, filter, column, limit: query.top ?? 5 });
    const keys = valuesOf(column, await this.#queries.rows(frequent, options));
    if (keys.length === 0) return [];
    return seriesOf(query, keys, await this.#queries.rows(seriesStatement(query, keys), options));
  }

  head(): string {
    return String(this.#head.id);
  }

  onHead(listener: () => void): () => void {
    return this.#head.onMove(listener);
  }

  tail(query: TailQuery, options?: QueryOptions): Promise<TailPage> {
    return this.#tail.page(query, this.#head.id, options);
  }

  ahead(after: string, options?: QueryOptions): Promise<{ day: string; events: number }[]> {
    return this.#tail.ahead(after, this.#head.id, options);
  }

  bookmarkAt(time: number): string {
    return String(IdClock.before(time));
  }

  commitTime(id: string): number {
    return IdClock.timeOf(id);
  }

  eventsById(ids: readonly string[], options?: QueryOptions): Promise<EventRow[]> {
    return this.#tail.byId(ids, options);
  }

  async deadLetters(query: DeadLetterQuery, options?: QueryOptions): Promise<StoredDeadLetter[]> {
    return (await this.#queries.rows(deadLettersStatement(query), options)).map(deadLetterOf);
  }

  async deadLetter(id: string, options?: QueryOptions): Promise<StoredDeadLetter | undefined> {
    if (!isId(id)) return undefined;
    const [cells] = await this.#queries.rows(deadLetterStatement(id), options);
    return cells && deadLetterOf(cells);
  }

  async purgeDeadLetters(ids?: readonly string[]): Promise<number> {
    await this.flush();
    // Ids are checked to be digits, so that they may stand in the SQL of a DELETE, which takes no parameters everywhere.
    const known = ids?.filter(isId);
    if (known?.length === 0) return 0;
    const where = known ? `id IN (${known.join(', ')})` : '1';
    const [[count]] = await this.#queries.rows({
      sql: `SELECT count() FROM ${DEAD_LETTERS} WHERE ${where}`,
      params: {},
    });
    if (Number(count) > 0) await this.#queries.exec(`DELETE FROM ${DEAD_LETTERS} WHERE ${where}`);
    return Number(count);
  }

  async stats(): Promise<StoreStats> {
    const ends = (direction: string) =>
      `(SELECT toUnixTimestamp64Micro(ts) FROM ${EVENTS} ORDER BY ts ${direction} LIMIT 1)`;
    const disk = `(SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = '${DATABASE}')`;
    const counts = `(SELECT count() FROM ${EVENTS}), (SELECT count() FROM ${DEAD_LETTERS})`;
    const sql = `SELECT ${counts}, ${disk}, ${ends('ASC')}, ${ends('DESC')}`;
    const [[events, deadLetters, bytes, oldest, newest]] = await this.#queries.rows({ sql, params: {} });
    return {
      events: Number(events),
      bytesOnDisk: Number(bytes),
      oldest: oldest === null ? null : Number(oldest),
      newest: newest === null ? null : Number(newest),
      deadLetters: Number(deadLetters),
      spooledRows: this.#spool.rows,
      spooledBytes: this.#spool.bytes,
    };
  }

  /** The highest counter in the tables and in the spool. */
  async #lastCounter(): Promise<number> {
    const sql = `SELECT toString(max(id)) FROM ${EVENTS} UNION ALL SELECT toString(max(id)) FROM ${DEAD_LETTERS}`;
    const rows = await this.#queries.rows({ sql, params: {} });
    return Math.max(this.#spool.lastSeq, ...rows.map(([id]) => IdClock.counterOf(String(id ?? 0))));
  }

  /**
   * The head is the highest id of this node in the table. What a crash left in the spool may be in there too, as a whole
   * or in part (an insert makes a part for each day), so where something was left the head is below the first of it.
   */
  async #beginHead(): Promise<void> {
    const highest = await this.#tail.highest(BigInt(this.#ids.last + 1) * ID_STEP);
    const left = this.#spool.oldest('events');
    const first = left ? ((await firstIdOf(left.path, left.file)) ?? 0n) : highest + 1n;
    this.#head.begin(first <= highest ? await this.#tail.highest(first - 1n) : highest, highest);
  }

  async #release(): Promise<void> {
    await this.#driver.close();
    await this.#spool.close();
    await this.#lock.release();
    this.#state = 'stopped';
  }

  #hooks() {
    const { metrics } = this.#options;
    const inserted = metrics.counter('vedette_store_inserted_rows_total', 'Rows moved from the spool into the engine.');
    const seconds = metrics.histogram(
      'vedette_store_insert_seconds',
      'Time to insert one group of the spool.',
      [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    );
    const quarantined = metrics.counter(
      'vedette_store_quarantined_groups_total',
      'Spool groups put aside because the engine cannot read them.',
    );
    metrics.gauge('vedette_store_spool_rows', 'Rows committed and not yet inserted.', [], (gauge) =>
      gauge.set(this.#spool.rows),
    );
    metrics.gauge('vedette_store_spool_bytes', 'Bytes that wait in the spool.', [], (gauge) =>
      gauge.set(this.#spool.bytes),
    );
    return {
      inserted: (group: SpoolGroup, took: number) => {
        inserted.inc(group.files.reduce((sum, file) => sum + file.rows, 0));
        seconds.observe(took);
        this.#passed(group);
      },
      quarantined: (group: SpoolGroup) => {
        quarantined.inc();
        this.#passed(group);
      },
    };
  }

  #passed(group: SpoolGroup): void {
    if (group.kind !== 'events') return;
    const waiting = this.#spool.oldest('events')?.file.seq ?? Number.POSITIVE_INFINITY;
    this.#head.passed(group.files[group.files.length - 1].seq, waiting);
  }
}

function driverFor(options: ColumnStoreOptions, data: string, tmp: string): Driver {
  const memoryBytes = options.memoryBytes ?? Math.min(8 * 2 ** 30, Math.max(512 << 20, Math.floor(totalmem() * 0.4)));
  const queryMemoryBytes = Math.floor(memoryBytes / 2);
  if (options.clickhouseUrl !== undefined)
    return new ClickHouseDriver({ url: options.clickhouseUrl, queryMemoryBytes, queries: options.queries ?? 8 });
  // Every query holds a thread of libuv's pool; one is for the insert, one for KILL, the rest for files and sockets.
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
  const queries = options.queries ?? Math.min(4, Math.max(1, threads - 3));
  const cores = availableParallelism();
  return new ChdbDriver({ path: join(data, 'chdb'), tmp, memoryBytes, queryMemoryBytes, queries, cores });
}
