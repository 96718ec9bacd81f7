import { type Clock, systemClock } from './forwarder-clock.ts';

/**
 * Time of the main thread that all outputs together may take while events come in fast. A debt of milliseconds that
 * shrinks by `share` of the time that passes: whoever works adds to it, and rests until it is paid.
 */
export class Budget {
  readonly #share: number;
  readonly #clock: Clock;
  #debt = 0;
  #at = 0;

  /** @param share between 0 and 1. */
  constructor(share = 0.15, clock: Clock = systemClock) {
    this.#share = Math.min(1, Math.max(0.01, share));
    this.#clock = clock;
  }

  /**
   * Says that so many milliseconds were worked.
   * @param pressure how busy ingest is, 0 to 1; at 0 nothing is charged and no rest is needed.
   * @returns milliseconds to rest before the next piece of work. Each worker keeps to its own, so that two of them
   * cannot keep a third from ever working.
   */
  spend(busy: number, pressure: number): number {
    const now = this.#clock.elapsed();
    this.#debt = Math.max(0, this.#debt - (now - this.#at) * this.#share);
    this.#at = now;
    if (!(pressure > 0)) return 0;
    this.#debt += busy;
    return this.#debt / this.#share;
  }
}
