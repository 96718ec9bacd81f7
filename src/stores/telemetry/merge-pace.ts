import { EVENTS } from './schema.ts';

/** Inserts in a row that found the next group full already: the engine does not keep up. */
const BUSY = 2;
/** Inserts in a row that found less than half a group waiting: it does again. */
const CALM = 5;
/** Parts that may gather meanwhile. Some hundreds slow queries down; the engine refuses inserts at 3,000. */
const MOST_PARTS = 120;
/** Inserts for which merging goes on after that, however busy it is. */
const CATCH_UP = 60;

const PAUSE = `ALTER TABLE ${EVENTS} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1`;
const RESUME = `ALTER TABLE ${EVENTS} RESET SETTING max_bytes_to_merge_at_max_space_in_pool`;

/**
 * Puts merging off while inserts do not keep up, for the engine in this process, which shares its cores with everything
 * else. To merge a row costs as much as to insert it, and can wait; what comes in cannot. Merges that run are not
 * interrupted: only no new one is chosen.
 */
export class MergePace {
  readonly #exec: (sql: string) => Promise<void>;
  readonly #groupRows: number;
  #paused = false;
  #busy = 0;
  #calm = 0;
  /** Inserts since merging was put off, or, below 0, until it may be again. */
  #inserts = 0;

  /** @param exec runs a statement. @param groupRows rows of a full group. */
  constructor(exec: (sql: string) => Promise<void>, groupRows: number) {
    this.#exec = exec;
    this.#groupRows = groupRows;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** After each insert. @param waiting rows in the spool now. */
  async inserted(waiting: number): Promise<void> {
    this.#inserts++;
    this.#busy = waiting >= this.#groupRows ? this.#busy + 1 : 0;
    this.#calm = waiting < this.#groupRows / 2 ? this.#calm + 1 : 0;
    if (!this.#paused && this.#busy >= BUSY && this.#inserts >= 0) {
      this.#paused = true;
      this.#inserts = 0;
      await this.#exec(PAUSE);
    } else if (this.#paused && (this.#calm >= CALM || this.#inserts >= MOST_PARTS)) {
      this.#inserts = this.#inserts >= MOST_PARTS ? -CATCH_UP : 0;
      await this.resume();
    }
  }

  /** Merging goes on; also at the start, where a crash may have left it put off. */
  async resume(): Promise<void> {
    this.#paused = false;
    await this.#exec(RESUME);
  }
}
