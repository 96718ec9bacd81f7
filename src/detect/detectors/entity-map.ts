export interface EntityMapOptions {
  /** The most entities that are held; with one more, that which was touched longest ago goes. */
  readonly capacity: number;
  /** Microseconds of packet time after the last touch when an entity is forgotten. */
  readonly lifetime: number;
}

interface Held<T> {
  readonly key: string;
  value: T;
  touched: number;
  older: Held<T> | undefined;
  newer: Held<T> | undefined;
}

/**
 * State by entity that cannot grow without limit: the least recently touched goes first, and all of it expires by packet
 * time. The order is a list of its own: taking a key out of a Map and putting it in again for each touch leaves holes at
 * its beginning, which every look for the oldest has to pass.
 */
export class EntityMap<T> implements Iterable<[string, T]> {
  readonly #held = new Map<string, Held<T>>();
  readonly #capacity: number;
  readonly #lifetime: number;
  #oldest: Held<T> | undefined;
  #newest: Held<T> | undefined;
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
    const held = this.#held.get(key);
    if (!held) {
      this.#add(key, now, value);
      return;
    }
    held.value = value;
    held.touched = now;
    this.#renew(held);
  }

  /** The state of `key` at `now` (microseconds), made when there is none or when it has expired; a touch. */
  touch(key: string, now: number, make: (key: string) => T): T {
    const held = this.#held.get(key);
    if (!held) return this.#add(key, now, make(key));
    if (now - held.touched > this.#lifetime) held.value = make(key);
    if (now > held.touched) held.touched = now;
    this.#renew(held);
    return held.value;
  }

  delete(key: string): boolean {
    const held = this.#held.get(key);
    if (!held) return false;
    this.#unlink(held);
    return this.#held.delete(key);
  }

  clear(): void {
    this.#held.clear();
    this.#oldest = this.#newest = undefined;
  }

  /** Forgets what has not been touched for its lifetime. Cheap: it stops at the first that is young. */
  expire(now: number): void {
    for (let held = this.#oldest; held && now - held.touched > this.#lifetime; held = this.#oldest)
      this.delete(held.key);
  }

  /** Those touched longest ago first. The one that was given may be deleted meanwhile. */
  *[Symbol.iterator](): Iterator<[string, T]> {
    let held = this.#oldest;
    while (held) {
      const { newer }: Held<T> = held;
      yield [held.key, held.value];
      held = newer;
    }
  }

  /** With the time of the last touch, as plain JSON for {@link load}. */
  save(): [string, number, T][] {
    const saved: [string, number, T][] = [];
    for (let held = this.#oldest; held; held = held.newer) saved.push([held.key, held.touched, held.value]);
    return saved;
  }

  load(saved: Iterable<readonly [string, number, T]>): void {
    this.clear();
    for (const [key, touched, value] of saved) this.set(key, touched, value);
  }

  #add(key: string, touched: number, value: T): T {
    const oldest = this.#oldest;
    if (oldest && this.#held.size >= this.#capacity) {
      this.delete(oldest.key);
      this.evicted++;
    }
    const held: Held<T> = { key, value, touched, older: undefined, newer: undefined };
    this.#held.set(key, held);
    this.#append(held);
    return value;
  }

  #renew(held: Held<T>): void {
    if (held === this.#newest) return;
    this.#unlink(held);
    this.#append(held);
  }

  #append(held: Held<T>): void {
    held.older = this.#newest;
    held.newer = undefined;
    if (this.#newest) this.#newest.newer = held;
    else this.#oldest = held;
    this.#newest = held;
  }

  #unlink({ older, newer }: Held<T>): void {
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }
}
