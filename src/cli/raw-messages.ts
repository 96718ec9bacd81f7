import { ByteWindow } from '../packets/byte-window.ts';
import type { OnProblem } from '../packets/packet.ts';
import { MAX_MESSAGE, messageLength } from './flow-messages.ts';

/** Reads a file that holds flow messages and nothing else, one behind the other, as a socket wrote them. */
export class RawMessages {
  readonly #window: ByteWindow;
  readonly #onProblem: OnProblem;
  #ended = false;
  #over = false;
  /** The message is [start, end) of `bytes`. */
  start = 0;
  end = 0;

  constructor(source: AsyncIterable<Uint8Array>, onProblem: OnProblem) {
    this.#window = new ByteWindow(source);
    this.#onProblem = onProblem;
  }

  get bytes(): Uint8Array {
    return this.#window.bytes;
  }

  get view(): DataView {
    return this.#window.view;
  }

  async more(): Promise<boolean> {
    if (this.#ended) return false;
    // The last messages may only be known to be whole when the file is over: one more round without new bytes.
    if (!(await this.#window.fill())) this.#ended = true;
    return true;
  }

  next(): boolean {
    const window = this.#window;
    const there = window.end - window.at;
    if (this.#over || there === 0) return false;
    const length = messageLength(window.view, window.at, window.end);
    if (length > there && !this.#ended && there < MAX_MESSAGE) return false;
    if (length < 0 || (this.#ended && there < 4)) return this.#stop();
    // What claims to be longer than the file is given as it is, for the decoder to count.
    this.start = window.at;
    this.end = window.at + Math.min(length, there, MAX_MESSAGE);
    window.at = this.end;
    return true;
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#window.close();
  }

  #stop(): false {
    this.#over = true;
    this.#onProblem(`No flow message begins at byte ${this.#window.position()}. What follows cannot be used.`);
    return false;
  }
}
