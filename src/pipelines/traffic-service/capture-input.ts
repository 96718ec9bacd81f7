import { createReadStream } from 'node:fs';
import { AppError } from '../../kit/errors.ts';
import { CaptureError, notACapture } from '../../packets/capture-error.ts';
import { CaptureReader, openBytes } from '../../packets/capture-reader.ts';
import { compressionOf } from '../../packets/compression.ts';
import type { OnProblem } from '../../packets/packet.ts';
import type { Peeked } from '../../packets/peek.ts';

/** From so many bytes on, what inflates by more than this factor is taken for a bomb: deflate itself ends at about 1,030. */
const RATIO_FROM = 64 * 2 ** 20;
const RATIO = 200;
const PIECE = 256 * 1024;

export interface CaptureInput {
  /** The capture, inflated. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Bytes of the file read so far. */
  read(): number;
  close(): Promise<void>;
}

/**
 * Opens a capture file and looks at how it begins. Reading it throws AppError BODY_TOO_LARGE when it is a decompression bomb.
 * @throws AppError NOT_A_CAPTURE
 */
export async function openCaptureFile(path: string, onProblem: OnProblem): Promise<CaptureInput> {
  const file = createReadStream(path, { highWaterMark: PIECE });
  let read = 0;
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of file) {
      read += chunk.length;
      yield chunk;
    }
  }
  try {
    let first: string | undefined;
    const opened = await openBytes(counted(), (text) => {
      first ??= text;
      onProblem(text);
    });
    // Nothing could be inflated: why not is the answer.
    if (opened.head.length === 0 && first !== undefined) throw new AppError('NOT_A_CAPTURE', first);
    checkHead(opened);
    return {
      bytes: bounded(opened.all, () => read),
      read: () => read,
      close: async () => {
        file.destroy();
        await opened.all[Symbol.asyncIterator]().return?.();
      },
    };
  } catch (error) {
    file.destroy();
    if (error instanceof CaptureError) throw new AppError('NOT_A_CAPTURE', error.message);
    throw error;
  }
}

/** What is in memory already. */
export function heldInput(chunks: readonly Uint8Array[]): CaptureInput {
  let read = 0;
  async function* bytes(): AsyncIterable<Uint8Array> {
    for (const chunk of chunks) {
      read += chunk.length;
      yield chunk;
    }
  }
  return { bytes: bytes(), read: () => read, close: async () => undefined };
}

/** @throws AppError NOT_A_CAPTURE when this is no beginning of a capture */
export function checkHead(peeked: Peeked): 'pcap' | 'pcapng' {
  try {
    if (compressionOf(peeked.head)) throw notACapture(peeked.head);
    const { format } = new CaptureReader(peeked, () => undefined);
    if (format !== 'empty') return format;
  } catch (error) {
    if (error instanceof CaptureError) throw new AppError('NOT_A_CAPTURE', error.message);
    throw error;
  }
  throw new AppError('NOT_A_CAPTURE', 'It is empty, or too short to be a capture.');
}

async function* bounded(source: AsyncIterable<Uint8Array>, read: () => number): AsyncIterable<Uint8Array> {
  let total = 0;
  for await (const chunk of source) {
    total += chunk.length;
    if (total > RATIO_FROM && total > read() * RATIO)
      throw new AppError('BODY_TOO_LARGE', `The capture inflates by more than ${RATIO} times.`);
    yield chunk;
  }
}
