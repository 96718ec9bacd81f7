import { ByteWindow } from './byte-window.ts';
import type { OnProblem } from './packet.ts';
import { type FrameSizes, frameHeader, isSkippable, MAGIC, StreamFault } from './zstd-header.ts';

/** Undoes the blocks of one frame; all of it throws {@link StreamFault}. */
export interface FrameDecoder {
  /** Takes a whole block with its header and answers what is out by now. */
  take(block: Uint8Array, last: boolean): Promise<Uint8Array[]>;
  /** Behind the last block, with the check sum of frames that have one. Answers what was not out yet. */
  finish(sum: Uint8Array | undefined): Promise<Uint8Array[]>;
  close(): void;
}

/** @param header that of the frame, whole; it has been looked at. */
export type MakeFrameDecoder = (header: Uint8Array, sizes: FrameSizes) => FrameDecoder;

/** The most that a block holds (RFC 8878 section 3.1.1.2.4). */
const BLOCK = 128 * 1024;

/**
 * What a zstd stream of one or several frames holds (RFC 8878), block by block, so that never more than a window and a
 * block of it are in memory. A stream that is cut or damaged gives the blocks before that, then the problem, and ends.
 */
export async function* inflateFrames(
  source: AsyncIterable<Uint8Array>,
  onProblem: OnProblem,
  make: MakeFrameDecoder,
): AsyncIterable<Uint8Array> {
  const input = new ByteWindow(source);
  try {
    while (await has(input, 1)) {
      await need(input, 4);
      const magic = input.view.getUint32(input.at, true);
      if (isSkippable(magic)) await skipFrame(input);
      else if (magic === MAGIC) yield* frame(input, make);
      else throw new StreamFault(`is damaged: no frame begins at byte ${input.position()}.`);
    }
  } catch (error) {
    if (!(error instanceof StreamFault)) throw error;
    onProblem(error.message);
  } finally {
    await input.close();
  }
}

async function* frame(input: ByteWindow, make: MakeFrameDecoder): AsyncIterable<Uint8Array> {
  const sizes = await readHeader(input);
  const decoder = make(input.bytes.slice(input.at, input.at + sizes.header), sizes);
  try {
    yield* blocks(input, sizes, decoder);
  } finally {
    decoder.close();
  }
}

async function readHeader(input: ByteWindow): Promise<FrameSizes> {
  for (let length = 6; ; ) {
    await need(input, length);
    const header = frameHeader(input.bytes.subarray(input.at, input.end));
    if (typeof header !== 'number') return header;
    length = header;
  }
}

async function* blocks(
  input: ByteWindow,
  { header, window, content, isChecked }: FrameSizes,
  decoder: FrameDecoder,
): AsyncIterable<Uint8Array> {
  input.at += header;
  const largest = Math.min(BLOCK, window);
  let total = 0;
  for (let last = false; !last; ) {
    await need(input, 3);
    const head = input.bytes[input.at] | (input.bytes[input.at + 1] << 8) | (input.bytes[input.at + 2] << 16);
    const [type, size] = [(head >> 1) & 3, head >> 3];
    if (type === 3 || size > largest)
      throw new StreamFault(`is damaged: the block at byte ${input.position()} cannot be one.`);
    last = (head & 1) === 1;
    const length = 3 + (type === 1 ? 1 : size);
    await need(input, length);
    const block = input.bytes.slice(input.at, input.at + length);
    input.at += length;
    for (const output of await decoder.take(block, last)) {
      total += output.length;
      yield output;
    }
  }
  if (isChecked) await need(input, 4);
  const sum = isChecked ? input.bytes.slice(input.at, input.at + 4) : undefined;
  for (const output of await decoder.finish(sum)) {
    total += output.length;
    yield output;
  }
  if (isChecked) input.at += 4;
  if (content !== undefined && content !== total)
    throw new StreamFault(`is damaged: a frame of ${content} bytes gave ${total}.`);
}

async function skipFrame(input: ByteWindow): Promise<void> {
  await need(input, 8);
  let whole = input.skip(8 + input.view.getUint32(input.at + 4, true));
  while (!whole && (await input.fill())) whole = input.missing === 0;
  if (!whole) throw cut();
}

async function has(input: ByteWindow, bytes: number): Promise<boolean> {
  while (input.end - input.at < bytes) if (!(await input.fill())) return false;
  return true;
}

async function need(input: ByteWindow, bytes: number): Promise<void> {
  if (!(await has(input, bytes))) throw cut();
}

function cut(): StreamFault {
  return new StreamFault('is cut off before its end.');
}
