const EPOCH_MS = 1_577_836_800_000; // 2020-01-01
const PER_MS = 8192;
const NODES = 256;

/** Distance between the ids of neighbouring rows: the lowest 8 bits name the node. */
export const ID_STEP = 256n;
/** Ids are UInt64. */
export const MAX_ID = 2n ** 64n - 1n;
/** Counters are given out at this pace, per second. */
export const COUNTERS_PER_SECOND = PER_MS * 1000;

/**
 * Gives out event ids: a counter that follows the clock (8,192 a millisecond since 2020) but never goes back, times
 * 256, plus the number of the node. Ids of one node increase with commit order; ids of two nodes never meet. The
 * counter stays below 2^53 until 2054, so it is a plain number.
 */
export class IdClock {
  readonly #node: number;
  readonly #now: () => number;
  #last = 0;

  /** @param now milliseconds since 1970. */
  constructor(node: number, now: () => number) {
    if (!Number.isInteger(node) || node < 0 || node >= NODES) throw new RangeError(`node id ${node} is not 0 to 255`);
    this.#node = node;
    this.#now = now;
  }

  /** The counter of the last id given out. */
  get last(): number {
    return this.#last;
  }

  /** Never gives out `counter` or anything below it from now on. */
  raise(counter: number): void {
    this.#last = Math.max(this.#last, counter);
  }

  /** Takes `count` consecutive counters and returns the id of the first. */
  take(count: number): bigint {
    const first = Math.max(this.#last + 1, Math.floor((this.#now() - EPOCH_MS) * PER_MS));
    this.#last = first + count - 1;
    return BigInt(first) * ID_STEP + BigInt(this.#node);
  }

  /** When the id was given out, to the millisecond: microseconds since 1970. Later than that where the counter ran ahead. */
  static timeOf(id: string): number {
    return (Math.floor(IdClock.counterOf(id) / PER_MS) + EPOCH_MS) * 1000;
  }

  /** The highest id below all that are given out at `time` (microseconds since 1970) or later, by any node. */
  static before(time: number): bigint {
    const ms = Math.floor(time / 1000) - EPOCH_MS;
    if (!(ms > 0)) return 0n;
    const first = BigInt(Math.min(ms, Number.MAX_SAFE_INTEGER)) * BigInt(PER_MS) * ID_STEP;
    return first > MAX_ID ? MAX_ID : first - 1n;
  }

  /** The counter inside the id `id`, given as decimal digits. */
  static counterOf(id: string): number {
    return Number(BigInt(id) / ID_STEP);
  }
}
