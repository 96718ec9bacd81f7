import { isIPv6 } from 'node:net';
import { parseNetwork } from '../model/address.ts';
import type { ApiLimits } from './options.ts';

/** `ingest` and `default` have a limit each; `none` is for static files. */
export type LimitClass = 'ingest' | 'default' | 'none';

const WINDOW_MS = 60_000;
/** Callers that are counted at the same time. */
const TABLE_SIZE = 20_000;

export interface LimitState {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly reset: number;
  readonly exceeded: boolean;
}

/** Counts requests a caller makes in windows of one minute, in a table that never grows past its size. */
export class RateLimiter {
  readonly #limits: Pick<ApiLimits, 'ingestPerMinute' | 'othersPerMinute'>;
  readonly #now: () => number;
  readonly #windows = new Map<string, { count: number; ends: number }>();

  constructor(limits: Pick<ApiLimits, 'ingestPerMinute' | 'othersPerMinute'>, now: () => number = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  get size(): number {
    return this.#windows.size;
  }

  take(caller: string, kind: Exclude<LimitClass, 'none'>): LimitState {
    const now = this.#now();
    const name = `${kind} ${caller}`;
    let window = this.#windows.get(name);
    if (!window || window.ends <= now) {
      // Set anew at the end of the map: its order is the order in which windows end.
      this.#windows.delete(name);
      this.#makeRoom(now);
      window = { count: 0, ends: now + WINDOW_MS };
      this.#windows.set(name, window);
    }
    window.count++;
    const limit = this.#limit(kind);
    return {
      limit,
      remaining: Math.max(0, limit - window.count),
      reset: Math.max(1, Math.ceil((window.ends - now) / 1000)),
      exceeded: window.count > limit,
    };
  }

  /** Whether the caller has used up its window, without counting. */
  isExceeded(caller: string, kind: Exclude<LimitClass, 'none'>): boolean {
    const window = this.#windows.get(`${kind} ${caller}`);
    return window !== undefined && window.ends > this.#now() && window.count >= this.#limit(kind);
  }

  #limit(kind: Exclude<LimitClass, 'none'>): number {
    return kind === 'ingest' ? this.#limits.ingestPerMinute : this.#limits.othersPerMinute;
  }

  /** Drops windows that are over, and the oldest one when the table is still full. */
  #makeRoom(now: number): void {
    for (const [name, window] of this.#windows) {
      if (window.ends > now && this.#windows.size < TABLE_SIZE) return;
      this.#windows.delete(name);
    }
  }
}

/** By what a caller without a key is counted: the address, of IPv6 the /64, which one customer has in full. */
export function addressName(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const network = parseNetwork(ip.startsWith('::ffff:') ? ip : `${ip}/64`);
  return network ? Buffer.from(network.bytes).toString('hex') : ip;
}
