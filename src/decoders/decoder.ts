import type { EventBatch } from '../model/batch.ts';

/** Where a decoder puts what it finds. Implemented once, in pipelines/telemetry.ts. */
export interface RecordSink {
  /** The batch to fill. Read it again after every {@link next}: a full batch is handed over and replaced. */
  readonly batch: EventBatch;
  /** The row to fill next, emptied. It becomes an event only by {@link keep}. */
  next(): number;
  /** The row given by {@link next} is complete. */
  keep(): void;
  /** The row given by `next` (if any) is taken back; `bytes[start..end)` of the payload goes to the dead letters. */
  reject(index: number, reason: string, detail: string, start: number, end: number): void;
  /** A record that is rightly not kept (a heartbeat, a summary line), counted by reason. */
  drop(reason: string): void;
}

export interface DecodeContext {
  readonly source: string;
  readonly collectorId: string;
  /** Microseconds since 1970. */
  readonly receivedAt: number;
  /** Address of the sender as text, empty when there is none. */
  readonly peer: string;
}

/**
 * Bytes to rows. A decoder never throws for a bad record: it rejects that record and goes on with the next. It throws
 * `AppError` (INVALID_JSON, EMPTY_BATCH, NOT_AN_OBJECT, TOO_MANY_RECORDS, UNKNOWN_FORMAT, INVALID_UTF8) before the first
 * `next()` when the payload as a whole cannot be taken.
 */
export interface Decoder {
  /** Encodings it takes, as in `Envelope.encoding`: `zeek.conn`, `nfdump`... */
  readonly encodings: readonly string[];
  decode(payload: Uint8Array, encoding: string, context: DecodeContext, sink: RecordSink): void;
}
