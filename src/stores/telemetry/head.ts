import { messageOf } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import { ID_STEP, IdClock } from './ids.ts';

/**
 * How far the events of this node can be read forward: none of theirs will ever be inserted at or below `id`. It may be
 * too low (after a crash, until what was in the spool is in the table), never too high.
 */
export class Head {
  readonly #node: bigint;
  readonly #log: Log;
  readonly #listeners = new Set<() => void>();
  #id = 0n;
  /** Highest counter in the table, or of a group that left the spool. */
  #done = 0;

  constructor(node: number, log: Log) {
    this.#node = BigInt(node);
    this.#log = log;
  }

  get id(): bigint {
    return this.#id;
  }

  /**
   * When the store opens.
   * @param id where the head is. @param highest id of this node in the table: higher than the head where a crash left
   * something in the spool that belongs below it.
   */
  begin(id: bigint, highest: bigint): void {
    this.#id = id;
    this.#done = IdClock.counterOf(String(highest));
  }

  /**
   * A group of events left the spool, into the table or into quarantine.
   * @param counter of its last event. @param waiting the lowest counter of a file of events that is still in the spool;
   * Infinity when there is none. Groups leave in order, except where a crash came while one was split into its files.
   */
  passed(counter: number, waiting: number): void {
    this.#done = Math.max(this.#done, counter);
    const id = BigInt(this.#done) * ID_STEP + this.#node;
    if (waiting <= this.#done || id <= this.#id) return;
    this.#id = id;
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        // It runs inside the drain, which would take this for a failed insert.
        this.#log.error({ error: messageOf(error) }, 'a reader of new events failed');
      }
    }
  }

  /** @returns a function that ends it. */
  onMove(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }
}
