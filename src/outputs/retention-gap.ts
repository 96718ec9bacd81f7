import type { OutputPosition } from '../model/output.ts';
import type { DayCounts } from './receipt-days.ts';

/** What was known when the store was asked, kept until it answers. */
interface Question {
  /** Events of each day behind the bookmark, as expected when the store was asked. */
  readonly expected: DayCounts;
  /** Events that were in memory then, or have been read since: whatever becomes of the store, these are not lost. */
  readonly seen: Map<string, number>;
  /** Events that the bookmark has passed since. */
  readonly passed: Map<string, number>;
}

/**
 * How many events the store's retention removed before they were read.
 *
 * It knows for each day of receipt how many events lie behind the bookmark: as the store counted them last, less those
 * that the bookmark has passed since. When the store has fewer than that, the missing ones were removed. Of these, some
 * may have been read before: as many as are in memory are taken for read. So what it calls lost is certain, never too
 * much; and when a day is gone and nothing of it is in memory, what is still expected of it is exactly what was lost.
 *
 * Only days that are over count (`over`): of a day that still receives events, the store may not show everything again
 * right after a start.
 *
 * With a filter, events pass that were never seen here. Then the expectation is only an upper bound, and the store has
 * to be asked a second time, with the bookmark of its last answer: what is missing there was removed and not passed. What
 * was read and filtered out between that answer and the removal is then counted as lost too: at most what is read
 * between two questions.
 */
export class RetentionGap {
  #expected = new Map<string, number>();
  readonly #memory = new Map<string, number>();
  #question: Question | undefined;
  /** The last answer, and the bookmark it was given for. */
  #sample: DayCounts = new Map();
  #sampledAt: string;
  readonly #filtered: boolean;
  #exact: boolean;

  /**
   * @param position what was kept of it: `ahead` was counted for `aheadOf`, or else for `bookmark`.
   * @param filtered events pass that are not seen here.
   */
  constructor(position: Pick<OutputPosition, 'bookmark' | 'ahead' | 'aheadOf'>, filtered: boolean) {
    this.#filtered = filtered;
    this.#exact = !filtered && position.aheadOf === undefined;
    this.#sampledAt = position.aheadOf ?? position.bookmark;
    this.#take(new Map(Object.entries(position.ahead)));
  }

  /** Bookmark of the last answer. */
  get sampledAt(): string {
    return this.#sampledAt;
  }

  /** What is expected is what there is, and whatever is missing is lost; else it has to be confirmed. */
  get exact(): boolean {
    return this.#exact;
  }

  /** Nothing is expected behind the bookmark. */
  get empty(): boolean {
    return this.#expected.size === 0;
  }

  /** What has to be kept with the bookmark. */
  kept(bookmark: string): Pick<OutputPosition, 'ahead' | 'aheadOf'> {
    if (this.#exact) return { ahead: Object.fromEntries(this.#expected) };
    const ahead = Object.fromEntries(this.#sample);
    return this.#sampledAt === bookmark ? { ahead } : { ahead, aheadOf: this.#sampledAt };
  }

  /** Events were read into memory. */
  read(days: DayCounts): void {
    for (const [day, events] of days) {
      add(this.#memory, day, events);
      if (this.#question) add(this.#question.seen, day, events);
    }
  }

  /** The bookmark has passed events that were in memory. */
  passed(days: DayCounts): void {
    for (const [day, events] of days) {
      add(this.#memory, day, -events);
      add(this.#expected, day, -events);
      if (this.#question) add(this.#question.passed, day, events);
    }
  }

  /** The bookmark was moved by hand: nothing is known behind it. */
  restart(bookmark: string): void {
    this.#memory.clear();
    this.#question = undefined;
    this.#sampledAt = bookmark;
    this.#exact = !this.#filtered;
    this.#take(new Map());
  }

  /** Just before the store is asked for the events behind the present bookmark. */
  ask(): void {
    this.#question = { expected: new Map(this.#expected), seen: new Map(this.#memory), passed: new Map() };
  }

  /** Days of which the store has fewer than can be explained, by its answer. */
  suspicious(answer: DayCounts, over: (day: string) => boolean): Map<string, number> {
    const missing = new Map<string, number>();
    const { expected, seen } = this.#question ?? NOTHING_ASKED;
    for (const [day, events] of expected) {
      const gone = events - (answer.get(day) ?? 0) - (seen.get(day) ?? 0);
      if (gone > 0 && over(day)) missing.set(day, gone);
    }
    return missing;
  }

  /** Of what is suspicious, what the store has not even behind the bookmark of its last answer. */
  confirm(missing: DayCounts, answerAtSample: DayCounts): Map<string, number> {
    const lost = new Map<string, number>();
    for (const [day, events] of missing) {
      const removed = (this.#sample.get(day) ?? 0) - (answerAtSample.get(day) ?? 0);
      if (removed > 0) lost.set(day, Math.min(events, removed));
    }
    return lost;
  }

  /**
   * Takes the answer over, less what is lost.
   * Without a filter, what is expected and not explained stays expected.
   * @param bookmark for which the store was asked.
   */
  answered(answer: DayCounts, lost: DayCounts, bookmark: string): void {
    const { expected, seen, passed } = this.#question ?? NOTHING_ASKED;
    this.#question = undefined;
    const ahead = new Map(answer);
    for (const [day, events] of this.#exact ? expected : seen) {
      const known = this.#exact ? events - (lost.get(day) ?? 0) : events;
      if (known > (ahead.get(day) ?? 0)) ahead.set(day, known);
    }
    this.#sampledAt = bookmark;
    this.#exact = !this.#filtered;
    this.#take(ahead);
    for (const [day, events] of passed) add(this.#expected, day, -events);
  }

  /** The store did not answer. */
  unanswered(): void {
    this.#question = undefined;
  }

  #take(ahead: DayCounts): void {
    this.#sample = ahead;
    this.#expected = new Map(ahead);
  }
}

const NOTHING_ASKED: Question = { expected: new Map(), seen: new Map(), passed: new Map() };

function add(counts: Map<string, number>, day: string, events: number): void {
  const sum = (counts.get(day) ?? 0) + events;
  if (sum > 0) counts.set(day, sum);
  else counts.delete(day);
}
