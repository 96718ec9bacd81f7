import { AppError, messageOf } from '../../kit/errors.ts';
import type { EventBatch } from '../../model/batch.ts';
import type { DeadLetter } from '../../model/outcome.ts';
import { ID_STEP, type IdClock } from './ids.ts';
import { LowCardinalityEncoder } from './low-cardinality.ts';
import { writeDeadLetters, writeEvents } from './native.ts';
import { NativeWriter } from './native-writer.ts';
import type { Spool, SpoolPart } from './spool.ts';

/** A group under construction does not grow past this while the disk is slow: commits then wait their turn. */
const GROUP_BYTES = 32 << 20;

/** Commits that will share a spool file. */
class CommitGroup {
  readonly events = new NativeWriter(1 << 20);
  readonly dead = new NativeWriter(1 << 10);
  eventRows = 0;
  deadRows = 0;
  waiters: { resolve(): void; reject(error: unknown): void }[] = [];

  get bytes(): number {
    return this.events.length + this.dead.length;
  }

  reset(): void {
    this.events.reset();
    this.dead.reset();
    this.eventRows = 0;
    this.deadRows = 0;
    this.waiters = [];
  }
}

/**
 * Turns batches into durable spool files. What is committed while a file is being written and synced gathers in the
 * next one (group commit), so that many small commits cost few syncs.
 */
export class Committer {
  readonly #spool: Spool;
  readonly #ids: IdClock;
  readonly #limit: number;
  readonly #stored: () => void;
  readonly #named: (batch: EventBatch) => void;
  readonly #encoder = new LowCardinalityEncoder();
  #forming = new CommitGroup();
  #spare = new CommitGroup();
  #writing: Promise<void> | undefined;
  #closed = true;

  /**
   * @param limit bytes that may wait in the spool. @param stored called after each durable file.
   * @param named called with each batch that got its ids, before it is written.
   */
  constructor(
    spool: Spool,
    ids: IdClock,
    limit: number,
    stored: () => void,
    named: (batch: EventBatch) => void = () => undefined,
  ) {
    this.#spool = spool;
    this.#ids = ids;
    this.#limit = limit;
    this.#stored = stored;
    this.#named = named;
  }

  /** Begins to take commits. */
  open(): void {
    this.#closed = false;
  }

  async commit(batch: EventBatch, letters: readonly DeadLetter[]): Promise<void> {
    if (batch.length === 0 && letters.length === 0) return;
    while (this.#forming.bytes >= GROUP_BYTES) await this.#writing;
    if (this.#closed) throw new AppError('UNAVAILABLE', 'The store is not open.');
    if (this.#spool.bytes + this.#forming.bytes >= this.#limit)
      throw new AppError('STORAGE_FULL', 'The spool is full; nothing was taken. Events wait to be inserted.', {
        retryAfter: 5,
      });
    const group = this.#forming;
    this.#encode(group, batch, letters);
    await new Promise<void>((resolve, reject) => {
      group.waiters.push({ resolve, reject });
      // Started in the next turn of the loop, so that commits of the same turn share the file.
      this.#writing ??= new Promise<void>((start) => setImmediate(start)).then(() => this.#write());
    });
  }

  /** Resolves when everything taken so far is durable (or refused). */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** Refuses new commits and finishes those that were taken. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
  }

  #encode(group: CommitGroup, batch: EventBatch, letters: readonly DeadLetter[]): void {
    const events = group.events.length;
    const dead = group.dead.length;
    try {
      batch.idStep = ID_STEP;
      if (batch.length > 0) {
        batch.firstId = this.#ids.take(batch.length);
        this.#named(batch);
        writeEvents(group.events, this.#encoder, batch);
      }
      if (letters.length > 0) writeDeadLetters(group.dead, letters, this.#ids.take(letters.length), ID_STEP);
    } catch (error) {
      // Half a block would make the whole file unreadable, with the commits of others in it.
      group.events.length = events;
      group.dead.length = dead;
      throw error;
    }
    group.eventRows += batch.length;
    group.deadRows += letters.length;
  }

  async #write(): Promise<void> {
    while (this.#forming.waiters.length > 0) {
      const group = this.#forming;
      this.#forming = this.#spare;
      this.#spare = group;
      try {
        await this.#spool.store(this.#ids.last, partsOf(group));
        for (const waiter of group.waiters) waiter.resolve();
        this.#stored();
      } catch (error) {
        const refused = storeError(error);
        for (const waiter of group.waiters) waiter.reject(refused);
      }
      group.reset();
    }
    this.#writing = undefined;
  }
}

function partsOf(group: CommitGroup): SpoolPart[] {
  const parts: SpoolPart[] = [];
  if (group.eventRows > 0) parts.push({ kind: 'events', rows: group.eventRows, bytes: group.events.view() });
  if (group.deadRows > 0) parts.push({ kind: 'dead', rows: group.deadRows, bytes: group.dead.view() });
  return parts;
}

function storeError(error: unknown): AppError {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('STORAGE_FULL', 'The disk of the spool is full; nothing was taken.', { retryAfter: 30 });
  return new AppError('INTERNAL', 'The spool could not be written; nothing was taken.', { cause: messageOf(error) });
}
