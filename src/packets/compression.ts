import { inflate, isGzip } from './gzip.ts';
import type { OnProblem } from './packet.ts';
import { inflateZstd, isZstd } from './zstd.ts';

/** A compression that captures are stored in: how its streams begin, and how they are undone, damage told as a problem. */
export interface Compression {
  /** What file names end in. */
  readonly extension: 'gz' | 'zst';
  is(head: Uint8Array): boolean;
  inflate(source: AsyncIterable<Uint8Array>, onProblem: OnProblem): AsyncIterable<Uint8Array>;
}

/** Those that are undone on the way; others are refused by their name (see capture-error.ts). */
const COMPRESSIONS: readonly Compression[] = [
  { extension: 'gz', is: isGzip, inflate },
  { extension: 'zst', is: isZstd, inflate: inflateZstd },
];

export function compressionOf(head: Uint8Array): Compression | undefined {
  return COMPRESSIONS.find((compression) => compression.is(head));
}
