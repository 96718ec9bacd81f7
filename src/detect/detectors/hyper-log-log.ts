/** 2^10 registers: the standard error is 1.04 / sqrt(1024), 3.3 %, so that 99 of 100 counts are within 10 %. */
const BITS = 10;
const REGISTERS = 1 << BITS;
/** Up to so many the count is exact (but for hashes of 32 bits that collide): more than any limit that it is held against. */
const EXACT = 64;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/**
 * How many different texts were seen, in 1 KiB. Flajolet, Fusy, Gandouet and Meunier (2007), with linear counting
 * where it is better; exact while they are few, for most sets stay small.
 */
export class HyperLogLog {
  #few: Set<number> | undefined = new Set();
  #registers: Uint8Array | undefined;

  /** @returns whether it may be new; false when it certainly changes nothing. */
  add(text: string): boolean {
    return this.addHash(hashText(text));
  }

  /** As {@link add}, with a hash of 32 well mixed bits. */
  addHash(hash: number): boolean {
    if (this.#few) {
      const before = this.#few.size;
      this.#few.add(hash);
      if (this.#few.size > EXACT) this.#toRegisters();
      return (this.#few?.size ?? EXACT + 1) > before;
    }
    return this.#register(hash);
  }

  /** The estimate, a whole number. */
  count(): number {
    if (this.#few) return this.#few.size;
    let sum = 0;
    let zeros = 0;
    for (const register of this.#registers!) {
      sum += 2 ** -register;
      if (register === 0) zeros++;
    }
    const estimate = (ALPHA * REGISTERS * REGISTERS) / sum;
    if (estimate <= 2.5 * REGISTERS && zeros > 0) return Math.round(REGISTERS * Math.log(REGISTERS / zeros));
    return Math.round(estimate);
  }

  #toRegisters(): void {
    this.#registers = new Uint8Array(REGISTERS);
    const few = this.#few!;
    this.#few = undefined;
    for (const hash of few) this.#register(hash);
  }

  #register(hash: number): boolean {
    const place = hash >>> (32 - BITS);
    // The rank of the first 1 in the 24 bits that are left; the guard bit ends the search.
    const rank = Math.clz32(((hash << BITS) | (1 << (BITS - 1))) >>> 0) + 1;
    if (rank <= this.#registers![place]) return false;
    this.#registers![place] = rank;
    return true;
  }
}

/** FNV-1a, finished as in MurmurHash3 so that all bits depend on all of the text. */
export function hashText(text: string): number {
  return finished(continued(BASIS, text));
}

/** The hash of both texts with a blank between them, which are not put together for it. */
export function hashPair(first: string, second: string): number {
  return finished(continued(Math.imul(continued(BASIS, first) ^ BLANK, PRIME), second));
}

const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const BLANK = 0x20;

function continued(from: number, text: string): number {
  let hash = from;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return hash;
}

function finished(from: number): number {
  let hash = Math.imul(from ^ (from >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
