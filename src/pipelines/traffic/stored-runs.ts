import type { StateStore } from '../../stores/state/store.ts';

const SETTING = 'traffic.stored';
/** Captures whose state is remembered; the oldest are forgotten, and their events made again when they are analysed again. */
const REMEMBERED = 500;
/** How long events may be on their way into the tables after they were acknowledged. */
const SETTLED_MS = 10 * 60_000;

/** How far the events of one capture are stored. */
interface Mark {
  readonly rows: number;
  readonly complete: boolean;
  /** The door under which they are stored. */
  readonly source: string;
  /** Milliseconds since 1970 of the last change. */
  readonly at: number;
}

export interface StoredRunsParts {
  readonly settings: StateStore['settings'];
  /** Whether the store still has events of this source whose `uid` begins so. */
  readonly exists: (source: string, prefix: string) => Promise<boolean>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * How many events of each capture are in the store. The connections of a capture come in the same order each time, so an
 * analysis that was cancelled or failed is completed by one that leaves out as many as are there already.
 */
export class StoredRuns {
  readonly #parts: StoredRunsParts;

  constructor(parts: StoredRunsParts) {
    this.#parts = parts;
  }

  /** @param run identity of the capture. Answers how many of its events need not be made, Infinity for all of them. */
  async stored(run: string): Promise<number> {
    const mark = (await this.#marks())[run];
    if (!mark) return 0;
    const isSettled = this.#parts.now() - mark.at > SETTLED_MS;
    // What has expired is made again.
    if (isSettled && !(await this.#parts.exists(mark.source, `${run}-`))) return 0;
    return mark.complete ? Number.POSITIVE_INFINITY : mark.rows;
  }

  /** To be called when `rows` events are acknowledged, from the first on. */
  async progress(run: string, source: string, rows: number, complete: boolean): Promise<void> {
    const marks = { ...(await this.#marks()), [run]: { rows, complete, source, at: this.#parts.now() } };
    const newest = Object.entries(marks).sort(([, a], [, b]) => b.at - a.at);
    await this.#parts.settings.set(SETTING, Object.fromEntries(newest.slice(0, REMEMBERED)));
  }

  async #marks(): Promise<Record<string, Mark>> {
    return (await this.#parts.settings.get<Record<string, Mark>>(SETTING)) ?? {};
  }
}
