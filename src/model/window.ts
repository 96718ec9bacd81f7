/** One connection's part in one window: what the traffic analysis is fed with, from packets, flows or logs alike. Reused. */
export interface Observation {
  /** Microseconds since 1970: the last activity in this window. */
  at: number;
  src: string;
  dst: string;
  srcPort: number;
  dstPort: number;
  proto: number;
  /** When the connection began, microseconds; and whether that was in this window. */
  start: number;
  first: boolean;
  /** In this window. */
  srcBytes: number;
  dstBytes: number;
  srcPackets: number;
  dstPackets: number;
  /** Zeek's conn_state as of now; empty when not known (flows): then `tcpFlags` decides. */
  state: string;
  /** Union of the originator's TCP flags; 0 when not known. */
  tcpFlags: number;
  dataSegments: number;
  retransmitted: number;
  /** Of those sent again, the ones that `src` sent. */
  srcRetransmitted: number;
  reordered: number;
  duplicateAcks: number;
  /** Bytes that were acknowledged but never captured: lost to the monitor, not by the network. Negative when some came after all. */
  missedBytes: number;
  /** Round trip times measured in this window, milliseconds: `rtts[0..rttCount)`. */
  rtts: Float64Array;
  rttCount: number;
  service: string;
  domain: string;
  /** Header problems seen in this window, as bits of `PROBLEMS` in packets/dissected.ts. */
  problems: number;
  /** Id of the event behind it, for evidence; empty when it has none yet. */
  event: string;
}

export interface Talker {
  readonly address: string;
  readonly bytes: number;
  readonly packets: number;
}

/** What happened in one window. Keys and units as the API shows them: seconds since 1970, bits a second, milliseconds. */
export interface Window {
  readonly window_id: number;
  readonly window_start: number;
  readonly window_end: number;
  readonly bandwidth: {
    readonly avg_bps: number;
    readonly avg_pps: number;
    readonly duration_s: number;
    readonly top_src_bytes: readonly Talker[];
    readonly top_dst_bytes: readonly Talker[];
  };
  readonly latency: {
    readonly mean_rtt: number | null;
    readonly max_rtt: number | null;
    readonly p95_rtt: number | null;
    readonly samples: number;
  };
  readonly connections: { readonly total: number; readonly protocols: Readonly<Record<string, number>> };
  readonly protocol: {
    /** Bytes by IP protocol, and by service as far as it is known. */
    readonly bytes: Readonly<Record<string, number>>;
    readonly services: Readonly<Record<string, number>>;
    readonly data_segments: number;
    readonly retransmitted: number;
    readonly reordered: number;
    readonly loss_rate: number;
  };
  readonly record_count: number;
}

export const ANOMALY_TYPES = [
  'traffic_spike',
  'port_scan',
  'high_latency',
  'packet_loss',
  'protocol_anomaly',
  'long_lived_conn',
  'beaconing',
  'dns_tunnel',
  'dga',
  'brute_force',
  'exfiltration',
  'new_destination',
  'ddos',
  'lateral_movement',
] as const;
export type AnomalyType = (typeof ANOMALY_TYPES)[number];

/** Something unusual, with what was seen, what was expected, and why that matters. */
export interface Anomaly {
  readonly type: AnomalyType;
  readonly severity: 'low' | 'medium' | 'high';
  /** 0 to 100. */
  readonly score: number;
  /** Seconds since 1970. */
  readonly window_start: number;
  readonly window_end: number;
  /** One sentence for a person: who, what, how much against what is usual. */
  readonly message: string;
  /** What was measured, with its unit in the name: `avg_bps`, `loss_rate`, `distinct_hosts`. */
  readonly metric: string;
  readonly current_value: number;
  /** What was expected; null where nothing is. */
  readonly expected: number | null;
  /** From where on it is unusual. */
  readonly threshold: number;
  /** Why this is unusual and what it may be, in one or two sentences. */
  readonly why: string;
  readonly flow_src?: string;
  readonly flow_dst?: string;
  readonly port?: number;
  /** ATT&CK technique ids. */
  readonly techniques: readonly string[];
  /** Ids of events, the first few. */
  readonly evidence: readonly string[];
}

export const BASELINE_TYPES = ['bandwidth', 'latency', 'protocol', 'connection'] as const;
export type BaselineType = (typeof BASELINE_TYPES)[number];

/** Statistics of one metric over the windows that were usual. */
export interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly p95: number;
  readonly p99: number;
  /** Median absolute deviation, times 1.4826. */
  readonly mad: number;
}

export interface Baseline {
  readonly type: BaselineType;
  /** By metric: `bps`, `pps`; `rtt`; `loss_rate`, shares by protocol; `connections`. */
  readonly metrics: Readonly<Record<string, Statistics>>;
  readonly windows: number;
}
