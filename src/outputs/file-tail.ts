import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { idOfLine } from './encode/named-encoders.ts';

const BLOCK = 65_536;
const LINE_END = 10;
/** The id stands near the beginning of a line in every format. */
const HEAD = 512;

/** Length of a file without the line that a crash left unfinished at its end. */
export async function wholeLength(handle: Pick<FileHandle, 'read'>, size: number): Promise<number> {
  const block = Buffer.allocUnsafe(BLOCK);
  for (let end = size; end > 0; ) {
    const begin = Math.max(0, end - BLOCK);
    const { bytesRead } = await handle.read(block, 0, end - begin, begin);
    const at = block.subarray(0, bytesRead).lastIndexOf(LINE_END);
    if (at >= 0) return begin + at + 1;
    end = begin;
  }
  return 0;
}

/**
 * Ids of the last lines of a file, the oldest first. What is no line of ours has none.
 * @param path Compressed when it ends in `.gz`.
 * @param from Byte to begin with, of a file that is not compressed; a line that begins before it is left out.
 */
export async function lastIds(path: string, most: number, from = 0): Promise<string[]> {
  const zipped = path.endsWith('.gz');
  const raw = createReadStream(path, zipped ? {} : { start: Math.max(0, from - 1) });
  const source = zipped ? raw.pipe(createGunzip()) : raw;
  // A fault of the file must not be lost on its way through the pipe.
  if (source !== raw) raw.on('error', (error) => source.destroy(error));
  let ids: string[] = [];
  let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  let skip = !zipped && from > 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let begin = 0;
    for (let end = text.indexOf(LINE_END); end >= 0; end = text.indexOf(LINE_END, begin)) {
      const id = skip ? undefined : idOfLine(text.toString('latin1', begin, Math.min(end, begin + HEAD)));
      skip = false;
      if (id !== undefined) ids.push(id);
      begin = end + 1;
    }
    rest = text.subarray(begin);
    if (ids.length > 2 * most) ids = ids.slice(-most);
  }
  return ids.slice(-most);
}
