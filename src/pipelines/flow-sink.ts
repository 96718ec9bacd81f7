import type { FlowSink } from '../decoders/flow/flow-sink.ts';
import type { EventBatch } from '../model/batch.ts';
import { DEAD_LETTER_BYTES, type DeadLetter } from '../model/outcome.ts';
import type { FlowMessage } from './flow-messages.ts';
import type { BlockWriter } from './shared-blocks.ts';

/** A block is handed over this long after its first row, full or not. */
const HAND_OVER_MS = 100;
/** Dead letters kept a second; a sender of garbage does not fill the disk with it. */
const LETTERS_A_SECOND = 20;
/** Longest wait for a free block before looking whether to stop. */
const WAIT_MS = 100;

/** Room for rows in shared blocks: fills one, hands it over, waits for the next. */
export class BlockSink implements FlowSink {
  /** Milliseconds for which there was no free block. */
  stalledMs = 0;
  lettersNotKept = 0;
  /** What dead letters say about the datagram in hand. */
  readonly origin = { source: '', peer: '', receivedAt: 0 };
  #batch: EventBatch;
  readonly #blocks: BlockWriter;
  readonly #control: Int32Array;
  readonly #post: (message: FlowMessage) => void;
  #index = 0;
  #openedAt = 0;
  #letters: DeadLetter[] = [];
  #allowance = LETTERS_A_SECOND;

  constructor(blocks: BlockWriter, control: Int32Array, post: (message: FlowMessage) => void) {
    this.#blocks = blocks;
    this.#control = control;
    this.#post = post;
    this.#batch = blocks.open(0);
  }

  get batch(): EventBatch {
    return this.#batch;
  }

  full(): void {
    this.#handOver();
  }

  reject(reason: string, detail: string, bytes: Uint8Array, start: number, end: number): void {
    if (this.#allowance === 0) {
      this.lettersNotKept++;
      return;
    }
    this.#allowance--;
    const { source, peer, receivedAt: at } = this.origin;
    const kept = bytes.slice(start, Math.min(end, start + DEAD_LETTER_BYTES));
    this.#letters.push({ at, source, encoding: 'flow.datagram', peer, reason, detail, bytes: kept, size: end - start });
  }

  /** Called often: hands over what is old enough. @param now milliseconds. */
  tick(now: number): void {
    if (this.#batch.length === 0 && this.#letters.length === 0) this.#openedAt = now;
    else if (now - this.#openedAt >= HAND_OVER_MS) this.#handOver();
  }

  /** Called once a second. */
  second(): void {
    this.#allowance = LETTERS_A_SECOND;
  }

  /** Hands over what there is, at the end. */
  finish(): void {
    if (this.#batch.length > 0 || this.#letters.length > 0)
      this.#post({ kind: 'block', block: this.#blocks.close(this.#index, this.#letters) });
  }

  #handOver(): void {
    Atomics.store(this.#control, 1 + this.#index, 1);
    this.#post({ kind: 'block', block: this.#blocks.close(this.#index, this.#letters) });
    this.#letters = [];
    this.#index = this.#waitForFree();
    this.#batch = this.#blocks.open(this.#index);
    this.#openedAt = performance.now();
  }

  /** The socket's buffer takes what comes meanwhile; when that is full too, the kernel drops and counts. */
  #waitForFree(): number {
    const count = this.#control.length - 1;
    const next = (this.#index + 1) % count;
    const began = performance.now();
    // Blocks are given back in the order in which they were handed over: the next one is the first to be free. When it is
    // told to stop, the main thread still commits and gives back what it has.
    while (Atomics.load(this.#control, 1 + next) === 1) Atomics.wait(this.#control, 1 + next, 1, WAIT_MS);
    this.stalledMs += performance.now() - began;
    return next;
  }
}
