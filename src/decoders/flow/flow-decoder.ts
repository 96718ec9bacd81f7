import type { FlowProtocol } from '../../model/exporter.ts';
import type { Datagram, FlowProtocolDecoder } from './datagram.ts';
import type { ExporterTable } from './exporter-table.ts';
import type { FlowOptions } from './flow-options.ts';
import type { FlowSink } from './flow-sink.ts';
import { IpfixDecoder } from './ipfix.ts';
import { NetFlow5Decoder } from './netflow5.ts';
import { NetFlow9Decoder } from './netflow9.ts';
import { agentOf, SflowDecoder } from './sflow.ts';

/** The protocol that a datagram is in by its first four bytes; undefined when it is none of ours. */
export function flowProtocolOf(view: DataView, start: number, end: number): FlowProtocol | undefined {
  if (end - start < 4) return undefined;
  switch (view.getUint16(start)) {
    case 5:
    case 7:
      return 'netflow5';
    case 9:
      return 'netflow9';
    case 10:
      return 'ipfix';
    case 0:
      // sFlow has a 32-bit version.
      return view.getUint16(start + 2) === 5 ? 'sflow' : undefined;
    default:
      return undefined;
  }
}

/** Decodes the datagrams of all flow protocols, told apart by their version, whatever port they came to. */
export class FlowDecoder {
  readonly #exporters: ExporterTable;
  readonly #decoders = new Map<FlowProtocol, FlowProtocolDecoder>();

  constructor(exporters: ExporterTable, options: FlowOptions) {
    this.#exporters = exporters;
    for (const decoder of decodersFor(options)) this.#decoders.set(decoder.protocol, decoder);
  }

  /** @param peer address of the sender: the exporter, except for sFlow, whose datagrams name their agent. */
  decode(datagram: Datagram, peer: string, sink: FlowSink): void {
    const { view, bytes, start, end } = datagram;
    const protocol = flowProtocolOf(view, start, end);
    const decoder = protocol && this.#decoders.get(protocol);
    if (!decoder) {
      const exporter = this.#exporters.at(peer);
      exporter.seen(datagram.receivedAt, end - start, Number.NaN);
      exporter.counters.malformed++;
      sink.reject(
        'UNKNOWN_FORMAT',
        'The datagram is neither NetFlow 5, 7, 9 nor IPFIX nor sFlow 5.',
        bytes,
        start,
        end,
      );
      return;
    }
    const address = (protocol === 'sflow' && agentOf(datagram)) || peer;
    decoder.decode(datagram, this.#exporters.at(address), sink);
  }
}

function decodersFor(options: FlowOptions): FlowProtocolDecoder[] {
  return [
    new NetFlow5Decoder(options),
    new NetFlow9Decoder(options),
    new IpfixDecoder(options),
    new SflowDecoder(options),
  ];
}
