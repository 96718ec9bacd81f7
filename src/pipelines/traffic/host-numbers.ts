const FIRST_SIZE = 2048;
/** What is held of a host: its family and four words of its address. */
const WORDS = 5;

/** Gives addresses numbers, in the order in which they first come: 0, 1, 2... Open addressing, at most half full. */
export class HostNumbers {
  count = 0;
  /** Number plus one by hash, 0 where there is none. */
  #places = new Int32Array(FIRST_SIZE * 2);
  #hosts = new Int32Array(FIRST_SIZE * WORDS);

  /**
   * The number of the address in the four words at `words[at]`; see `Connection.words`. It is new when it is what
   * {@link count} was before.
   */
  number(words: Int32Array, at: number, family: number): number {
    const a = words[at];
    const b = words[at + 1];
    const c = words[at + 2];
    const d = words[at + 3];
    const mask = this.#places.length - 1;
    for (let place = hashOf(a, b, c, d) & mask; ; place = (place + 1) & mask) {
      const number = this.#places[place] - 1;
      if (number < 0) return this.#add(place, family, a, b, c, d);
      const host = number * WORDS;
      const hosts = this.#hosts;
      if (
        hosts[host + 1] === a &&
        hosts[host + 4] === d &&
        hosts[host + 3] === c &&
        hosts[host + 2] === b &&
        hosts[host] === family
      )
        return number;
    }
  }

  /** Begins with 0 again. */
  clear(): void {
    this.count = 0;
    this.#places.fill(0);
  }

  #add(place: number, family: number, a: number, b: number, c: number, d: number): number {
    const number = this.count++;
    const host = number * WORDS;
    this.#places[place] = number + 1;
    this.#hosts[host] = family;
    this.#hosts[host + 1] = a;
    this.#hosts[host + 2] = b;
    this.#hosts[host + 3] = c;
    this.#hosts[host + 4] = d;
    if (this.count * 2 >= this.#places.length) this.#grow();
    return number;
  }

  #grow(): void {
    const hosts = new Int32Array(this.#hosts.length * 2);
    hosts.set(this.#hosts);
    this.#hosts = hosts;
    this.#places = new Int32Array(this.#places.length * 2);
    const mask = this.#places.length - 1;
    for (let number = 0; number < this.count; number++) {
      const host = number * WORDS;
      let place = hashOf(hosts[host + 1], hosts[host + 2], hosts[host + 3], hosts[host + 4]) & mask;
      while (this.#places[place] !== 0) place = (place + 1) & mask;
      this.#places[place] = number + 1;
    }
  }
}

function hashOf(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a, 0x85ebca6b) ^ Math.imul(d, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15) ^ b, 0x27d4eb2f) ^ Math.imul(c, 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 13), 0x2c1b3c6d);
  return hash ^ (hash >>> 16);
}
