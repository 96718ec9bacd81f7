import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../demo/receivers/receiver-main.ts', import.meta.url));

/** A receiver in a process of its own, that keeps what it took in a file, so that it can be killed and come back. */
export class ReceiverProcess {
  readonly #name: string;
  readonly #options: Record<string, unknown>;
  #child: ChildProcess | undefined;
  #port = 0;
  /** Faults and other controls: a new process has to be told again. */
  #controls: Record<string, unknown> = {};

  constructor(name: string, options: Record<string, unknown>) {
    this.#name = name;
    this.#options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const options = { ...this.#options, port: this.#port, controls: this.#controls };
    const child = spawn(process.execPath, ['--import', 'tsx', main, this.#name, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      this.#port = Number(JSON.parse(line).port);
      return;
    }
    throw new Error(`the receiver ${this.#name} did not start`);
  }

  /** SIGKILL, and waits. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async control(controls: Record<string, unknown>): Promise<void> {
    this.#controls = { ...this.#controls, ...controls };
    await fetch(`${this.url}/control`, { method: 'PATCH', body: JSON.stringify(controls) });
  }

  async sums(): Promise<{ events: number; distinct: number; duplicates: number }> {
    return (await fetch(`${this.url}/control`)).json() as Promise<{
      events: number;
      distinct: number;
      duplicates: number;
    }>;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }
}
