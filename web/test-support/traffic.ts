import type {
  Anomaly,
  Capture,
  FollowedEvents,
  Job,
  Rule,
  TrafficStatus,
  TrafficWindow,
} from '../src/pages/traffic/types.ts';

/** 2026-11-20T12:00:00Z. */
export const BEGIN = 1_795_176_000;

/** Windows of ten seconds, one after the other. */
export function windowOf(id: number, patch: Partial<TrafficWindow> = {}): TrafficWindow {
  return {
    window_id: id,
    window_start: BEGIN + id * 10,
    window_end: BEGIN + id * 10 + 10,
    bandwidth: {
      avg_bps: 1_000_000 * (id + 1),
      avg_pps: 100,
      duration_s: 10,
      top_src_bytes: [{ address: '192.0.2.10', bytes: 1_200_000, packets: 900 }],
      top_dst_bytes: [{ address: '203.0.113.7', bytes: 800_000, packets: 700 }],
    },
    latency: { mean_rtt: 20, max_rtt: 80, p95_rtt: 60, samples: 40 },
    connections: { total: 12, protocols: { tcp: 8, udp: 4 } },
    protocol: {
      bytes: { tcp: 900, udp: 100 },
      services: { dns: 100 },
      data_segments: 1000,
      retransmitted: 5,
      reordered: 0,
      loss_rate: 0.005,
    },
    record_count: 12,
    ...patch,
  };
}

export function anomalyOf(patch: Partial<Anomaly> = {}): Anomaly {
  return {
    type: 'beaconing',
    severity: 'high',
    score: 91,
    window_start: BEGIN + 10,
    window_end: BEGIN + 20,
    message: '192.0.2.40 calls 203.0.113.66 every 60 s.',
    metric: 'beacon_score',
    current_value: 0.94,
    expected: null,
    threshold: 0.8,
    why: 'Programs that wait for orders call home in even steps.',
    flow_src: '192.0.2.40',
    flow_dst: '203.0.113.66',
    port: 443,
    techniques: ['T1071.001'],
    evidence: ['9007199254840981'],
    ...patch,
  };
}

export function captureOf(patch: Partial<Capture> = {}): Capture {
  return {
    running: false,
    tool: null,
    interface: null,
    filter: null,
    duration: null,
    started: null,
    ended: null,
    elapsed: null,
    packets: 0,
    bytes: 0,
    dropped: null,
    ring: { packets: 0, bytes: 0 },
    files: [],
    error: null,
    ...patch,
  };
}

export function jobOf(patch: Partial<Job> = {}): Job {
  return {
    id: 'j1',
    source: 'pcap',
    state: 'done',
    input: 'office.pcap',
    window_size: 10,
    started: '2026-11-20T12:00:00.000Z',
    ended: '2026-11-20T12:00:03.400Z',
    bytes_read: 1_000_000,
    bytes_total: 1_000_000,
    packets: 2000,
    events: 0,
    windows: 3,
    anomalies: 2,
    problems: [],
    error: null,
    ...patch,
  };
}

interface StatusParts {
  data?: Partial<TrafficStatus['data']>;
  system?: Partial<TrafficStatus['system']>;
  capture?: Partial<Capture>;
  events?: Partial<FollowedEvents> | null;
  job?: Job | null;
}

export function followedOf(patch: Partial<FollowedEvents> = {}): FollowedEvents {
  return {
    following: true,
    watermark: 1_790_000_000,
    newest: 1_790_000_090,
    lag: 0,
    held: 5,
    events: 1200,
    late: 0,
    old: 0,
    ahead: 0,
    crowded: 0,
    error: null,
    ...patch,
  };
}

export function statusOf({ data, system, capture, events, job = jobOf() }: StatusParts = {}): TrafficStatus {
  return {
    system: { mode: 'pcap', pcap_file: 'office.pcap', interface: null, events: null, window_size: 10, ...system },
    data: { metrics: 3, baselines: 0, anomalies: 2, hidden: 0, dropped: 0, ...data },
    capture: captureOf(capture),
    events: events ? followedOf(events) : null,
    job,
  };
}

export const NOTHING_YET: StatusParts = {
  data: { metrics: 0, anomalies: 0 },
  system: { mode: 'idle', pcap_file: null },
  job: null,
};

export function ruleOf(patch: Partial<Rule> = {}): Rule {
  return {
    id: 'r1',
    source: '192.0.2.0/24',
    port: 123,
    detector: 'beaconing',
    expires: null,
    reason: 'NTP of the office',
    hits: 12,
    last_hit: null,
    ...patch,
  };
}
