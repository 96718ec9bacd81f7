/**
 * Bytes as a source received them, with what the source knows about their way here: the only thing that crosses the
 * bus undecoded.
 */
export interface Envelope {
  /** Name of the source, as in metrics: `http`, `udp:2055`, `jsonl:events`. */
  readonly source: string;
  /** What the sender says the bytes are (`zeek.conn`, `flows.v1`, `netflow`...), or `auto`. */
  readonly encoding: string;
  /** Address of the sender, as text; empty for files. */
  readonly peer: string;
  /** Microseconds since 1970. */
  readonly receivedAt: number;
  readonly payload: Uint8Array;
  /** What the sender calls itself, if it said so. */
  readonly collectorId?: string;
}
