import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { AppError } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import type { Metrics } from '../../kit/metrics.ts';

export type Sql = postgres.Sql;
export type Transaction = postgres.TransactionSql;

/** Where a PostgreSQL answers: a connection URL, a Unix socket, or a port of the loopback interface. */
export type Target =
  | { readonly url: string }
  | {
      readonly path?: string;
      readonly host?: string;
      readonly port?: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

/** Milliseconds a query may wait for a server that is restarting, and then for its answer. */
const WAIT_MS = 10_000;
const CONNECTIONS = 6;

/** SQLSTATEs of a server that is going, coming or full: class 08, shutdowns (57P0x), too many connections (53300). */
const TRANSIENT_STATE = /^(08...|57P01|57P02|57P03|57P05|53300)$/;
/** What the driver and the socket call a connection that is not there. */
const TRANSIENT_CODE = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * The one driver of the state store: a small pool of connections. Work that is given to `run` must bear being done
 * twice, because it is repeated when the connection breaks under it.
 */
export class Database {
  readonly #log: Log;
  readonly #waitMs: number;
  readonly #seconds: ReturnType<Metrics['histogram']> | undefined;
  #target: Target | undefined;
  #sql: Sql | undefined;
  #failing: string | undefined;

  constructor(options: { log: Log; metrics?: Metrics; waitMs?: number }) {
    this.#log = options.log;
    this.#waitMs = options.waitMs ?? WAIT_MS;
    this.#seconds = options.metrics?.histogram(
      'vedette_state_query_seconds',
      'Time of queries to the state store, waiting for a restart included.',
      [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      ['outcome'],
    );
  }

  /** Connections are made when they are needed. */
  open(target: Target): void {
    this.#target = target;
    this.#sql = connect(target, this.#log);
    this.#failing = undefined;
  }

  async close(): Promise<void> {
    const sql = this.#sql;
    this.#sql = undefined;
    this.#target = undefined;
    // A connection that was refused while PostgreSQL started is never ended by the driver, only by this time limit.
    await sql?.end({ timeout: 0.5 });
  }

  /** Why the last query failed for want of a server; undefined when it did not. */
  get failing(): string | undefined {
    return this.#failing;
  }

  /**
   * Does `work`, again and again while the server is away, for at most `waitMs`.
   * @throws AppError UNAVAILABLE after that time; INVALID_PARAMETER for a value PostgreSQL cannot hold (a NUL character).
   */
  async run<T>(work: (sql: Sql) => Promise<T>, waitMs = this.#waitMs): Promise<T> {
    const began = performance.now();
    for (let attempt = 0; ; attempt++) {
      const sql = this.#sql;
      if (!sql) throw new AppError('UNAVAILABLE', 'The state store is not running.', { retryAfter: 5 });
      try {
        const answer = await this.#bounded(sql, work(sql), waitMs);
        this.#failing = undefined;
        this.#observe(began, 'ok');
        return answer;
      } catch (error) {
        const waited = performance.now() - began;
        const pause = Math.min(25 * 2 ** attempt, 200);
        if (isTransient(error) && waited + pause < waitMs) {
          await sleep(pause);
          continue;
        }
        this.#observe(began, 'error');
        throw this.#translate(error);
      }
    }
  }

  /** A server that neither answers nor closes (a stopped process) must not gather waiting queries for ever. */
  async #bounded<T>(sql: Sql, answer: Promise<T>, waitMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => {
          reject(new AppError('UNAVAILABLE', 'PostgreSQL does not answer.', { retryAfter: 5 }));
          this.#renew(sql);
        },
        Math.max(waitMs, this.#waitMs),
      );
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #renew(sql: Sql): void {
    if (this.#sql !== sql || !this.#target) return;
    this.#sql = connect(this.#target, this.#log);
    sql.end({ timeout: 0 }).catch((error) => this.#log.debug({ err: error }, 'closing unanswered connections'));
  }

  #observe(began: number, outcome: string): void {
    this.#seconds?.observe({ outcome }, (performance.now() - began) / 1000);
  }

  #translate(error: unknown): unknown {
    const code = codeOf(error);
    if (error instanceof AppError || isTransient(error)) {
      this.#failing = code || 'no answer';
      if (error instanceof AppError) return error;
      return new AppError('UNAVAILABLE', `The state store (PostgreSQL) cannot be reached (${code}).`, {
        retryAfter: 5,
        cause: error,
      });
    }
    if (error instanceof postgres.PostgresError && code.startsWith('22'))
      return new AppError('INVALID_PARAMETER', `PostgreSQL cannot hold this value: ${error.message}.`, {
        cause: error,
      });
    return error;
  }
}

function connect(target: Target, log: Log): Sql {
  const options = {
    max: CONNECTIONS,
    idle_timeout: 60,
    connect_timeout: 5,
    // The pause between attempts is made in `run`; the driver's own grows to 20 s.
    backoff: () => 0.02,
    onnotice: (notice: postgres.Notice) => log.debug({ notice: notice.message }, 'postgresql notice'),
    connection: { application_name: 'vedette' },
  };
  if ('url' in target) return postgres(target.url, options);
  return postgres({ ...target, ...options, ssl: false });
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  return TRANSIENT_CODE.has(code) || TRANSIENT_STATE.test(code);
}
