import type { FlowProtocol } from '../../../model/exporter.ts';
import type { Row } from '../../fixtures/collecting-sink.ts';
import { datagramOf } from '../../fixtures/netflow5-datagram.ts';
import type { FlowProtocolDecoder } from '../datagram.ts';
import { ExporterTable } from '../exporter-table.ts';
import { CollectingFlowSink } from '../fixtures/collecting-flow-sink.ts';
import { FlowDecoder } from '../flow-decoder.ts';
import type { FlowObserver, OptionsRecord } from '../flow-observer.ts';
import { DEFAULT_FLOW_OPTIONS, type FlowOptions } from '../flow-options.ts';
import { IpfixDecoder } from '../ipfix.ts';
import { NetFlow5Decoder } from '../netflow5.ts';
import { NetFlow9Decoder } from '../netflow9.ts';
import { SflowDecoder } from '../sflow.ts';
import type { Fields } from './flow-fields.ts';
import { ourInterface } from './interface-fields.ts';

/** When everything is received: any time, for the captures are from all years. */
export const RECEIVED_AT = 1_713_500_000_000_000;
const FOR_EVER = 1e10;

/** A datagram and who sent it. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly peer: string;
}

export interface Decoded {
  readonly flows: readonly Row[];
  readonly options: readonly OptionsRecord[];
  /** Interface counters, under our names. */
  readonly counters: readonly Fields[];
  readonly rejected: readonly { readonly reason: string }[];
  readonly exporters: ExporterTable;
}

/** A decoder of every protocol. */
export function decoders(options: FlowOptions): Map<FlowProtocol, FlowProtocolDecoder> {
  const all: FlowProtocolDecoder[] = [
    new NetFlow5Decoder(options),
    new NetFlow9Decoder(options),
    new IpfixDecoder(options),
    new SflowDecoder(options),
  ];
  return new Map(all.map((decoder) => [decoder.protocol, decoder]));
}

/** Decodes datagrams with fresh decoders. */
export function decodeAll(payloads: readonly Payload[]): Decoded {
  const options: OptionsRecord[] = [];
  const counters: Fields[] = [];
  const observer: FlowObserver = {
    template: () => undefined,
    options: (_, record) => void options.push(record),
    counters: (_, index, read) => void (read && counters.push(ourInterface(index, read))),
  };
  const exporters = new ExporterTable();
  const choices = { ...DEFAULT_FLOW_OPTIONS, fields: 'all' as const, maxTimeDifference: FOR_EVER, observer };
  const decoder = new FlowDecoder(exporters, choices);
  const sink = new CollectingFlowSink(16);
  for (const { bytes, peer } of payloads) decoder.decode(datagramOf(bytes, RECEIVED_AT), peer, sink);
  return { flows: sink.rows(), options, counters, rejected: sink.rejected, exporters };
}
