import { constants, createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Log } from '../kit/log.ts';

/** One file that is full and will not change. */
export interface ClosedFile {
  readonly name: string;
  readonly bytes: number;
}

export interface ClosedFilesOptions {
  readonly folder: string;
  /** What the files begin with. */
  readonly name: string;
  readonly gzip: boolean;
  /** 0 is any number. */
  readonly keepFiles: number;
  readonly keepBytes: number;
  readonly log: Log;
}

const PLAIN = '.ndjson';
const ZIPPED = '.ndjson.gz';
const PART = '.part';

/** The files of an output that are full: named by the time of their closing, compressed, and removed when there are too many. */
export class ClosedFiles {
  readonly #options: ClosedFilesOptions;
  readonly #pattern: RegExp;
  readonly #end = new AbortController();
  #working: Promise<void> | undefined;
  #again = false;

  constructor(options: ClosedFilesOptions) {
    this.#options = options;
    this.#pattern = new RegExp(`^${options.name}-\\d{8}T\\d{6}\\.\\d{3}Z\\.ndjson(\\.gz|\\.gz\\.part)?$`);
  }

  /** Gives the current file its name for good. @param now Milliseconds since 1970. */
  async add(current: string, now: number): Promise<void> {
    const { folder, name } = this.#options;
    const taken = new Set((await this.list()).map((file) => stemOf(file.name)));
    let at = now;
    // Two in one millisecond, or a clock that was set back: names tell the order, and none is written over.
    const newest = [...taken].sort().at(-1) ?? '';
    while (`${name}-${stamp(at)}` <= newest) at = Math.max(at + 1, timeOf(newest) + 1);
    await rename(current, join(folder, `${name}-${stamp(at)}${PLAIN}`));
    await syncFolder(folder);
  }

  /** The oldest first; each once, also where a crash left it both plain and compressed. */
  async list(): Promise<ClosedFile[]> {
    const { folder } = this.#options;
    const names = (await readdir(folder)).filter((name) => this.#pattern.test(name) && !name.endsWith(PART)).sort();
    const files: ClosedFile[] = [];
    for (const name of names) {
      if (names.includes(`${name}.gz`)) continue;
      const found = await stat(join(folder, name)).catch(() => undefined);
      if (found) files.push({ name, bytes: found.size });
    }
    return files;
  }

  /** Compresses and removes what is due, beside everything else; never throws. */
  tidy(): void {
    this.#again = true;
    this.#working ??= this.#tidyAll().finally(() => {
      this.#working = undefined;
    });
  }

  /** Resolves when nothing is being done any more. */
  async settled(): Promise<void> {
    await this.#working;
  }

  /** What is half compressed is done anew after the next start. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#working;
  }

  async #tidyAll(): Promise<void> {
    while (this.#again && !this.#end.signal.aborted) {
      this.#again = false;
      try {
        await this.#sweep();
        if (this.#options.gzip) for (const { name } of await this.list()) await this.#compress(name);
        await this.#prune();
      } catch (error) {
        if (this.#end.signal.aborted) return;
        const { log, folder } = this.#options;
        log.warn(
          { err: error, folder },
          'closed files could not be compressed or removed; it is tried again with the next',
        );
      }
    }
  }

  /** Removes what a crash left: half a compressed file, and the plain one beside a whole one. */
  async #sweep(): Promise<void> {
    const { folder } = this.#options;
    const names = (await readdir(folder)).filter((name) => this.#pattern.test(name));
    for (const name of names)
      if (name.endsWith(PART) || names.includes(`${name}.gz`)) await rm(join(folder, name), { force: true });
  }

  async #compress(name: string): Promise<void> {
    if (name.endsWith(ZIPPED)) return;
    const path = join(this.#options.folder, name);
    const part = `${path}.gz${PART}`;
    const { signal } = this.#end;
    const target = createWriteStream(part, { flags: 'wx', mode: 0o640, flush: true });
    await pipeline(createReadStream(path), createGzip(), target, { signal });
    await rename(part, `${path}.gz`);
    await syncFolder(this.#options.folder);
    await rm(path);
  }

  async #prune(): Promise<void> {
    const { keepFiles, keepBytes, folder, log } = this.#options;
    const files = await this.list();
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    let count = files.length;
    for (const file of files) {
      const tooMany = keepFiles > 0 && count > keepFiles;
      const tooLarge = keepBytes > 0 && bytes > keepBytes;
      if (!tooMany && !tooLarge) return;
      await rm(join(folder, file.name));
      count--;
      bytes -= file.bytes;
      log.info({ file: file.name, bytes: file.bytes, kept: count }, 'an old file of an output was removed');
    }
  }
}

/** Makes what happened to the names in a folder last through a loss of power. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function stamp(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:]/g, '');
}

function stemOf(name: string): string {
  return name.replace(/\.ndjson(\.gz)?$/, '');
}

/** Milliseconds since 1970 of a stem. */
function timeOf(stem: string): number {
  const time = stem.slice(-20);
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:'));
}
