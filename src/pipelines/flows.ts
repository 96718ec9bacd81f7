import type { Worker } from 'node:worker_threads';
import type { FlowOptions } from '../decoders/flow/flow-options.ts';
import type { Component, Health } from '../kit/component.ts';
import { messageOf } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';
import type { EventBatch } from '../model/batch.ts';
import type { ExporterMemory, ExporterReport } from '../model/exporter.ts';
import type { CollectorView } from '../model/exporter-view.ts';
import type { DeadLetter } from '../model/outcome.ts';
import { CollectorMetrics } from './collector-metrics.ts';
import { collectorView } from './collector-view.ts';
import type { FilledBlock, FlowMessage, FlowOrder, ThreadState } from './flow-messages.ts';
import { startFlowThread } from './flow-thread.ts';
import { BlockReader, makeSharedBatch } from './shared-blocks.ts';

/** Rows of a block: 16,384 of them take some 20 ms to enrich and encode, which is what a turn may cost. */
const BLOCK_ROWS = 16_384;
/** Blocks between the threads: what is received in 150 ms at a million flows a second. */
const BLOCKS = 10;
/** A thread that ends by itself is started again after so long, longer each time. */
const RESTART_MS = [1000, 5000, 30_000];
const STOP_MS = 5000;

export interface FlowCollectorParts {
  readonly listen: readonly string[];
  readonly receiver: FlowOrder['receiver'];
  readonly receiveBuffer: number;
  readonly allow: readonly string[];
  readonly rateLimit: number;
  readonly options: FlowOptions;
  readonly exportersFile: string | undefined;
  /** What earlier runs remember; read at the start. */
  readonly memories: () => readonly ExporterMemory[];
  /** Enriches and stores; the batch is empty again when it resolves. */
  readonly take: (batch: EventBatch, letters: readonly DeadLetter[]) => Promise<void>;
  /** About once a second: the exporters that sent something. */
  readonly reported: (reports: readonly ExporterReport[]) => void;
  /** What has to outlive a restart, whenever it changed. */
  readonly remember: (memories: readonly ExporterMemory[]) => void;
  readonly metrics: Metrics;
  readonly log: Log;
}

/**
 * Receives flows. A thread of its own receives and decodes into blocks of shared memory, so that nothing the main thread
 * does lets a socket overflow; the main thread enriches and stores them (docs/decisions/006-flow-threads.md).
 */
export class FlowCollector implements Component {
  readonly name = 'flows';
  readonly #parts: FlowCollectorParts;
  readonly #metrics: CollectorMetrics;
  #worker: Worker | undefined;
  #state: Health['state'] = 'stopped';
  #thread: ThreadState | undefined;
  #waiting = 0;
  #restarts = 0;
  #rowsLost = 0;
  #control = new Int32Array(new SharedArrayBuffer(4 * (BLOCKS + 1)));
  #reader = new BlockReader([]);
  /** Memory of exporters, newest last, for a thread that has to be started again. */
  readonly #memories = new Map<string, ExporterMemory>();
  #ended: () => void = () => undefined;

  constructor(parts: FlowCollectorParts) {
    this.#parts = parts;
    this.#metrics = new CollectorMetrics(parts.metrics, () => ({ thread: this.#thread, waiting: this.#waiting }));
  }

