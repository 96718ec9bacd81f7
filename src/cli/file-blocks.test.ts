import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileBlocks } from './file-blocks.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-blocks-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('fileBlocks', () => {
  it.each([0, 1, 256 * 1024, 1_000_003])('gives all of %d bytes, in order', async (length) => {
    const path = join(folder, 'file');
    const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255));
    writeFileSync(path, bytes);
    const read: Buffer[] = [];
    for await (const block of fileBlocks(path)) read.push(Buffer.from(block));
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
  });

  it('may be left early, and tells what cannot be read', async () => {
    writeFileSync(join(folder, 'file'), Buffer.alloc(600_000));
    let times = 0;
    for await (const block of fileBlocks(join(folder, 'file'))) {
      times += block.length > 0 ? 1 : 0;
      break;
    }
    expect(times).toBe(1);
    await expect(fileBlocks(join(folder, 'none'))[Symbol.asyncIterator]().next()).rejects.toThrow('ENOENT');
    await expect(fileBlocks(folder)[Symbol.asyncIterator]().next()).rejects.toThrow('EISDIR');
  });
});
