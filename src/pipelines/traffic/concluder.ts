import type { Worker } from 'node:worker_threads';
import type { DetectedWindow } from '../../detect/detectors/detection.ts';
import { startThread } from '../start-thread.ts';
import type { ConclusionOrder, FromConclusions, ToConclusions } from './conclusion-messages.ts';
import { type Conclusion, type ConclusionOptions, Conclusions } from './conclusions.ts';
import { eventNames } from './connection-name.ts';
import { BLOCK_NUMBERS, type NoteBlock } from './note-block.ts';
import { NoteReader } from './note-reader.ts';

/** Blocks that are on their way to the thread, or back, at most: what writes them has to wait then. 2 MiB. */
const MOST_BLOCKS = 8;
/** A capture that takes longer than this has a thread, however few its notes are: its windows are wanted now. Milliseconds. */
const LONG = 1000;

/**
 * Hands blocks of notes to {@link Conclusions}: in a thread of their own where that is worth it, else in this one. So
 * packets are read on one processor while another one looks for anomalies.
 */
export class Concluder {
  readonly windowSize: number;
  readonly wantsQueries: boolean;
  readonly #options: ConclusionOptions;
  readonly #onDetected: (detected: readonly DetectedWindow[]) => void;
  readonly #threaded: boolean | undefined;
  readonly #reader: NoteReader;
  readonly #conclusions: Conclusions;
  readonly #began = performance.now();
  /** Blocks of which it is not known yet who takes them. */
  #held: NoteBlock[] = [];
  #heldNumbers = 0;
  #thread: Worker | undefined;
  #spare: Float64Array<ArrayBuffer>[] = [];
  #away = 0;
  #conclusion: Conclusion | undefined;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  /**
   * @param threaded true for a thread in any case, false for none; as is useful when not given.
   * @param onDetected is given windows when they are over, oldest first; with a thread, some time later.
   */
  constructor(
    options: ConclusionOptions,
    threaded: boolean | undefined,
    onDetected: (detected: readonly DetectedWindow[]) => void,
  ) {
    this.#options = options;
    this.#threaded = threaded;
    this.#onDetected = onDetected;
    this.#conclusions = new Conclusions(options, onDetected);
    this.#reader = new NoteReader(this.#conclusions, eventNames(options.run));
    this.windowSize = this.#conclusions.windowSize;
    this.wantsQueries = this.#conclusions.wantsQueries;
  }

  readonly take = (block: NoteBlock): void => {
    if (this.#thread) this.#post(block);
    else if (this.#threaded === false) this.#conclude(block);
    else this.#hold(block);
  };

  /** The numbers of a block that was taken and is not needed any more. */
  readonly empty = (): Float64Array<ArrayBuffer> | undefined => this.#spare.pop();

  /** To be awaited when it is there: there are as many blocks as there may be. @throws what went wrong in the thread. */
  get full(): Promise<void> | undefined {
    return this.#away >= MOST_BLOCKS || this.#failure ? this.#until(() => this.#away < MOST_BLOCKS) : undefined;
  }

  /** After the last block. @throws what went wrong in the thread. */
  async finish(): Promise<Conclusion> {
    if (!this.#thread) {
      for (const block of this.#held) this.#reader.take(block);
      this.#held = [];
      return this.#conclusions.result();
    }
    this.#send({ end: true });
    this.#thread.ref();
    await this.#until(() => this.#conclusion !== undefined);
    return this.#conclusion!;
  }

  /** Ends the thread. After {@link finish} there is none any more. */
  close(): void {
    void this.#thread?.terminate();
  }

  #conclude(block: NoteBlock): void {
    this.#reader.take(block);
    this.#spare.push(block.numbers);
  }

  #hold(block: NoteBlock): void {
    // What is used of it takes less room: windows may be short, and their blocks nearly empty.
    this.#held.push({ ...block, numbers: block.numbers.slice(0, block.used) });
    this.#spare.push(block.numbers);
    this.#heldNumbers += block.used;
    const wanted = this.#threaded === true || performance.now() - this.#began > LONG;
    if (wanted || this.#heldNumbers > BLOCK_NUMBERS) this.#start();
  }

  #start(): void {
    const order: ConclusionOrder = { options: this.#options };
    const thread = startThread(new URL('./conclusions-worker.ts', import.meta.url), { workerData: order });
    thread.unref();
    thread.on('message', (message: FromConclusions) => this.#hear(message));
    thread.on('error', (error: unknown) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    thread.on('exit', () => {
      if (!this.#conclusion) this.#fail(new Error('The thread that looks for anomalies has ended early.'));
    });
    this.#thread = thread;
    for (const block of this.#held) this.#post(block);
    this.#held = [];
  }

  #post(block: NoteBlock): void {
    this.#away++;
    this.#send({ block }, block.numbers.buffer);
  }

  #send(message: ToConclusions, ...transfer: ArrayBuffer[]): void {
    this.#thread?.postMessage(message, transfer);
  }

  #hear(message: FromConclusions): void {
    if ('conclusion' in message) this.#conclusion = message.conclusion;
    else {
      this.#away--;
      if (message.empty.length === BLOCK_NUMBERS) this.#spare.push(message.empty);
      if (message.detected.length > 0) this.#onDetected(message.detected);
    }
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  async #until(done: () => boolean): Promise<void> {
    this.#thread?.ref();
    while (!done() && !this.#failure)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#thread?.unref();
    if (this.#failure) throw this.#failure;
  }
}
