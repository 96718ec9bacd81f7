import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
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
  const progress = new Progress(io);
  const partial = file && `${file}.partial`;
  const stream = partial ? createWriteStream(partial, { mode: 0o600 }) : undefined;
  let bytes = 0;
  try {
    if (stream) await once(stream, 'open');
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      if (!stream) await io.out(chunk);
      else if (!stream.write(chunk)) await once(stream, 'drain');
      bytes += chunk.length;
      progress.show(() => `${size(bytes)}`);
    }
    if (stream && partial && file) {
      stream.end();
      await once(stream, 'close');
      await rename(partial, file);
    }
  } catch (error) {
    stream?.destroy();
    if (partial) await rm(partial, { force: true });
    if (error instanceof CliError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EPIPE') throw error;
    const local = code?.startsWith('E') === true;
    if (local) throw new CliError(EXIT.input, `${file} cannot be written: ${(error as Error).message}`);
    throw new CliError(EXIT.connection, `The server ended the stream after ${size(bytes)}: it is not complete.`);
  } finally {
    progress.end();
  }
  return bytes;
}
