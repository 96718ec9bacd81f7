import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClosedFiles, syncFolder } from './closed-files.ts';
import { wholeLength } from './file-tail.ts';

/** What is needed of an open file. */
export type OpenFile = Pick<FileHandle, 'write' | 'read' | 'datasync' | 'truncate' | 'stat' | 'close'>;

export interface EventFileOptions {
  readonly folder: string;
  readonly name: string;
  readonly rotateBytes: number;
  readonly rotateEvery: 'none' | 'hour' | 'day';
  readonly closed: ClosedFiles;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The file system's when not given. */
  readonly open?: (path: string, flags: number, mode: number) => Promise<OpenFile>;
}

/** A link in place of the file is not followed: it may lead anywhere. */
const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
/** `2026-11-21T18` and `2026-11-21` of a time in ISO 8601. */
const PERIODS = { none: 0, day: 10, hour: 13 } as const;

/** The file that is being written. What {@link append} resolved for is on disk and in whole lines, after any crash. */
export class EventFile {
  readonly #options: EventFileOptions;
  readonly path: string;
  #handle: OpenFile | undefined;
  /** Bytes that were confirmed. */
  #size = 0;
  #inode = 0;
  #period = '';
  /** There may be more in the file than was confirmed. */
  #torn = false;

  constructor(options: EventFileOptions) {
    this.#options = options;
    this.path = join(options.folder, `${options.name}.ndjson`);
  }

  /** Opens the file, and cuts off what a crash left of a last line. @throws what the file system throws. */
  async open(): Promise<void> {
    if (this.#handle && (await this.#isThere())) return;
    await this.#release();
    const handle = await (this.#options.open ?? open)(this.path, FLAGS, 0o640);
    try {
      const { size, ino, mtimeMs } = await handle.stat();
      // After a failure the confirmed length is known; of a file that others wrote to, only that lines are whole.
      const known = this.#torn && ino === this.#inode;
      const whole = known ? Math.min(this.#size, size) : await wholeLength(handle, size);
      if (whole < size) await handle.truncate(whole);
      if (size === 0) await syncFolder(this.#options.folder);
      this.#size = whole;
      this.#inode = ino;
      this.#period = whole > 0 ? this.#periodOf(mtimeMs) : '';
      this.#torn = false;
      this.#handle = handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Writes whole lines and syncs them; before that it begins a new file where it is time. Nothing of them is left in the
   * file when it fails, or it is cut off before the next.
   * @throws what the file system throws.
   */
  async append(lines: Buffer): Promise<void> {
    await this.open();
    const { rotateBytes, now } = this.#options;
    const period = this.#periodOf(now());
    const full = this.#size + lines.length > rotateBytes;
    if (this.#size > 0 && (full || (this.#period !== '' && period !== this.#period))) await this.#rotate();
    const handle = this.#handle;
    if (!handle) throw new Error('The file is not open.');
    try {
      for (let at = 0; at < lines.length; ) at += (await handle.write(lines, at)).bytesWritten;
      await handle.datasync();
    } catch (error) {
      this.#torn = true;
      // On a full disk the half that was written is given back at once; where that fails, before the next attempt.
      await handle.truncate(this.#size).catch(() => undefined);
      await this.#release();
      throw error;
    }
    this.#size += lines.length;
    this.#period = period;
  }

  async close(): Promise<void> {
    await this.#release();
  }

  async #rotate(): Promise<void> {
    await this.#release();
    await this.#options.closed.add(this.path, this.#options.now());
    this.#options.closed.tidy();
    await this.open();
  }

  /** Whether the open file still is the one of that name, and as long as it was: people move and empty files. */
  async #isThere(): Promise<boolean> {
    try {
      const { ino, size } = await stat(this.path);
      return ino === this.#inode && size === this.#size;
    } catch {
      return false;
    }
  }

  async #release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  #periodOf(at: number): string {
    return new Date(at).toISOString().slice(0, PERIODS[this.#options.rotateEvery]);
  }
}
