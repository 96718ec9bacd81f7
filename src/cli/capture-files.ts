import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CaptureError } from '../packets/capture-error.ts';
import { openCapture } from '../packets/capture-reader.ts';
import { CliError, EXIT } from './exit.ts';
import { fileBlocks } from './file-blocks.ts';
import type { Io } from './io.ts';

/** A capture that is there and can be opened as often as needed; stdin only once. */
export interface CaptureFile {
  /** As given on the command line; `stdin` for `-`. */
  readonly name: string;
  /** Bytes as stored; undefined for a pipe. */
  readonly size: number | undefined;
  /** @throws CliError while it is read. */
  open(): AsyncIterable<Uint8Array>;
}

/**
 * The captures in the order of their first packets, so that pieces of one capture may be given in any order. All are
 * looked at before the first is read; with stdin among them, the order is that of the command line.
 * @throws CliError with exit code 3 when one cannot be read or is no capture.
 */
export async function captureFiles(names: readonly string[], io: Pick<Io, 'stdin' | 'cwd'>): Promise<CaptureFile[]> {
  if (names.filter((name) => name === '-').length > 1) throw new CliError(EXIT.usage, 'There is only one stdin.');
  const files = names.map((name) => captureFile(name, io));
  const pipe = files.some((file) => file.size === undefined);
  if (pipe || files.length === 1) return files;
  const timed: { file: CaptureFile; time: number }[] = [];
  for (const file of files) timed.push({ file, time: await firstTime(file) });
  // Captures without a time keep their place at the end.
  const key = (time: number) => (Number.isNaN(time) ? Number.POSITIVE_INFINITY : time);
  timed.sort((a, b) => (key(a.time) === key(b.time) ? 0 : key(a.time) - key(b.time)));
  return timed.map(({ file }) => file);
}

function captureFile(name: string, io: Pick<Io, 'stdin' | 'cwd'>): CaptureFile {
  if (name === '-') return { name: 'stdin', size: undefined, open: () => readable('stdin', io.stdin) };
  const path = resolve(io.cwd, name);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new CliError(EXIT.input, `${name} does not exist.`);
  if (stats.isDirectory()) throw new CliError(EXIT.input, `${name} is a folder.`, `vedette analyze ${name}/*`);
  // What is no file, such as a named pipe, gives what there is at the moment.
  if (!stats.isFile()) return { name, size: undefined, open: () => readable(name, createReadStream(path)) };
  return { name, size: stats.size, open: () => readable(name, fileBlocks(path)) };
}

async function firstTime(file: CaptureFile): Promise<number> {
  try {
    const reader = await openCapture(file.open(), () => undefined);
    try {
      while (await reader.more()) if (reader.next()) return reader.packet.time;
      return Number.NaN;
    } finally {
      await reader.close();
    }
  } catch (error) {
    throw captureFault(file.name, error);
  }
}

async function* readable(name: string, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw new CliError(EXIT.input, `${name} cannot be read: ${(error as Error).message}.`);
  }
}

/** What went wrong with a capture, for a person; errors of other kinds are answered as they are. */
export function captureFault(name: string, error: unknown): unknown {
  if (!(error instanceof CaptureError)) return error;
  return new CliError(EXIT.input, `${name} cannot be read. ${error.message}`, captureHint(error.is, 'analyze'));
}

/** What to do with a file that is no capture but `is` something known. */
export function captureHint(is: string, command: string): string | undefined {
  if (is.includes('zstd')) return `zstdcat FILE | vedette ${command} -`;
  if (is.includes('xz')) return `xzcat FILE | vedette ${command} -`;
  if (is.includes('bzip2')) return `bzcat FILE | vedette ${command} -`;
  if (is.includes('zip archive')) return `unzip -p FILE | vedette ${command} -`;
  if (is.includes('snoop') || is.includes('capture of')) return 'editcap FILE new.pcapng, which comes with Wireshark';
  if (is.includes('nfcapd')) return 'nfdump -r FILE -o json | vedette ingest -';
  if (is.includes('JSON') || is.includes('Zeek')) return 'vedette ingest FILE';
  return undefined;
}
