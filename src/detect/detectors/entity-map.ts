import { PartsMap } from './parts-map.ts';
import { NONE } from './recency-list.ts';

export interface EntityMapOptions {
  /** The most entities that are held; with one more, that which was touched longest ago goes. */
  readonly capacity: number;
  /** Microseconds of packet time after the last touch when an entity is forgotten. */
  readonly lifetime: number;
}

/**
 * State by entity that cannot grow without limit: the least recently touched goes first, and all of it expires by packet
 * time. {@link PartsMap} is the same for entities that are told by several texts and numbers.
 */
export class EntityMap<T> implements Iterable<[string, T]> {
  readonly #map: PartsMap<T>;
  readonly #lifetime: number;

  constructor(options: EntityMapOptions) {
    this.#map = new PartsMap(options);
    this.#lifetime = options.lifetime;
  }

  get size(): number {
    return this.#map.size;
  }

  /** Entities dropped for want of room, ever. What expired is not counted. */
  get evicted(): number {
    return this.#map.evicted;
  }

  /** The state of `key`, whether or not it has expired in the meantime; not a touch. */
  peek(key: string): T | undefined {
    const place = this.#map.find(key, '', '', 0);
    return place === NONE ? undefined : this.#map.at(place);
  }

  /** The state of `key` unless it has expired at `now`; not a touch. */
  get(key: string, now: number): T | undefined {
    const place = this.#map.find(key, '', '', 0);
    if (place === NONE || now - this.#map.touched(place) > this.#lifetime) return undefined;
    return this.#map.at(place);
  }

  /** Sets the state of `key`; a touch. */
  set(key: string, now: number, value: T): void {
    this.#map.set(this.#map.renew(key, '', '', 0, now), value);
  }

  /** The state of `key` at `now` (microseconds), made when there is none or when it has expired; a touch. */
  touch(key: string, now: number, make: (key: string) => T): T {
    const place = this.#map.touch(key, '', '', 0, now);
    return this.#map.made ? this.#map.set(place, make(key)) : this.#map.at(place);
  }

  delete(key: string): boolean {
    const place = this.#map.find(key, '', '', 0);
    if (place === NONE) return false;
    this.#map.delete(place);
    return true;
  }

  clear(): void {
    this.#map.clear();
  }

  /** Forgets what has not been touched for its lifetime. Cheap: it stops at the first that is young. */
  expire(now: number): void {
    this.#map.expire(now);
  }

  /** Those touched longest ago first. The one that was given may be deleted meanwhile. */
  *[Symbol.iterator](): Iterator<[string, T]> {
    for (const place of this.#map.places()) yield [this.#map.first(place), this.#map.at(place)];
  }

  /** With the time of the last touch, as plain JSON for {@link load}. */
  save(): [string, number, T][] {
    const map = this.#map;
    return Array.from(map.places(), (place) => [map.first(place), map.touched(place), map.at(place)]);
  }

  load(saved: Iterable<readonly [string, number, T]>): void {
    this.clear();
    for (const [key, touched, value] of saved) this.set(key, touched, value);
  }
}
