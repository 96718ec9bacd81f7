/** Milliseconds that a node is left out for after its first failure in a row, and at most. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

interface Node<T> {
  readonly sender: T;
  failures: number;
  /** Milliseconds since 1970; it is left out until then. */
  until: number;
}

/** The nodes of a cluster, which take turns; one that does not answer is left out, longer each time. */
export class ElasticNodes<T> {
  readonly #nodes: readonly Node<T>[];
  readonly #now: () => number;
  #next = 0;

  /** @param senders one a node, at least one. @param now milliseconds since 1970. */
  constructor(senders: readonly T[], now: () => number) {
    this.#nodes = senders.map((sender) => ({ sender, failures: 0, until: 0 }));
    this.#now = now;
  }

  /** The node whose turn it is; where all are left out, the one that is back first. */
  pick(): T {
    const now = this.#now();
    const { length } = this.#nodes;
    for (let tries = 0; tries < length; tries++) {
      const node = this.#nodes[this.#next++ % length];
      if (node.until <= now) return node.sender;
    }
    return this.#nodes.reduce((best, node) => (node.until < best.until ? node : best)).sender;
  }

  /** How a request to this node ended: an answer of any kind brings it back. */
  report(sender: T, answered: boolean): void {
    const node = this.#nodes.find((each) => each.sender === sender);
    if (!node) return;
    node.failures = answered ? 0 : node.failures + 1;
    node.until = answered
      ? 0
      : this.#now() + Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(node.failures - 1, 10));
  }
}
