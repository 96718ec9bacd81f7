import { type Clock, systemClock } from './forwarder-clock.ts';

/**
 * CPU time that all outputs together may take while ingest needs the machine. A debt of
 * milliseconds that shrinks by a share of the time that passes: whoever works adds to it, and rests until it is paid.
 */
export class Budget {
  readonly #share: number;
  readonly #clock: Clock;
  #debt = 0;
  #total = 0;
  #at = 0;

  /** @param share of one core at full pressure, between 0 and 1. */
  constructor(share = 0.1, clock: Clock = systemClock) {
    this.#share = Math.min(1, Math.max(0.01, share));
    this.#clock = clock;
  }

  /** Milliseconds that were worked so far, whatever the pressure. */
  get total(): number {
    return this.#total;
  }

  /**
   * Says that so many milliseconds were worked.
   * @param pressure how much outputs stand in the way of ingest, 0 to 1. At 0 nothing is charged and no rest is needed; between, the share
   * is between a whole core and the one given.
   * @returns milliseconds to rest before the next piece of work. Each worker keeps to its own, so that two of them
   * cannot keep a third from ever working.
   */
  spend(busy: number, pressure: number): number {
    const now = this.#clock.elapsed();
    this.#total += busy;
    const share = 1 - (1 - this.#share) * Math.min(1, Math.max(0, pressure));
    this.#debt = Math.max(0, this.#debt - (now - this.#at) * share);
    this.#at = now;
    if (!(pressure > 0)) return 0;
    this.#debt += busy;
    return this.#debt / share;
  }
}
