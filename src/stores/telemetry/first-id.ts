import { open } from 'node:fs/promises';
import { IdClock } from './ids.ts';
import type { SpoolFile } from './spool.ts';

/** Numbers of columns and rows, then name and type of the first column: far less than this. */
const HEAD_BYTES = 64;
const ID_HEADER = Buffer.from('\u0002id\u0006UInt64', 'latin1');

/**
 * The id of the first event in a spool file: the first value of the first column of its first block (native.ts).
 * Undefined when the file does not begin as one, or the id cannot be in a file of this name.
 */
export async function firstIdOf(path: string, file: SpoolFile): Promise<bigint | undefined> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    const at = head.indexOf(ID_HEADER) + ID_HEADER.length;
    if (at < ID_HEADER.length || at + 8 > head.length) return undefined;
    const id = head.readBigUInt64LE(at);
    return IdClock.counterOf(String(id)) <= file.seq - file.rows + 1 ? id : undefined;
  } finally {
    await handle.close();
  }
}
