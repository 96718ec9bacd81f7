const EPOCH_MS = 1_577_836_800_000; // 2020-01-01
const PER_MS = 8192;
const NODES = 256;

/** Distance between the ids of neighbouring rows: the lowest 8 bits name the node. */
export const ID_STEP = 256n;

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

  /** The counter inside the id `id`, given as decimal digits. */
  static counterOf(id: string): number {
    return Number(BigInt(id) / ID_STEP);
  }
}
