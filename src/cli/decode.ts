import type { ProtocolState } from '../decoders/flow/exporter.ts';
import { ExporterTable } from '../decoders/flow/exporter-table.ts';
import { FlowDecoder } from '../decoders/flow/flow-decoder.ts';
import { DEFAULT_FLOW_OPTIONS, type FlowOptions } from '../decoders/flow/flow-options.ts';
import { TemplateState } from '../decoders/flow/template-state.ts';
import { nearest } from '../kit/nearest.ts';
import { formatIp, parseIp } from '../model/address.ts';
import { columnAt } from '../model/columns.ts';
import { command, OUTPUT_ARGS } from './command.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { FLOW_FIELDS } from './flow-cells.ts';
import { type FlowFile, openFlowFile } from './flow-file.ts';
import { FlowLines } from './flow-lines.ts';
import { agentOf } from './flow-messages.ts';
import type { Io } from './io.ts';
import { formatOf } from './output.ts';
import { Problems } from './problems.ts';
import { count, printable } from './table.ts';
import { portsOf, wholeNumber } from './values.ts';

/** Bytes of output that are gathered before they are written. */
const WRITE = 256 * 1024;
/** A file is no stranger on the network: its data sets may wait for a template as long as it takes. */
const PENDING_BYTES = 64 * 1024 * 1024;

export const decode = command({
  name: 'decode',
  description: 'Show the flows in captures of NetFlow 5, 7, 9, IPFIX and sFlow 5. Needs no server.',
  examples: [
    'vedette decode flows.pcap',
    'vedette decode *.pcapng.gz -o ndjson --all',
    'tcpdump -w - udp port 2055 | vedette decode - -o csv > flows.csv',
  ],
  args: {
    file: {
      type: 'positional',
      required: true,
      description: 'pcap, pcapng or flow messages one behind the other, plain, gzip or zstd; several, or - for stdin',
    },
    ...OUTPUT_ARGS,
    fields: {
      type: 'string',
      valueHint: 'usual|all|a,b',
      description: 'What goes into attrs: the useful elements, or every one; or print these fields only',
    },
    all: { type: 'boolean', description: 'Also options records, templates and counters (json, ndjson)' },
    exporter: { type: 'string', valueHint: 'ADDR', description: 'Of this exporter only' },
    port: {
      type: 'string',
      valueHint: 'N,N',
      description: 'Datagrams to these ports only (default: what looks right)',
    },
    limit: { type: 'string', alias: 'n', valueHint: 'N', description: 'Lines at most (default: all)' },
    quiet: { type: 'boolean', alias: 'q', description: 'No account on stderr' },
  },
  async run({ args, io }) {
    const format = formatOf(args);
    if (args.all && format !== 'json' && format !== 'ndjson') {
      throw new CliError(EXIT.usage, '--all prints records of several kinds.', '-o ndjson or -o json');
    }
    const { elements, fields } = fieldsOf(args.fields);
    const limit = args.limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--limit', args.limit);
    const width = io.outIsTerminal ? io.width : undefined;
    const lines = new FlowLines({ format, fields, all: args.all === true, limit, width });
    const options: FlowOptions = {
      ...DEFAULT_FLOW_OPTIONS,
      fields: elements,
      pendingBytes: PENDING_BYTES,
      pendingSeconds: Number.POSITIVE_INFINITY,
      maxTimeDifference: Number.POSITIVE_INFINITY,
      observer: args.all ? lines : undefined,
    };
    const job = new DecodeJob(lines, options, args.exporter, io);
    const off = io.onInterrupt(() => {
      job.stopped = true;
    });
    try {
      return await job.run(args._, portsOf(args.port), args.quiet === true);
    } finally {
      off();
    }
  },
});

/** `--fields`: a word about `attrs`, or names of columns. */
function fieldsOf(given: string | undefined): { elements: 'usual' | 'all'; fields: string[] | undefined } {
  if (given === undefined || given === 'usual' || given === 'all') {
    return { elements: given ?? 'usual', fields: undefined };
  }
  const fields = given
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => (FLOW_FIELDS.includes(name) ? name : (columnAt(name)?.name ?? name)));
  const wrong = fields.find((name) => !FLOW_FIELDS.includes(name));
  if (wrong === undefined && fields.length > 0) return { elements: 'usual', fields };
  const meant = nearest(wrong ?? '', FLOW_FIELDS);
  const hint = meant ? `Did you mean ${meant}?` : `usual, all, or some of ${FLOW_FIELDS.join(',')}`;
  throw new CliError(EXIT.usage, `A flow has no field ${printable(wrong ?? '')}.`, hint);
}

