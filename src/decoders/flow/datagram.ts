import type { FlowProtocol } from '../../model/exporter.ts';
import type { Exporter } from './exporter.ts';
import type { FlowSink } from './flow-sink.ts';

/**
 * One datagram as it was received. The object is reused: nothing keeps it, nor `bytes`, past the call; what has to stay
 * is copied. All multi-byte numbers of all four protocols are big-endian.
 */
export interface Datagram {
  /** Holds the datagram at [start, end); other datagrams lie before and behind it, and are never read. */
  bytes: Uint8Array;
  /** Over the same memory: `view.getUint16(start)` is the first number of the datagram. */
  view: DataView;
  start: number;
  end: number;
  /** Microseconds since 1970. */
  receivedAt: number;
  /** UDP port of the sender. */
  port: number;
  /** Name of the source, as in the column `source`: `udp:2055`, or the name of a file. */
  source: string;
}

/** Decodes one protocol. It never throws for what came over the wire: it counts at the exporter and rejects. */
export interface FlowProtocolDecoder {
  readonly protocol: FlowProtocol;
  decode(datagram: Datagram, exporter: Exporter, sink: FlowSink): void;
}
