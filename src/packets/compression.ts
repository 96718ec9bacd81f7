import { inflate, isGzip } from './gzip.ts';
import type { OnProblem } from './packet.ts';

/** A compression that captures are stored in: how its streams begin, and how they are undone, damage told as a problem. */
export interface Compression {
  is(head: Uint8Array): boolean;
  inflate(source: AsyncIterable<Uint8Array>, onProblem: OnProblem): AsyncIterable<Uint8Array>;
}

/** Those that are undone on the way; others are refused by their name (see capture-error.ts). */
const COMPRESSIONS: readonly Compression[] = [{ is: isGzip, inflate }];

export function compressionOf(head: Uint8Array): Compression | undefined {
  return COMPRESSIONS.find((compression) => compression.is(head));
}
