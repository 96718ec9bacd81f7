import type { Datagram, FlowProtocolDecoder } from './datagram.ts';
import { domainKey } from './domain.ts';
import type { Exporter } from './exporter.ts';
import type { FlowOptions } from './flow-options.ts';
import type { FlowSink } from './flow-sink.ts';
import { Problem } from './problem.ts';
import { SetDecoder, V9_HEADER } from './set-decoder.ts';
import { templateStateOf } from './template-state.ts';

/**
 * NetFlow version 9 (RFC 3954). The header (section 5.1) holds version, count, sysUptime, unix_secs, sequence and Source
 * ID; its count is often wrong and never used. The sequence counts datagrams of a Source ID.
 */
export class NetFlow9Decoder implements FlowProtocolDecoder {
  readonly protocol = 'netflow9';
  readonly #options: FlowOptions;
  readonly #problem = new Problem();
  readonly #sets: SetDecoder;

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#sets = new SetDecoder(this.protocol, options, this.#problem);
  }

  decode(datagram: Datagram, exporter: Exporter, sink: FlowSink): void {
    const { view, start, end, receivedAt } = datagram;
    const readable = end - start >= V9_HEADER && view.getUint16(start) === 9;
    exporter.seen(receivedAt, end - start, readable ? view.getUint32(start + 8) * 1e6 : Number.NaN);
    this.#problem.clear();
    if (!readable) this.#problem.note('TRUNCATED', `${end - start} bytes are no header of NetFlow 9.`, start);
    // A file may hold several datagrams without a border; the decoder of sets only stops before a whole header.
    else for (let at = start; at < end; ) at = this.#message(datagram, exporter, at, sink);
    this.#problem.settle(datagram, exporter, sink);
  }

  /** Decodes the message at `at`. Answers where it ends. */
  #message(datagram: Datagram, exporter: Exporter, at: number, sink: FlowSink): number {
    const { view, end, receivedAt, port } = datagram;
    const uptime = view.getUint32(at + 4);
    const seconds = view.getUint32(at + 8);
    const state = templateStateOf(exporter, this.protocol, this.#options, receivedAt);
    const key = domainKey(view.getUint32(at + 16), this.#options.sessionByPort ? port : 0);
    const domain = state.domain(key, receivedAt);
    domain.sequence.observe(view.getUint32(at + 12), 1);
    this.#sets.run.turn(datagram, state, domain, seconds * 1e6, seconds * 1000 - uptime, uptime);
    return this.#sets.decode(datagram, state, domain, at + V9_HEADER, end, sink);
  }
}
