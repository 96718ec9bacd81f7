import type { Log } from '../../kit/log.ts';
import type { Metrics } from '../../kit/metrics.ts';
import type { CaptureInterface, CaptureOrder, CaptureView } from '../../model/traffic-view.ts';
import type { StateStore } from '../../stores/state/store.ts';
import type { EventParts } from './event-source.ts';
import type { MakeAnalysis } from './job.ts';

/** The live capture, as this needs it; see `LiveCapture`. */
export interface Capture {
  readonly running: boolean;
  start(order: CaptureOrder): Promise<AsyncIterable<Uint8Array>>;
  stop(): Promise<void>;
  status(): CaptureView;
  interfaces(): Promise<CaptureInterface[]>;
  held(): Uint8Array[];
}

/** What the service is made of; see the settings `traffic` for the figures. */
export interface TrafficServiceOptions {
  readonly analysis: MakeAnalysis;
  readonly capture: Capture;
  readonly windowSeconds: number;
  readonly ringPackets: number;
  readonly ringBytes: number;
  readonly captureDir: string;
  readonly captureTool: string;
  readonly maxUploadBytes: number;
  readonly keepUploadBytes: number;
  /** How stored events are analysed; not at all when not given. */
  readonly events?: EventParts;
  /** What is analysed from the start; nothing when not given. */
  readonly mode?: 'off' | 'pcap' | 'live' | 'events';
  /** The capture of mode `pcap`, wherever it is. */
  readonly pcap?: string;
  /** The interface of mode `live`. */
  readonly interface?: string;
  readonly settings: StateStore['settings'];
  readonly metrics: Metrics;
  readonly log: Log;
}
