import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import type { CreateApp } from './host.ts';
import type { Io } from './io.ts';
import { openBrowser, prepare, runApp } from './serve.ts';

/** Not the folder of `serve`: what is only looked at does not mix with what is kept. */
const ANALYZE_DATA = join('.data', 'analyze');
/** Options of the report, which the dashboard takes the place of. */
const OF_REPORTS = [
  'output',
  'json',
  'conns',
  'windows',
  'anomalies',
  'limit-hosts',
  'html',
  'detect',
  'allow',
  'fail-on',
] as const;

interface Given {
  readonly _: readonly string[];
  readonly listen?: string;
  readonly data?: string;
  readonly window?: string;
  readonly home?: string;
  readonly open?: boolean;
}

/**
 * `vedette analyze FILE --serve`: the server with the capture in it, until Ctrl-C. It has a data folder of its own, and,
 * unless a key is configured, a key for this run only.
 * @throws CliError for a file that is not there, and for options that do not go together.
 */
export async function analyzeServe(given: Given, io: Io, createApp: CreateApp): Promise<ExitCode> {
  const file = captureOf(given, io);
  const own = io.env.API_KEY || io.env.API_KEYS ? undefined : `vdt_${randomBytes(20).toString('hex')}`;
  const extra = {
    // Nothing but the capture comes in, so that this can run beside a server.
    'flows.enabled': false,
    ...(given.home !== undefined && { 'geo.homeNetworks': given.home }),
    ...(own !== undefined && { 'api.keys': own }),
  };
  const { listen, window, data = ANALYZE_DATA } = given;
  const { config, log } = prepare({ listen, window, data, pcap: file }, io, extra);
  const app = await createApp(config, { log });
  return runApp(app, io, false, ({ address }) => {
    const { bold } = io.colors;
    const page = `${address}/traffic`;
    io.say(`${given._[0]} is shown at ${bold(page)}`);
    if (own !== undefined) io.say(`API key of this run: ${bold(own)}`);
    if (given.open) openBrowser(page, io);
    return () => undefined;
  });
}

function captureOf(given: Given, io: Pick<Io, 'cwd'>): string {
  const left = OF_REPORTS.find((name) => name in given && given[name as keyof Given] !== undefined);
  if (left !== undefined)
    throw new CliError(EXIT.usage, `--${left} is for reports: with --serve the dashboard shows it.`);
  const [name] = given._;
  if (given._.length !== 1 || name === '-')
    throw new CliError(EXIT.usage, '--serve takes one file.', 'mergecap -w all.pcapng FILE... makes one of several');
  const path = resolve(io.cwd, name);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  throw new CliError(EXIT.input, `${name} is no file.`);
}
