import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { TrafficResult } from '../model/traffic.ts';
import type { Anomaly, Window } from '../model/window.ts';
import type { Analysis, AnalysisHooks, CreateAnalysis } from './analysis.ts';
import { analysisDocument } from './analysis-document.ts';
import { analysisReport } from './analysis-report.ts';
import { analyzeEvents } from './analyze-events.ts';
import { type AnalyzePlan, analyzeOptions } from './analyze-options.ts';
import { analyzeServe } from './analyze-serve.ts';
import { anomalyBlocks } from './anomaly-text.ts';
import { type CaptureFile, captureFault, captureFiles } from './capture-files.ts';
import { type Command, command } from './command.ts';
import { connectionLine } from './connection-lines.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { counted } from './figures.ts';
import type { CreateApp } from './host.ts';
import type { Io } from './io.ts';
import { Problems } from './problems.ts';
import { Progress } from './progress.ts';
import { clock, count, printable, size } from './table.ts';
import { windowTable } from './window-table.ts';

/** Characters of output that are gathered before they become bytes. */
const BLOCK = 64 * 1024;

/** How long a pipe is read on after Ctrl-C, milliseconds. */
const PIPE_GRACE = 500;

const ARGS = {
  file: {
    type: 'positional',
    required: false,
    description: 'pcap or pcapng, plain, gzip or zstd; several, or - for stdin',
  },
  output: {
    type: 'string',
    alias: 'o',
    valueHint: 'report|json|ndjson',
    description: 'How to print (default: report); ndjson for windows and anomalies',
  },
  json: { type: 'boolean', description: 'The same as -o json' },
  conns: { type: 'string', valueHint: 'ndjson', description: 'Print a line for each connection, as conn.log of Zeek' },
  windows: { type: 'boolean', description: 'Print the windows' },
  anomalies: { type: 'boolean', description: 'Print all anomalies' },
  window: { type: 'string', valueHint: 'SECONDS', description: 'Length of a window (default: 10)' },
  'limit-hosts': { type: 'string', alias: 'n', valueHint: 'N', description: 'Rows of hosts and pairs (default: 10)' },
  html: { type: 'string', valueHint: 'FILE', description: 'Also write the report as one HTML file with plots' },
  home: { type: 'string', valueHint: 'NET,NET', description: 'Networks that are yours (default: private ones)' },
  detect: { type: 'string', valueHint: 'none|a,b', description: 'Detectors to run (default: all)' },
  allow: { type: 'string', valueHint: 'FILE', description: 'Allow rules as JSON: what they meet is hidden' },
  'fail-on': { type: 'string', valueHint: 'low|medium|high', description: 'Exit with 1 at anomalies this severe' },
  quiet: { type: 'boolean', alias: 'q', description: 'No progress and no account on stderr' },
  serve: { type: 'boolean', description: 'Show it in the dashboard, until Ctrl-C' },
  open: { type: 'boolean', description: 'With --serve: open the browser' },
  listen: { type: 'string', valueHint: 'HOST:PORT', description: 'With --serve: address and port to listen on' },
  data: { type: 'string', valueHint: 'DIR', description: 'With --serve: data folder (default: .data/analyze)' },
  events: { type: 'boolean', description: 'Flows and logs that a running server has stored, instead of a file' },
  filter: { type: 'string', valueHint: 'EXPRESSION', description: 'With --events: only those that match this' },
  from: { type: 'string', valueHint: 'TIME', description: 'With --events: start, ISO, -15m, -7d (default: -1h)' },
  to: { type: 'string', valueHint: 'TIME', description: 'With --events: end (default: now)' },
  server: { type: 'string', valueHint: 'URL', description: 'With --events: address of the server' },
  key: { type: 'string', description: 'With --events: API key' },
} as const;

