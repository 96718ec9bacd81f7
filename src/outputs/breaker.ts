import { backoff } from './backoff.ts';

/** Failed requests in a row after which nothing is sent any more until a probe succeeds. */
const FAILURES = 5;
/** A receiver that refuses us is asked again after 30 to 60 seconds, milliseconds. */
const BLOCKED_LEAST = 30_000;
const BLOCKED_SPREAD = 30_000;
/** The first opening waits as the third failed attempt does: the batches have waited before it. */
const OPENING_OFFSET = 2;

export type Circuit = 'closed' | 'open' | 'half-open';

/**
 * Circuit breaker: closed (sends), open (waits until `until`), half-open (one probe, then one batch). Five failures in a
 * row open it, a refusal (401, TLS...) at once. Requests that began in an earlier state say nothing about the present
 * one: each carries the `turn` it began with, and what has another turn is ignored.
 */
export class Breaker {
  readonly #random: () => number;
  #circuit: Circuit = 'closed';
  #probed = false;
  #failures = 0;
  #openings = 0;
  #blocked = false;
  #until = 0;
  #turn = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  get circuit(): Circuit {
    return this.#circuit;
  }

  /** Counts changes of state. */
  get turn(): number {
    return this.#turn;
  }

  /** When open: time of the next probe, on the clock that `failed` was told. */
  get until(): number {
    return this.#until;
  }

  /** The receiver refuses us, as far as is known: it needs a person. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** The probe succeeded, and no batch has been tried yet. */
  get hopeful(): boolean {
    return this.#circuit === 'half-open' && this.#probed;
  }

  /** Whether a batch may be sent beside those under way. */
  allows(underWay: number): boolean {
    if (this.#circuit === 'closed') return true;
    return this.#circuit === 'half-open' && this.#probed && underWay === 0;
  }

  /** Begins the probe of an open breaker. */
  probing(): void {
    this.#circuit = 'half-open';
    this.#probed = false;
    this.#turn++;
  }

  /** The probe succeeded: one batch may go. */
  probed(): void {
    this.#probed = true;
    this.#blocked = false;
  }

  /** A request reached its end. @returns whether this closed the breaker. */
  succeeded(turn: number): boolean {
    if (turn !== this.#turn) return false;
    this.#failures = 0;
    this.#openings = 0;
    this.#blocked = false;
    if (this.#circuit === 'closed') return false;
    this.#circuit = 'closed';
    this.#turn++;
    return true;
  }

  /** A request or the probe failed in a way that passes. @returns whether this opened the breaker. */
  failed(now: number, turn: number, retryAfter?: number): boolean {
    if (turn !== this.#turn) return false;
    this.#failures++;
    if (this.#circuit === 'closed' && this.#failures < FAILURES) return false;
    this.#openings++;
    this.#blocked = false;
    this.#open(now + backoff(this.#openings + OPENING_OFFSET, this.#random, retryAfter));
    return true;
  }

  /** The receiver refused us. @returns whether this opened the breaker. */
  refused(now: number, turn: number): boolean {
    if (turn !== this.#turn) return false;
    this.#blocked = true;
    this.#open(now + BLOCKED_LEAST + this.#random() * BLOCKED_SPREAD);
    return true;
  }

  /** There is reason to believe that it works again: the probe of an open breaker is due now. */
  hurry(now: number): void {
    if (this.#circuit === 'open') this.#until = now;
  }

  #open(until: number): void {
    this.#circuit = 'open';
    this.#probed = false;
    this.#failures = 0;
    this.#until = until;
    this.#turn++;
  }
}
