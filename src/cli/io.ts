import { createColors } from 'picocolors';

export type Colors = ReturnType<typeof createColors>;

/** The way out of a command: data to stdout, everything else to stderr. Tests give one of their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Writes data; waits while the reader is slow. */
  out(data: string | Uint8Array): Promise<void>;
  /** Writes a line for the person. */
  say(line: string): void;
  /** Replaces the last line of a terminal; does nothing where there is none. */
  status(line: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Columns of the terminal, 80 where there is none. */
  readonly width: number;
  readonly colors: Colors;
  /** Calls `handler` at Ctrl-C or SIGTERM with how often that happened; the answer takes it off again. */
  onInterrupt(handler: (times: number) => void): () => void;
}

/** Colours only on a terminal, and not with NO_COLOR, TERM=dumb or --no-color (no-color.org). */
export function wantsColor(env: Io['env'], terminal: boolean, flag: boolean): boolean {
  return flag && terminal && !env.NO_COLOR && env.TERM !== 'dumb';
}

export function processIo(color: boolean): Io {
  const { stdout, stderr, env } = process;
  const errIsTerminal = stderr.isTTY === true && !env.CI && env.TERM !== 'dumb';
  let statusShown = false;
  const clear = () => {
    if (statusShown) stderr.write('\r\u001b[2K');
    statusShown = false;
  };
  return {
    env,
    cwd: process.cwd(),
    stdin: process.stdin,
    async out(data) {
      clear();
      if (stdout.write(data)) return;
      await new Promise<void>((resolve) => stdout.once('drain', resolve));
    },
    say(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    status(line) {
      if (!errIsTerminal) return;
      clear();
      stderr.write(line.slice(0, (stderr.columns ?? 80) - 1));
      statusShown = line !== '';
    },
    outIsTerminal: stdout.isTTY === true,
    errIsTerminal,
    width: stdout.columns ?? 80,
    colors: createColors(wantsColor(env, stdout.isTTY === true, color)),
    onInterrupt,
  };
}

function onInterrupt(handler: (times: number) => void): () => void {
  let times = 0;
  const listener = () => handler(++times);
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return () => {
    process.off('SIGINT', listener);
    process.off('SIGTERM', listener);
  };
}
