/** No node: the end of a chain, or an empty one. */
export const NONE = -1;

const FIRST_SIZE = 4096;

/**
 * Small things of which a connection has none, one or many: segments in flight, holes, samples. A node is a range of
 * sequence numbers, a time and a mark; chains of them hang on the connections. One pool for all, doubled up to its limit.
 */
export class NodePool {
  from = new Int32Array(0);
  to = new Int32Array(0);
  time = new Float64Array(0);
  mark = new Uint8Array(0);
  next = new Int32Array(0);
  /** Nodes in use. */
  used = 0;
  /** Nodes that were asked for in vain. */
  refused = 0;
  readonly #limit: number;
  #free = NONE;
  #fresh = 0;

  /** @param limit nodes at most, 21 bytes each. */
  constructor(limit: number) {
    this.#limit = limit;
    // Grown from the beginning on, so that compiled code does not take the first arrays for the only ones.
    this.#grow();
  }

  /** A node with nothing behind it; {@link NONE} when the pool is used up. */
  take(from: number, to: number, time: number, mark: number): number {
    let node = this.#free;
    if (node !== NONE) this.#free = this.next[node];
    else {
      if (this.#fresh === this.next.length && !this.#grow()) {
        this.refused++;
        return NONE;
      }
      node = this.#fresh++;
    }
    this.used++;
    this.from[node] = from;
    this.to[node] = to;
    this.time[node] = time;
    this.mark[node] = mark;
    this.next[node] = NONE;
    return node;
  }

  give(node: number): void {
    this.next[node] = this.#free;
    this.#free = node;
    this.used--;
  }

  giveChain(head: number): void {
    for (let node = head; node !== NONE; ) {
      const behind = this.next[node];
      this.give(node);
      node = behind;
    }
  }

  #grow(): boolean {
    const size = Math.min(Math.max(FIRST_SIZE, this.next.length * 2), this.#limit);
    if (size === this.next.length) return false;
    const from = new Int32Array(size);
    const to = new Int32Array(size);
    const time = new Float64Array(size);
    const mark = new Uint8Array(size);
    const next = new Int32Array(size);
    from.set(this.from);
    to.set(this.to);
    time.set(this.time);
    mark.set(this.mark);
    next.set(this.next);
    this.from = from;
    this.to = to;
    this.time = time;
    this.mark = mark;
    this.next = next;
    return true;
  }
}
