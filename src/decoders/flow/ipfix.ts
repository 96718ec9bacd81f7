import type { Datagram, FlowProtocolDecoder } from './datagram.ts';
import { type Domain, domainKey } from './domain.ts';
import type { Exporter } from './exporter.ts';
import type { FlowOptions } from './flow-options.ts';
import type { FlowSink } from './flow-sink.ts';
import { Problem } from './problem.ts';
import { type SequenceCounts, SequenceTracker } from './sequence-tracker.ts';
import { SetDecoder } from './set-decoder.ts';
import { templateStateOf } from './template-state.ts';

/** Bytes of the header: version, length of the message, export time in seconds, sequence, observation domain id. */
const HEADER = 16;
const VERSION = 10;

/**
 * IPFIX (RFC 7011). The sequence in the header (section 3.1) is the number of data records, of options too, that the
 * observation domain has sent before this message.
 */
export class IpfixDecoder implements FlowProtocolDecoder {
  readonly protocol = 'ipfix';
  readonly #options: FlowOptions;
  readonly #problem = new Problem();
  readonly #sets: SetDecoder;
  readonly #before: SequenceCounts = { lost: 0, reordered: 0, duplicates: 0, restarts: 0 };

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#sets = new SetDecoder(this.protocol, options, this.#problem);
  }

  decode(datagram: Datagram, exporter: Exporter, sink: FlowSink): void {
    const { bytes, view, start, end, receivedAt } = datagram;
    const readable = isHeader(view, start, end);
    exporter.seen(receivedAt, end - start, readable ? view.getUint32(start + 4) * 1e6 : Number.NaN);
    this.#problem.clear();
    // A file may hold several messages without a border.
    let at = start;
    while (isHeader(view, at, end)) at = this.#message(datagram, exporter, at, sink);
    if (!readable) this.#problem.note('TRUNCATED', `${end - start} bytes are no header of IPFIX.`, start);
    else if (!isZero(bytes, at, end))
      this.#problem.note('TRAILING_BYTES', `After the message come ${end - at} bytes that are none.`, at);
    this.#problem.settle(datagram, exporter, sink);
  }

  /** Decodes the message at `at`. Answers where it ends. */
  #message(datagram: Datagram, exporter: Exporter, at: number, sink: FlowSink): number {
    const { view, end, receivedAt, port } = datagram;
    const length = view.getUint16(at + 2);
    if (length > end - at) this.#problem.note('TRUNCATED', `A message of ${length} bytes ends after ${end - at}.`, at);
    const to = Math.min(at + length, end);
    const state = templateStateOf(exporter, this.protocol, this.#options, receivedAt);
    const key = domainKey(view.getUint32(at + 12), this.#options.sessionByPort ? port : 0);
    const domain = state.domain(key, receivedAt);
    this.#sets.run.turn(datagram, state, domain, view.getUint32(at + 4) * 1e6, Number.NaN, 0);
    const options = exporter.counters.options;
    this.#sets.decode(datagram, state, domain, at + HEADER, to, sink);
    // How many records a message has that is cut off, only its sender knows.
    const units = length > end - at ? Number.NaN : this.#sets.records;
    this.#number(domain, exporter, view.getUint32(at + 8), units, exporter.counters.options - options);
    return to;
  }

  #number(domain: Domain, { counters }: Exporter, sequence: number, units: number, options: number): void {
    const { numbering } = domain;
    if (numbering.look(sequence, units, options)) {
      numbering.takeBack(counters);
      domain.sequence = new SequenceTracker(counters);
    }
    const before = this.#before;
    before.lost = counters.lost;
    before.reordered = counters.reordered;
    before.duplicates = counters.duplicates;
    before.restarts = counters.restarts;
    const counted = numbering.counted(units, options);
    domain.sequence.observe(numbering.first(sequence, counted), counted);
    numbering.doubt(before, counters);
  }
}

/** Whether a message begins at `at`: its version, and a length that its own header fits into. */
function isHeader(view: DataView, at: number, end: number): boolean {
  return end - at >= HEADER && view.getUint16(at) === VERSION && view.getUint16(at + 2) >= HEADER;
}

function isZero(bytes: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
