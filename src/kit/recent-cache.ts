/**
 * What was worked out for a text, for the last `capacity` to twice as many different ones: two generations, of which the
 * older one goes when the younger one is full. What is asked for again stays.
 */
export class RecentCache<V> {
  readonly #capacity: number;
  readonly #find: (key: string) => V;
  #recent = new Map<string, V>();
  #before = new Map<string, V>();

  constructor(capacity: number, find: (key: string) => V) {
    this.#capacity = Math.max(1, capacity);
    this.#find = find;
  }

  /** Entries that are held. */
  get size(): number {
    return this.#recent.size + this.#before.size;
  }

  get(key: string): V {
    const known = this.#recent.get(key);
    if (known !== undefined || this.#recent.has(key)) return known as V;
    const older = this.#before.get(key);
    const value = older !== undefined || this.#before.has(key) ? (older as V) : this.#find(key);
    if (this.#recent.size >= this.#capacity) {
      this.#before = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, value);
    return value;
  }
}
