/** Weight of the newest round in the running mean of the latency. */
const WEIGHT = 0.4;
/** A round is slow when its mean exceeds the running mean by so many mean deviations, and by a tenth of it at least. */
const DEVIATIONS = 2.5;
const TOLERANCE = 0.1;
const SLOW_FACTOR = 0.9;
const FAILED_FACTOR = 0.5;

/**
 * How many requests may be under way: additive increase while the latency is stable and all places are used, times 0.9
 * when it grows, halved when a request has to be repeated. It decides once a round, which is as many answers as there
 * are places, so that one bad moment counts once.
 */
export class Concurrency {
  readonly #limit: number;
  #places = 1;
  #answers = 0;
  #seconds = 0;
  #full = false;
  #mean: number | undefined;
  #deviation = 0;
  #turn = 0;

  constructor(limit: number) {
    this.#limit = Math.max(1, Math.floor(limit));
  }

  get current(): number {
    return Math.max(1, Math.floor(this.#places));
  }

  /** Counts the decisions after failures: a request carries the one it began with. */
  get turn(): number {
    return this.#turn;
  }

  /** @param underWay requests that were under way while this one was, itself among them. */
  succeeded(seconds: number, underWay: number): void {
    this.#answers++;
    this.#seconds += seconds;
    if (underWay >= this.current) this.#full = true;
    if (this.#answers < this.current) return;
    const round = this.#seconds / this.#answers;
    const mean = this.#mean ?? round;
    if (round > mean + Math.max(DEVIATIONS * this.#deviation, TOLERANCE * mean)) this.#to(this.#places * SLOW_FACTOR);
    else if (this.#full) this.#to(this.current + 1);
    this.#deviation = WEIGHT * Math.abs(round - mean) + (1 - WEIGHT) * this.#deviation;
    this.#mean = WEIGHT * round + (1 - WEIGHT) * mean;
    this.#newRound();
  }

  /** A request has to be repeated. Of those that were under way together only the first one halves it. */
  failed(turn: number): void {
    if (turn !== this.#turn) return;
    this.#turn++;
    this.#to(this.current * FAILED_FACTOR);
    this.#newRound();
  }

  /** One at a time again, as after an interruption. */
  restart(): void {
    this.#places = 1;
    this.#newRound();
  }

  #to(places: number): void {
    this.#places = Math.min(this.#limit, Math.max(1, places));
  }

  #newRound(): void {
    this.#answers = 0;
    this.#seconds = 0;
    this.#full = false;
  }
}
