import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const deflate = promisify(gzip);
const LINE_FEED = 0x0a;

/** A part of the input: its records as lines, with the number that the first of them has in the whole. */
export interface Batch {
  /** Counted from 0. */
  readonly first: number;
  readonly count: number;
  /** One record a line. */
  readonly lines: Uint8Array;
  /** Where each line begins in `lines`. */
  readonly starts: readonly number[];
}

export interface BatchLimits {
  readonly records: number;
  /** Bytes of lines, before compression. */
  readonly bytes: number;
}

/** Gathers records into batches within the limits. */
export class BatchBuilder {
  readonly #limits: BatchLimits;
  #buffer: Uint8Array;
  #length = 0;
  #starts: number[] = [];
  #first: number;

  /** @param first Number of the first record that will be added. */
  constructor(limits: BatchLimits, first = 0) {
    this.#limits = limits;
    this.#buffer = new Uint8Array(Math.min(limits.bytes, 256 * 1024));
    this.#first = first;
  }

  /** Adds one record; answers the batch that it no longer fitted into, if there is one. */
  add(bytes: Uint8Array, start: number, end: number): Batch | undefined {
    const need = end - start + 1;
    const full = this.#starts.length >= this.#limits.records || this.#length + need > this.#limits.bytes;
    const done = full ? this.take() : undefined;
    this.#reserve(need);
    this.#starts.push(this.#length);
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      // A record must be one line. A raw line break cannot stand inside a JSON string, so a blank says the same.
      this.#buffer[this.#length++] = byte === LINE_FEED || byte === 0x0d ? 0x20 : byte;
    }
    this.#buffer[this.#length++] = LINE_FEED;
    return done;
  }

  /** What has been gathered, or undefined when that is nothing. */
  take(): Batch | undefined {
    if (this.#starts.length === 0) return undefined;
    const batch: Batch = {
      first: this.#first,
      count: this.#starts.length,
      lines: this.#buffer.slice(0, this.#length),
      starts: this.#starts,
    };
    this.#first += batch.count;
    this.#starts = [];
    this.#length = 0;
    return batch;
  }

  /** A record that is not sent still has a number, so that later ones keep theirs. Only between batches. */
  pass(): Batch | undefined {
    const done = this.take();
    this.#first++;
    return done;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + more));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** Both halves of a batch of at least two records. */
export function halves(batch: Batch): [Batch, Batch] {
  const middle = batch.count >> 1;
  const cut = batch.starts[middle];
  return [
    { first: batch.first, count: middle, lines: batch.lines.subarray(0, cut), starts: batch.starts.slice(0, middle) },
    {
      first: batch.first + middle,
      count: batch.count - middle,
      lines: batch.lines.subarray(cut),
      starts: batch.starts.slice(middle).map((start) => start - cut),
    },
  ];
}

/** The body to send. Level 3: half the time of the default for a few per cent more bytes. */
export function compress(batch: Batch): Promise<Uint8Array> {
  return deflate(batch.lines, { level: 3 });
}
