import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Client } from './client.ts';
import { command, RANGE_ARGS, SERVER_ARGS } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { Progress } from './progress.ts';
import { size } from './table.ts';

const FORMATS: readonly string[] = ['json', 'csv', 'parquet'];

export const exportEvents = command({
  name: 'export',
  description: 'Write all events of a time range as NDJSON, CSV or Parquet, streamed.',
  examples: [
    'vedette export --from -24h > events.ndjson',
    "vedette export csv --from -7d --filter 'risk >= 70' --out risky.csv",
    'vedette export parquet --from all --out events.parquet',
  ],
  args: {
    format: { type: 'positional', default: 'json', description: 'json (one object a line), csv or parquet' },
    filter: { type: 'string', description: 'Only events that match this' },
    out: { type: 'string', valueHint: 'FILE', description: 'File to write; it appears when it is complete' },
    limit: { type: 'string', alias: 'n', default: '0', description: 'Newest so many; 0 is all' },
    fields: { type: 'string', valueHint: 'a,b', description: 'These fields only' },
    ...RANGE_ARGS,
    from: { ...RANGE_ARGS.from, description: 'Start: ISO, -15m, -7d (default: the oldest event)' },
    ...SERVER_ARGS,
  },
  async run({ args, io }) {
    const { format, filter, from, to, limit, fields, out } = args;
    if (!FORMATS.includes(format)) throw new CliError(EXIT.usage, `There is no export ${format}.`, FORMATS.join(', '));
    if (format === 'parquet' && out === undefined && io.outIsTerminal) {
      throw new CliError(EXIT.usage, 'Parquet is binary.', 'vedette export parquet --out events.parquet');
    }
    const stop = new AbortController();
    const off = io.onInterrupt(() => stop.abort());
    try {
      const query = { limit, filter, from, to, fields };
      const init = { signal: stop.signal, headers: { accept: '*/*' } };
      const response = await Client.from(args, io).request(`/v1/download/${format}`, query, init);
      const bytes = await copy(response, out === undefined ? undefined : resolve(io.cwd, out), io);
      io.say(`${size(bytes)} written${out === undefined ? '' : ` to ${out}`}`);
    } catch (error) {
      if (stop.signal.aborted) throw new CliError(EXIT.interrupted, 'Interrupted; nothing complete was written.');
      throw error;
    } finally {
      off();
    }
    return EXIT.ok;
  },
});

/** Copies the body to stdout or, under a name of its own until it is whole, to the file. Answers the bytes. */
async function copy(response: Response, file: string | undefined, io: Io): Promise<number> {
  const target = file === undefined ? undefined : await FileTarget.open(file);
  const progress = new Progress(io);
  let bytes = 0;
  try {
    for await (const chunk of received(response, () => bytes)) {
      if (target) await target.write(chunk);
      else await io.out(chunk);
      bytes += chunk.length;
      progress.show(() => size(bytes));
    }
    await target?.finish();
  } catch (error) {
    await target?.discard();
    throw error;
  } finally {
    progress.end();
  }
  return bytes;
}

/** The body; a connection that ends early is told from everything that can go wrong here. */
async function* received(response: Response, soFar: () => number): AsyncIterable<Uint8Array> {
  const body = (response.body ?? []) as AsyncIterable<Uint8Array>;
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch(() => {
      throw new CliError(EXIT.connection, `The server ended the stream after ${size(soFar())}: it is not complete.`);
    });
    if (next.done) return;
    yield next.value;
  }
}

/** A file that has its name only once it is whole. */
class FileTarget {
  readonly #name: string;
  readonly #handle: FileHandle;

  private constructor(name: string, handle: FileHandle) {
    this.#name = name;
    this.#handle = handle;
  }

  static async open(name: string): Promise<FileTarget> {
    return new FileTarget(name, await blaming(name, open(`${name}.partial`, 'w', 0o600)));
  }

  async write(chunk: Uint8Array): Promise<void> {
    await blaming(this.#name, this.#handle.writeFile(chunk));
  }

  async finish(): Promise<void> {
    await blaming(this.#name, this.#handle.close());
    await blaming(this.#name, rename(`${this.#name}.partial`, this.#name));
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(`${this.#name}.partial`, { force: true });
  }
}

async function blaming<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new CliError(EXIT.input, `${file} cannot be written: ${(error as Error).message}.`);
  }
}
