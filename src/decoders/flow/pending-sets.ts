/** What a data set needs to be decoded as if it had been decoded when it came. Times as in `DecodeRun`. */
export interface PendingSet {
  /** Key of the domain. */
  readonly domain: number;
  readonly template: number;
  /** A copy of the records of the set. */
  readonly bytes: Uint8Array;
  readonly source: string;
  readonly receivedAt: number;
  readonly exportTime: number;
  readonly bootTime: number;
  readonly uptime: number;
}

/** Counted for each set beside its bytes, so that many tiny sets cannot take much more memory than is allowed. */
const OVERHEAD = 256;

/**
 * Data sets of one exporter that came before their template (RFC 3954 section 9, RFC 7011 section 8), in the order in
 * which they came. The oldest are given up when there are too many bytes, and each when it has waited too long.
 */
export class PendingSets {
  #sets: PendingSet[] = [];
  #bytes = 0;
  readonly #limit: number;
  readonly #patience: number;

  constructor(bytes: number, seconds: number) {
    this.#limit = bytes;
    this.#patience = seconds * 1e6;
  }

  get size(): number {
    return this.#sets.length;
  }

  /** Bytes taken, with what each set costs beside its records. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a set of `length` bytes could be kept at all; then it is worth a copy. */
  admits(length: number): boolean {
    return length + OVERHEAD <= this.#limit;
  }

  /** Keeps a set that {@link admits} found small enough. Answers how many others had to be given up for it. */
  add(set: PendingSet): number {
    const cost = set.bytes.length + OVERHEAD;
    let given = 0;
    let freed = 0;
    while (this.#bytes - freed + cost > this.#limit) freed += this.#sets[given++].bytes.length + OVERHEAD;
    this.#drop(given);
    this.#sets.push(set);
    this.#bytes += cost;
    return given;
  }

  /** Gives up what has waited too long at `now` (microseconds). Answers how many sets that were. */
  expire(now: number): number {
    let given = 0;
    while (given < this.#sets.length && now - this.#sets[given].receivedAt > this.#patience) given++;
    this.#drop(given);
    return given;
  }

  /** Takes out the sets that wait for this template. */
  take(domain: number, template: number): PendingSet[] {
    const taken = this.#sets.filter((set) => set.domain === domain && set.template === template);
    if (taken.length === 0) return taken;
    this.#sets = this.#sets.filter((set) => set.domain !== domain || set.template !== template);
    for (const set of taken) this.#bytes -= set.bytes.length + OVERHEAD;
    return taken;
  }

  #drop(count: number): void {
    if (count === 0) return;
    for (const set of this.#sets.splice(0, count)) this.#bytes -= set.bytes.length + OVERHEAD;
  }
}
