import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AppError, messageOf } from '../../kit/errors.ts';
import type { CaptureInterface, CaptureOrder, CaptureView } from '../../model/traffic-view.ts';
import { type CaptureTool, captureArguments, findTool, type ToolName } from './capture-tool.ts';
import { listInterfaces } from './interfaces.ts';
import { PacketRing } from './packet-ring.ts';
import { PcapFraming } from './pcap-framing.ts';
import { RotatingFile } from './rotating-file.ts';
import { toolEnvironment } from './tool-environment.ts';
import { explainFailure, readTotals } from './tool-messages.ts';

export interface LiveCaptureOptions {
  readonly tool: 'auto' | ToolName;
  readonly ringPackets: number;
  readonly ringBytes: number;
  /** Folder of output files. */
  readonly folder: string;
  /** Size at which an output file is rotated: 100 MiB when not given. */
  readonly fileBytes?: number;
  /** Output files of one capture that are kept: 10 when not given. */
  readonly files?: number;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;
type Figures = { -readonly [K in keyof Omit<CaptureView, 'ring' | 'files' | 'running'>]: CaptureView[K] };

/** Time for a tool to begin, and to end after it was asked to. */
const BEGIN_MS = 10_000;
const END_MS = 5_000;
/** dumpcap fetches packets every 250 ms. A tool gives up at its end what it has not fetched: it gets the time to. */
const FETCH_MS = 300;
/** What is kept of a tool's messages. */
const OUTPUT = 16 * 1024;
const FILTER = /^[\x20-\x7e]{1,1024}$/;

const NOTHING: Figures = {
  tool: null,
  interface: null,
  filter: null,
  durationSeconds: null,
  started: null,
  ended: null,
  packets: 0,
  bytes: 0,
  dropped: null,
  error: null,
};

/**
 * Captures with a program that has the privilege to, as a child process, so that this one needs none. One capture at a
 * time. The packets come out of {@link start} as a pcap stream that has to be read: it is what drives the capture, and
 * when it is read too slowly the kernel drops packets, which the tool counts and {@link status} tells.
 */
export class LiveCapture {
  readonly #options: LiveCaptureOptions;
  readonly #ring: PacketRing;
  #figures: Figures = { ...NOTHING };
  #file: RotatingFile | undefined;
  #child: Child | undefined;
  #starting = false;
  #reading = false;
  #output = '';
  /** The process is no more; and: all that it wrote was read, too. */
  #gone: Promise<void> = Promise.resolve();
  #closed: Promise<number | null> = Promise.resolve(null);
  #ended: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LiveCaptureOptions) {
    this.#options = options;
    this.#ring = new PacketRing(options.ringPackets, options.ringBytes);
  }

  get running(): boolean {
    return this.#starting || this.#child !== undefined;
  }

