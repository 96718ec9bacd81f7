import { stat, statfs } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { messageOf } from '../kit/errors.ts';
import type { EventRow } from '../model/event-row.ts';
import { ClosedFiles } from './closed-files.ts';
import { encoderNamed } from './encode/named-encoders.ts';
import type { RowEncoder } from './encode/row-encoder.ts';
import { EventFile, type EventFileOptions } from './event-file.ts';
import { type FileConfig, fileSchema } from './file-config.ts';
import { type FilePlaces, folderOf, makeFolder } from './file-folder.ts';
import { lastIds } from './file-tail.ts';
import { delivered, type Problem, places as placesOf, undelivered } from './http-sender.ts';
import type { Delivery, Output, OutputKind, OutputParts, SendLimits } from './output.ts';

const MIB = 2 ** 20;
/** Written and synced at once. */
const PIECE = 4 * MIB;
/** Lines at the end of the files that may not be behind the bookmark yet: as many as a forwarder reads beyond it. */
const TAIL_LINES = 200_000;
const TAIL_BYTES = 256 * MIB;
/** A disk with less is full. */
const SPARE = MIB;
/** Errors that pass, or that somebody mends without touching the output: a full disk among them. */
const PASSING = new Set([
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EIO',
  'EMFILE',
  'ENFILE',
  'EAGAIN',
  'EBUSY',
  'ENOMEM',
  'ESTALE',
]);