/** One run of the command over its files. Templates learnt from one file count for the next. */
class DecodeJob {
  stopped = false;
  readonly #lines: FlowLines;
  readonly #exporters = new ExporterTable();
  readonly #decoder: FlowDecoder;
  readonly #exporter: string | undefined;
  readonly #io: Io;
  readonly #problems: Problems;
  #datagrams = 0;
  /** Flow datagrams found, of other exporters as well. */
  #found = 0;

  constructor(lines: FlowLines, options: FlowOptions, exporter: string | undefined, io: Io) {
    this.#lines = lines;
    this.#decoder = new FlowDecoder(this.#exporters, options);
    this.#exporter = addressOf(exporter);
    this.#io = io;
    this.#problems = new Problems(io);
  }

  async run(names: readonly string[], ports: ReadonlySet<number> | undefined, quiet: boolean): Promise<ExitCode> {
    const found: string[] = [];
    for (const name of names) {
      if (this.stopped || this.#lines.done) break;
      const file = await openFlowFile(name, this.#io, ports, (text) => this.#problems.add(`${name}: ${text}`));
      try {
        await this.#read(file);
      } finally {
        await file.close();
      }
      found.push(`${name}: ${file.found()}`);
    }
    const last = this.#lines.end();
    if (last.length > 0) await this.#io.out(last);
    this.#problems.end();
    if (this.#found === 0 && !this.stopped && !this.#lines.done) {
      throw new CliError(EXIT.input, 'No flow export was found.', found.join('\n      '));
    }
    const malformed = this.#report(quiet);
    if (this.stopped) return EXIT.interrupted;
    return malformed || this.#problems.count > 0 ? EXIT.partial : EXIT.ok;
  }

  async #read(file: FlowFile): Promise<void> {
    const lines = this.#lines;
    while (!this.stopped && !lines.done && (await file.more())) {
      while (!lines.done && file.next()) {
        this.#found++;
        if (this.#isWanted(file)) this.#decode(file);
        if (lines.out.length >= WRITE) await this.#io.out(lines.take());
      }
      const written = lines.take();
      if (written.length > 0) await this.#io.out(written);
    }
  }

  #decode({ datagram, peer }: FlowFile): void {
    this.#datagrams++;
    this.#lines.now = datagram.receivedAt;
    this.#decoder.decode(datagram, peer, this.#lines);
  }

  /** sFlow names its agent, which may differ from the sender. */
  #isWanted({ datagram, peer }: FlowFile): boolean {
    if (this.#exporter === undefined) return true;
    const { view, bytes, start, end } = datagram;
    return (agentOf(view, bytes, start, end) ?? peer) === this.#exporter;
  }

  /** Answers whether something could not be read. */
  #report(quiet: boolean): boolean {
    let [exporters, lost, waiting, malformed] = [0, 0, 0, 0];
    for (const { counters, protocols } of this.#exporters.all()) {
      if (counters.datagrams > 0) exporters++;
      lost += counters.lost;
      waiting += counters.without_template + stillWaiting(protocols.values());
      malformed += counters.malformed;
    }
    if (quiet) return malformed > 0;
    const io = this.#io;
    for (const [detail, times] of this.#lines.rejected)
      io.say(`${io.colors.yellow('rejected')} ${count(times)} × ${printable(detail)}`);
    const parts = [
      `${count(this.#datagrams)} datagrams`,
      `${count(this.#lines.flows)} flows`,
      `${count(exporters)} exporters`,
      `${count(lost)} lost by sequence`,
      `${count(waiting)} without template`,
      `${count(malformed)} malformed`,
    ];
    const limited = this.#lines.done ? ' (stopped at --limit)' : '';
    io.say(`${io.colors.green('done')} ${parts.join(', ')}${limited}`);
    return malformed > 0;
  }
}

/** Data sets whose template did not come before the end. */
function stillWaiting(states: Iterable<ProtocolState>): number {
  let sets = 0;
  for (const state of states) if (state instanceof TemplateState) sets += state.pending.size;
  return sets;
}

/** An address as exporters are named. */
function addressOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const bytes = new Uint8Array(16);
  if (parseIp(given, bytes) === 0) throw new CliError(EXIT.usage, `--exporter takes an address, not ${given}.`);
  return formatIp(bytes);
}
