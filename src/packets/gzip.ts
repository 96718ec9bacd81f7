import { constants, createGunzip, type Gunzip } from 'node:zlib';
import type { OnProblem } from './packet.ts';

/** Compressed bytes inflated at once: a thousand times as many is the most that deflate makes of them. */
const PIECE = 16 * 1024;

/** Whether this is how a gzip file begins (RFC 1952 section 2.3.1). */
export function isGzip(head: Uint8Array): boolean {
  return head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * What a gzip stream of one or several members holds. A stream that is cut or damaged gives what can be inflated of
 * it, then the problem, and ends.
 */
export async function* inflate(source: AsyncIterable<Uint8Array>, onProblem: OnProblem): AsyncIterable<Uint8Array> {
  const inflater = new Inflater();
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length && !inflater.over; at += PIECE) {
        await inflater.write(chunk.subarray(at, at + PIECE));
        yield* inflater.take();
      }
      if (inflater.over) break;
    }
    await inflater.end();
    yield* inflater.take();
    if (inflater.error) onProblem(sentence(inflater.error));
  } finally {
    inflater.close();
  }
}

function sentence(error: NodeJS.ErrnoException): string {
  if (error.code === 'Z_BUF_ERROR') return 'The gzip stream is cut off before its end.';
  return `The gzip stream is damaged: ${error.message}.`;
}

/** zlib one piece at a time, so that an error at the end does not take the output before it along. */
class Inflater {
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: 64 * 1024 });
  #output: Uint8Array[] = [];
  #wake: () => void = () => undefined;
  error: NodeJS.ErrnoException | undefined;
  over = false;

  constructor() {
    this.#gunzip.on('data', (data: Uint8Array) => this.#output.push(data));
    this.#gunzip.on('error', (error) => {
      this.error = error;
      this.#finish();
    });
    this.#gunzip.on('end', () => this.#finish());
  }

  /** Resolves when the piece is inflated, or nothing more will be. */
  write(piece: Uint8Array): Promise<void> {
    return this.#until((done) => this.#gunzip.write(piece, done));
  }

  /** Whether the stream is whole shows only here; its output is out before that. */
  async end(): Promise<void> {
    await this.#until((done) => this.#gunzip.flush(constants.Z_SYNC_FLUSH, done));
    await this.#until(() => this.#gunzip.end());
  }

  take(): Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  close(): void {
    this.#gunzip.destroy();
  }

  // After the last member zlib takes no more and calls back no more: the end wakes the waiting as well.
  #until(start: (done: () => void) => void): Promise<void> {
    if (this.over) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
      start(() => resolve());
    });
  }

  #finish(): void {
    this.over = true;
    this.#wake();
  }
}
