import type { FlowObserver } from './flow-observer.ts';

/** Limits and choices shared by the flow decoders. Everything has a limit: the sender of a datagram can be forged. */
export interface FlowOptions {
  /** Which fields outside the columns go into `attrs`: the useful ones, or every one (unknown ones by number). */
  readonly fields: 'usual' | 'all';
  /** `v9` and `ipfix`: does the UDP port of the sender tell exporters apart? Default: it does not. */
  readonly sessionByPort: boolean;
  /** Templates of one exporter. */
  readonly maxTemplates: number;
  /** Fields of one template. */
  readonly maxFields: number;
  /** Bytes of data sets of one exporter that wait for their template, and how long, in seconds. */
  readonly pendingBytes: number;
  readonly pendingSeconds: number;
  /** Seconds after its last refresh at which a template is no longer used. 0: never. */
  readonly templateSeconds: number;
  /** A record whose time is further than this from the receive time gets the export time instead, seconds. */
  readonly maxTimeDifference: number;
  /** sFlow bytes of a sample: the IP packet (as NetFlow counts), or the whole frame. */
  readonly sflowBytes: 'ip' | 'frame';
  readonly observer?: FlowObserver;
}

export const DEFAULT_FLOW_OPTIONS: FlowOptions = {
  fields: 'usual',
  sessionByPort: false,
  maxTemplates: 4096,
  maxFields: 1024,
  pendingBytes: 262_144,
  pendingSeconds: 300,
  templateSeconds: 0,
  maxTimeDifference: 86_400 * 366,
  sflowBytes: 'ip',
};
