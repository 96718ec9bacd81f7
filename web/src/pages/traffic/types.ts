/** Shapes of the answers of /v1/traffic. Times of windows and anomalies are seconds since 1970. */

export interface Talker {
  address: string;
  bytes: number;
  packets: number;
}

export interface TrafficWindow {
  window_id: number;
  window_start: number;
  window_end: number;
  bandwidth: {
    avg_bps: number;
    avg_pps: number;
    duration_s: number;
    top_src_bytes: Talker[];
    top_dst_bytes: Talker[];
  };
  latency: { mean_rtt: number | null; max_rtt: number | null; p95_rtt: number | null; samples: number };
  connections: { total: number; protocols: Record<string, number> };
  protocol: {
    bytes: Record<string, number>;
    services: Record<string, number>;
    data_segments: number;
    retransmitted: number;
    reordered: number;
    loss_rate: number;
  };
  record_count: number;
}

export interface WindowList {
  metrics: TrafficWindow[];
  total: number;
}

export interface WindowSummary {
  time_span: { start: number | null; end: number | null };
}

export type Severity = 'low' | 'medium' | 'high';

export interface Anomaly {
  type: string;
  severity: Severity;
  score: number;
  window_start: number;
  window_end: number;
  message: string;
  metric: string;
  current_value: number;
  expected: number | null;
  threshold: number;
  why: string;
  flow_src?: string;
  flow_dst?: string;
  port?: number;
  techniques: string[];
  evidence: string[];
}

export interface AnomalyList {
  anomalies: Anomaly[];
  total: number;
}

export interface AnomalyCounts {
  total: number;
  by_type: Record<string, { count: number; by_severity: Record<Severity, number> }>;
}

export interface Statistics {
  count: number;
  mean: number;
  median: number;
  min: number;
  max: number;
  p95: number;
  p99: number;
  mad: number;
}

export interface Baseline {
  windows: number;
  metrics: Record<string, Statistics>;
}

export interface BaselineList {
  baselines: Record<string, Baseline>;
  generated_at: string | null;
}

/** One run of the analysis. */
export interface Job {
  id: string;
  source: 'pcap' | 'live' | 'events';
  state: 'running' | 'done' | 'failed' | 'cancelled';
  input: string;
  window_size: number;
  started: string;
  ended: string | null;
  bytes_read: number;
  bytes_total: number | null;
  packets: number;
  events: number;
  windows: number;
  anomalies: number;
  problems: string[];
  error: string | null;
}

export interface Capture {
  running: boolean;
  tool: string | null;
  interface: string | null;
  filter: string | null;
  duration: number | null;
  started: string | null;
  ended: string | null;
  elapsed: number | null;
  packets: number;
  bytes: number;
  /** By the kernel; known when the capture is over. */
  dropped: number | null;
  ring: { packets: number; bytes: number };
  files: string[];
  error: string | null;
}

/** The analysis of events as they are stored. Times are seconds since 1970. */
export interface FollowedEvents {
  following: boolean;
  watermark: number | null;
  newest: number | null;
  lag: number;
  held: number;
  events: number;
  late: number;
  old: number;
  ahead: number;
  crowded: number;
  error: string | null;
}

export interface TrafficStatus {
  system: {
    mode: 'idle' | 'pcap' | 'live' | 'events';
    pcap_file: string | null;
    interface: string | null;
    /** Which stored events. */
    events: string | null;
    window_size: number;
  };
  data: { metrics: number; baselines: number; anomalies: number; hidden: number; dropped: number };
  capture: Capture;
  events: FollowedEvents | null;
  job: Job | null;
}

export interface CaptureInterface {
  name: string;
  description: string;
  addresses: string[];
}

export interface CaptureFile {
  name: string;
  bytes: number;
  modified: string;
}

export interface Rule {
  id: string;
  source?: string;
  destination?: string;
  port?: number;
  detector?: string;
  expires: string | null;
  reason: string;
  author?: string;
  hits: number;
  last_hit: string | null;
}

export interface RulePreview {
  count: number;
  anomalies: Anomaly[];
}
