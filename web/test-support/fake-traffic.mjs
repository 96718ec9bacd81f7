// Made-up answers of /v1/traffic: an hour of an office, with a scan, a spike and a beacon in it.
const SECONDS = 10;
const COUNT = 360;
const iso = (seconds) => new Date(seconds * 1000).toISOString();

/** When a run was begun; it never ends by itself. */
const state = { job: null };

/** Between 0 and 1, the same for the same number. */
function noise(i) {
  const x = Math.sin(i * 12.9898) * 43758.5453;
  return x - Math.floor(x);
}

function begin() {
  return Math.floor(Date.now() / 3_600_000) * 3600 - 2 * 3600;
}

function windowAt(i) {
  const start = begin() + i * SECONDS;
  const spike = i >= 210 && i < 214 ? 7 : 1;
  const bps = (38e6 + 22e6 * Math.sin(i / 40) ** 2 + 14e6 * noise(i)) * spike;
  const quiet = i >= 300 && i < 306;
  const rtt = quiet ? null : 18 + 9 * noise(i + 7) + (i > 320 && i < 330 ? 160 : 0);
  const bytes = (bps * SECONDS) / 8;
  const talker = (address, share) => ({
    address,
    bytes: Math.round(bytes * share),
    packets: Math.round((bytes * share) / 800),
  });
  return {
    window_id: i,
    window_start: start,
    window_end: start + SECONDS,
    bandwidth: {
      avg_bps: quiet ? 0 : bps,
      avg_pps: quiet ? 0 : bps / 6400,
      duration_s: SECONDS,
      top_src_bytes: quiet ? [] : [talker('192.0.2.10', 0.41), talker('2001:db8:85a3:8d3:1319:8a2e:370:7348', 0.2)],
      top_dst_bytes: quiet ? [] : [talker('203.0.113.7', 0.55), talker('198.51.100.20', 0.12)],
    },
    latency: { mean_rtt: rtt, max_rtt: rtt && rtt * 4, p95_rtt: rtt && rtt * 2, samples: quiet ? 0 : 412 },
    connections: { total: quiet ? 0 : Math.round(120 + 60 * noise(i + 3)), protocols: { tcp: 90, udp: 60 } },
    protocol: {
      bytes: quiet ? {} : { tcp: bytes * 0.86, udp: bytes * 0.139, icmp: bytes * 0.001 },
      services: quiet ? {} : { ssl: bytes * 0.7, dns: bytes * 0.01, http: bytes * 0.1, '': bytes * 0.19 },
      data_segments: quiet ? 0 : 12_000,
      retransmitted: 60,
      reordered: 4,
      loss_rate: 0.004 + 0.004 * noise(i + 11),
    },
    record_count: quiet ? 0 : 180,
  };
}

function anomalies() {
  const at = (i) => ({ window_start: windowAt(i).window_start, window_end: windowAt(i).window_end });
  return [
    {
      type: 'port_scan',
      severity: 'high',
      score: 86,
      ...at(120),
      message: '192.0.2.77 tried 412 ports of 198.51.100.20 in 10 s; 3 answered.',
      metric: 'distinct_ports',
      current_value: 412,
      expected: 2,
      threshold: 20,
      why: 'So many ports of one host in so short a time are tried to learn what it offers, mostly before an attack.',
      flow_src: '192.0.2.77',
      flow_dst: '198.51.100.20',
      techniques: ['T1046', 'T1595.001'],
      evidence: ['9007199254840990', '9007199254840988'],
    },
    {
      type: 'traffic_spike',
      severity: 'medium',
      score: 64,
      ...at(211),
      message: '412 Mb/s, usually 52 Mb/s: 192.0.2.10 sent 41 % of it.',
      metric: 'avg_bps',
      current_value: 412e6,
      expected: 52e6,
      threshold: 96e6,
      why: 'Far above what is usual at this time. A backup, an update, or data leaving.',
      flow_src: '192.0.2.10',
      techniques: [],
      evidence: [],
    },
    {
      type: 'high_latency',
      severity: 'low',
      score: 31,
      ...at(324),
      message: 'Round trips to 203.0.113.0/24 take 182 ms, usually 22 ms.',
      metric: 'median_rtt_ms',
      current_value: 182,
      expected: 22,
      threshold: 88,
      why: 'Everything there became slow at once, so the way is congested or longer than usual.',
      flow_dst: '203.0.113.0/24',
      techniques: [],
      evidence: [],
    },
    {
      type: 'beaconing',
      severity: 'high',
      score: 91,
      window_start: begin(),
      window_end: windowAt(350).window_end,
      message: '192.0.2.40 calls 203.0.113.66 every 60 s, 58 times, with a jitter of 2 %.',
      metric: 'beacon_score',
      current_value: 0.94,
      expected: null,
      threshold: 0.8,
      why: 'Programs that wait for orders call home in even steps. Updates and monitoring do so, too.',
      flow_src: '192.0.2.40',
      flow_dst: '203.0.113.66',
      port: 443,
      techniques: ['T1071.001'],
      evidence: ['9007199254840981'],
    },
  ];
}

