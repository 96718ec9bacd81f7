/**
 * What was worked out for a text, for the last `capacity` to twice as many different ones: two generations, of which the
 * older one goes when the younger one is full. What is asked for again stays; what was not found is looked for again.
 */
export class RecentCache<V> {
  readonly #capacity: number;
  readonly #find: (key: string) => V | undefined;
  #recent = new Map<string, V>();
  #before = new Map<string, V>();

  constructor(capacity: number, find: (key: string) => V | undefined) {
    this.#capacity = Math.max(1, capacity);
    this.#find = find;
  }

  /** Entries that are held. */
  get size(): number {
    return this.#recent.size + this.#before.size;
  }

  get(key: string): V | undefined {
    const known = this.#recent.get(key);
    if (known !== undefined) return known;
    const value = this.#before.get(key) ?? this.#find(key);
    if (value === undefined) return undefined;
    if (this.#recent.size >= this.#capacity) {
      this.#before = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, value);
    return value;
  }
}
