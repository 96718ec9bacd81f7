import { open } from 'node:fs/promises';

/** Bytes read at once: each read is a round trip to another thread. */
const BLOCK = 1024 * 1024;

/**
 * A file from its beginning in blocks. There are two, used in turn: while one is worked on the other is filled, and
 * nothing is left behind to be collected. So a block holds only until the next one is asked for.
 */
export async function* fileBlocks(path: string): AsyncIterable<Uint8Array> {
  const file = await open(path);
  const blocks = [Buffer.allocUnsafeSlow(BLOCK), Buffer.allocUnsafeSlow(BLOCK)];
  let reading = file.read(blocks[0], 0, BLOCK, null);
  try {
    for (let turn = 0; ; turn = 1 - turn) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      reading = file.read(blocks[1 - turn], 0, BLOCK, null);
      // Its error is met when its turn comes; until then nobody waits for it.
      reading.catch(() => undefined);
      yield blocks[turn].subarray(0, bytesRead);
    }
  } finally {
    await reading.catch(() => undefined);
    await file.close();
  }
}
