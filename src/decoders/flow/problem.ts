import type { Datagram } from './datagram.ts';
import type { Exporter } from './exporter.ts';
import type { FlowSink } from './flow-sink.ts';

/** The first thing that is wrong with a datagram: it is counted, and rejected, once. */
export class Problem {
  #reason = '';
  #detail = '';
  #at = 0;

  clear(): void {
    this.#reason = '';
  }

  /** @param at from where on the datagram could not be read. */
  note(reason: string, detail: string, at: number): void {
    if (this.#reason !== '') return;
    this.#reason = reason;
    this.#detail = detail;
    this.#at = at;
  }

  /** Counts and rejects what was noted, if anything was. */
  settle(datagram: Datagram, exporter: Exporter, sink: FlowSink): void {
    if (this.#reason === '') return;
    exporter.counters.malformed++;
    sink.reject(this.#reason, this.#detail, datagram.bytes, this.#at, datagram.end);
  }
}
