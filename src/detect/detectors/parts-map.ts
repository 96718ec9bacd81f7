import { NONE, RecencyList } from './recency-list.ts';
import { seededHash } from './seeded-hash.ts';

const FIRST_SIZE = 16;

export interface PartsMapOptions {
  /** The most entities that are held; with one more, that which was touched longest ago goes. */
  readonly capacity: number;
  /** Microseconds of packet time after the last touch when an entity is forgotten. */
  readonly lifetime: number;
}

/**
 * State by entity that cannot grow without limit: the least recently touched goes first, and all of it expires by packet
 * time. Keys have parts, three texts and a number (of 32 bits): to put them together to one text for each look costs more
 * than the look. An entity lies in the same place of several arrays, rather than in an object of its own, for there are
 * very many. State is asked for by its place:
 *
 *     const place = map.touch(src, dst, '', port, now);
 *     if (map.made) map.set(place, something);
 */
export class PartsMap<T> {
  /** Whether the last {@link touch} found nothing, or what had expired: its state is to be set. */
  made = false;
  /** Whether it found nothing. */
  isNew = false;
  /** Entities dropped for want of room, ever. What expired is not counted. */
  evicted = 0;
  #size = 0;
  readonly #capacity: number;
  readonly #lifetime: number;
  readonly #recent = new RecencyList();
  /** All of these are by place. */
  readonly #values: (T | undefined)[] = [];
  readonly #firsts: string[] = [];
  readonly #seconds: string[] = [];
  readonly #thirds: string[] = [];
  #numbers = new Int32Array(FIRST_SIZE);
  #hashes = new Int32Array(FIRST_SIZE);
  /** Place plus one by hash, linear, at most half full; 0 where there is none. */
  #index = new Int32Array(2 * FIRST_SIZE);

  constructor(options: PartsMapOptions) {
    this.#capacity = options.capacity;
    this.#lifetime = options.lifetime;
  }

  get size(): number {
    return this.#size;
  }

  /** The place of what is held under these parts, whether or not it has expired in the meantime, else {@link NONE}; not a touch. */
  find(first: string, second: string, third: string, number: number): number {
    if (this.#size === 0) return NONE;
    return this.#find(hashOf(first, second, third, number), first, second, third, number);
  }

  /** The place of these parts at `now` (microseconds); see {@link made}. */
  touch(first: string, second: string, third: string, number: number, now: number): number {
    const hash = hashOf(first, second, third, number);
    const place = this.#find(hash, first, second, third, number);
    if (place === NONE) return this.#add(hash, first, second, third, number, now);
    const recent = this.#recent;
    const touched = recent.touched[place];
    this.made = now - touched > this.#lifetime;
    this.isNew = false;
    if (now > touched) recent.touched[place] = now;
    recent.renew(place);
    return place;
  }

  /** As {@link touch}, but what was held was touched at `now` even where that is earlier, and nothing is {@link made}. */
  renew(first: string, second: string, third: string, number: number, now: number): number {
    const place = this.touch(first, second, third, number, now);
    this.#recent.touched[place] = now;
    return place;
  }

  /** The state at a place that is in use. */
  at(place: number): T {
    return this.#values[place]!;
  }

  set(place: number, value: T): T {
    this.#values[place] = value;
    return value;
  }

  first(place: number): string {
    return this.#firsts[place];
  }

  second(place: number): string {
    return this.#seconds[place];
  }

  third(place: number): string {
    return this.#thirds[place];
  }

  number(place: number): number {
    return this.#numbers[place];
  }

  /** When it was touched last. */
  touched(place: number): number {
    return this.#recent.touched[place];
  }

  /** Forgets what is at `place`. */
  delete(place: number): void {
    this.#unindex(this.#hashes[place], place);
    this.#recent.remove(place);
    this.#firsts[place] = this.#seconds[place] = this.#thirds[place] = '';
    this.#values[place] = undefined;
    this.#size--;
  }

  clear(): void {
    this.#size = 0;
    this.#recent.clear();
    this.#index.fill(0);
    this.#values.length = this.#firsts.length = this.#seconds.length = this.#thirds.length = 0;
  }

  /** Forgets what has not been touched for its lifetime. Cheap: it stops at the first that is young. */
  expire(now: number): void {
    const recent = this.#recent;
    while (recent.oldest !== NONE && now - recent.touched[recent.oldest] > this.#lifetime) this.delete(recent.oldest);
  }

  /** Places in use, those touched longest ago first. The one that was given may be deleted meanwhile. */
  *places(): IterableIterator<number> {
    for (let place = this.#recent.oldest; place !== NONE; ) {
      const newer = this.#recent.newer(place);
      yield place;
      place = newer;
    }
  }

  #add(hash: number, first: string, second: string, third: string, number: number, now: number): number {
    const recent = this.#recent;
    if (this.#size >= this.#capacity && recent.oldest !== NONE) {
      this.delete(recent.oldest);
      this.evicted++;
    }
    const place = recent.append(now);
    if (place === this.#hashes.length) this.#grow();
    this.#hashes[place] = hash;
    this.#numbers[place] = number;
    this.#firsts[place] = first;
    this.#seconds[place] = second;
    this.#thirds[place] = third;
    this.#values[place] = undefined;
    put(this.#index, hash, place);
    this.#size++;
    this.made = this.isNew = true;
    return place;
  }

  #find(hash: number, first: string, second: string, third: string, number: number): number {
    const index = this.#index;
    const mask = index.length - 1;
    for (let at = hash & mask; index[at] !== 0; at = (at + 1) & mask) {
      const place = index[at] - 1;
      if (
        this.#hashes[place] === hash &&
        this.#numbers[place] === number &&
        this.#firsts[place] === first &&
        this.#seconds[place] === second &&
        this.#thirds[place] === third
      )
        return place;
    }
    return NONE;
  }

  #unindex(hash: number, place: number): void {
    const index = this.#index;
    const mask = index.length - 1;
    let gap = hash & mask;
    while (index[gap] !== place + 1) gap = (gap + 1) & mask;
    // What stands behind and would no longer be found across the gap moves into it.
    for (let at = (gap + 1) & mask; index[at] !== 0; at = (at + 1) & mask) {
      const home = this.#hashes[index[at] - 1] & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      index[gap] = index[at];
      gap = at;
    }
    index[gap] = 0;
  }

  /** All places are in use here, so that each is to be found again. */
  #grow(): void {
    const size = this.#hashes.length;
    const hashes = new Int32Array(2 * size);
    const numbers = new Int32Array(2 * size);
    hashes.set(this.#hashes);
    numbers.set(this.#numbers);
    this.#hashes = hashes;
    this.#numbers = numbers;
    this.#index = new Int32Array(4 * size);
    for (let place = 0; place < size; place++) put(this.#index, hashes[place], place);
  }
}

function put(index: Int32Array, hash: number, place: number): void {
  const mask = index.length - 1;
  let at = hash & mask;
  while (index[at] !== 0) at = (at + 1) & mask;
  index[at] = place + 1;
}

function hashOf(first: string, second: string, third: string, number: number): number {
  let hash = Math.imul(seededHash(first) ^ Math.imul(number, 0x9e3779b1), 0x85ebca6b);
  if (second !== '') hash ^= seededHash(second);
  if (third !== '') hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ seededHash(third);
  hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}
