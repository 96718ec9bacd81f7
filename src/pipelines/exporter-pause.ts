/** Weight of one gap at most, and the seconds of a gap that give it a weight of one. */
const MOST = 1 / 8;
const FULL = 600;
/** Gaps below this are within one burst, or within what the collector reports at once. Seconds. */
const LEAST = 1;

/**
 * The gap that is usual between the times at which something comes, in seconds. It is a mean of logarithms in which a
 * long gap counts for more than a short one: a device that sends a burst every five minutes has a usual gap of five
 * minutes, and one outage of a device that sends all the time hardly changes anything.
 */
export class UsualPause {
  #log = Number.NaN;

  /** @param seconds since something came before. */
  learn(seconds: number): void {
    if (!(seconds > 0)) return;
    const gap = Math.log(Math.max(LEAST, seconds));
    if (Number.isNaN(this.#log)) this.#log = gap;
    else this.#log += (gap - this.#log) * Math.min(MOST, Math.max(LEAST, seconds) / FULL);
  }

  /** 0 while nothing is known. */
  get seconds(): number {
    return Number.isNaN(this.#log) ? 0 : Math.exp(this.#log);
  }
}
