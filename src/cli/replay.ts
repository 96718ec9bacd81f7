import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from './command.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { type FlowFile, openFlowFile } from './flow-file.ts';
import { FlowRewriter } from './flow-rewriter.ts';
import type { Io } from './io.ts';
import { Pacer } from './pacer.ts';
import { Problems } from './problems.ts';
import { Progress } from './progress.ts';
import { ReplaySockets, type Target } from './replay-sockets.ts';
import { count, size } from './table.ts';
import { portsOf, wholeNumber } from './values.ts';

/** Pauses shorter than this are made up for later: timers are no finer. */
const LEAST_WAIT_MS = 1;
/** Senders that are named. */
const NAMED_SENDERS = 10;

interface ReplayOptions {
  readonly name: string;
  readonly ports: ReadonlySet<number> | undefined;
  readonly loops: number;
  readonly limit: number;
}

export const replay = command({
  name: 'replay',
  description: 'Send the flow datagrams of a capture again, over UDP, as a test of a collector.',
  examples: [
    'vedette replay flows.pcap --to 127.0.0.1:2055',
    'vedette replay flows.pcap --to 127.0.0.1:2055 --now --speed 10',
    'vedette replay flows.pcap --to 127.0.0.1:2055 --rate 5000 --loop 100',
  ],
  args: {
    file: { type: 'positional', required: true, description: 'As vedette decode takes it; - is stdin' },
    to: { type: 'string', required: true, valueHint: 'HOST:PORT', description: 'Where to send to' },
    speed: { type: 'string', default: '1', valueHint: 'N|max', description: 'Divide the pauses of the capture by N' },
    rate: { type: 'string', valueHint: 'N', description: 'Datagrams a second instead of those pauses' },
    now: { type: 'boolean', description: 'Move the times in the datagrams to the present' },
    loop: { type: 'string', default: '1', valueHint: 'N', description: 'Send the file so many times' },
    limit: { type: 'string', alias: 'n', valueHint: 'N', description: 'Datagrams at most (default: all)' },
    port: {
      type: 'string',
      valueHint: 'N,N',
      description: 'Datagrams to these ports only (default: what looks right)',
    },
  },
  async run({ args, io }) {
    const speed = args.speed === 'max' ? Number.POSITIVE_INFINITY : Number(args.speed);
    if (!(speed > 0)) throw new CliError(EXIT.usage, `--speed takes a number above 0, or max, not ${args.speed}.`);
    const rate = args.rate === undefined ? undefined : wholeNumber('--rate', args.rate);
    const loops = wholeNumber('--loop', args.loop);
    if (args._.length > 1) throw new CliError(EXIT.usage, 'replay takes one file.');
    if (loops > 1 && args.file === '-') throw new CliError(EXIT.usage, '--loop needs a file: stdin is read once.');
    const limit = args.limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--limit', args.limit);
    const ports = portsOf(args.port);
    const target = await targetOf(args.to);
    const rewriter = new FlowRewriter(args.now === true, loops);
    const pacer = new Pacer({ speed, rate }, () => performance.now());
    return new ReplayJob({ name: args.file, ports, loops, limit }, target, rewriter, pacer, io).run();
  },
});

/** `127.0.0.1:2055`, `[::1]:2055` or `collector.example:2055`. @throws CliError */
async function targetOf(text: string): Promise<Target> {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535) {
    throw new CliError(EXIT.usage, `--to takes HOST:PORT, not ${text}.`, '--to 127.0.0.1:2055');
  }
  try {
    const { address, family } = await lookup(match[1] ?? match[2]);
    return { host: address, port, family: family === 6 ? 6 : 4 };
  } catch (error) {
    throw new CliError(EXIT.connection, `${text} cannot be found: ${(error as Error).message}.`);
  }
}

class ReplayJob {
  readonly #options: ReplayOptions;
  readonly #rewriter: FlowRewriter;
  readonly #pacer: Pacer;
  readonly #io: Io;
  readonly #sockets: ReplaySockets;
  readonly #problems: Problems;
  readonly #progress: Progress;
  readonly #where: string;
  readonly #stop = new AbortController();
  readonly #began = performance.now();
  #given = 0;
  #senders = 0;

