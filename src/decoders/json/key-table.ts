import { unescapeInto } from './unescape.ts';

export const HASH_SEED = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

/** FNV-1a over `bytes[from..to)`, as a signed 32-bit number. */
export function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = HASH_SEED;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i], HASH_PRIME);
  return hash;
}

/** The keys that any format knows, found by their bytes in an open-addressing table that is at most a quarter full. */
export class KeyTable {
  readonly names: readonly string[];
  readonly #slots: Int16Array;
  readonly #mask: number;
  readonly #from: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(names: readonly string[]) {
    this.names = names;
    const encoded = names.map((name) => new TextEncoder().encode(name));
    this.#bytes = new Uint8Array(encoded.reduce((sum, bytes) => sum + bytes.length, 0));
    this.#from = new Int32Array(names.length + 1);
    const size = 1 << (34 - Math.clz32(Math.max(names.length, 2) - 1));
    this.#mask = size - 1;
    this.#slots = new Int16Array(size).fill(-1);
    let at = 0;
    for (const [id, bytes] of encoded.entries()) {
      this.#bytes.set(bytes, at);
      at += bytes.length;
      this.#from[id + 1] = at;
      let slot = this.#slotOf(hashOf(bytes, 0, bytes.length));
      while (this.#slots[slot] >= 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = id;
    }
  }

  /** The number of the key `bytes[from..to)` with the hash {@link hashOf}, -1 when no format knows it. */
  find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slots = this.#slots;
    for (let slot = this.#slotOf(hash); ; slot = (slot + 1) & this.#mask) {
      const id = slots[slot];
      if (id < 0 || this.#equals(id, bytes, from, to)) return id;
    }
  }

  /** As {@link find} for a key written with escapes. */
  findEscaped(bytes: Uint8Array, from: number, to: number): number {
    if (to - from > 512) return -1;
    const plain = new Uint8Array(to - from);
    const end = unescapeInto(bytes, from, to, plain, 0);
    return this.find(plain, 0, end, hashOf(plain, 0, end));
  }

  idOf(name: string): number {
    return this.names.indexOf(name);
  }

  #slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & this.#mask;
  }

  #equals(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const known = this.#bytes;
    let at = this.#from[id];
    if (this.#from[id + 1] - at !== to - from) return false;
    for (let i = from; i < to; i++) if (bytes[i] !== known[at++]) return false;
    return true;
  }
}
