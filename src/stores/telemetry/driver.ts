import type { Readable } from 'node:stream';
import type { Statement } from './statement.ts';

/** How a query runs: its limits, and the comment under which it is found again to be killed. */
export interface Run {
  /** Unique; goes into `log_comment`. */
  readonly comment: string;
  /** Seconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

/** Rows as arrays in the order of the SELECT list. 64-bit numbers are numbers: select `toString` where that is not enough. */
export interface Answer {
  readonly rows: readonly (readonly Cell[])[];
  /** The row of `WITH TOTALS`. */
  readonly totals?: readonly Cell[];
  /** Rows there were before LIMIT. */
  readonly before: number;
}

/** The parts of `FORMAT JSONCompact` that are read. */
export interface CompactJson {
  readonly data: readonly (readonly Cell[])[];
  readonly totals?: readonly Cell[];
  readonly rows_before_limit_at_least?: number;
}

export type Cell = string | number | null;

/** Spool files of one kind, to become one block of `table`. */
export interface InsertFiles {
  readonly table: string;
  /** Column names with their types, in the order of the files. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  /** Paths of files in `Native` encoding, in one folder, and the file name pattern that matches exactly them. */
  readonly folder: string;
  readonly pattern: string;
  readonly files: readonly string[];
  /** A second insert with the same token does nothing. */
  readonly token: string;
}

/**
 * The few things that differ between ClickHouse in the process and ClickHouse by URL; the SQL is the same. Everything
 * throws EngineError.
 */
export interface Driver {
  readonly engine: string;
  open(): Promise<void>;
  query(statement: Statement, run: Run): Promise<Answer>;
  /** The answer as blocks of `Native` encoding (native-reader.ts): several times cheaper than rows, on both sides. */
  native(statement: Statement, run: Run): Promise<Uint8Array>;
  /** DDL and deletes: no parameters, no answer. */
  exec(sql: string): Promise<void>;
  insert(files: InsertFiles): Promise<void>;
  /** The answer as a Parquet file, streamed. */
  parquet(statement: Statement, run: Run): Promise<Readable>;
  /** Ends the query with this comment, if it still runs. */
  kill(comment: string): Promise<void>;
  /** Ends every query of this process, waits for them and lets the engine go. */
  close(): Promise<void>;
}
