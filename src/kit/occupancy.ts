/** How long there was something to do: the time in which at least one piece of work was under way. */
export class Occupancy {
  readonly #now: () => number;
  #underWay = 0;
  #since = 0;
  #total = 0;

  /** @param now milliseconds on a clock that only grows. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Milliseconds so far. */
  get total(): number {
    return this.#underWay > 0 ? this.#total + this.#now() - this.#since : this.#total;
  }

  begin(): void {
    if (this.#underWay++ === 0) this.#since = this.#now();
  }

  end(): void {
    if (--this.#underWay === 0) this.#total += this.#now() - this.#since;
  }
}
