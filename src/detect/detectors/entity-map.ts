import { NONE, RecencyList } from './recency-list.ts';

export interface EntityMapOptions {
  /** The most entities that are held; with one more, that which was touched longest ago goes. */
  readonly capacity: number;
  /** Microseconds of packet time after the last touch when an entity is forgotten. */
  readonly lifetime: number;
}

/**
 * State by entity that cannot grow without limit: the least recently touched goes first, and all of it expires by packet
 * time. An entity lies in the same place of several arrays, rather than in an object of its own: there are very many.
 */
export class EntityMap<T> implements Iterable<[string, T]> {
  readonly #places = new Map<string, number>();
  readonly #recent = new RecencyList();
  readonly #keys: string[] = [];
  readonly #values: (T | undefined)[] = [];
  readonly #capacity: number;
  readonly #lifetime: number;
  /** Entities dropped for want of room, ever. What expired is not counted. */
  evicted = 0;

  constructor(options: EntityMapOptions) {
    this.#capacity = options.capacity;
    this.#lifetime = options.lifetime;
  }

  get size(): number {
    return this.#places.size;
  }

  /** The state of `key`, whether or not it has expired in the meantime; not a touch. */
  peek(key: string): T | undefined {
    // Most maps of alarms are empty most of the time.
    if (this.#places.size === 0) return undefined;
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.#values[place];
  }

  /** The state of `key` unless it has expired at `now`; not a touch. */
  get(key: string, now: number): T | undefined {
    const place = this.#places.get(key);
    if (place === undefined || now - this.#recent.touched[place] > this.#lifetime) return undefined;
    return this.#values[place];
  }

  /** Sets the state of `key`; a touch. */
  set(key: string, now: number, value: T): void {
    const place = this.#places.get(key);
    if (place === undefined) {
      this.#add(key, now, value);
      return;
    }
    this.#values[place] = value;
    this.#recent.touched[place] = now;
    this.#recent.renew(place);
  }

  /** The state of `key` at `now` (microseconds), made when there is none or when it has expired; a touch. */
  touch(key: string, now: number, make: (key: string) => T): T {
    const place = this.#places.get(key);
    if (place === undefined) return this.#add(key, now, make(key));
    const recent = this.#recent;
    const touched = recent.touched[place];
    if (now - touched > this.#lifetime) this.#values[place] = make(key);
    if (now > touched) recent.touched[place] = now;
    recent.renew(place);
    return this.#values[place]!;
  }

  delete(key: string): boolean {
    const place = this.#places.get(key);
    if (place === undefined) return false;
    this.#recent.remove(place);
    this.#keys[place] = '';
    this.#values[place] = undefined;
    return this.#places.delete(key);
  }

  clear(): void {
    this.#places.clear();
    this.#recent.clear();
    this.#keys.length = this.#values.length = 0;
  }

  /** Forgets what has not been touched for its lifetime. Cheap: it stops at the first that is young. */
  expire(now: number): void {
    const recent = this.#recent;
    for (
      let place = recent.oldest;
      place !== NONE && now - recent.touched[place] > this.#lifetime;
      place = recent.oldest
    )
      this.delete(this.#keys[place]);
  }

  /** Those touched longest ago first. The one that was given may be deleted meanwhile. */
  *[Symbol.iterator](): Iterator<[string, T]> {
    let place = this.#recent.oldest;
    while (place !== NONE) {
      const newer = this.#recent.newer(place);
      yield [this.#keys[place], this.#values[place]!];
      place = newer;
    }
  }

  /** With the time of the last touch, as plain JSON for {@link load}. */
  save(): [string, number, T][] {
    const recent = this.#recent;
    const saved: [string, number, T][] = [];
    for (let place = recent.oldest; place !== NONE; place = recent.newer(place))
      saved.push([this.#keys[place], recent.touched[place], this.#values[place]!]);
    return saved;
  }

  load(saved: Iterable<readonly [string, number, T]>): void {
    this.clear();
    for (const [key, touched, value] of saved) this.set(key, touched, value);
  }

  #add(key: string, touched: number, value: T): T {
    if (this.#places.size >= this.#capacity && this.#recent.oldest !== NONE) {
      this.delete(this.#keys[this.#recent.oldest]);
      this.evicted++;
    }
    const place = this.#recent.append(touched);
    this.#places.set(key, place);
    this.#keys[place] = key;
    this.#values[place] = value;
    return value;
  }
}
