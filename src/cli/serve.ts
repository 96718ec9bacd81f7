import { spawn } from 'node:child_process';
import { type LoadedConfig, loadConfig } from '../kit/config.ts';
import { createLog, type Log } from '../kit/log.ts';
import { type Command, command, SETTINGS_ARGS } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { App, CreateApp, Started } from './host.ts';
import type { Io } from './io.ts';
import { type SettingOptions, settingFlags } from './setting-flags.ts';

/** Time that stopping gets before the process ends regardless. */
const GRACE_MS = 10_000;

export const SERVE_ARGS = {
  ...SETTINGS_ARGS,
  host: { type: 'string', valueHint: 'HOST', description: 'Only the host of --listen' },
  port: { type: 'string', valueHint: 'PORT', description: 'Only the port of --listen' },
  pcap: { type: 'string', valueHint: 'FILE', description: 'Analyse this capture from the start' },
  interface: { type: 'string', valueHint: 'NAME', description: 'Capture on this interface from the start' },
  mode: { type: 'string', valueHint: 'pcap|live|off', description: 'Which of both (default: the one that is given)' },
  window: { type: 'string', valueHint: 'SECONDS', description: 'Length of a window of the traffic (default: 10)' },
  debug: { type: 'boolean', description: 'Log at level debug' },
  open: { type: 'boolean', description: 'Open the dashboard in the browser' },
} as const;

export interface ServeOptions extends SettingOptions {
  readonly config?: string;
  readonly debug?: boolean;
  readonly open?: boolean;
}

export function serve(createApp: CreateApp): Command {
  return command({
    name: 'serve',
    description: 'Run the server: API, dashboard and everything behind them, until Ctrl-C.',
    examples: [
      'vedette serve',
      'vedette serve --listen 0.0.0.0:8080 --data /var/lib/vedette',
      'vedette serve --config vedette.yaml --open',
      'vedette serve --interface eth0 --window 10',
    ],
    args: SERVE_ARGS,
    async run({ args, io }) {
      const { config, log } = prepare(args, io, {});
      return runApp(await createApp(config, { log }), io, args.open === true);
    },
  });
}

/** The settings and the log that the options ask for. `extra` are settings by path that the command itself sets. */
export function prepare(
  options: ServeOptions,
  io: Io,
  extra: Readonly<Record<string, unknown>>,
): { config: LoadedConfig; log: Log } {
  const flags = { ...extra, ...settingFlags(options) };
  const config = loadConfig({ flags, configFile: options.config, env: io.env, cwd: io.cwd });
  process.env.TZ = config.settings.timeZone;
  const { level, format } = config.settings.log;
  const log = createLog({ level: options.debug ? 'debug' : level, format });
  for (const warning of config.warnings) log.warn(warning);
  return { config, log };
}

/**
 * Starts the app, says where it is, and stops it at the first Ctrl-C or SIGTERM. A second signal, or ten seconds without
 * an end, ends the process at once: everything acknowledged is on disk at that point. `then` runs once it has started;
 * what it answers runs before the app stops.
 */
export async function runApp(
  app: App,
  io: Io,
  open: boolean,
  then?: (started: Started) => () => void,
): Promise<ExitCode> {
  let cleanUp: (() => void) | undefined;
  const signalled = firstSignal(io);
  const starting = app.start().then((started) => {
    greet(started, io, open);
    cleanUp = then?.(started);
  });
  try {
    // A signal during the start stops what has started so far.
    await Promise.race([signalled, starting.then(() => signalled)]);
  } finally {
    cleanUp?.();
    await app.stop();
  }
  return EXIT.ok;
}

async function firstSignal(io: Io): Promise<void> {
  await new Promise<void>((resolve) => {
    io.onInterrupt((times) => {
      if (times > 1) endAtOnce();
      resolve();
    });
  });
  io.say('Stopping; Ctrl-C again ends at once.');
  // Left in place after a clean stop, without holding the process: it ends one that something still keeps open.
  setTimeout(() => {
    io.say(`Not stopped within ${GRACE_MS / 1000} s: ending now. What was acknowledged is kept.`);
    endAtOnce();
  }, GRACE_MS).unref();
}

/**
 * Not `process.exit`: that runs the destructors of the engine, which wait for a query that does not end. Nothing is lost,
 * because whatever was acknowledged survives a kill at any moment.
 */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

function greet(started: Started, io: Io, open: boolean): void {
  const { bold, green } = io.colors;
  io.say(`${green('Vedette')} listens on ${bold(started.address)}`);
  if (started.firstKey) {
    io.say(`Your API key, shown this once: ${bold(started.firstKey)}`);
    io.say(
      `Next: open the address, or send something: ${bold('vedette ingest FILE')} (in a checkout: npx vedette ...)`,
    );
  }
  if (open) openBrowser(started.address, io);
}

/** Opens a page in the browser of the person, or says that this is up to them. */
export function openBrowser(url: string, io: Io): void {
  const opener = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => io.say(`No browser could be opened: visit ${url}`));
  child.unref();
}