function rules() {
  return [
    {
      id: 'r1',
      source: '192.0.2.0/24',
      port: 123,
      detector: 'beaconing',
      expires: null,
      reason: 'NTP of the office',
      author: 'first',
      hits: 12,
      last_hit: iso(begin() + 3000),
    },
    {
      id: 'r2',
      destination: '198.51.100.4',
      detector: 'traffic_spike',
      expires: iso(begin() + 30 * 86_400),
      reason: 'Backup at night',
      author: 'first',
      hits: 2,
      last_hit: iso(begin() + 100),
    },
  ];
}

const statistics = (median, p95) => ({
  count: 352,
  mean: median * 1.05,
  median,
  min: median / 3,
  max: p95 * 1.2,
  p95,
  p99: p95 * 1.1,
  mad: median / 8,
});

function job(more = {}) {
  return {
    id: 'j1',
    source: 'pcap',
    state: 'done',
    input: 'uploads/6f1c2d7e-office.pcapng',
    window_size: SECONDS,
    started: iso(begin()),
    ended: iso(begin() + 3.4),
    bytes_read: 812_482_113,
    bytes_total: 812_482_113,
    progress: 1,
    packets: 2_482_113,
    windows: COUNT,
    anomalies: 4,
    problems: [
      'Packet 48,213 says that it has 70,000 bytes of 262,144: the rest of the block is left out.',
      'The file ends in the middle of packet 2,482,114.',
    ],
    error: null,
    ...more,
  };
}

function capture(more = {}) {
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
    ...more,
  };
}

const LAST_CAPTURE = () =>
  capture({
    tool: 'dumpcap',
    interface: 'eth0',
    filter: 'not port 22',
    duration: 60,
    started: iso(begin()),
    ended: iso(begin() + 60),
    elapsed: 60.2,
    packets: 48_213,
    bytes: 38_482_113,
    dropped: 14,
    ring: { packets: 48_213, bytes: 38_482_113 },
  });

function status({ scenario }) {
  const empty = scenario === 'empty';
  const running = state.job !== null;
  return {
    api: { status: 'ok', version: '0.1.0', timestamp: new Date().toISOString() },
    system: {
      mode: empty ? 'idle' : 'pcap',
      pcap_file: empty ? null : 'uploads/6f1c2d7e-office.pcapng',
      interface: null,
      window_size: SECONDS,
    },
    data: {
      metrics: empty ? 0 : COUNT,
      baselines: empty ? 0 : 4,
      anomalies: empty ? 0 : anomalies().length,
      hidden: empty ? 0 : 14,
      dropped: 0,
    },
    capture: empty ? capture() : LAST_CAPTURE(),
    job: running
      ? job({ state: 'running', ended: null, bytes_read: 340e6, windows: 148, anomalies: 1, problems: [] })
      : empty
        ? null
        : job(),
  };
}

function page(list, query) {
  const offset = Number(query.get('offset') ?? 0);
  const limit = Number(query.get('limit') ?? 50);
  return { shown: list.slice(offset, offset + limit), head: { total: list.length, offset, limit } };
}