/** Files of one event a line, each there exactly once: what was written and not yet known as delivered is found at the start. */
export class FileOutput implements Output {
  readonly limits: SendLimits;
  readonly columns: readonly string[] | undefined;
  readonly endpoint: string;
  readonly #encoder: RowEncoder;
  readonly #places: FilePlaces;
  readonly #folder: string;
  readonly #closed: ClosedFiles;
  readonly #file: EventFile;
  readonly #piece: number;
  /** Ids that the files ended with at the start; undefined before they were read. */
  #there: Set<string> | undefined;
  #newest = 0n;
  /** Calls wait for one another. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @throws AppError INVALID_PARAMETER when files may not be written there. */
  constructor(
    config: FileConfig,
    encoder: RowEncoder,
    places: FilePlaces,
    parts: OutputParts,
    open?: EventFileOptions['open'],
  ) {
    const { name, log, now } = parts;
    this.#places = places;
    this.#encoder = encoder;
    this.#folder = folderOf(places, config.path, name);
    this.#closed = new ClosedFiles({
      folder: this.#folder,
      name,
      gzip: config.gzip,
      keepFiles: config.keep_files,
      keepBytes: config.keep_bytes,
      log,
    });
    const { rotate_bytes: rotateBytes, rotate_every: rotateEvery } = config;
    this.#file = new EventFile({
      folder: this.#folder,
      name,
      rotateBytes,
      rotateEvery,
      closed: this.#closed,
      now,
      ...(open && { open }),
    });
    this.#piece = Math.min(PIECE, rotateBytes);
    this.limits = { events: config.batch_size, bytes: PIECE, concurrency: 1 };
    this.columns = encoder.columns && [...new Set([...encoder.columns, 'id'])];
    const fromHome = relative(join(places.home, '..'), this.#file.path);
    this.endpoint = fromHome.startsWith('..') ? this.#file.path : fromHome;
  }

  send(rows: readonly EventRow[], signal: AbortSignal): Promise<Delivery> {
    return this.#inTurn(() => this.#send(rows, signal));
  }

  /** Whether the file can be opened, and the disk has room. */
  probe(): Promise<Delivery> {
    return this.#inTurn(async () => {
      try {
        await this.#prepare();
        const { bavail, bsize } = await statfs(this.#folder);
        if (bavail * bsize < SPARE) return undelivered(FULL, [], { bytes: 0 });
        return delivered({ bytes: 0, status: null });
      } catch (error) {
        return undelivered(problemOf(error), [], { bytes: 0 });
      }
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#file.close());
    await this.#closed.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #send(rows: readonly EventRow[], signal: AbortSignal): Promise<Delivery> {
    let settled = 0;
    let bytes = 0;
    let duplicates = 0;
    try {
      await this.#prepare();
      while (settled < rows.length) {
        if (signal.aborted) return undelivered(GIVEN_UP, placesOf(settled, rows.length), { bytes, duplicates });
        const piece = this.#pieceOf(rows, settled);
        if (piece.text !== '') bytes += await this.#write(piece.text);
        settled = piece.end;
        duplicates += piece.there;
      }
      return delivered({ bytes, duplicates, status: null });
    } catch (error) {
      return undelivered(problemOf(error), placesOf(settled, rows.length), { bytes, duplicates });
    }
  }

  /** Lines of as many events as are written at once; those that are there already are left out and counted. */
  #pieceOf(rows: readonly EventRow[], begin: number): { text: string; end: number; there: number } {
    let text = '';
    let size = 0;
    let there = 0;
    let end = begin;
    for (; end < rows.length; end++) {
      if (this.#isThere(String(rows[end].id))) {
        there++;
        continue;
      }
      const line = `${this.#encoder.encode(rows[end])}\n`;
      size += Buffer.byteLength(line);
      if (text !== '' && size > this.#piece) break;
      text += line;
    }
    return { text, end, there };
  }

  async #write(text: string): Promise<number> {
    const lines = Buffer.from(text);
    await this.#file.append(lines);
    return lines.length;
  }

  async #prepare(): Promise<void> {
    await makeFolder(this.#places, this.#folder);
    await this.#file.open();
    if (this.#there) return;
    this.#there = await this.#readTail();
    for (const id of this.#there) if (isNumber(id) && BigInt(id) > this.#newest) this.#newest = BigInt(id);
    this.#closed.tidy();
  }

  async #readTail(): Promise<Set<string>> {
    const { size } = await stat(this.#file.path);
    const closed = (await this.#closed.list()).map(({ name, bytes }) => ({ path: join(this.#folder, name), bytes }));
    const ids = new Set<string>();
    let budget = TAIL_BYTES;
    for (const { path, bytes } of [...closed, { path: this.#file.path, bytes: size }].reverse()) {
      if (ids.size >= TAIL_LINES || budget <= 0) break;
      const from = path.endsWith('.gz') ? 0 : Math.max(0, bytes - budget);
      for (const id of await lastIds(path, TAIL_LINES - ids.size, from)) ids.add(id);
      budget -= bytes;
    }
    return ids;
  }

  /** Whether an event was written before the start. Once newer ones come, they can not have been. */
  #isThere(id: string): boolean {
    const there = this.#there;
    if (!there || there.size === 0) return false;
    if (there.delete(id)) return true;
    if (isNumber(id) && BigInt(id) > this.#newest) there.clear();
    return false;
  }
}

const GIVEN_UP: Problem = { outcome: 'retry', status: null, code: 'ABORTED', detail: 'The writing was given up.' };
const FULL: Problem = { outcome: 'retry', status: null, code: 'ENOSPC', detail: 'There is no room left on the disk.' };

function problemOf(error: unknown): Problem {
  const code = String((error as { code?: unknown } | null)?.code ?? 'UNKNOWN');
  if (code === 'ENOSPC') return FULL;
  return { outcome: PASSING.has(code) ? 'retry' : 'blocked', status: null, code, detail: messageOf(error) };
}

function isNumber(id: string): boolean {
  return /^\d+$/.test(id);
}

export function fileOutput(places: FilePlaces): OutputKind<FileConfig> {
  return {
    type: 'file',
    schema: fileSchema,
    secrets: [],
    make: (config, parts) => {
      const encoder = encoderNamed(config.format, { version: parts.version });
      return new FileOutput(config, encoder, places, parts);
    },
  };
}
