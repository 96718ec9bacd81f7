import { setTimeout as sleep } from 'node:timers/promises';
import { type Batch, BatchBuilder } from './batches.ts';
import { Client } from './client.ts';
import { command, SERVER_ARGS } from './command.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { type Input, openInput } from './input.ts';
import type { Io } from './io.ts';
import { formatOf } from './output.ts';
import { Progress } from './progress.ts';
import { Sender, type SendOptions } from './sender.ts';
import { Splitter } from './split.ts';
import { clock, count, printable, size } from './table.ts';

/** Below the limits of the server, which are 10,000 records and 5 MiB compressed. */
const LIMITS = { records: 10_000, bytes: 16 * 2 ** 20 };
const MAX_BODY = 4_000_000;
const LONGEST_RECORD = 4 * 2 ** 20;
/** Requests on their way at once: one is compressed while the other is answered. */
const CONCURRENCY = 2;

export const ingest = command({
  name: 'ingest',
  description: 'Send records to a server: NDJSON, a JSON array, or either gzipped; any size, memory stays flat.',
  examples: [
    'vedette ingest flows.json',
    'vedette ingest conn.log.gz --format zeek.conn --collector office',
    'nfdump -r nfcapd.202611200800 -o json | vedette ingest -',
  ],
  args: {
    file: { type: 'positional', required: true, description: 'File to read; - is stdin' },
    format: { type: 'string', valueHint: 'NAME', description: 'What the records are (default: found out)' },
    collector: { type: 'string', valueHint: 'NAME', description: 'Name of the sensor, kept with every record' },
    skip: { type: 'string', default: '0', valueHint: 'N', description: 'Leave out the first N records' },
    output: { type: 'string', alias: 'o', valueHint: 'table|json', description: 'json prints the counts to stdout' },
    json: { type: 'boolean', description: 'The same as -o json' },
    ...SERVER_ARGS,
  },
  async run({ args, io }) {
    const skip = Number(args.skip);
    if (!Number.isInteger(skip) || skip < 0) throw new CliError(EXIT.usage, '--skip takes a number of records.');
    if (args.collector !== undefined && !/^[\x20-\x7e]+$/.test(args.collector)) {
      throw new CliError(EXIT.usage, '--collector takes printable ASCII characters.');
    }
    const format = formatOf(args);
    const options = { format: args.format, collector: args.collector };
    const summary = await sendInput(openInput(args.file, io), Client.from(args, io), io, { ...options, skip });
    if (format !== 'table') await io.out(`${JSON.stringify(summary)}\n`);
    return exitOf(summary);
  },
});

export interface IngestSummary {
  readonly accepted: number;
  readonly rejected: number;
  readonly batches: number;
  /** Compressed, as sent. */
  readonly bytes: number;
  readonly seconds: number;
  readonly interrupted: boolean;
  /** Rejected records by reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface IngestOptions {
  readonly format?: string;
  readonly collector?: string;
  readonly skip: number;
  readonly wait?: SendOptions['wait'];
}

function exitOf(summary: IngestSummary): ExitCode {
  if (summary.interrupted) return EXIT.interrupted;
  return summary.rejected > 0 ? EXIT.partial : EXIT.ok;
}

/**
 * Sends all of the input. The first interrupt ends reading and lets requests on their way finish; the second ends the
 * process. When it ends early, a line says with which `--skip` to go on.
 */
export async function sendInput(input: Input, client: Client, io: Io, options: IngestOptions): Promise<IngestSummary> {
  const began = Date.now();
  const stop = new AbortController();
  const off = io.onInterrupt((times) => {
    if (times > 1) process.exit(EXIT.interrupted);
    stop.abort();
    io.say('Finishing the requests on their way; Ctrl-C again ends at once.');
  });
  const wait: SendOptions['wait'] = (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined);
  const sender = new Sender(client, { ...options, maxBody: MAX_BODY, wait: options.wait ?? wait });
  const queue = new InFlight(sender, stop.signal);
  const progress = new Progress(io);
  try {
    for await (const batch of batches(input, options.skip, sender, stop.signal)) {
      await queue.add(batch);
      progress.show(() => line(input, sender, began));
    }
    await queue.idle();
  } catch (error) {
    await queue.settled();
    if (!stop.signal.aborted) {
      if (queue.done > options.skip)
        io.say(`The first ${count(queue.done)} records were taken: go on with --skip ${queue.done}`);
      throw error;
    }
  } finally {
    off();
    progress.end();
  }
  const interrupted = stop.signal.aborted;
  if (sender.accepted + sender.rejected === 0 && !interrupted) {
    throw new CliError(EXIT.input, `${input.name} holds no record${options.skip > 0 ? ' after those left out' : ''}.`);
  }
  report(sender, io, began);
  if (interrupted) io.say(`Interrupted: go on with --skip ${queue.done}`);
  const { accepted, rejected, bytes, reasons } = sender;
  const seconds = (Date.now() - began) / 1000;
  return {
    accepted,
    rejected,
    batches: sender.batches,
    bytes,
    seconds,
    interrupted,
    reasons: Object.fromEntries(reasons),
  };
}

/** The input as batches, from record `skip` on. */
async function* batches(input: Input, skip: number, sender: Sender, signal: AbortSignal): AsyncIterable<Batch> {
  const builder = new BatchBuilder(LIMITS, skip);
  const ready: Batch[] = [];
  let seen = 0;
  const put = (batch: Batch | undefined) => {
    if (batch) ready.push(batch);
  };
  const splitter = new Splitter(
    {
      record(bytes, start, end) {
        if (seen++ >= skip) put(builder.add(bytes, start, end));
      },
      tooLong() {
        if (seen++ < skip) return;
        put(builder.pass());
        sender.reject(seen - 1, 1, `longer than ${size(LONGEST_RECORD)}`);
      },
    },
    LONGEST_RECORD,
  );
  for await (const chunk of input.chunks()) {
    if (signal.aborted) return;
    splitter.push(chunk);
    yield* ready.splice(0);
  }
  splitter.end();
  put(builder.take());
  yield* ready;
  if (splitter.unfinished) throw new CliError(EXIT.input, `${input.name} ends in the middle of its array.`);
}

/** At most {@link CONCURRENCY} batches on their way, and up to which record all of them have been answered. */
class InFlight {
  /** Every record before this one was taken or rejected. */
  done = 0;
  readonly #sender: Sender;
  readonly #signal: AbortSignal;
  readonly #running = new Set<Promise<void>>();
  readonly #answered = new Map<number, number>();
  #error: unknown;