  status(): CaptureView {
    const { packets, bytes } = this.#ring;
    return {
      ...this.#figures,
      running: this.running,
      ring: { packets, bytes },
      files: [...(this.#file?.names ?? [])],
    };
  }

  /** Interfaces to capture on. Without a tool those of the system, which nothing can be captured on then. */
  interfaces(): Promise<CaptureInterface[]> {
    let tool: CaptureTool | undefined;
    try {
      tool = findTool(this.#options.tool);
    } catch {
      tool = undefined;
    }
    return listInterfaces(tool);
  }

  /** The newest packets, as a capture file; empty before the first capture. */
  held(): Buffer[] {
    return this.#ring.file();
  }

  /**
   * Begins to capture and hands out the pcap stream; it ends with the capture. Leaving it early ends the capture.
   * @throws AppError INVALID_PARAMETER (no such interface, bad filter, output file), CAPTURE_IMPOSSIBLE (no tool, no
   * permission, running already)
   */
  async start(order: CaptureOrder): Promise<AsyncIterable<Uint8Array>> {
    if (this.running)
      throw new AppError('CAPTURE_IMPOSSIBLE', `A capture on ${this.#figures.interface} is running already.`);
    this.#starting = true;
    try {
      const tool = findTool(this.#options.tool);
      await this.#check(order, tool);
      this.#figures = {
        ...NOTHING,
        tool: tool.name,
        interface: order.interface,
        filter: order.filter ?? null,
        durationSeconds: order.durationSeconds ?? null,
      };
      this.#file = await this.#openFile(order.outputFile);
      const child = await this.#begin(tool, order);
      this.#figures.started = Date.now();
      if (order.durationSeconds !== undefined) {
        this.#timer = setTimeout(() => void this.stop(), order.durationSeconds * 1000);
        this.#timer.unref();
      }
      return this.#run(child);
    } catch (error) {
      await this.#file?.discard();
      this.#figures.error = messageOf(error);
      throw error;
    } finally {
      this.#starting = false;
    }
  }

  /** Ends the capture. Resolves when the tool has told its figures and the stream, where it is being read, is over. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    clearTimeout(this.#timer);
    await new Promise((resolve) => setTimeout(resolve, FETCH_MS));
    child.kill('SIGINT');
    const hurry = setTimeout(() => child.kill('SIGKILL'), END_MS);
    await this.#gone;
    clearTimeout(hurry);
    if (!this.#reading) return this.#finish(child);
    const late = new Promise<void>((resolve) => setTimeout(resolve, END_MS).unref());
    await Promise.race([this.#ended, late]);
  }

  async #check(order: CaptureOrder, tool: CaptureTool): Promise<void> {
    const { interface: name, filter } = order;
    const known = await listInterfaces(tool);
    if (!known.some((each) => each.name === name)) {
      const names = known.map((each) => each.name).join(', ');
      throw new AppError('INVALID_PARAMETER', `There is no interface ${name}; there are ${names}.`);
    }
    if (filter !== undefined && !FILTER.test(filter))
      throw new AppError('INVALID_PARAMETER', 'A filter has 1 to 1024 printable ASCII characters.');
  }

  async #openFile(name: string | undefined): Promise<RotatingFile | undefined> {
    if (name === undefined) return undefined;
    const { folder, fileBytes = 100 * 2 ** 20, files = 10 } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = new RotatingFile({ folder, name, maxBytes: fileBytes, maxFiles: files });
    await file.open();
    return file;
  }

  /** Starts the tool and waits for its first bytes: the file header, which comes when it has its socket and filter. */
  async #begin(tool: CaptureTool, order: CaptureOrder): Promise<Child> {
    this.#output = '';
    const args = captureArguments(tool.name, order.interface, order.filter);
    const child = spawn(tool.path, args, { stdio: ['ignore', 'pipe', 'pipe'], env: toolEnvironment() });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-OUTPUT);
    });
    this.#gone = new Promise((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
    this.#closed = new Promise((resolve) => {
      child.once('close', (code) => resolve(code));
      // A program that cannot be run says nothing but this.
      child.once('error', (error) => {
        this.#output += `\n${tool.name}: ${error.message}`;
        resolve(null);
      });
    });
    this.#reading = false;
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, BEGIN_MS, 'late').unref());
    const readable = new Promise<'ready'>((resolve) => child.stdout.once('readable', () => resolve('ready')));
    const first = await Promise.race([readable, this.#closed, late]);
    if (first === 'ready' && child.stdout.readableLength > 0) {
      this.#child = child;
      return child;
    }
    child.kill('SIGKILL');
    child.stdout.resume();
    await this.#closed;
    if (first === 'late') throw new AppError('CAPTURE_IMPOSSIBLE', `${tool.name} did not begin within 10 s.`);
    throw explainFailure(tool, this.#output, order);
  }

  #run(child: Child): AsyncIterable<Uint8Array> {
    let over: () => void = () => undefined;
    this.#ended = new Promise((resolve) => {
      over = resolve;
    });
    return this.#packets(child, over);
  }

  async *#packets(child: Child, over: () => void): AsyncGenerator<Uint8Array> {
    const framing = new PcapFraming();
    this.#reading = true;
    try {
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        const isNew = framing.header === undefined;
        const run = framing.push(chunk);
        if (isNew && framing.header) {
          this.#ring.begin(framing.header);
          await this.#store((file) => file.begin(framing.header!));
          yield framing.header;
        }
        if (!run) continue;
        this.#figures.packets += run.starts.length;
        this.#figures.bytes += run.bytes.length;
        this.#ring.push(run);
        await this.#store((file) => file.append(run.bytes));
        yield run.bytes;
      }
    } catch (error) {
      this.#figures.error = `The packets of ${this.#figures.tool} cannot be read: ${messageOf(error)}.`;
    } finally {
      await this.#finish(child);
      over();
    }
  }

  /** A file that cannot be written any more does not end the capture. */
  async #store(write: (file: RotatingFile) => Promise<void>): Promise<void> {
    if (!this.#file || this.#figures.error !== null) return;
    try {
      await write(this.#file);
    } catch (error) {
      this.#figures.error = `Writing the file ended: ${messageOf(error)}.`;
    }
  }

  async #finish(child: Child): Promise<void> {
    if (this.#child !== child) return;
    clearTimeout(this.#timer);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    child.stdout.resume();
    const hurry = setTimeout(() => child.kill('SIGKILL'), END_MS);
    const code = await this.#closed;
    clearTimeout(hurry);
    await this.#file?.close().catch(() => undefined);
    this.#figures.dropped = readTotals(this.#output).dropped;
    this.#figures.ended = Date.now();
    if (code !== 0 && code !== null && this.#figures.dropped === null)
      this.#figures.error ??= explainFailure(
        { name: this.#figures.tool as ToolName, path: String(this.#figures.tool) },
        this.#output,
        { interface: String(this.#figures.interface) },
      ).message;
    this.#child = undefined;
  }
}