  /** Resolves when the sockets are bound, or could not be: that makes it degraded, not the start fail. */
  async start(): Promise<void> {
    this.#state = 'starting';
    for (const memory of this.#parts.memories()) this.#memories.set(memory.address, memory);
    await this.#startThread();
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    Atomics.store(this.#control, 0, 1);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_MS);
    });
    await Promise.race([ended, patience]);
    clearTimeout(timer);
    await worker.terminate();
    const until = Date.now() + STOP_MS;
    while (this.#waiting > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  health(): Health {
    const listeners = this.#thread?.listeners ?? [];
    const figures = {
      listeners: listeners.filter(({ info }) => info.error === undefined).length,
      blocks_waiting: this.#waiting,
      rows_lost: this.#rowsLost,
    };
    if (this.#state !== 'ok') return { state: this.#state, figures };
    const deaf = listeners.find(({ info }) => info.error !== undefined);
    if (!deaf) return { state: 'ok', figures };
    return { state: 'degraded', detail: `Flows are not received on ${deaf.info.listen}: ${deaf.info.error}`, figures };
  }

  view(): CollectorView {
    return collectorView(this.#thread);
  }

  async #startThread(): Promise<void> {
    const { listen, receiver, receiveBuffer, allow, rateLimit, options, exportersFile } = this.#parts;
    const made = Array.from({ length: BLOCKS }, () => makeSharedBatch(BLOCK_ROWS));
    this.#reader = new BlockReader(made.map(({ batch }) => batch));
    this.#control = new Int32Array(new SharedArrayBuffer(4 * (BLOCKS + 1)));
    const order: FlowOrder = {
      listen,
      receiver,
      receiveBuffer,
      allow,
      rateLimit,
      options,
      exportersFile,
      memories: [...this.#memories.values()],
      rows: BLOCK_ROWS,
      blocks: made.map(({ buffers }) => buffers),
      control: this.#control.buffer as SharedArrayBuffer,
    };
    const worker = startFlowThread(order);
    this.#worker = worker;
    await new Promise<void>((resolve) => {
      const control = this.#control;
      worker.on('message', (message: FlowMessage) => {
        if (message.kind === 'listening') resolve();
        this.#heard(message, control);
      });
      worker.once('error', (error) => this.#parts.log.error({ err: error }, 'the thread that receives flows failed'));
      worker.once('exit', () => {
        resolve();
        this.#ended();
        if (this.#worker === worker) this.#exited();
      });
    });
  }

  #heard(message: FlowMessage, control: Int32Array): void {
    switch (message.kind) {
      case 'listening':
        this.#thread = message.thread;
        this.#listening(message.thread);
        break;
      case 'block':
        void this.#store(message.block, control);
        break;
      case 'state':
        this.#thread = message.thread;
        for (const memory of message.memories) this.#memories.set(memory.address, memory);
        if (message.memories.length > 0) this.#parts.remember(message.memories);
        this.#parts.reported(message.reports);
        break;
      case 'fault':
        this.#parts.log.error({ detail: message.detail }, 'a datagram could not be decoded: a fault of ours');
        break;
      case 'stopped':
        this.#ended();
        break;
    }
  }

  #listening(thread: ThreadState): void {
    if (this.#state === 'starting') this.#state = 'ok';
    for (const { info } of thread.listeners) {
      const { listen, error, receiveBuffer } = info;
      if (error !== undefined) this.#parts.log.error({ listen, error }, 'flows are not received here');
      else this.#parts.log.info({ listen, receiver: thread.receiver, receiveBuffer }, 'flows are received');
    }
  }

  async #store(block: FilledBlock, control: Int32Array): Promise<void> {
    this.#waiting++;
    const began = performance.now();
    // Taken at once and in order, because the strings of one block continue those of the one before.
    const batch = this.#reader.take(block);
    const rows = batch.length;
    try {
      await this.#parts.take(batch, block.letters);
      this.#metrics.stored(block.letters, performance.now() - began);
    } catch (error) {
      this.#rowsLost += rows;
      this.#metrics.lost.inc(rows);
      this.#parts.log.error({ rows, error: messageOf(error) }, 'flows could not be stored and are lost');
    }
    Atomics.store(control, 1 + block.index, 0);
    Atomics.notify(control, 1 + block.index);
    this.#waiting--;
  }

  /** The thread ended by itself. */
  #exited(): void {
    this.#worker = undefined;
    if (this.#state === 'stopped') return;
    this.#state = 'degraded';
    const pause = RESTART_MS[Math.min(this.#restarts++, RESTART_MS.length - 1)];
    this.#parts.log.error({ pause }, 'the thread that receives flows ended and is started again');
    setTimeout(() => {
      if (this.#state !== 'degraded') return;
      this.#state = 'starting';
      void this.#startThread();
    }, pause).unref();
  }
}