export const trafficRoutes = {
  '/v1/traffic/status': status,
  '/v1/traffic/windows': ({ query, scenario }) => {
    const { shown, head } = page(
      scenario === 'empty' ? [] : Array.from({ length: COUNT }, (_, i) => windowAt(i)),
      query,
    );
    return { ...head, count: shown.length, metrics: shown };
  },
  '/v1/traffic/windows/summary': ({ scenario }) =>
    scenario === 'empty'
      ? { time_span: { start: null, end: null } }
      : { time_span: { start: begin(), end: begin() + COUNT * SECONDS } },
  '/v1/traffic/windows/\\d+': ({ path }) => windowAt(Number(path.split('/')[4])),
  '/v1/traffic/anomalies': ({ query, scenario }) => {
    const fits = (name) => (one) => !query.get(name) || one[name] === query.get(name);
    const all = scenario === 'empty' ? [] : anomalies().filter(fits('type')).filter(fits('severity'));
    const { shown, head } = page(all, query);
    return { ...head, count: shown.length, filters: {}, anomalies: shown };
  },
  '/v1/traffic/anomalies/by-type': () => ({
    total: 4,
    by_type: Object.fromEntries(
      anomalies().map(({ type, severity }) => [
        type,
        { count: 1, by_severity: { high: 0, medium: 0, low: 0, [severity]: 1 } },
      ]),
    ),
  }),
  '/v1/traffic/anomalies/window/\\d+': ({ path }) => {
    const { window_id, window_start, window_end } = windowAt(Number(path.split('/')[5]));
    const found = anomalies().filter((one) => one.window_end > window_start && one.window_end <= window_end);
    return { window_id, count: found.length, anomalies: found };
  },
  '/v1/traffic/baselines': ({ scenario }) =>
    scenario === 'empty'
      ? { count: 0, baselines: {}, generated_at: null }
      : {
          count: 4,
          generated_at: iso(begin() + 3600),
          baselines: {
            bandwidth: { windows: 352, metrics: { bps: statistics(52e6, 74e6), pps: statistics(8125, 11_500) } },
            latency: { windows: 346, metrics: { rtt: statistics(22.4, 27) } },
            connection: { windows: 352, metrics: { connections: statistics(150, 177) } },
            protocol: { windows: 352, metrics: { loss_rate: statistics(0.006, 0.0078) } },
          },
        },
  '/v1/traffic/baselines/generate': () => ({ success: true, message: '', generated: {} }),
  '/v1/traffic/captures': ({ method }) => {
    const file = { name: 'uploads/6f1c2d7e-office.pcapng', bytes: 812_482_113, modified: iso(begin()) };
    return method === 'POST'
      ? file
      : { items: [file, { name: 'branch.pcap.gz', bytes: 48_213_000, modified: iso(begin()) }] };
  },
  '/v1/traffic/jobs': ({ method }) => {
    if (method === 'GET') return { items: [job()] };
    state.job = Date.now();
    return job({ state: 'running' });
  },
  '/v1/traffic/jobs/[^/]+': () => {
    state.job = null;
    return job({ state: 'cancelled' });
  },
  '/v1/traffic/capture/interfaces': () => ({
    items: [
      { name: 'eth0', description: '', addresses: ['192.0.2.250'] },
      { name: 'wlan0', description: 'guests', addresses: [] },
    ],
  }),
  '/v1/traffic/capture/start': ({ failure }) =>
    failure(
      400,
      'CAPTURE_IMPOSSIBLE',
      'Capture not possible',
      'dumpcap may not capture on eth0: give it the right with setcap cap_net_raw,cap_net_admin+eip /usr/bin/dumpcap.',
    ),
  '/v1/traffic/rules': ({ method, scenario }) =>
    method === 'POST' ? rules()[1] : { items: scenario === 'empty' ? [] : rules() },
  '/v1/traffic/rules/preview': () => ({ count: 1, anomalies: anomalies().slice(3) }),
};
