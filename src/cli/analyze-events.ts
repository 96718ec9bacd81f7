import { setTimeout as wait } from 'node:timers/promises';
import type { Anomaly, Window } from '../model/window.ts';
import { type AnalyzePlan, analyzeOptions } from './analyze-options.ts';
import { anomalyBlocks } from './anomaly-text.ts';
import { Client, type ServerOptions } from './client.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { counted } from './figures.ts';
import type { Io } from './io.ts';
import { windowTable } from './window-table.ts';

const POLL_MS = 250;
const PAGE = 1000;

type Given = Parameters<typeof analyzeOptions>[0];

/** Options of `analyze --events`. */
export interface EventsGiven extends Given, ServerOptions {
  readonly _: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly filter?: string;
}

interface Job {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly input: string;
  readonly events: number;
  readonly windows: number;
  readonly error: string | null;
}

/** These are of packets, or of what a server decides for all. */
const OF_CAPTURES = ['conns', 'html', 'home', 'detect', 'allow', 'limit-hosts'] as const;

/**
 * `vedette analyze --events`: a running server analyses flows and logs that it has stored, and shows them from then on;
 * windows and anomalies are printed as those of a capture are.
 */
export async function analyzeEvents(args: EventsGiven, io: Io): Promise<ExitCode> {
  if (args._.length > 0) throw new CliError(EXIT.usage, '--events is instead of a file.');
  const wrong = OF_CAPTURES.find((name) => args[name] !== undefined);
  if (wrong) throw new CliError(EXIT.usage, `--${wrong} is for captures, not for --events.`);
  const plan = await analyzeOptions(args, io);
  const client = Client.from(args, io);
  const job = await compute(client, io, {
    source: 'events',
    from: args.from ?? '-1h',
    to: args.to,
    filter: args.filter,
    window_size: plan.analysis.seconds,
  });
  const anomalies = await all<Anomaly>(client, '/v1/traffic/anomalies', 'anomalies');
  const wanted = plan.print.windows || plan.print.format === 'json';
  const windows = wanted ? await all<Window>(client, '/v1/traffic/windows', 'metrics') : [];
  const { system } = await client.json<{ system: { events: string | null } }>('GET', '/v1/traffic/status');
  if (system.events !== job.input)
    throw new CliError(EXIT.connection, 'Something else was analysed on the server in the meantime.', 'run it again');
  await print(job, windows, anomalies, plan, io);
  const { failOn } = plan;
  return failOn && anomalies.some(({ severity }) => failOn.has(severity)) ? EXIT.failed : EXIT.ok;
}

/** Runs it to its end; Ctrl-C cancels it. */
async function compute(client: Client, io: Io, order: Readonly<Record<string, unknown>>): Promise<Job> {
  let job = await client.json<Job>('POST', '/v1/traffic/jobs', {}, order);
  const path = `/v1/traffic/jobs/${job.id}`;
  let stopped = false;
  const off = io.onInterrupt(() => {
    stopped = true;
  });
  try {
    while (job.state === 'running') {
      await wait(POLL_MS);
      job = await client.json<Job>(stopped ? 'DELETE' : 'GET', path);
    }
  } finally {
    off();
  }
  if (job.state === 'done') return job;
  if (stopped) throw new CliError(EXIT.interrupted, 'The analysis was cancelled.');
  throw new CliError(EXIT.connection, job.error ?? 'The analysis was cancelled on the server.');
}

async function all<T>(client: Client, path: string, key: string): Promise<T[]> {
  const items: T[] = [];
  for (;;) {
    const page = await client.json<Record<string, T[] | undefined>>('GET', path, { limit: PAGE, offset: items.length });
    const more = page[key] ?? [];
    items.push(...more);
    if (more.length < PAGE) return items;
  }
}

async function print(job: Job, windows: Window[], anomalies: Anomaly[], plan: AnalyzePlan, io: Io): Promise<void> {
  const { format, windows: asked, anomalies: only } = plan.print;
  if (format === 'json')
    await io.out(`${JSON.stringify({ input: job.input, events: job.events, windows, anomalies }, null, 2)}\n`);
  else if (format === 'ndjson') {
    const both = asked && only;
    const lines = (kind: string, list: readonly object[]) =>
      list.map((value) => `${JSON.stringify(both ? { record: kind, ...value } : value)}\n`).join('');
    await io.out((asked ? lines('window', windows) : '') + (only ? lines('anomaly', anomalies) : ''));
  } else {
    const width = io.outIsTerminal ? io.width : 120;
    const first = windows[0]?.window_start ?? null;
    if (asked) await io.out(windowTable(windows, first, width));
    if (only || !asked) await io.out(anomalyBlocks(anomalies, first, io.colors, width));
  }
  if (plan.quiet) return;
  const parts = [
    counted(job.events, 'event'),
    counted(job.windows, 'window'),
    counted(anomalies.length, 'anomaly', 'anomalies'),
  ];
  io.say(`${io.colors.green('done')} ${job.input}: ${parts.join(', ')}`);
}
