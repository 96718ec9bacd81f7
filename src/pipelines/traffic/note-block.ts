/**
 * A piece of what the packets told, in the order in which they told it: records of numbers, each with its kind first. What
 * follows is by kind, see `note-writer.ts`; hosts and texts stand in records by their numbers. The two sides may be two
 * threads.
 */
export interface NoteBlock {
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Numbers that are in use. */
  readonly used: number;
  /** Texts that are new: they go on counting where those of the blocks before ended. */
  readonly texts: readonly string[];
  /** Hosts and texts begin to count anew with this block. */
  readonly anew: boolean;
}

/** Numbers in a block: 256 KiB, some thousand records. */
export const BLOCK_NUMBERS = 32_768;

/** An address, with its owner and country; records behind it mean it by its number, one more than that of the one before. */
export const HOST = 1;
/** A connection that is over. */
export const CONNECTION = 2;
/** What a connection did in a window. */
export const OBSERVATION = 3;
/** A question to the DNS. */
export const QUERY = 4;
/** The first window is that of this time, though nothing is in it yet. */
export const BEGIN = 5;
/** Windows are over until this time. */
export const CLOSE = 6;

/** Numbers of the records, kind included; an observation has its round trips behind it. */
export const HOST_SIZE = 8;
export const CONNECTION_SIZE = 16;
export const OBSERVATION_SIZE = 26;
export const QUERY_SIZE = 10;
export const TIME_SIZE = 2;

/** Number of the empty text. */
export const NO_TEXT = 0;
