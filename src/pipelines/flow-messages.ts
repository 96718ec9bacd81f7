import type { FlowOptions } from '../decoders/flow/flow-options.ts';
import type { ExporterMemory, ExporterReport } from '../model/exporter.ts';
import type { DeadLetter } from '../model/outcome.ts';

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

/** One socket, as the API shows it. Counts are since the start of the process. */
export interface ListenerView {
  /** `udp:2055`. */
  readonly name: string;
  readonly listen: string;
  readonly port: number;
  /** Why it does not listen; empty when it does. */
  readonly error: string;
  readonly receive_buffer: { readonly asked: number; readonly granted: number };
  readonly datagrams: number;
  readonly bytes: number;
  /** Datagrams longer than could be taken. */
  readonly truncated: number;
  /** Dropped by the kernel because the buffer was full; null where the system does not tell. */
  readonly kernel_drops: number | null;
  /** Refused by the allow-list. */
  readonly refused: number;
  /** Refused by the rate limit. */
  readonly limited: number;
}

/** The collector as a whole. */
export interface CollectorView {
  readonly receiver: 'recvmmsg' | 'dgram' | 'none';
  readonly listeners: readonly ListenerView[];
  /** Blocks of rows between the threads, and how many of them wait to be committed. */
  readonly blocks: number;
  readonly blocks_waiting: number;
  /** Seconds for which receiving stood still because every block was waiting. */
  readonly stalled_seconds: number;
  /** Dead letters not kept because there were too many. */
  readonly letters_not_kept: number;
}

export type FlowMessage =
  | { readonly kind: 'listening'; readonly collector: CollectorView }
  | { readonly kind: 'block'; readonly block: FilledBlock }
  | {
      readonly kind: 'state';
      readonly reports: readonly ExporterReport[];
      readonly memories: readonly ExporterMemory[];
      readonly collector: CollectorView;
    }
  | { readonly kind: 'fault'; readonly detail: string }
  | { readonly kind: 'stopped' };
