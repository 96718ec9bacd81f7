import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../kit/errors.ts';
import { silentLog } from '../kit/log.ts';
import type { Envelope } from '../model/envelope.ts';
import { type FileBookmark, JsonlFileSource } from './jsonl-file.ts';

let folder: string;
let path: string;
let lines: string[];
let marks: Map<string, FileBookmark>;
let refuse = 0;
let source: JsonlFileSource | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-jsonl-'));
  path = join(folder, 'events.jsonl');
  lines = [];
  marks = new Map();
  refuse = 0;
});

afterEach(async () => {
  await source?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function follow(): Promise<void> {
  const emit = async (envelope: Envelope) => {
    if (refuse-- > 0) throw new AppError('QUEUE_FULL', 'full');
    lines.push(...new TextDecoder().decode(envelope.payload).split('\n').filter(Boolean));
  };
  const bookmarks = {
    get: async (name: string) => marks.get(name),
    set: async (name: string, mark: FileBookmark) => void marks.set(name, mark),
  };
  source = new JsonlFileSource({ path, encoding: 'auto', emit, bookmarks, log: silentLog, interval: 5 });
  await source.start();
}

async function seen(...expected: string[]): Promise<void> {
  await expect.poll(() => lines, { timeout: 5_000 }).toEqual(expected);
}

describe('JsonlFileSource', () => {
  it('waits for the file, follows it while it grows and never hands on half a line', async () => {
    await follow();
    await writeFile(path, 'one\ntw');
    await seen('one');
    await appendFile(path, 'o\nthree\n');
    await seen('one', 'two', 'three');
  });

  it('reads a rotated file to its end, then the new one from its start', async () => {
    await writeFile(path, 'one\n');
    await follow();
    await seen('one');
    await appendFile(path, 'two\n');
    await rename(path, `${path}.1`);
    await appendFile(`${path}.1`, 'three\n');
    await writeFile(path, 'four\n');
    await expect.poll(() => lines.at(-1), { timeout: 5_000 }).toBe('four');
    expect(lines.slice().sort()).toEqual(['four', 'one', 'three', 'two']);
  });

  it('starts again after truncation, even when the file has grown past the bookmark since', async () => {
    await writeFile(path, 'one\ntwo\n');
    await follow();
    await seen('one', 'two');
    await source?.stop();
    await truncate(path, 0);
    await writeFile(path, 'uno\ndos\ntres\n');
    await follow();
    await seen('one', 'two', 'uno', 'dos', 'tres');
  });

  it('continues behind the bookmark after a restart, without loss or repeats', async () => {
    await writeFile(path, 'one\ntwo\n');
    await follow();
    await seen('one', 'two');
    await source?.stop();
    await appendFile(path, 'three\n');
    await follow();
    await seen('one', 'two', 'three');
  });

  it('waits and tries again while the queue is full', async () => {
    refuse = 2;
    await writeFile(path, 'one\n');
    await follow();
    await seen('one');
    expect(refuse).toBeLessThan(0);
  });
});