  constructor(options: ReplayOptions, target: Target, rewriter: FlowRewriter, pacer: Pacer, io: Io) {
    this.#options = options;
    this.#rewriter = rewriter;
    this.#pacer = pacer;
    this.#io = io;
    this.#problems = new Problems(io);
    this.#progress = new Progress(io);
    this.#where = target.family === 6 ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
    this.#sockets = new ReplaySockets(target, (peer, from) => {
      if (this.#senders++ < NAMED_SENDERS) io.say(`${peer} is sent from ${from} to ${this.#where}`);
    });
  }

  async run(): Promise<ExitCode> {
    const off = this.#io.onInterrupt(() => this.#stop.abort());
    try {
      await this.#passes();
      await this.#sockets.settled();
    } finally {
      off();
      this.#progress.end();
      this.#sockets.close();
    }
    return this.#report();
  }

  get #over(): boolean {
    return this.#stop.signal.aborted || this.#given >= this.#options.limit;
  }

  async #passes(): Promise<void> {
    const { name, ports, loops } = this.#options;
    for (let pass = 0; pass < loops && !this.#over; pass++) {
      // What is wrong with the file is told once.
      const problem = (text: string) => pass === 0 && this.#problems.add(`${name}: ${text}`);
      const file = await openFlowFile(name, this.#io, ports, problem);
      try {
        await this.#read(file);
      } finally {
        await file.close();
      }
      if (this.#given === 0 && !this.#over) {
        throw new CliError(EXIT.input, 'No flow export was found.', `${name}: ${file.found()}`);
      }
      this.#pacer.nextPass();
      this.#rewriter.nextPass();
    }
    this.#problems.end();
  }

  async #read(file: FlowFile): Promise<void> {
    while (!this.#over && (await file.more())) {
      while (!this.#over && file.next()) {
        const pause = this.#pacer.wait(file.time);
        if (pause >= LEAST_WAIT_MS) await this.#pause(pause);
        if (this.#over) return;
        const { bytes, start, end } = file.datagram;
        // A copy, for the reader goes on before the system has taken it.
        const datagram = bytes.slice(start, end);
        const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
        this.#rewriter.rewrite(view, 0, datagram.length, file.peer, Date.now() * 1000);
        this.#given++;
        await this.#sockets.send(file.peer, datagram);
        this.#progress.show(() => `${count(this.#given)} datagrams  ${this.#pace()}`);
      }
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    // In slices, so that the progress goes on during a long one; Ctrl-C ends it at once.
    for (let left = milliseconds; left > 0 && !this.#stop.signal.aborted; left = until - performance.now()) {
      await sleep(Math.min(left, 1000), undefined, { signal: this.#stop.signal }).catch(() => undefined);
      this.#progress.show(() => `${count(this.#given)} datagrams  the next in ${Math.ceil(left / 1000)} s`);
    }
  }

  #pace(): string {
    return `${count(Math.round(this.#given / this.#seconds()))}/s`;
  }

  #seconds(): number {
    return Math.max(0.001, (performance.now() - this.#began) / 1000);
  }

  #report(): ExitCode {
    const { sent, bytes, refused, failures } = this.#sockets;
    const { green, yellow } = this.#io.colors;
    for (const [reason, times] of failures) this.#io.say(`${yellow('not sent')} ${count(times)} × ${reason}`);
    const took = `${size(bytes)} in ${this.#seconds().toFixed(1)} s, ${this.#pace()}`;
    this.#io.say(`${green('done')} ${count(sent)} datagrams sent to ${this.#where} (${took})`);
    if (refused > 0) {
      this.#io.say(
        `${yellow('warning')} Nobody listened at ${this.#where}: that was the answer ${count(refused)} times.`,
      );
    }
    if (this.#stop.signal.aborted) return EXIT.interrupted;
    if (refused > sent / 4) return EXIT.connection;
    return failures.size > 0 || this.#problems.count > 0 ? EXIT.partial : EXIT.ok;
  }
}
