import type { Component } from '../../kit/component.ts';
import type { EventBatch } from '../../model/batch.ts';
import type { Column } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';
import type { FilterNode } from '../../model/filter/ast.ts';
import type { DeadLetter } from '../../model/outcome.ts';

/** Microseconds since 1970, half open: from <= ts < to. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** What every query carries: its limits, and an id under which it is found and killed. */
export interface QueryOptions {
  readonly signal?: AbortSignal;
  readonly requestId?: string;
  /** Seconds; default 30. */
  readonly timeout?: number;
}

/** A place in the list of events, newest first: the last event seen. Opaque to callers of the API. */
export interface EventCursor {
  readonly ts: number;
  readonly id: string;
}

export type { EventRow } from '../../model/event-row.ts';

/** Reading forward in the order of commits, from a bookmark. Ids of a node increase in that order. */
export interface TailQuery {
  /** Id of the last event that was read, as decimal digits; `0` begins with the oldest that is kept. */
  readonly after: string;
  readonly filter?: FilterNode;
  /** Columns to read; all when absent. `id` and `ts` always come. */
  readonly columns?: readonly Column[];
  /** Rows at most. */
  readonly limit: number;
}

export interface TailPage {
  /** Ascending by id; values are read when they are asked for, see `PageRow` (model/event-page.ts). */
  readonly rows: readonly EventRow[];
  /** The next bookmark: whatever this node committed up to here is in `rows` of this page or an earlier one, or filtered out. */
  readonly upTo: string;
  /** Nothing further can be queried now. */
  readonly end: boolean;
}

export interface EventQuery {
  readonly range: TimeRange;
  readonly filter?: FilterNode;
  /** Columns to read; all when absent. `id` and `ts` always come. */
  readonly columns?: readonly Column[];
  readonly limit: number;
  readonly after?: EventCursor;
  readonly order?: 'newest' | 'oldest';
}

export type Measure = 'events' | 'bytes' | 'packets' | 'risk';

export interface TopQuery {
  readonly range: TimeRange;
  readonly filter?: FilterNode;
  readonly column: Column;
  readonly by: Measure;
  readonly limit: number;
}

export interface TopItem {
  readonly value: string | number;
  readonly events: number;
  readonly bytes: number;
  readonly packets: number;
  /** Highest risk among them. */
  readonly risk: number;
}

export interface TopResult {
  readonly items: readonly TopItem[];
  /** Distinct values in all (estimated above 65,536) and the sums over every one of them. */
  readonly distinct: number;
  readonly total: { readonly events: number; readonly bytes: number; readonly packets: number };
}

/**
 * In a series also: the mean risk of the events, how many of them matched threat intelligence, and how many have a risk
 * of 70 or more. `risk` is the highest.
 */
export type SeriesMeasure = Measure | 'risk_avg' | 'threats' | 'high_risk';

export interface SeriesQuery {
  readonly range: TimeRange;
  readonly filter?: FilterNode;
  /** Microseconds; a multiple of one second. */
  readonly bucket: number;
  readonly measures: readonly SeriesMeasure[];
  /** One series for each of the `top` most frequent values of this column, and `other`. */
  readonly by?: Column;
  readonly top?: number;
}

export interface Series {
  /** Value of the column `by`; null when it is the only one, or all others. */
  readonly key: string | number | null;
  readonly other: boolean;
  /** Start of each bucket that has events, ascending, in microseconds, with one array a measure beside it. */
  readonly at: readonly number[];
  readonly values: Readonly<Partial<Record<SeriesMeasure, readonly number[]>>>;
}

export interface StoredDeadLetter extends DeadLetter {
  readonly id: string;
}

export interface DeadLetterQuery {
  readonly limit: number;
  readonly before?: string;
  readonly reason?: string;
  readonly source?: string;
}

export interface StoreStats {
  readonly events: number;
  readonly bytesOnDisk: number;
  readonly oldest: number | null;
  readonly newest: number | null;
  readonly deadLetters: number;
  /** Committed to the spool and not yet inserted. */
  readonly spooledRows: number;
  readonly spooledBytes: number;
}

export type ExportFormat = 'ndjson' | 'csv' | 'parquet';

/** Reading in the order of commits: what outputs and continuous analyses do. */
export interface EventTail {
  /** The next events after a bookmark, of this node. */
  tail(query: TailQuery, options?: QueryOptions): Promise<TailPage>;
  /** Id of the newest event of this node that can be queried; `0` when there is none. Costs nothing. */
  head(): string;
  /** Called after each insert that moved `head`, until the returned function is called. */
  onHead(listener: () => void): () => void;
  /** Events of this node after a bookmark, by day of receipt (YYYYMMDD, UTC), ascending; unfiltered. */
  ahead(after: string, options?: QueryOptions): Promise<readonly { readonly day: string; readonly events: number }[]>;
  /** The bookmark after which come the events committed at `time` (microseconds since 1970) and later. */
  bookmarkAt(time: number): string;
  /** When the event was committed, by its id: microseconds since 1970, exact to a millisecond or later under load. */
  commitTime(id: string): number;
  /** These events, as many as there still are, ascending by id. */
  eventsById(ids: readonly string[], options?: QueryOptions): Promise<EventRow[]>;
}

/** Events, roll-ups and dead letters. Two drivers stand behind it: chDB in the process, ClickHouse by URL. */
export interface TelemetryStore extends Component, EventTail {
  /**
   * Gives the batch its ids and writes it to the spool. Resolves when it is on disk (fsync): from then on it survives a
   * crash and will be inserted exactly once. The batch may be reused as soon as this resolves.
   * @throws AppError STORAGE_FULL when the spool is at its limit: nothing was taken.
   */
  commit(batch: EventBatch, deadLetters?: readonly DeadLetter[]): Promise<void>;
  /** Resolves when everything committed before the call can be queried. */
  flush(): Promise<void>;

  events(query: EventQuery, options?: QueryOptions): Promise<EventRow[]>;
  event(id: string, options?: QueryOptions): Promise<EventRow | undefined>;
  /** Pages through any number of events with flat memory. */
  scan(query: Omit<EventQuery, 'limit'> & { limit?: number }, options?: QueryOptions): AsyncIterable<EventRow[]>;
  /** A Parquet file of the events, streamed with flat memory. */
  parquet(query: Omit<EventQuery, 'after'>, options?: QueryOptions): Promise<NodeJS.ReadableStream>;
  top(query: TopQuery, options?: QueryOptions): Promise<TopResult>;
  series(query: SeriesQuery, options?: QueryOptions): Promise<Series[]>;

  deadLetters(query: DeadLetterQuery, options?: QueryOptions): Promise<StoredDeadLetter[]>;
  deadLetter(id: string, options?: QueryOptions): Promise<StoredDeadLetter | undefined>;
  /** Removes these (all, when absent); answers how many there were. */
  purgeDeadLetters(ids?: readonly string[]): Promise<number>;

  stats(): Promise<StoreStats>;
}
