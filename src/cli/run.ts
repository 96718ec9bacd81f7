import { type ArgsDef, parseArgs, renderUsage } from 'citty';
import { nearest } from '../kit/nearest.ts';
import type { CreateAnalysis } from './analysis.ts';
import type { Command } from './command.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import type { CreateApp } from './host.ts';
import { type Io, processIo } from './io.ts';

/** How the commands that run the product itself get it, so that all others start without loading it. */
export interface Parts {
  createApp: CreateApp;
  createAnalysis: CreateAnalysis;
}

interface Entry {
  readonly about: string;
  load(parts: Parts): Promise<Command>;
}

/** Loaded one at a time: `vedette lookup` must not wait for what `vedette serve` needs. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: { about: 'Run the server', load: async (parts) => (await import('./serve.ts')).serve(parts.createApp) },
  demo: {
    about: 'Run the server with demo traffic',
    load: async (parts) => (await import('./demo.ts')).demo(parts.createApp),
  },
  ingest: { about: 'Send a file of records to a server', load: async () => (await import('./ingest.ts')).ingest },
  analyze: {
    about: 'What is in a capture: talkers, services, latency, loss, anomalies',
    load: async (parts) => (await import('./analyze.ts')).analyze(parts.createAnalysis, parts.createApp),
  },
  decode: { about: 'Show the flows in a capture', load: async () => (await import('./decode.ts')).decode },
  replay: {
    about: 'Send the flow datagrams of a capture again',
    load: async () => (await import('./replay.ts')).replay,
  },
  lookup: { about: 'What is known about an address or domain', load: async () => (await import('./lookup.ts')).lookup },
  top: { about: 'The most frequent values of a field', load: async () => (await import('./top.ts')).top },
  query: { about: 'Newest events that match a filter', load: async () => (await import('./query.ts')).query },
  exporters: {
    about: 'Devices that send flows, and how they are',
    load: async () => (await import('./exporters.ts')).exporters,
  },
  outputs: {
    about: 'Where events are delivered to, and how that goes',
    load: async () => (await import('./outputs.ts')).outputs,
  },
  output: {
    about: 'Make, test and steer an output; its dead letters',
    load: async () => (await import('./output-command.ts')).output,
  },
  export: {
    about: 'Write events as NDJSON, CSV or Parquet',
    load: async () => (await import('./export.ts')).exportEvents,
  },
  keys: { about: 'Create, list and revoke API keys', load: async () => (await import('./keys.ts')).keys },
  config: { about: 'Show and check the settings', load: async () => (await import('./config.ts')).config },
  doctor: { about: 'Check this machine and installation', load: async () => (await import('./doctor.ts')).doctor },
};

/** Options that every command has. */
const COMMON: ArgsDef = {
  color: { type: 'boolean', default: true, negativeDescription: 'No colours (also NO_COLOR)' },
  help: { type: 'boolean', alias: 'h', description: 'This text' },
};

/** Runs one command line and answers its exit code. Never throws. */
export async function run(argv: readonly string[], parts: Parts, given?: Io): Promise<ExitCode> {
  const io = given ?? processIo(!argv.includes('--no-color'));
  try {
    return await dispatch([...argv], parts, io);
  } catch (error) {
    io.status('');
    return report(error, io);
  }
}

async function dispatch(argv: string[], parts: Parts, io: Io): Promise<ExitCode> {
  const at = argv.findIndex((word) => !word.startsWith('-'));
  const name = argv[at];
  if (argv[0] === '--version' || argv[0] === '-V' || name === 'version') return showVersion(io);
  if (name === undefined || name === 'help') return showCommands(io, argv.length === 0 ? EXIT.usage : EXIT.ok);
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) {
    const meant = nearest(name, Object.keys(COMMANDS));
    throw new CliError(
      EXIT.usage,
      `There is no command ${name}.${meant ? ` Did you mean ${meant}?` : ''}`,
      'vedette help',
    );
  }
  const cmd = await entry.load(parts);
  const def = { ...((await cmd.def.args) as ArgsDef), ...COMMON };
  const rest = argv.toSpliced(at, 1);
  if (rest.includes('--help') || rest.includes('-h')) return showHelp(cmd, def, io);
  refuseUnknown(rest, def, name);
  let args: ReturnType<typeof parseArgs>;
  try {
    args = parseArgs(rest, def);
  } catch (error) {
    throw new CliError(EXIT.usage, (error as Error).message, `vedette ${name} --help`);
  }
  return cmd.run(args, io);
}

