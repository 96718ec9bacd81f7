import type { Readable } from 'node:stream';
import { AppError } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import type { Metrics } from '../../kit/metrics.ts';
import type { Answer, Driver, Run } from './driver.ts';
import { engineError, queryError } from './engine-error.ts';
import type { Statement } from './statement.ts';
import type { QueryOptions } from './store.ts';

const DEFAULT_SECONDS = 30;

/** Runs statements with their limits, measures them, and turns what goes wrong into sentences for people. */
export class QueryRunner {
  readonly #driver: Driver;
  readonly #log: Log;
  readonly #seconds: ReturnType<Metrics['histogram']>;
  #count = 0;

  constructor(driver: Driver, log: Log, metrics: Metrics) {
    this.#driver = driver;
    this.#log = log;
    this.#seconds = metrics.histogram(
      'vedette_store_query_seconds',
      'Time of a query of the store, waiting for its turn included.',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    );
  }

  answer(statement: Statement, options?: QueryOptions): Promise<Answer> {
    return this.#run((run) => this.#driver.query(statement, run), options);
  }

  async rows(statement: Statement, options?: QueryOptions): Promise<Answer['rows']> {
    return (await this.answer(statement, options)).rows;
  }

  native(statement: Statement, options?: QueryOptions): Promise<Uint8Array> {
    return this.#run((run) => this.#driver.native(statement, run), options);
  }

  parquet(statement: Statement, options?: QueryOptions): Promise<Readable> {
    return this.#run((run) => this.#driver.parquet(statement, run), options);
  }

  exec(sql: string): Promise<void> {
    return this.#run(() => this.#driver.exec(sql));
  }

  async #run<T>(work: (run: Run) => Promise<T>, options: QueryOptions = {}): Promise<T> {
    const timeout = options.timeout ?? DEFAULT_SECONDS;
    const { signal } = options;
    signal?.throwIfAborted();
    // Unique, so that a kill hits this query alone; of the caller's id only harmless characters are kept.
    const id = (options.requestId ?? '').replace(/[^\w.:-]/g, '').slice(0, 64);
    const comment = `vedette-${process.pid}-${++this.#count}-${id}`;
    const end = this.#seconds.startTimer();
    try {
      return await work({ comment, timeout, signal });
    } catch (error) {
      signal?.throwIfAborted();
      const told = queryError(error, timeout);
      if (!(error instanceof AppError)) {
        const { code, message } = engineError(error);
        this.#log[told.code === 'INTERNAL' ? 'error' : 'info']({ comment, code, message }, 'query failed');
      }
      throw told;
    } finally {
      end();
    }
  }
}
