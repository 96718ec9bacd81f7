import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';
import type { EventRow } from '../model/event-row.ts';
import type { OutputDeadLetter, OutputPosition, OutputStatus, OutputTestResult } from '../model/output.ts';
import type { Budget } from './budget.ts';
import type { Clock } from './forwarder-clock.ts';
import type { Output } from './output.ts';

/** Events as the store gives them, in the order of their commits; those that the filter does not want left out. */
export interface TailedPage {
  /** Ascending by id. */
  readonly rows: readonly EventRow[];
  /** Everything up to here is in `rows` of this page or an earlier one, or filtered out. */
  readonly upTo: string;
  /** Nothing further can be read now. */
  readonly end: boolean;
  /** Milliseconds of CPU time that reading took, where the store knows it. */
  readonly busy?: number;
}

/** What the forwarder needs of the store. */
export interface ForwarderTail {
  /** The next events behind a bookmark that the filter wants. `columns` as the output's; all when absent. */
  tail(after: string, limit: number, columns: readonly string[] | undefined, signal: AbortSignal): Promise<TailedPage>;
  /** Id of the newest event that can be read; costs nothing. */
  head(): string;
  /** Calls after each move of `head` until the returned function is called. */
  onHead(listener: () => void): () => void;
  /** Events behind a bookmark by day of receipt (YYYYMMDD, UTC), whether the filter wants them or not. */
  ahead(after: string, signal: AbortSignal): Promise<readonly { readonly day: string; readonly events: number }[]>;
  /** When an event was committed, by its id: microseconds since 1970. */
  commitTime(id: string): number;
}

/** A dead letter before it has an id. The same event again replaces the row that is there. */
export type NewDeadLetter = Omit<OutputDeadLetter, 'id' | 'output'>;

/** Where the position of one output is kept. */
export interface PositionKeep {
  /** Undefined for an output that never saved one: it begins with the oldest event. */
  load(): Promise<OutputPosition | undefined>;
  /** Bookmark, counts and dead letters in one transaction. */
  save(position: OutputPosition, letters: readonly NewDeadLetter[]): Promise<void>;
}

export interface ForwarderParts extends ForwarderTail {
  /** Of the output: the label of its metrics and log lines. */
  readonly name: string;
  /** Belongs to the forwarder from now on, which closes it when it stops. */
  readonly output: Output;
  /** `tail` leaves events out: the retention gap is then an upper bound. */
  readonly filtered: boolean;
  readonly keep: PositionKeep;
  /** How much outputs stand in the way of ingest, 0 to 1; at 0 the forwarder takes what it can get. */
  pressure(): number;
  /** Shared by all forwarders of the process. */
  readonly budget: Budget;
  /** Begins paused. */
  readonly paused?: boolean;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  /** 0 <= x < 1. */
  readonly random?: () => number;
  readonly tuning?: Partial<ForwarderTuning>;
}

/** Limits and intervals; milliseconds where nothing else is said. */
export interface ForwarderTuning {
  /** Events that may be read beyond the bookmark that is saved: so many may come twice after a crash. */
  readonly windowEvents: number;
  /** Between two saves at least. */
  readonly saveEvery: number;
  /** Between two looks at how much is ahead. */
  readonly measureEvery: number;
  /** For what is under way when it stops. */
  readonly grace: number;
  /** A request that takes longer is given up. */
  readonly sendLimit: number;
  /** Dead letters that wait to be saved, in characters: at more nothing is sent. */
  readonly letterLimit: number;
}

export const TUNING: ForwarderTuning = {
  windowEvents: 200_000,
  saveEvery: 250,
  measureEvery: 10_000,
  grace: 5000,
  sendLimit: 900_000,
  letterLimit: 16 * 2 ** 20,
};

/** The part of an output's status that its forwarder knows. */
export type ForwarderStatus = Pick<
  OutputStatus,
  | 'state'
  | 'endpoint'
  | 'bookmark'
  | 'bookmarkTime'
  | 'lagEvents'
  | 'lagSeconds'
  | 'counts'
  | 'eventsPerSecond'
  | 'bytesPerSecond'
  | 'concurrency'
  | 'circuit'
  | 'retryAt'
  | 'lastError'
  | 'lastSuccess'
  | 'latency'
>;

/** What became of a test event; the directory adds target and request id. */
export type ForwarderTestResult = Omit<OutputTestResult, 'target' | 'request_id'>;
