/** Seconds that a rate is taken over. */
const SPAN = 60;
/** Requests that the latency is taken over. */
const REQUESTS = 1000;

/** What an output did lately: events and bytes of the last minute, latencies of the last 1,000 requests. */
export class ForwarderFigures {
  readonly #events = new Float64Array(SPAN);
  readonly #bytes = new Float64Array(SPAN);
  readonly #latencies = new Float64Array(REQUESTS);
  #second: number;
  readonly #start: number;
  #requests = 0;

  /** @param now milliseconds that only grow. */
  constructor(now: number) {
    this.#second = Math.floor(now / 1000);
    this.#start = this.#second;
  }

  delivered(now: number, events: number, bytes: number): void {
    this.#turn(now);
    this.#events[this.#second % SPAN] += events;
    this.#bytes[this.#second % SPAN] += bytes;
  }

  /** An answer came after so many seconds. */
  answered(seconds: number): void {
    this.#latencies[this.#requests++ % REQUESTS] = seconds;
  }

  /** A second, over the last minute, or since the start where that is less. */
  rates(now: number): { readonly events: number; readonly bytes: number } {
    this.#turn(now);
    const seconds = Math.min(SPAN, this.#second - this.#start + 1);
    return { events: sum(this.#events) / seconds, bytes: sum(this.#bytes) / seconds };
  }

  /** Milliseconds; null before the first answer. */
  latency(): { readonly p50: number; readonly p99: number } | null {
    const count = Math.min(this.#requests, REQUESTS);
    if (count === 0) return null;
    const sorted = this.#latencies.slice(0, count).sort();
    const at = (share: number) => Math.round(sorted[Math.ceil(share * count) - 1] * 1e6) / 1000;
    return { p50: at(0.5), p99: at(0.99) };
  }

  /** Empties the seconds that have passed without a word. */
  #turn(now: number): void {
    const second = Math.floor(now / 1000);
    const empty = Math.min(SPAN, second - this.#second);
    for (let step = 1; step <= empty; step++) {
      this.#events[(this.#second + step) % SPAN] = 0;
      this.#bytes[(this.#second + step) % SPAN] = 0;
    }
    if (second > this.#second) this.#second = second;
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
