import { type FileHandle, open, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { AppError, messageOf } from '../../kit/errors.ts';

export interface RotatingFileOptions {
  readonly folder: string;
  /** Name of the first file; the next ones are called `NAME-1.pcap`, `NAME-2.pcap`... */
  readonly name: string;
  /** Size at which the next file begins, bytes. */
  readonly maxBytes: number;
  /** Files that are kept; the oldest goes. */
  readonly maxFiles: number;
}

/** A capture file that goes on in the next one when it is full; every one of them can be read by itself. */
export class RotatingFile {
  /** Names of the files that exist, oldest first. */
  readonly names: string[] = [];
  readonly #options: RotatingFileOptions;
  #handle: FileHandle | undefined;
  #header: Buffer = Buffer.alloc(0);
  #size = 0;
  #number = 0;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  /** Makes the first file, still empty. @throws AppError INVALID_PARAMETER when it exists or cannot be written. */
  async open(): Promise<void> {
    try {
      await this.#next();
    } catch (error) {
      const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
      const why = exists ? 'it exists already' : messageOf(error);
      throw new AppError('INVALID_PARAMETER', `The file ${this.#options.name} cannot be written: ${why}.`);
    }
  }

  /** Writes the file header; call it once, before packets. */
  async begin(header: Buffer): Promise<void> {
    this.#header = header;
    await this.#write(header);
  }

  /** Writes whole packets. */
  async append(packets: Buffer): Promise<void> {
    if (this.#size > this.#header.length && this.#size + packets.length > this.#options.maxBytes) {
      await this.#next();
      await this.#write(this.#header);
    }
    await this.#write(packets);
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** For a capture that did not begin: the file is removed. */
  async discard(): Promise<void> {
    await this.close();
    for (const name of this.names.splice(0)) await rm(join(this.#options.folder, name), { force: true });
  }

  async #write(bytes: Buffer): Promise<void> {
    await this.#handle?.writeFile(bytes);
    this.#size += bytes.length;
  }

  async #next(): Promise<void> {
    await this.close();
    const { folder, name, maxFiles } = this.#options;
    const extension = extname(name);
    const next = this.#number === 0 ? name : `${basename(name, extension)}-${this.#number}${extension}`;
    this.#number++;
    // Only the owner reads it: it holds what people sent each other. Never over a file that is there.
    this.#handle = await open(join(folder, next), 'wx', 0o600);
    this.#size = 0;
    this.names.push(next);
    if (this.names.length > maxFiles) await rm(join(folder, this.names.shift()!), { force: true });
  }
}
