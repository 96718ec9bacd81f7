import type { FlowOptions } from '../decoders/flow/flow-options.ts';
import type { ExporterMemory, ExporterReport } from '../model/exporter.ts';
import type { DeadLetter } from '../model/outcome.ts';
import type { ListenerInfo, SocketStats } from '../sources/udp/receiver.ts';

/** What the thread that receives and decodes flows is started with. */
export interface FlowOrder {
  /** `host:port` of each socket. */
  readonly listen: readonly string[];
  readonly receiver: 'auto' | 'recvmmsg' | 'dgram';
  /** Bytes of receive buffer to ask for, each socket. */
  readonly receiveBuffer: number;
  /** Networks that may send; empty is all. */
  readonly allow: readonly string[];
  /** Datagrams a second and sender; 0 is no limit. */
  readonly rateLimit: number;
  readonly options: FlowOptions;
  /** YAML file that says what exporters are called, how they sample, what their interfaces are. */
  readonly exportersFile: string | undefined;
  readonly memories: readonly ExporterMemory[];
  /** Rows of a block, and the memory of each block. */
  readonly rows: number;
  readonly blocks: readonly (readonly SharedArrayBuffer[])[];
  /** Int32: [0] is 1 when the thread has to end; [1 + i] is 1 while block i is in the hands of the main thread. */
  readonly control: SharedArrayBuffer;
}

/** Strings that a dictionary column got since the last block; `from` 0 begins a new dictionary. */
export interface NewStrings {
  readonly column: string;
  readonly from: number;
  readonly strings: readonly string[];
}

export interface FilledText {
  readonly column: string;
  readonly rows: number;
  readonly bytes: SharedArrayBuffer;
}

/** A block that is handed over: its numbers lie in shared memory, this is the rest. */
export interface FilledBlock {
  readonly index: number;
  readonly rows: number;
  readonly texts: readonly FilledText[];
  readonly strings: readonly NewStrings[];
  readonly letters: readonly DeadLetter[];
}

/** One socket, as the thread sees it. */
export interface ListenerState {
  readonly info: ListenerInfo;
  readonly stats: SocketStats;
}

/** The account of the thread. */
export interface ThreadState {
  readonly receiver: 'recvmmsg' | 'dgram';
  readonly listeners: readonly ListenerState[];
  /** Seconds for which receiving stood still because every block was waiting. */
  readonly stalledSeconds: number;
  /** Dead letters not kept because there were too many. */
  readonly lettersNotKept: number;
  /** Exporters that were forgotten because there were too many. */
  readonly exportersEvicted: number;
  /** Datagrams that met a fault of ours. */
  readonly faults: number;
}

export type FlowMessage =
  | { readonly kind: 'listening'; readonly thread: ThreadState }
  | { readonly kind: 'block'; readonly block: FilledBlock }
  | {
      readonly kind: 'state';
      readonly reports: readonly ExporterReport[];
      readonly memories: readonly ExporterMemory[];
      readonly thread: ThreadState;
    }
  | { readonly kind: 'fault'; readonly detail: string }
  | { readonly kind: 'stopped' };
