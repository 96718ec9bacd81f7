import type { EventBatch } from '../../model/batch.ts';

/**
 * Where flow decoders put rows. Unlike {@link ../decoder.ts RecordSink} there is no call per record: a decoder fills
 * the rows from `batch.length` up to `batch.capacity` itself, stamps them (kind, received, source, exporter), raises
 * `batch.length` once for many, and calls {@link full} when it needs more room.
 *
 * Rows past `length` are empty when they are first used; a decoder that gives up half-way through a record calls
 * `batch.discard(row)` for it (rare), so that this stays true.
 */
export interface FlowSink {
  /** The batch to fill. Read it again after {@link full}. */
  readonly batch: EventBatch;
  /** Hands the batch over and puts an empty one in its place; may wait. Afterwards `batch.length < batch.capacity`. */
  full(): void;
  /** A datagram (or the rest of one) that cannot be read: `bytes[start..end)` may be kept as a dead letter. */
  reject(reason: string, detail: string, bytes: Uint8Array, start: number, end: number): void;
}
