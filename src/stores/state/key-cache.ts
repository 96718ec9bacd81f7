import type { StoredKey } from './store.ts';

/** A key with its hash, as the database has it. */
export interface HashedKey {
  readonly key: StoredKey;
  readonly hash: Buffer;
}

interface Entry {
  readonly found: HashedKey | undefined;
  readonly until: number;
}

/**
 * What was lately found under a hash, the absence of a key included. Known and unknown ones have room of their own, so
 * that a flood of made-up secrets cannot push out the keys in use. Entries live a few seconds: a key that another
 * process revokes works here for no longer than that.
 */
export class KeyCache {
  readonly #lifetimeMs: number;
  readonly #limit: number;
  readonly #known = new Map<string, Entry>();
  readonly #unknown = new Map<string, Entry>();

  constructor(lifetimeMs: number, limit: number) {
    this.#lifetimeMs = lifetimeMs;
    this.#limit = limit;
  }

  get(hash: string, now: number): Entry | undefined {
    const entry = this.#known.get(hash) ?? this.#unknown.get(hash);
    return entry && entry.until > now ? entry : undefined;
  }

  put(hash: string, found: HashedKey | undefined, now: number): void {
    const room = found ? this.#known : this.#unknown;
    (found ? this.#unknown : this.#known).delete(hash);
    // Deleted and set again: a Map keeps the order of insertion, so that its first entry is the oldest.
    room.delete(hash);
    if (room.size >= this.#limit) {
      const [oldest] = room.keys();
      room.delete(oldest);
    }
    room.set(hash, { found, until: now + this.#lifetimeMs });
  }

  clear(): void {
    this.#known.clear();
    this.#unknown.clear();
  }

  get size(): number {
    return this.#known.size + this.#unknown.size;
  }
}
