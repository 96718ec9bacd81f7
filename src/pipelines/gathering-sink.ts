import type { RecordSink } from '../decoders/decoder.ts';
import type { EventBatch } from '../model/batch.ts';
import type { Envelope } from '../model/envelope.ts';
import { DEAD_LETTER_BYTES, type DeadLetter, type RecordError } from '../model/outcome.ts';

/** Errors that one report lists; the rest are only counted. */
const LISTED_ERRORS = 1_000;

export interface IngestReport {
  /** Records that became events. */
  accepted: number;
  /** Records that became dead letters. */
  rejected: number;
  /** Records rightly not kept, such as heartbeats. */
  dropped: number;
  readonly errors: RecordError[];
  readonly rejectedBy: Map<string, number>;
  readonly droppedBy: Map<string, number>;
}

/** The batches that rows go to: the open one, and what to do when it has no room. */
export interface Gathering {
  current(): { readonly batch: EventBatch; readonly letters: DeadLetter[] };
  full(): void;
}

/** Appends the records of one envelope to the open batch, stamps them, and keeps the account of what became of each. */
export class GatheringSink implements RecordSink {
  readonly report: IngestReport = {
    accepted: 0,
    rejected: 0,
    dropped: 0,
    errors: [],
    rejectedBy: new Map(),
    droppedBy: new Map(),
  };
  readonly #envelope: Envelope;
  readonly #gathering: Gathering;
  #target: ReturnType<Gathering['current']> | undefined;
  #batch: EventBatch | undefined;
  #source = 0;
  #pending = false;

  constructor(envelope: Envelope, gathering: Gathering) {
    this.#envelope = envelope;
    this.#gathering = gathering;
  }

  get batch(): EventBatch {
    if (!this.#batch) throw new Error('a decoder asks for the batch only after next()');
    return this.#batch;
  }

  next(): number {
    if (this.#batch && this.#batch.length === this.#batch.capacity) this.#handOver();
    const batch = this.#batch ?? this.#take();
    if (this.#pending) batch.discard(batch.length);
    this.#pending = true;
    return batch.length;
  }

  keep(): void {
    const batch = this.batch;
    const row = batch.length;
    batch.columns.received[row] = this.#envelope.receivedAt;
    // The sender may have named itself inside the payload.
    if (batch.columns.source.codes[row] === 0) batch.columns.source.codes[row] = this.#source;
    batch.length = row + 1;
    this.#pending = false;
    this.report.accepted++;
  }

  reject(index: number, reason: string, detail: string, start: number, end: number): void {
    this.finish();
    const { source, encoding, peer, receivedAt, payload } = this.#envelope;
    const { letters } = this.#target ?? this.#gathering.current();
    const bytes = payload.slice(start, Math.min(end, start + DEAD_LETTER_BYTES));
    letters.push({ at: receivedAt, source, encoding, peer, reason, detail, bytes, size: end - start });
    this.report.rejected++;
    if (this.report.errors.length < LISTED_ERRORS) this.report.errors.push({ index, code: reason, error: detail });
    count(this.report.rejectedBy, reason);
  }

  drop(reason: string): void {
    this.finish();
    this.report.dropped++;
    count(this.report.droppedBy, reason);
  }

  /** Takes back a row that was begun and not kept. */
  finish(): void {
    if (this.#pending && this.#batch) this.#batch.discard(this.#batch.length);
    this.#pending = false;
  }

  #take(): EventBatch {
    this.#target = this.#gathering.current();
    let batch = this.#target.batch;
    if (batch.length === batch.capacity) {
      this.#gathering.full();
      this.#target = this.#gathering.current();
      batch = this.#target.batch;
    }
    this.#batch = batch;
    this.#source = batch.columns.source.dictionary.intern(this.#envelope.collectorId || this.#envelope.source);
    return batch;
  }

  #handOver(): void {
    this.finish();
    this.#gathering.full();
    this.#batch = undefined;
  }
}

function count(into: Map<string, number>, reason: string): void {
  into.set(reason, (into.get(reason) ?? 0) + 1);
}
