import type { Log } from '../kit/log.ts';
import { isAfter } from './event-order.ts';
import type { ForwarderParts, ForwarderTuning } from './forwarder-parts.ts';
import type { Problems } from './problems.ts';
import { type DayCounts, startOfDay } from './receipt-days.ts';
import type { RetentionGap } from './retention-gap.ts';
import type { Window } from './window.ts';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
/** The store is asked again after this many times as long as its last answer took, at least. */
const REST = 20;
const LONGEST_REST = 60_000;

/** How much lies ahead of an output, how old it is, and what the store's retention took away before it was read. */
export class Backlog {
  readonly #parts: ForwarderParts;
  readonly #every: number;
  readonly #log: Log;
  readonly #problems: Problems;
  readonly #window: Window;
  readonly #gap: RetentionGap;
  readonly #lost: (events: number) => void;
  readonly #counted: () => void;
  readonly #clock: { now(): number; elapsed(): number };
  #asking: AbortController | undefined;
  #nextAt = 0;
  #asked = false;
  #failing = false;
  #events = 0;
  #countedAt = 0;
  #firstDay: string | undefined;
  #idleAt = 0;

  constructor(options: {
    readonly parts: ForwarderParts;
    readonly tuning: ForwarderTuning;
    readonly clock: { now(): number; elapsed(): number };
    readonly problems: Problems;
    readonly window: Window;
    readonly gap: RetentionGap;
    /** Called when events were lost. */
    readonly lost: (events: number) => void;
    /** Called when there are new counts to be kept. */
    readonly counted: () => void;
  }) {
    this.#parts = options.parts;
    this.#every = options.tuning.measureEvery;
    this.#log = options.parts.log;
    this.#clock = options.clock;
    this.#problems = options.problems;
    this.#window = options.window;
    this.#gap = options.gap;
    this.#lost = options.lost;
    this.#counted = options.counted;
  }

  /** The store was asked once, or could not be: before that nothing may be read, as it would blur the gap. */
  get ready(): boolean {
    return this.#asked;
  }

  /** Events behind the bookmark: the last count, less what was passed since. 0 when the bookmark is at the head. */
  get events(): number {
    if (!this.behind) return 0;
    return Math.max(
      this.#events - (this.#window.serial - this.#countedAt),
      this.#window.readSerial - this.#window.serial,
      1,
    );
  }

  /**
   * Seconds since the oldest event behind the bookmark was committed, at most: of one that is not read yet only the
   * bounds are known.
   */
  get seconds(): number {
    if (!this.behind) return 0;
    const from = this.#window.oldest ? this.#parts.commitTime(this.#window.oldest) : this.#notBefore();
    return Math.max(0, this.#clock.now() - from / 1000) / 1000;
  }

  /** Behind the bookmark is nothing older than this: microseconds since 1970. */
  #notBefore(): number {
    const { bookmark } = this.#window;
    const known = Math.max(this.#idleAt, this.#firstDay === undefined ? 0 : startOfDay(this.#firstDay));
    if (bookmark !== '0') return Math.max(known, this.#parts.commitTime(bookmark));
    return known > 0 ? known : this.#clock.now() * 1000;
  }

  get behind(): boolean {
    return isAfter(this.#parts.head(), this.#window.bookmark);
  }

  /** @returns when it wants to be called again. */
  step(now: number, wake: () => void): number {
    if (!this.behind) this.#idleAt = this.#clock.now() * 1000;
    if (this.#asking) return Number.POSITIVE_INFINITY;
    if (now < this.#nextAt) return this.#nextAt;
    if (this.#asked && !this.behind && this.#gap.empty) {
      this.#events = 0;
      this.#nextAt = now + this.#every;
      return this.#nextAt;
    }
    void this.#ask(wake);
    return Number.POSITIVE_INFINITY;
  }

  /** The bookmark was moved by hand. */
  restart(bookmark: string): void {
    this.#asking?.abort();
    this.#asking = undefined;
    this.#gap.restart(bookmark);
    this.#events = 0;
    this.#countedAt = this.#window.serial;
    this.#firstDay = undefined;
    this.#idleAt = 0;
    this.#nextAt = 0;
  }

  stop(): void {
    this.#asking?.abort();
    this.#asking = undefined;
    this.#nextAt = Number.POSITIVE_INFINITY;
  }

  async #ask(wake: () => void): Promise<void> {
    const controller = new AbortController();
    this.#asking = controller;
    const began = this.#clock.elapsed();
    const bookmark = this.#window.bookmark;
    const serial = this.#window.serial;
    this.#gap.ask();
    try {
      const answer = await this.#counts(bookmark, controller.signal);
      const lost = controller.signal.aborted ? undefined : await this.#lostOf(answer, controller.signal);
      if (!lost || controller.signal.aborted) return;
      this.#gap.answered(answer, lost, bookmark);
      this.#take(answer, serial);
      this.#tell(lost);
      this.#counted();
      this.#failing = false;
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#gap.unanswered();
      if (!this.#failing) this.#log.warn({ err: error, output: this.#parts.name }, 'the backlog could not be counted');
      this.#failing = true;
    }
    this.#asked = true;
    this.#asking = undefined;
    const now = this.#clock.elapsed();
    this.#nextAt = now + Math.min(LONGEST_REST, Math.max(this.#every, REST * (now - began)));
    wake();
  }

  async #counts(bookmark: string, signal: AbortSignal): Promise<Map<string, number>> {
    const answer = await this.#parts.ahead(bookmark, signal);
    return new Map(answer.map(({ day, events }) => [day, events]));
  }

  async #lostOf(answer: DayCounts, signal: AbortSignal): Promise<DayCounts> {
    const missing = this.#gap.suspicious(answer, (day) => this.#over(day));
    if (missing.size === 0 || this.#gap.exact) return missing;
    return this.#gap.confirm(missing, await this.#counts(this.#gap.sampledAt, signal));
  }

  /**
   * Whether everything received on a day can be read: the head is past it. Right after a start the store may show less
   * than before, until what waits in its spool is inserted. Where nothing comes any more, a day later is late enough.
   */
  #over(day: string): boolean {
    const end = startOfDay(day) + DAY;
    return this.#parts.commitTime(this.#parts.head()) > end + HOUR || this.#clock.now() * 1000 > end + DAY;
  }

  #take(answer: DayCounts, serial: number): void {
    this.#events = 0;
    this.#firstDay = undefined;
    for (const [day, events] of answer) {
      this.#events += events;
      if (events > 0 && (this.#firstDay === undefined || day < this.#firstDay)) this.#firstDay = day;
    }
    this.#countedAt = serial;
  }

  #tell(lost: DayCounts): void {
    let events = 0;
    for (const count of lost.values()) events += count;
    if (events === 0) return;
    const days = [...lost.keys()].sort();
    const detail = `Retention removed ${events} events that were not delivered yet, received on ${days.join(', ')}.`;
    this.#log.error({ output: this.#parts.name, code: 'RETENTION_GAP', events, days }, detail);
    this.#problems.note('RETENTION_GAP', detail);
    this.#lost(events);
  }
}
