import { TextSink } from './text-sink.ts';

/** More idle sinks are let go, and each that has grown beyond this. */
const MOST_IDLE = 8;
const MOST_BYTES = 8 * 2 ** 20;

/** Sinks that are used again: a new one of a million bytes costs as much as filling it. */
export class SinkPool {
  readonly #idle: TextSink[] = [];

  /** An empty one. */
  take(): TextSink {
    return this.#idle.pop() ?? new TextSink();
  }

  /** Takes one back that nobody reads any more. */
  give(sink: TextSink): void {
    if (this.#idle.length >= MOST_IDLE || sink.bytes.length > MOST_BYTES) return;
    sink.length = 0;
    this.#idle.push(sink);
  }
}
