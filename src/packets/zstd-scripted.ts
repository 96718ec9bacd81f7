import { Decompress } from 'fzstd';
import { Xxh64 } from './xxh64.ts';
import type { FrameDecoder, MakeFrameDecoder } from './zstd-frames.ts';
import { type FrameSizes, StreamFault } from './zstd-header.ts';

/**
 * With each block the window is moved in memory by as much as the block holds. Tiny blocks in a large window would be all
 * work and no output: from so many bytes moved on, so many for a byte of output are too many. What compressors write has
 * at most 1,024.
 */
const MOVED_FROM = 4 * 2 ** 30;
const MOVED_BY_BYTE = 8192;

/** Undoes the blocks of a frame in JavaScript. What came out of the first few, tiny blocks may come with the next. */
export const scriptedFrame: MakeFrameDecoder = (header, sizes) => new ScriptedFrame(header, sizes);

class ScriptedFrame implements FrameDecoder {
  readonly #decompress: Decompress;
  readonly #hash: Xxh64 | undefined;
  readonly #window: number;
  #output: Uint8Array[] = [];
  #bytes = 0;
  #moved = 0;

  constructor(header: Uint8Array, { window, isChecked }: FrameSizes) {
    this.#window = window;
    if (isChecked) this.#hash = new Xxh64();
    this.#decompress = new Decompress((data) => {
      if (data.length > 0) this.#output.push(data);
    });
    // The check sum is compared here: without its flag the frame is over with its last block.
    const unchecked = header.slice();
    unchecked[4] &= ~4;
    this.#decompress.push(unchecked);
  }

  take(block: Uint8Array, last: boolean): Promise<Uint8Array[]> {
    try {
      // In two pieces: the decompressor keeps hold of every block that it is given whole, until the frame is over.
      this.#decompress.push(block.subarray(0, -1));
      this.#decompress.push(block.subarray(-1), last);
    } catch (error) {
      // Besides its own errors those of arrays that are too short for what damaged bytes ask for.
      throw new StreamFault('is damaged: a block cannot be undone.', { cause: error });
    }
    const output = this.#output;
    this.#output = [];
    for (const data of output) {
      this.#hash?.update(data);
      this.#bytes += data.length;
    }
    this.#moved += this.#window;
    if (this.#moved > MOVED_FROM && this.#moved > this.#bytes * MOVED_BY_BYTE)
      throw new StreamFault(`is given up: its blocks are too small for its window of ${this.#window} bytes.`);
    return Promise.resolve(output);
  }

  finish(sum: Uint8Array | undefined): Promise<Uint8Array[]> {
    const wanted = sum && new DataView(sum.buffer, sum.byteOffset).getUint32(0, true);
    if (this.#hash?.digest() !== wanted) throw new StreamFault('is damaged: a check sum differs.');
    return Promise.resolve([]);
  }

  close(): void {
    this.#output = [];
  }
}
