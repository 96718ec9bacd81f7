import type { Problem } from './http-sender.ts';

/** Milliseconds. */
export interface AckTiming {
  /** Until the first question; after each that brought nothing, half as much again. */
  readonly firstMs: number;
  /** Between two questions at most. */
  readonly mostMs: number;
  /** Without an acknowledgement in this time the events are sent again. */
  readonly limitMs: number;
}

export const ACK_TIMING: AckTiming = { firstMs: 1000, mostMs: 10_000, limitMs: 300_000 };
/** Numbers in one question. */
const MOST_IDS = 1000;

/** Answer to a question for acknowledgements: which are indexed, or why nobody knows. */
export type AckAnswer = { readonly indexed: ReadonlySet<number> } | { readonly problem: Problem };

/** When a request was begun, as far as numbers go. */
export interface AckMark {
  readonly epoch: number;
  readonly highest: number;
}

interface Waiting {
  readonly until: number;
  /** Undefined: indexed. */
  readonly done: (problem: Problem | undefined) => void;
}

/**
 * Waits for Splunk's indexers to acknowledge requests of one channel (help.splunk.com, "About HTTP Event Collector Indexer
 * Acknowledgment"). The numbers begin at 0 again when the collector restarts, so one that is not above all that were known when its
 * request began tells of a restart, and what waited is sent again: it could be answered for somebody else's number.
 * Only a plain `true` counts as delivered.
 */
export class HecAcks {
  readonly #ask: (ids: readonly number[]) => Promise<AckAnswer>;
  readonly #timing: AckTiming;
  readonly #waiting = new Map<number, Waiting>();
  #highest = -1;
  #epoch = 0;
  #timer: NodeJS.Timeout | undefined;
  #interval = 0;
  #unread: Problem | undefined;
  /** Questions that brought no readable answer. */
  unknown = 0;
  /** Requests that were not acknowledged in time. */
  late = 0;

  /** @param ask one question; does not throw. */
  constructor(ask: (ids: readonly number[]) => Promise<AckAnswer>, timing: AckTiming = ACK_TIMING) {
    this.#ask = ask;
    this.#timing = timing;
  }

  /** To be taken before a request is sent. */
  mark(): AckMark {
    return { epoch: this.#epoch, highest: this.#highest };
  }

  /** Resolves with undefined when the request with this number is indexed, else with what went wrong. */
  wait(id: number, mark: AckMark, signal: AbortSignal): Promise<Problem | undefined> {
    const restarted = id <= mark.highest || this.#waiting.has(id);
    if (mark.epoch !== this.#epoch) return Promise.resolve(RESTARTED);
    if (restarted) this.#restart();
    this.#highest = restarted ? id : Math.max(this.#highest, id);
    if (restarted && mark.highest < id) return Promise.resolve(RESTARTED);
    return new Promise((resolve) => {
      const abort = () => this.#settle(id, ABORTED);
      signal.addEventListener('abort', abort, { once: true });
      const done = (problem: Problem | undefined) => {
        signal.removeEventListener('abort', abort);
        resolve(problem);
      };
      this.#waiting.set(id, { until: Date.now() + this.#timing.limitMs, done });
      if (signal.aborted) return abort();
      this.#interval = this.#timing.firstMs;
      this.#plan();
    });
  }

  /** Ends all waiting. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#settleAll(ABORTED);
  }

  #plan(): void {
    if (this.#timer !== undefined || this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => void this.#round(), this.#interval);
  }

  async #round(): Promise<void> {
    const ids = [...this.#waiting.keys()].slice(0, MOST_IDS);
    const epoch = this.#epoch;
    const answer = await this.#ask(ids);
    // What was asked before a restart was noticed may be answered after it.
    if (epoch === this.#epoch) this.#apply(answer);
    const now = Date.now();
    for (const [id, { until }] of this.#waiting) if (until <= now) this.#expire(id);
    this.#timer = undefined;
    this.#plan();
  }

  #apply(answer: AckAnswer): void {
    this.#interval = Math.min(this.#timing.mostMs, this.#interval * 1.5);
    if ('problem' in answer) {
      this.unknown++;
      this.#unread = answer.problem;
      // Acknowledgement was switched off: none will come.
      if (answer.problem.code === 'HEC_14') this.#settleAll({ ...answer.problem, outcome: 'retry' });
      return;
    }
    this.#unread = undefined;
    if (answer.indexed.size > 0) this.#interval = this.#timing.firstMs;
    for (const id of answer.indexed) this.#settle(id, undefined);
  }

  #expire(id: number): void {
    this.late++;
    const minutes = Math.round(this.#timing.limitMs / 6000) / 10;
    const why = this.#unread ? `; the last answer could not be read: ${this.#unread.detail}` : '';
    const detail = `Splunk did not acknowledge within ${minutes} minutes${why}`;
    this.#settle(id, { ...TIMED_OUT, code: this.#unread ? 'ACK_UNKNOWN' : 'ACK_TIMEOUT', detail });
  }

  #restart(): void {
    this.#epoch++;
    this.#settleAll(RESTARTED);
  }

  #settle(id: number, problem: Problem | undefined): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.done(problem);
  }

  #settleAll(problem: Problem): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, problem);
  }
}

const RETRY = { outcome: 'retry', status: null } as const;
const TIMED_OUT: Problem = { ...RETRY, code: 'ACK_TIMEOUT', detail: '' };
const ABORTED: Problem = { ...RETRY, code: 'ABORTED', detail: 'Waiting for the acknowledgement was given up.' };
const RESTARTED: Problem = {
  ...RETRY,
  code: 'ACK_RESTARTED',
  detail: 'Splunk numbers its acknowledgements anew: what was not acknowledged is sent again.',
};
