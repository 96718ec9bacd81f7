import type { SocketStats } from './receiver.ts';

/** What a receiver counts itself for one socket; meanings as in {@link SocketStats}. */
export class SocketCounters {
  datagrams = 0;
  bytes = 0;
  truncated = 0;
  refused = 0;
  limited = 0;
  overflowed = 0;
  errors = 0;
  #kernelDrops: number | undefined;
  #kernelWord = 0;

  /** @param system what the system says of the socket; undefined where it says nothing. */
  report(name: string, system: SystemSocketStats | undefined): SocketStats {
    if (system) {
      // The system counts in 32 bits, which a flood fills within a day.
      this.#kernelDrops = (this.#kernelDrops ?? 0) + ((system.drops - this.#kernelWord) >>> 0);
      this.#kernelWord = system.drops;
    }
    return {
      name,
      datagrams: this.datagrams,
      bytes: this.bytes,
      truncated: this.truncated,
      refused: this.refused,
      limited: this.limited,
      overflowed: this.overflowed,
      errors: this.errors,
      kernelDrops: this.#kernelDrops,
      bufferUsed: system?.bufferUsed,
    };
  }
}

/** What the system counts for a socket. */
export interface SystemSocketStats {
  /** Datagrams dropped since it was opened, modulo 2^32. */
  readonly drops: number;
  /** Bytes of the receive buffer in use. */
  readonly bufferUsed: number;
}