/** `vedette analyze`. */
export function analyze(createAnalysis: CreateAnalysis, createApp: CreateApp): Command {
  return command({
    name: 'analyze',
    description: 'What is in a capture: who talked to whom, services, latency, loss, anomalies. Needs no server.',
    examples: [
      'vedette analyze office.pcap',
      'vedette analyze *.pcapng.gz --html report.html',
      'vedette analyze office.pcap --conns ndjson | jq -c \'select(.conn_state == "S0")\'',
      'tcpdump -w - -c 10000 | vedette analyze -',
      'vedette analyze office.pcap --serve --open',
      'vedette analyze --events --from -24h --filter "src.ip = 10.0.0.0/8"',
    ],
    args: ARGS,
    async run({ args, io }) {
      if (args.events) return analyzeEvents(args, io);
      if (args._.length === 0)
        throw new CliError(EXIT.usage, 'Which capture?', 'vedette analyze FILE; vedette analyze --events');
      if (args.serve) return analyzeServe(args, io, createApp);
      const plan = await analyzeOptions(args, io);
      const files = await captureFiles(args._, io);
      const job = new AnalyzeJob(plan, io);
      return job.run(files, await createAnalysis(plan.analysis, job.hooks));
    },
  });
}

/** One run of the command over its files. */
class AnalyzeJob {
  readonly hooks: AnalysisHooks;
  readonly #plan: AnalyzePlan;
  readonly #io: Io;
  readonly #problems: Problems;
  readonly #progress: Progress;
  #lines: string[] = [];
  #length = 0;
  readonly #blocks: Buffer[] = [];
  #began = Date.now();
  #stopped = false;
  #reading = true;
  /** Bytes of the files before the present one, of the present one, and of all; undefined with a pipe. */
  #before = 0;
  #position = 0;
  #size: number | undefined;
  #analysis: Analysis | undefined;

  constructor(plan: AnalyzePlan, io: Io) {
    this.#plan = plan;
    this.#io = io;
    this.#problems = new Problems(io);
    this.#progress = new Progress(io);
    const { print } = plan;
    const lines = print.format === 'ndjson';
    const both = print.windows && print.anomalies;
    const record = (kind: string, value: Window | Anomaly) =>
      this.#put(`${JSON.stringify(both ? { record: kind, ...value } : value)}\n`);
    this.hooks = {
      onConnection: print.connections
        ? (connection, why) => {
            if (why !== 'poll') this.#put(connectionLine(connection));
          }
        : undefined,
      onWindow: lines && print.windows ? (window) => record('window', window) : undefined,
      onAnomaly: lines && print.anomalies ? (anomaly) => record('anomaly', anomaly) : undefined,
      onProgress: (bytes) => this.#advance(bytes),
    };
  }

  async run(files: readonly CaptureFile[], analysis: Analysis): Promise<ExitCode> {
    this.#analysis = analysis;
    const sizes = files.map((file) => file.size);
    this.#size = sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, each) => sum + (each ?? 0), 0);
    const off = this.#io.onInterrupt((times) => {
      if (times > 1) process.exit(EXIT.interrupted);
      this.#stopped = true;
      // What fills a pipe was interrupted too, and has its last packets still to write.
      if (this.#size !== undefined) analysis.stop();
      else setTimeout(() => analysis.stop(), PIPE_GRACE).unref();
    });
    try {
      for (const file of files) {
        if (!this.#stopped) await this.#read(file, analysis);
      }
      this.#progress.end();
      this.#reading = false;
      const result = await analysis.finish();
      await this.#print(files, result);
      return this.#exit(result);
    } finally {
      off();
      this.#progress.end();
      analysis.close();
    }
  }

  async #read(file: CaptureFile, analysis: Analysis): Promise<void> {
    try {
      await analysis.read(file.open(), (text) => this.#problems.add(`${file.name}: ${text}`));
    } catch (error) {
      throw captureFault(file.name, error);
    }
    this.#before += this.#position;
    this.#position = 0;
  }