/** A mistyped option must not be taken for one that was not given. */
function refuseUnknown(argv: readonly string[], def: ArgsDef, name: string): void {
  const known = new Set<string>();
  for (const [option, arg] of Object.entries(def)) {
    if (arg.type === 'positional') continue;
    const aliases = 'alias' in arg && arg.alias ? [arg.alias].flat() : [];
    for (const spelling of [option, ...aliases]) known.add(spelling);
  }
  for (const word of argv) {
    if (word === '--') return;
    const match = /^--?([A-Za-z][\w-]*)/.exec(word);
    if (!match || !/^--|^-[A-Za-z]$/.test(word)) continue;
    const option = match[1].replace(/^no-/, '');
    if (known.has(match[1]) || known.has(option)) continue;
    const meant = nearest(option, known);
    const hint = meant ? ` Did you mean --${meant}?` : '';
    throw new CliError(EXIT.usage, `${name} has no option ${word.split('=')[0]}.${hint}`, `vedette ${name} --help`);
  }
}

async function showHelp(cmd: Command, args: ArgsDef, io: Io): Promise<ExitCode> {
  const usage = await renderUsage({ ...cmd.def, args }, { meta: { name: 'vedette' } });
  const examples = cmd.examples.map((line) => `  ${line}`).join('\n');
  await io.out(`${examples}\n\n${plain(usage, io)}\n`);
  return EXIT.ok;
}

/** citty decides on colours by rules of its own. */
function plain(text: string, io: Io): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour
  return io.colors.isColorSupported ? text : text.replace(/\u001b\[\d+m/g, '');
}

async function showCommands(io: Io, exit: ExitCode): Promise<ExitCode> {
  const { bold, dim } = io.colors;
  const rows = Object.entries(COMMANDS).map(([name, entry]) => `  ${bold(name.padEnd(9))} ${entry.about}`);
  const text = [
    `${bold('vedette')} watches over your network: flows, logs and threat intelligence in one process.`,
    '',
    '  vedette serve                     start, then open the address it prints',
    '  vedette ingest flows.json         send records to it',
    '  vedette top src.ip --by bytes     who moves most',
    '  vedette analyze office.pcap       what is in a capture; needs no server',
    '',
    ...rows,
    '',
    dim('vedette COMMAND --help tells more; docs/40-cli.md lists the exit codes.'),
    '',
  ].join('\n');
  if (exit === EXIT.ok) await io.out(text);
  else io.say(text);
  return exit;
}

async function showVersion(io: Io): Promise<ExitCode> {
  const { readVersion } = await import('../kit/version.ts');
  await io.out(`vedette ${readVersion().version}\n`);
  return EXIT.ok;
}

/** Says what went wrong; the stack only where VEDETTE_LOG_LEVEL asks for details. */
async function report(error: unknown, io: Io): Promise<ExitCode> {
  const { red, dim } = io.colors;
  if (error instanceof CliError) {
    io.say(`${red('error')} ${error.message}`);
    for (const line of error.excerpt?.split('\n') ?? []) io.say(`  ${line}`);
    if (error.hint) io.say(`${dim('try  ')} ${error.hint}`);
    return error.exit;
  }
  if (error instanceof Error && error.name === 'ConfigError') {
    io.say(`${red('error')} The settings cannot be used:`);
    for (const line of error.message.split('\n')) io.say(`      ${line}`);
    io.say(`${dim('try  ')} vedette config check`);
    return EXIT.usage;
  }
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') return EXIT.ok;
  const details = ['debug', 'trace'].includes(io.env.VEDETTE_LOG_LEVEL ?? '');
  io.say(`${red('error')} ${error instanceof Error ? (details ? error.stack : error.message) : String(error)}`);
  return EXIT.failed;
}
