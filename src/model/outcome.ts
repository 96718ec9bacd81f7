/** Why a record was not kept. Upper snake case, stable: metrics and dead letters are counted by it. */
export type Reason = string;

/** A record that passed the gate and failed later, kept with its reason so that it can be looked at and replayed. */
export interface DeadLetter {
  /** Microseconds since 1970. */
  readonly at: number;
  readonly source: string;
  readonly encoding: string;
  readonly peer: string;
  readonly reason: Reason;
  /** One sentence for a person. */
  readonly detail: string;
  /** The original bytes, cut at {@link DEAD_LETTER_BYTES}. */
  readonly bytes: Uint8Array;
  /** Length before the cut. */
  readonly size: number;
}

export const DEAD_LETTER_BYTES = 16_384;

/** One record of a request that was refused, by its position in the request. */
export interface RecordError {
  readonly index: number;
  readonly code: Reason;
  readonly error: string;
}
