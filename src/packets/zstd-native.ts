import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type { FrameDecoder, MakeFrameDecoder } from './zstd-frames.ts';
import { StreamFault, WINDOW_LIMIT } from './zstd-header.ts';

type Create = (options: { chunkSize: number; params: Record<number, number> }) => Transform;

/** `ZSTD_d_windowLogMax` of zstd.h. */
const WINDOW_LOG_MAX = 100;
const CHUNK = 128 * 1024;

function isCreate(value: unknown): value is Create {
  return typeof value === 'function';
}

/**
 * Undoes frames with the zstd that comes with Node from 22.15 and 23.8 on; undefined where it does not. It is given one
 * frame at a time: of what comes behind the first one, and of a cut in it, it says nothing.
 */
export const nativeZstd: MakeFrameDecoder | undefined = find();

function find(): MakeFrameDecoder | undefined {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  return isCreate(create) ? (header) => new NativeFrame(create, header) : undefined;
}

class NativeFrame implements FrameDecoder {
  readonly #stream: Transform;
  #output: Uint8Array[] = [];
  #error: Error | undefined;
  #wake: () => void = () => undefined;
  #header: Uint8Array | undefined;

  constructor(create: Create, header: Uint8Array) {
    this.#header = header;
    this.#stream = create({ chunkSize: CHUNK, params: { [WINDOW_LOG_MAX]: Math.log2(WINDOW_LIMIT) } });
    this.#stream.on('data', (data: Uint8Array) => this.#output.push(data));
    this.#stream.on('error', (error) => {
      this.#error = error;
      this.#wake();
    });
  }

  async take(block: Uint8Array): Promise<Uint8Array[]> {
    const bytes = this.#header ? Buffer.concat([this.#header, block]) : block;
    this.#header = undefined;
    await this.#until((done) => this.#stream.write(bytes, done));
    return this.#out();
  }

  async finish(sum: Uint8Array | undefined): Promise<Uint8Array[]> {
    await this.#until((done) => this.#stream.once('end', done).end(sum));
    return this.#out();
  }

  close(): void {
    this.#stream.destroy();
  }

  #out(): Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  /** Waits for the end of a call, or for an error. @throws StreamFault */
  async #until(start: (done: () => void) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      start(() => resolve());
    });
    if (!this.#error) return;
    const isSum = 'code' in this.#error && this.#error.code === 'ZSTD_error_checksum_wrong';
    const what = isSum ? 'a check sum differs' : 'a block cannot be undone';
    throw new StreamFault(`is damaged: ${what}.`, { cause: this.#error });
  }
}
