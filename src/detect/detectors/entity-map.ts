export interface EntityMapOptions {
  /** The most entities that are held; with one more, that which was touched longest ago goes. */
  readonly capacity: number;
  /** Microseconds of packet time after the last touch when an entity is forgotten. */
  readonly lifetime: number;
}

interface Held<T> {
  value: T;
  touched: number;
}

/** State by entity that cannot grow without limit: the least recently touched goes first, and all of it expires by packet time. */
export class EntityMap<T> implements Iterable<[string, T]> {
  readonly #held = new Map<string, Held<T>>();
  readonly #capacity: number;
  readonly #lifetime: number;
  /**
   * Goes through the keys from one eviction to the next. All it has passed is deleted, so it is always at the oldest; a
   * new one each time would have to pass the places of all that were deleted before, ten times the work of the rest.
   */
  #oldest: Iterator<string> | undefined;
  /** Entities dropped for want of room, ever. What expired is not counted. */
  evicted = 0;

  constructor(options: EntityMapOptions) {
    this.#capacity = options.capacity;
    this.#lifetime = options.lifetime;
  }

  get size(): number {
    return this.#held.size;
  }

  /** The state of `key`, whether or not it has expired in the meantime; not a touch. */
  peek(key: string): T | undefined {
    return this.#held.get(key)?.value;
  }

  /** The state of `key` unless it has expired at `now`; not a touch. */
  get(key: string, now: number): T | undefined {
    const held = this.#held.get(key);
    return held && now - held.touched <= this.#lifetime ? held.value : undefined;
  }

  /** Sets the state of `key`; a touch. */
  set(key: string, now: number, value: T): void {
    if (!this.#held.delete(key) && this.#held.size >= this.#capacity) this.#evict();
    this.#held.set(key, { value, touched: now });
  }

  /** The state of `key` at `now` (microseconds), made when there is none or when it has expired; a touch. */
  touch(key: string, now: number, make: (key: string) => T): T {
    let held = this.#held.get(key);
    if (held && now - held.touched <= this.#lifetime) {
      if (now > held.touched) held.touched = now;
      this.#held.delete(key);
      this.#held.set(key, held);
      return held.value;
    }
    if (held) this.#held.delete(key);
    else if (this.#held.size >= this.#capacity) this.#evict();
    held = { value: make(key), touched: now };
    this.#held.set(key, held);
    return held.value;
  }

  delete(key: string): boolean {
    return this.#held.delete(key);
  }

  clear(): void {
    this.#held.clear();
  }

  /** Forgets what has not been touched for its lifetime. Cheap: it stops at the first that is young. */
  expire(now: number): void {
    for (const [key, held] of this.#held) {
      if (now - held.touched <= this.#lifetime) return;
      this.#held.delete(key);
    }
  }

  /** Those touched longest ago first. */
  *[Symbol.iterator](): Iterator<[string, T]> {
    for (const [key, held] of this.#held) yield [key, held.value];
  }

  /** With the time of the last touch, as plain JSON for {@link load}. */
  save(): [string, number, T][] {
    return Array.from(this.#held, ([key, held]) => [key, held.touched, held.value]);
  }

  load(saved: Iterable<readonly [string, number, T]>): void {
    this.#held.clear();
    for (const [key, touched, value] of saved) {
      if (this.#held.size >= this.#capacity) this.#evict();
      this.#held.set(key, { value, touched });
    }
  }

  #evict(): void {
    this.#oldest ??= this.#held.keys();
    let oldest = this.#oldest.next();
    if (oldest.done) {
      this.#oldest = this.#held.keys();
      oldest = this.#oldest.next();
    }
    if (oldest.done) return;
    this.#held.delete(oldest.value);
    this.evicted++;
  }
}
