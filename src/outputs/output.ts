import type { z } from 'zod';
import type { Log } from '../kit/log.ts';
import type { EventRow } from '../model/event-row.ts';
import type { OutputType } from '../model/output.ts';

/** An event that the receiver refuses for good: it becomes a dead letter, its neighbours go on. */
export interface Rejected {
  /** Place in the rows that were sent. */
  readonly index: number;
  /** `HEC_6`, `HTTP_413`, `mapper_parsing_exception`... */
  readonly code: string;
  /** One sentence, with the receiver's own words where it gave any (at most 500 characters). */
  readonly reason: string;
  /** What was sent for it, cut at 64 KiB. */
  readonly original: string;
}

/**
 * What became of one request.
 *
 * | outcome | when | what the forwarder does |
 * |---|---|---|
 * | `delivered` | the receiver confirmed; what it refused is in `rejected` | goes on |
 * | `retry` | network, time-out, 408, 429, 5xx, busy | sends `left` again, for ever, full jitter 1 to 60 s or `retryAfter` |
 * | `blocked` | 401, 403, bad token, TLS, refused address | keeps everything, says so, probes now and then |
 * | `split` | 413, too large | sends `left` again in two halves; a single event becomes a dead letter |
 */
export interface Delivery {
  readonly outcome: 'delivered' | 'retry' | 'blocked' | 'split';
  /** Places in the rows that are not settled, ascending; empty when delivered. All others are delivered or rejected. */
  readonly left: readonly number[];
  readonly rejected: readonly Rejected[];
  /** Events that the receiver had already (success). */
  readonly duplicates: number;
  /** Events that were sent more than once within this call, because an attempt failed and was made again at once. */
  readonly resent?: number;
  /** Bytes of the body on the wire. */
  readonly bytes: number;
  /** Bytes of the body before compression, where it was compressed: what the next batches are sized by. */
  readonly body?: number;
  /** Seconds that the receiver asked us to wait, as it said. */
  readonly retryAfter?: number;
  /** Null where no HTTP is spoken, or no answer came. */
  readonly status: number | null;
  /** Stable word or number of what went wrong; empty when nothing did. */
  readonly code: string;
  /** One sentence for a person; empty when nothing went wrong. Never holds a secret. */
  readonly detail: string;
}

/** What one request may hold at most, and how many may be under way. */
export interface SendLimits {
  readonly events: number;
  /** Of the body before compression. */
  readonly bytes: number;
  readonly concurrency: number;
}

/**
 * A receiver of events. `send` is called with rows in ascending order of their ids, several calls at a time up to
 * `limits.concurrency`; it does not throw for anything a receiver or network does.
 */
export interface Output {
  readonly limits: SendLimits;
  /** Names of the columns it reads; all when absent. Fewer are read faster. */
  readonly columns?: readonly string[];
  /** Resolves when the receiver has confirmed, or has not. Ends early, with `retry`, when the signal is aborted. */
  send(rows: readonly EventRow[], signal: AbortSignal): Promise<Delivery>;
  /** Asks the receiver whether it would take events, without sending any; `delivered` when it would. */
  probe(signal: AbortSignal): Promise<Delivery>;
  /** Where to, for people: host and path, without credentials. */
  readonly endpoint: string;
  close(): Promise<void>;
}

export interface OutputParts {
  readonly name: string;
  /** `vedette` and its version: who sends, in the documents' `observer` or `metadata.product`. */
  readonly version: string;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A type of output: its configuration, and how one is made. `config` has been parsed by `schema`. */
export interface OutputKind<C extends Record<string, unknown>> {
  readonly type: OutputType;
  /** Strict object with defaults and a description a field: the sentences of a refusal and the API's schema. */
  readonly schema: z.ZodType<C>;
  /** Names of the fields that are never shown. */
  readonly secrets: readonly (keyof C & string)[];
  /** Names of the fields whose address may have a key in it, which is not shown. */
  readonly links?: readonly (keyof C & string)[];
  make(config: C, parts: OutputParts): Output;
}

/** A type of output whatever its configuration is. */
export interface AnyOutputKind {
  readonly type: OutputType;
  readonly schema: z.ZodType;
  readonly secrets: readonly string[];
  readonly links?: readonly string[];
  make(config: Record<string, unknown>, parts: OutputParts): Output;
}
