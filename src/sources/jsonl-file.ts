import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Health } from '../kit/component.ts';
import { AppError, messageOf } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { Emit, Source } from './source.ts';

/** Bytes read and handed on at once; a longer line is a dead letter of its own. */
const CHUNK_BYTES = 1 << 20;
/** So many bytes at the start of a file tell it from another under the same name. */
const FINGERPRINT_BYTES = 256;

/** How far a file has been read, kept with the acknowledgement of what was read. */
export interface FileBookmark {
  readonly inode: number;
  /** Offset behind the last line that is durable. */
  readonly offset: number;
  /** SHA-256 of the first bytes, up to {@link FINGERPRINT_BYTES}, and how many those were. */
  readonly fingerprint: string;
  readonly fingerprintBytes: number;
}

export interface JsonlFileOptions {
  readonly path: string;
  /** As in `Envelope.encoding`: `zeek`, `auto`... */
  readonly encoding: string;
  readonly emit: Emit;
  readonly bookmarks: {
    get(path: string): Promise<FileBookmark | undefined>;
    set(path: string, bookmark: FileBookmark): Promise<void>;
  };
  readonly log: Log;
  /** Milliseconds between looks at the file. */
  readonly interval?: number;
}

/**
 * Follows a file of JSON lines while it grows, through rotation (another file under the name) and truncation. The
 * bookmark moves after the lines behind it are durable: a crash repeats at most the last chunk of up to 1 MiB.
 */
export class JsonlFileSource implements Source {
  readonly name: string;
  readonly #options: JsonlFileOptions;
  #handle: FileHandle | undefined;
  #mark: FileBookmark | undefined;
  #running = false;
  #loop: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #health: Health = { state: 'starting' };

  constructor(options: JsonlFileOptions) {
    this.#options = options;
    this.name = `file:${options.path.split('/').pop()}`;
  }

  async start(): Promise<void> {
    this.#mark = await this.#options.bookmarks.get(this.#options.path);
    this.#running = true;
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#wake();
    await this.#loop;
    await this.#close();
    this.#health = { state: 'stopped' };
  }

  health(): Health {
    return this.#health;
  }

  async #run(): Promise<void> {
    while (this.#running) {
      try {
        while (this.#running && (await this.#step()));
      } catch (error) {
        this.#health = { state: 'degraded', detail: `${this.#options.path}: ${messageOf(error)}` };
        this.#options.log.warn(
          { err: error, path: this.#options.path },
          'reading a followed file failed; trying again',
        );
        await this.#close();
      }
      await this.#pause(this.#options.interval ?? 250);
    }
  }

  #pause(milliseconds: number): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Reads one chunk. @returns whether there may be more at once. */
  async #step(): Promise<boolean> {
    if (!this.#handle && !(await this.#openFile())) return false;
    const handle = this.#handle as FileHandle;
    const mark = this.#mark as FileBookmark;
    const size = (await handle.stat()).size;
    if (size < mark.offset || !(await this.#isSame(handle, mark))) {
      this.#options.log.info(
        { path: this.#options.path },
        'the followed file was truncated or replaced; reading from its start',
      );
      this.#mark = await this.#fresh(handle);
      return true;
    }
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, size - mark.offset));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, mark.offset);
    const whole = buffer.lastIndexOf(10, bytesRead - 1) + 1;
    // Without a line end in a full chunk the line is longer than we take: it goes on whole chunks, as dead letters.
    const take = whole > 0 ? whole : bytesRead === CHUNK_BYTES ? bytesRead : 0;
    if (take === 0) return this.#rotated(handle);
    await this.#deliver(buffer.subarray(0, take));
    this.#mark = await this.#advance(handle, mark, take);
    await this.#options.bookmarks.set(this.#options.path, this.#mark);
    this.#health = { state: 'ok', figures: { offset: this.#mark.offset, size } };
    return true;
  }

  async #openFile(): Promise<boolean> {
    try {
      this.#handle = await open(this.#options.path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#health = { state: 'ok', detail: `waiting for ${this.#options.path} to appear` };
      return false;
    }
    const { ino } = await this.#handle.stat();
    if (this.#mark && (await this.#isSame(this.#handle, this.#mark))) this.#mark = { ...this.#mark, inode: ino };
    else this.#mark = await this.#fresh(this.#handle);
    return true;
  }

  /** At the end of the open file: is there another under the name? The open one was read to its end first. */
  async #rotated(handle: FileHandle): Promise<boolean> {
    const { ino } = await handle.stat();
    const current = await stat(this.#options.path).catch(() => undefined);
    if (current === undefined || current.ino === ino) return false;
    await this.#close();
    this.#mark = undefined;
    return true;
  }

  async #deliver(lines: Uint8Array): Promise<void> {
    if (isBlank(lines)) return;
    const { emit, encoding } = this.#options;
    const envelope = { source: this.name, encoding, peer: '', receivedAt: Date.now() * 1000, payload: lines };
    for (let wait = 100; ; wait = Math.min(wait * 2, 5_000)) {
      try {
        await emit(envelope);
        return;
      } catch (error) {
        const busy = error instanceof AppError && (error.status === 429 || error.status === 503);
        if (!busy || !this.#running) throw error;
        this.#health = { state: 'degraded', detail: error.message };
        await this.#pause(wait);
      }
    }
  }

  async #isSame(handle: FileHandle, mark: FileBookmark): Promise<boolean> {
    return (await fingerprint(handle, mark.fingerprintBytes)) === mark.fingerprint;
  }

  async #fresh(handle: FileHandle): Promise<FileBookmark> {
    return {
      inode: (await handle.stat()).ino,
      offset: 0,
      fingerprint: await fingerprint(handle, 0),
      fingerprintBytes: 0,
    };
  }

  async #advance(handle: FileHandle, mark: FileBookmark, bytes: number): Promise<FileBookmark> {
    const offset = mark.offset + bytes;
    const fingerprintBytes = Math.min(FINGERPRINT_BYTES, offset);
    if (fingerprintBytes === mark.fingerprintBytes) return { ...mark, offset };
    return { ...mark, offset, fingerprintBytes, fingerprint: await fingerprint(handle, fingerprintBytes) };
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => undefined);
  }
}

async function fingerprint(handle: FileHandle, bytes: number): Promise<string> {
  const buffer = new Uint8Array(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, 0);
  return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
}

function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 10 && byte !== 13 && byte !== 32 && byte !== 9) return false;
  return true;
}
