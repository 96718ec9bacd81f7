import type { Conversation } from '../office.ts';

/** A device of the demo that exports what it sees. It knows nothing of sockets. */
export interface Device {
  /** Takes note of conversations that begin. */
  see(conversation: Conversation): void;
  /** What it has to tell at `now`, milliseconds since 1970: datagrams in their order. Called about once a second. */
  export(now: number): Buffer[];
}

/** Records that fit into a datagram with room to spare, whatever the device. */
export const RECORDS = 20;

/** Splits into parts of at most `size`. */
export function parts<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
