import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../../kit/errors.ts';
import type { CaptureFile } from '../../model/traffic-view.ts';
import { compressionOf } from '../../packets/compression.ts';
import { peek } from '../../packets/peek.ts';
import { checkHead, openCaptureFile } from './capture-input.ts';
import { reserve, uploadName } from './upload-name.ts';

export interface CaptureFolderOptions {
  readonly folder: string;
  /** Bytes of one upload, and of all of them that are kept. */
  readonly maxUploadBytes: number;
  readonly keepUploadBytes: number;
  /** A file elsewhere that may be read as well, by its path. */
  readonly pcap?: string;
}

/** A capture that may be read: a plain file, really in the folder. */
export interface FoundCapture extends CaptureFile {
  readonly path: string;
}

const UPLOADS = 'uploads';
const AT_A_TIME = 4;
const LISTED = 1000;
const DEPTH = 3;
const HEAD = 32;
const NAMES = /\.(pcap|pcapng|cap|dmp|pcap\d+)(\.(gz|zst))?$/i;

/**
 * The one folder that captures are read from and uploaded to. Nothing outside of it can be named, also not by links, but
 * the one file of the settings.
 */
export class CaptureFolder {
  readonly path: string;
  readonly #options: CaptureFolderOptions;
  #uploading = 0;

  constructor(options: CaptureFolderOptions) {
    this.path = resolve(options.folder);
    this.#options = options;
  }

  /** Makes the folder, for its owner only, and clears away what earlier uploads left unfinished. */
  async prepare(): Promise<void> {
    const uploads = join(this.path, UPLOADS);
    await mkdir(uploads, { recursive: true, mode: 0o700 });
    for (const name of await readdir(uploads))
      if (name.endsWith('.part')) await rm(join(uploads, name), { force: true });
  }

  /** @param name path below the folder, or an absolute one in it. @throws AppError INVALID_PARAMETER */
  async find(name: string): Promise<FoundCapture> {
    const outside = () => new AppError('INVALID_PARAMETER', `${name} is not in the folder of captures.`);
    if (name === '' || name.length > 1024 || name.includes('\0'))
      throw new AppError('INVALID_PARAMETER', 'The name of a capture has 1 to 1024 characters.');
    const path = isAbsolute(name) ? resolve(name) : resolve(this.path, name);
    // Before anything is looked at, so that nobody learns what exists elsewhere; and again for where links lead to.
    const isNamed = path === this.#options.pcap;
    if (!isNamed && !isBelow(path, this.path)) throw outside();
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined)
      throw new AppError('INVALID_PARAMETER', `There is no ${name}${isNamed ? '' : ' in the folder of captures'}.`);
    if (!isNamed && !isBelow(real, await realpath(this.path))) throw outside();
    const { size, mtimeMs } = await this.#file(real, name);
    return { path: real, name: isNamed ? path : this.#shown(path), bytes: size, modified: mtimeMs };
  }

  /** Newest first, some levels deep. Links are left out. */
  async list(): Promise<CaptureFile[]> {
    const files: CaptureFile[] = [];
    await this.#walk(this.path, DEPTH, files);
    return files.sort((a, b) => b.modified - a.modified);
  }

  /**
   * Streams a capture to a file that is called as its sender calls it, as far as that is a name, else by a random one. Limits hold while it streams; what begins as no capture is not read on.
   * @throws AppError BODY_TOO_LARGE, NOT_A_CAPTURE, QUEUE_FULL, STORAGE_FULL
   */
  async upload(source: AsyncIterable<Uint8Array>, given = ''): Promise<FoundCapture> {
    if (this.#uploading >= AT_A_TIME)
      throw new AppError('QUEUE_FULL', `${AT_A_TIME} captures are being uploaded already.`, { retryAfter: 5 });
    this.#uploading++;
    const id = randomUUID();
    const part = join(this.path, UPLOADS, `${id}.part`);
    try {
      await mkdir(join(this.path, UPLOADS), { recursive: true, mode: 0o700 });
      const { head, all } = await peek(source, HEAD);
      const compression = compressionOf(head);
      const extension = compression ? `pcap.${compression.extension}` : checkHead({ head, all });
      await this.#store(all, part);
      // What is in a compressed file shows only now.
      await (await openCaptureFile(part, () => undefined)).close();
      const { stem, ending } = uploadName(given, extension) ?? { stem: id, ending: extension };
      const name = `${UPLOADS}/${await reserve(join(this.path, UPLOADS), stem, ending)}`;
      await rename(part, join(this.path, name));
      await this.#prune(name);
      return await this.find(name);
    } catch (error) {
      await rm(part, { force: true });
      throw (error as NodeJS.ErrnoException).code === 'ENOSPC'
        ? new AppError('STORAGE_FULL', 'There is no room for the capture.', { retryAfter: 60, cause: error })
        : error;
    } finally {
      this.#uploading--;
    }
  }

  /** @returns false when there is no such file. */
  async remove(name: string): Promise<boolean> {
    const found = await this.find(name).catch(() => undefined);
    if (!found || found.name === this.#options.pcap) return false;
    await rm(found.path, { force: true });
    return true;
  }

  async #store(source: AsyncIterable<Uint8Array>, path: string): Promise<void> {
    const { maxUploadBytes } = this.#options;
    const handle = await open(path, 'wx', 0o600);
    try {
      let bytes = 0;
      for await (const chunk of source) {
        bytes += chunk.length;
        if (bytes > maxUploadBytes)
          throw new AppError('BODY_TOO_LARGE', `A capture has at most ${maxUploadBytes} bytes.`);
        await handle.writeFile(chunk);
      }
    } finally {
      await handle.close();
    }
  }

  /** Makes room by the oldest uploads. */
  async #prune(kept: string): Promise<void> {
    const uploads = (await this.list()).filter(({ name }) => name.startsWith(`${UPLOADS}/`));
    let total = uploads.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, bytes } of uploads.reverse()) {
      if (total <= this.#options.keepUploadBytes) return;
      if (name === kept) continue;
      await rm(join(this.path, name), { force: true });
      total -= bytes;
    }
  }

  async #walk(folder: string, depth: number, into: CaptureFile[]): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (into.length >= LISTED) return;
      const path = join(folder, entry.name);
      if (entry.isDirectory() && depth > 1) await this.#walk(path, depth - 1, into);
      else if (entry.isFile() && NAMES.test(entry.name)) {
        const found = await stat(path).catch(() => undefined);
        if (found) into.push({ name: this.#shown(path), bytes: found.size, modified: found.mtimeMs });
      }
    }
  }

  /** A plain file that can be read: no folder, no pipe that would never end. @throws AppError INVALID_PARAMETER */
  async #file(path: string, name: string): Promise<{ size: number; mtimeMs: number }> {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) throw new AppError('INVALID_PARAMETER', `${name} is no file.`);
    const readable = createReadStream(path, { end: 0 });
    try {
      for await (const _ of readable) break;
    } catch (error) {
      throw new AppError('INVALID_PARAMETER', `${name} cannot be read.`, { cause: error });
    }
    return found;
  }

  #shown(path: string): string {
    return relative(this.path, path).split(sep).join('/');
  }
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