  async #advance(bytes: number): Promise<void> {
    if (this.#reading) this.#position = bytes;
    if (this.#reading && !this.#plan.quiet) this.#progress.show(() => this.#line());
    if (this.#blocks.length > 0) await this.#flush();
  }

  #put(text: string): void {
    this.#lines.push(text);
    this.#length += text.length;
    if (this.#length >= BLOCK) this.#pack();
  }

  /** As bytes, lines take a fraction of the room: all connections that are still open come at once at the end. */
  #pack(): void {
    this.#blocks.push(Buffer.from(this.#lines.join('')));
    this.#lines = [];
    this.#length = 0;
  }

  async #flush(): Promise<void> {
    if (this.#length > 0) this.#pack();
    for (let block = this.#blocks.shift(); block; block = this.#blocks.shift()) await this.#io.out(block);
  }

  async #print(files: readonly CaptureFile[], result: TrafficResult): Promise<void> {
    const { print, html, top } = this.#plan;
    const io = this.#io;
    await this.#flush();
    const width = io.outIsTerminal ? io.width : 120;
    const style = { colors: io.colors, width, top };
    if (print.format === 'json') await io.out(`${JSON.stringify(analysisDocument(files, result, print), null, 2)}\n`);
    else if (print.format === 'report') {
      if (print.windows) await io.out(windowTable(result.windows, result.totals.first, width));
      if (print.anomalies) await io.out(anomalyBlocks(result.anomalies, result.totals.first, io.colors, width));
      if (print.report) await io.out(analysisReport(files, result, style));
    }
    if (html !== undefined) await this.#writeHtml(html, files, result);
    this.#problems.end();
    if (!this.#plan.quiet) io.say(this.#done(result));
  }

  async #writeHtml(name: string, files: readonly CaptureFile[], result: TrafficResult): Promise<void> {
    const { analysisHtml } = await import('./analysis-html.ts');
    try {
      await writeFile(resolve(this.#io.cwd, name), analysisHtml(files, result));
    } catch (error) {
      throw new CliError(EXIT.input, `${name} cannot be written: ${(error as Error).message}.`);
    }
  }

  #exit({ anomalies }: TrafficResult): ExitCode {
    if (this.#stopped) return EXIT.interrupted;
    const { failOn } = this.#plan;
    if (failOn !== undefined && anomalies.some(({ severity }) => failOn.has(severity))) return EXIT.failed;
    return this.#problems.count > 0 ? EXIT.partial : EXIT.ok;
  }

  #line(): string {
    const seconds = Math.max(0.001, (Date.now() - this.#began) / 1000);
    const position = this.#before + this.#position;
    const packets = this.#analysis?.packets ?? 0;
    const parts = [`${count(packets)} packets`, `${count(Math.round(packets / seconds))}/s`];
    if (this.#size === undefined) return [size(position), ...parts].join('  ');
    const part = this.#size === 0 ? 1 : Math.min(1, position / this.#size);
    const bar = '█'.repeat(Math.round(part * 20)).padEnd(20, '░');
    const left = part > 0 ? clock((seconds / part) * (1 - part)) : '–';
    return [bar, `${Math.floor(part * 100)} %  ${size(position)} / ${size(this.#size)}`, ...parts, `${left} left`].join(
      '  ',
    );
  }

  #done({ totals, connections, window_count, anomaly_count }: TrafficResult): string {
    const seconds = Math.max(0.001, (Date.now() - this.#began) / 1000);
    const parts = [
      counted(totals.packets, 'packet'),
      counted(connections.total, 'connection'),
      counted(window_count, 'window'),
      counted(anomaly_count, 'anomaly', 'anomalies'),
    ];
    const { html } = this.#plan;
    const written = html === undefined ? '' : `; ${printable(html)} written`;
    const word = this.#stopped ? this.#io.colors.yellow('interrupted') : this.#io.colors.green('done');
    return `${word} ${parts.join(', ')} (${seconds.toFixed(1)} s, ${count(Math.round(totals.packets / seconds))} packets/s)${written}`;
  }
}
