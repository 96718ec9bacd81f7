import { spawn } from 'node:child_process';

export interface CommandResult {
  /** Null when it was ended, or could not be started. */
  readonly exitCode: number | null;
  /** What it wrote to stdout and stderr, cut. */
  readonly output: string;
  readonly milliseconds: number;
}

const OUTPUT_BYTES = 64 * 1024;

/** Runs a program without a shell, with little of our environment (no secrets), for at most `timeoutMs`. */
export function runCommand(command: readonly string[], timeoutMs = 120_000): Promise<CommandResult> {
  const began = performance.now();
  const { PATH, HOME, LANG, TZ } = process.env;
  const child = spawn(command[0], command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, LANG, TZ },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(0, OUTPUT_BYTES);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve) => {
    const done = (exitCode: number | null, more = '') =>
      resolve({ exitCode, output: output + more, milliseconds: Math.round(performance.now() - began) });
    child.once('error', (error) => done(null, error.message));
    child.once('close', (exitCode) => done(exitCode));
    // A grandchild may keep the pipes open after the program itself is gone.
    child.once('exit', (exitCode) => setTimeout(done, 1_000, exitCode).unref());
  });
}
