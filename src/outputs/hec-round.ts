import type { EventRow } from '../model/event-row.ts';
import { TextSink } from './encode/text-sink.ts';
import type { HecAcks } from './hec-acks.ts';
import type { HecVerdict } from './hec-verdict.ts';
import { cutOriginal, delivered, type Problem, places, undelivered } from './http-sender.ts';
import type { Delivery, Rejected } from './output.ts';

/** Milliseconds that what was sent before a failure still has to be acknowledged in: longer would delay the news. */
const AFTER_FAILURE = 10_000;
const LINE_FEED = 0x0a;

/** One request to the collector. */
export interface HecPost {
  readonly verdict: HecVerdict;
  readonly bytes: number;
  readonly body: number;
  /** Attempts beyond the first. */
  readonly repeated: number;
  /** Whether it was one attempt, and got an answer. */
  readonly answered: boolean;
}

export interface HecRoundParts {
  readonly rows: readonly EventRow[];
  readonly signal: AbortSignal;
  readonly mostEvents: number;
  readonly mostBytes: number;
  /** Appends what is sent for an event. */
  readonly write: (row: EventRow, sink: TextSink) => void;
  /** Empty. */
  readonly sink: TextSink;
  readonly post: (body: Uint8Array) => Promise<HecPost>;
  readonly acks: HecAcks;
  /** Whether the token has acknowledgements; undefined when no answer has told yet. */
  readonly acknowledges: () => boolean | undefined;
  /** Whether acknowledgements are waited for. */
  readonly waits: boolean;
}

/**
 * The requests that one call of `send` takes: as many as its bytes need, one more for each event that is refused (what stands
 * behind it was not read), and the waiting for acknowledgements at the end.
 */
export class HecRound {
  readonly #parts: HecRoundParts;
  /** Places still to be sent. */
  #queue: number[];
  /** Places that were in a refused request before the refused event: in, but nothing would acknowledge them. */
  #doubtful: number[] = [];
  readonly #waits: Promise<readonly [places: readonly number[], problem: Problem | undefined]>[] = [];
  readonly #rejected: Rejected[] = [];
  readonly #stop = new AbortController();
  #most: number;
  #bytes = 0;
  #body = 0;
  #resent = 0;
  #warning = { code: '', detail: '' };

  constructor(parts: HecRoundParts) {
    this.#parts = parts;
    this.#queue = places(0, parts.rows.length);
    this.#most = parts.mostEvents;
  }

  async run(): Promise<Delivery> {
    const { signal } = this.#parts;
    const stop = () => this.#stop.abort();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      let problem: Problem | undefined;
      while (problem === undefined && this.#refill()) problem = await this.#step();
      return await this.#settle(problem);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #refill(): boolean {
    if (this.#queue.length > 0) return true;
    // Where acknowledgements count, a request that got an error gets none: what was in it goes once more.
    if (this.#parts.acknowledges() !== false) this.#queue = this.#doubtful.sort((a, b) => a - b);
    this.#resent += this.#queue.length;
    this.#doubtful = [];
    return this.#queue.length > 0;
  }

  /** One request. Settles at least one event, or halves what the next one takes, or returns what ends the round. */
  async #step(): Promise<Problem | undefined> {
    const { acks } = this.#parts;
    const { body, taken } = this.#gather();
    const mark = acks.mark();
    const { verdict, bytes, body: size, repeated } = await this.#parts.post(body);
    this.#bytes += bytes;
    this.#body += size;
    this.#resent += repeated * taken.length;
    if (verdict.kind === 'problem') return this.#tooLarge(verdict.problem, taken);
    if (verdict.kind === 'event') {
      this.#refuse(taken, verdict.at, verdict.code, verdict.reason);
      return undefined;
    }
    if (verdict.warning !== '') this.#warning = { code: verdict.code, detail: verdict.warning };
    this.#queue.splice(0, taken.length);
    if (verdict.ackId !== undefined && this.#parts.waits)
      this.#waits.push(acks.wait(verdict.ackId, mark, this.#stop.signal).then((problem) => [taken, problem] as const));
    return undefined;
  }

  /** As many events from the queue as a request holds; one at least. */
  #gather(): { body: Uint8Array; taken: number[] } {
    const { rows, mostBytes, write, sink } = this.#parts;
    sink.length = 0;
    let count = 0;
    while (count < this.#queue.length && count < this.#most) {
      const before = sink.length;
      write(rows[this.#queue[count]], sink);
      sink.byte(LINE_FEED);
      if (count > 0 && sink.length > mostBytes) {
        sink.length = before;
        break;
      }
      count++;
    }
    return { body: sink.view(), taken: this.#queue.slice(0, count) };
  }

  /** A single event that is too large goes, the others stay; several are halved by the caller. */
  #tooLarge(problem: Problem, taken: readonly number[]): Problem | undefined {
    if (problem.outcome !== 'split' || taken.length > 1) return problem;
    this.#reject(taken[0], problem.code, problem.detail);
    this.#queue.shift();
    return undefined;
  }

  #refuse(taken: readonly number[], at: number | undefined, code: string, reason: string): void {
    const place = taken.length === 1 ? 0 : at;
    if (place === undefined || place >= taken.length) {
      // No telling which one it is: halves find it.
      this.#most = Math.ceil(taken.length / 2);
      this.#resent += taken.length;
      return;
    }
    this.#reject(taken[place], code, reason);
    this.#doubtful.push(...taken.slice(0, place));
    this.#queue.splice(0, place + 1);
    this.#most = this.#parts.mostEvents;
  }

  #reject(index: number, code: string, reason: string): void {
    const { rows, write } = this.#parts;
    const text = new TextSink();
    write(rows[index], text);
    const original = cutOriginal(text.toString());
    this.#rejected.push({ index, code, reason, original });
  }

  async #settle(problem: Problem | undefined): Promise<Delivery> {
    const timer = problem && setTimeout(() => this.#stop.abort(), AFTER_FAILURE);
    const settled = await Promise.all(this.#waits);
    clearTimeout(timer);
    const doubtful = this.#parts.acknowledges() === false ? [] : this.#doubtful;
    const left = [...this.#queue, ...doubtful];
    let late: Problem | undefined;
    for (const [places, trouble] of settled) {
      if (trouble === undefined) continue;
      late ??= trouble;
      left.push(...places);
    }
    const parts = { bytes: this.#bytes, body: this.#body, rejected: this.#rejected, resent: this.#resent };
    const failed = problem ?? late;
    if (failed === undefined) return delivered({ ...parts, ...this.#warning });
    return undelivered(
      failed,
      left.sort((a, b) => a - b),
      parts,
    );
  }
}