  constructor(sender: Sender, signal: AbortSignal) {
    this.#sender = sender;
    this.#signal = signal;
  }

  async add(batch: Batch): Promise<void> {
    if (this.done === 0 && this.#running.size === 0 && this.#answered.size === 0) this.done = batch.first;
    while (this.#running.size >= CONCURRENCY) await Promise.race(this.#running);
    this.#check();
    if (this.#signal.aborted) return;
    const task = this.#sender
      .send(batch, this.#signal)
      .then(() => this.#advance(batch))
      .catch((error: unknown) => {
        this.#error ??= error;
      })
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  async idle(): Promise<void> {
    await this.settled();
    this.#check();
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #check(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  #advance(batch: Batch): void {
    this.#answered.set(batch.first, batch.first + batch.count);
    for (let next = this.#answered.get(this.done); next !== undefined; next = this.#answered.get(this.done)) {
      this.#answered.delete(this.done);
      this.done = next;
    }
  }
}

function line(input: Input, sender: Sender, began: number): string {
  const seconds = Math.max(0.001, (Date.now() - began) / 1000);
  const position = input.position();
  const parts = [`${count(sender.accepted)} records`, `${count(Math.round(sender.accepted / seconds))}/s`];
  if (sender.rejected > 0) parts.push(`${count(sender.rejected)} rejected`);
  if (sender.waiting > 0) parts.push(`the server asks to wait ${Math.ceil(sender.waiting)} s`);
  if (input.size === undefined) return [size(position), ...parts].join('  ');
  const share = input.size === 0 ? 1 : Math.min(1, position / input.size);
  const bar = '█'.repeat(Math.round(share * 20)).padEnd(20, '░');
  const left = share > 0 ? clock((seconds / share) * (1 - share)) : '–';
  const read = `${Math.floor(share * 100)} %  ${size(position)} / ${size(input.size)}`;
  return [bar, read, ...parts, `${left} left`].join('  ');
}

function report(sender: Sender, io: Io, began: number): void {
  const { green, yellow } = io.colors;
  for (const { record, reason } of sender.examples)
    io.say(`${yellow('rejected')} record ${count(record + 1)}: ${printable(reason)}`);
  if (sender.reasons.size > 1) {
    for (const [reason, times] of sender.reasons) io.say(`         ${count(times)} × ${printable(reason)}`);
  }
  const seconds = (Date.now() - began) / 1000;
  const rejected = sender.rejected > 0 ? `, ${count(sender.rejected)} rejected` : '';
  const took = `${size(sender.bytes)} in ${sender.batches} requests, ${seconds.toFixed(1)} s`;
  io.say(`${green('done')} ${count(sender.accepted)} records taken${rejected} (${took})`);
}
