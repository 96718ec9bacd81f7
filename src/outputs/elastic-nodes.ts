/** Milliseconds that a node is left out for after its first failure in a row, and at most. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

interface Node<T> {
  readonly what: T;
  failures: number;
  /** Milliseconds since 1970; it is left out until then. */
  until: number;
}

/** The nodes of a cluster, which take turns; one that does not answer is left out, longer each time. */
export class ElasticNodes<T> {
  readonly #nodes: readonly Node<T>[];
  readonly #now: () => number;
  #next = 0;

  /** @param nodes at least one. @param now milliseconds since 1970. */
  constructor(nodes: readonly T[], now: () => number) {
    this.#nodes = nodes.map((what) => ({ what, failures: 0, until: 0 }));
    this.#now = now;
  }

  /** Whether any node is not left out at the moment. */
  get available(): boolean {
    const now = this.#now();
    return this.#nodes.some(({ until }) => until <= now);
  }

  /** The node whose turn it is; where all are left out they take turns all the same, for one of them may be back. */
  pick(): T {
    const now = this.#now();
    const { length } = this.#nodes;
    for (let tries = 0; tries < length; tries++) {
      const node = this.#nodes[this.#next++ % length];
      if (node.until <= now) return node.what;
    }
    return this.#nodes[this.#next++ % length].what;
  }

  /**
   * How a request to this node ended. Of several that fail at the same time only the first one counts.
   * @returns milliseconds that it is left out for from now on, when that has just been decided; else 0.
   */
  report(what: T, works: boolean): number {
    const node = this.#nodes.find((each) => each.what === what);
    const now = this.#now();
    if (!node || (!works && now < node.until)) return 0;
    node.failures = works ? 0 : node.failures + 1;
    const pause = works ? 0 : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(node.failures - 1, 10));
    node.until = works ? 0 : now + pause;
    return pause;
  }
}
