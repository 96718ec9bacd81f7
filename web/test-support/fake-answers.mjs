// Made-up answers of /v1, always the same but for the clock. Addresses are those set apart for documentation.
import { outputRoutes } from './fake-outputs.mjs';
import { trafficRoutes } from './fake-traffic.mjs';

let seed = 1;
function random() {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 4294967296;
}
const pick = (list) => list[Math.floor(random() * list.length)];
const iso = (ms) => new Date(ms).toISOString().replace('Z', '000Z');

const LOCAL = [
  '192.0.2.10',
  '192.0.2.11',
  '192.0.2.23',
  '192.0.2.40',
  '192.0.2.51',
  '192.0.2.77',
  '192.0.2.90',
  '192.0.2.101',
  '192.0.2.118',
  '192.0.2.140',
  '192.0.2.161',
];
const REMOTE = [
  '198.51.100.4',
  '198.51.100.20',
  '203.0.113.7',
  '203.0.113.66',
  '198.51.100.131',
  '2001:db8:85a3:8d3:1319:8a2e:370:7348',
  '203.0.113.200',
  '198.51.100.77',
  '203.0.113.9',
  '198.51.100.212',
  '2001:db8:1::15',
];
const PORTS = [443, 80, 53, 22, 123, 8080, 25, 993, 3389, 445, 5432];
const COUNTRIES = ['US', 'DE', 'NL', 'FR', 'GB', 'SG', 'JP', 'BR', 'SE', 'IE', 'CA'];
const THREATS = [
  '203.0.113.7',
  '203.0.113.0/24',
  'evil.example',
  '198.51.100.131',
  'cdn-update.example',
  '203.0.113.200',
];

const REASONS = {
  c2: { code: 'intel.c2', points: 60, reason: 'Matches a command and control server (confidence 90)' },
  scanner: { code: 'intel.scanner', points: 40, reason: 'Matches a known scanner (confidence 75)' },
  remote: { code: 'port.remote', points: 15, reason: 'Remote access from outside: rdp, 3389/tcp' },
  long: { code: 'flow.long', points: 10, reason: 'Open for 3 h 41 min' },
  big: { code: 'flow.upload', points: 20, reason: 'Sent out 1.2 GB, received 4 MB' },
};

function event(i, now, high) {
  seed = i * 7919 + 13;
  const src = pick(LOCAL);
  const dst = high ? pick(['203.0.113.7', '203.0.113.66', '198.51.100.131', '203.0.113.200']) : pick(REMOTE);
  const reasons = high
    ? pick([
        [REASONS.c2, REASONS.long],
        [REASONS.scanner, REASONS.remote, REASONS.big],
        [REASONS.c2, REASONS.big, REASONS.remote, REASONS.long],
      ])
    : random() < 0.2
      ? [REASONS.remote]
      : [];
  const score = Math.min(
    100,
    reasons.reduce((sum, reason) => sum + reason.points, 0),
  );
  const kind = pick(['flow', 'flow', 'flow', 'conn', 'conn', 'dns', 'tls', 'http']);
  return {
    id: String(9007199254740000n + BigInt(100000 - i)),
    ts: iso(now - i * (high ? 97_000 : 1_730) - 2000),
    received: iso(now - i * 1730 - 800),
    kind,
    source: pick(['office-gw', 'zeek-dmz']),
    exporter: pick(['192.0.2.1', '192.0.2.2']),
    src_ip: src,
    dst_ip: dst,
    src_port: 49152 + Math.floor(random() * 16000),
    dst_port: pick(PORTS),
    proto: random() < 0.8 ? 'tcp' : 'udp',
    bytes: Math.floor(random() ** 4 * 4_000_000) + 60,
    packets: Math.floor(random() ** 3 * 3000) + 1,
    duration: random() * 30,
    direction: 'outbound',
    app: kind === 'dns' ? 'dns' : pick(['tls', 'http', 'quic', '']),
    state: pick(['SF', 'S0', 'RSTO']),
    domain:
      kind === 'dns' || kind === 'tls'
        ? pick(['www.example', 'mail.example', 'cdn-update.example', 'a-rather-long-name.of.a.service.example'])
        : '',
    src_scope: 'private',
    dst_scope: 'global',
    src_geo: null,
    dst_geo: { country: pick(COUNTRIES), city: pick(['Amsterdam', 'Frankfurt', 'Ashburn']), lat: 52.37, lon: 4.9 },
    src_asn: null,
    dst_asn: { asn: 64500 + Math.floor(random() * 10), org: 'Example Hosting' },
    ti_matches: high ? [{ indicator: dst, category: 'c2', confidence: 90, source: 'local', field: 'dst.ip' }] : [],
    risk_score: score,
    risk_reasons: reasons,
    tags: high ? ['watch'] : [],
    attrs: { history: 'ShADadfF', conn: { missed_bytes: 0 } },
  };
}

function top({ query, scenario }) {
  const field = query.get('field');
  const by = query.get('by') ?? 'events';
  const values =
    { 'src.ip': LOCAL, 'dst.ip': REMOTE, 'dst.port': PORTS, 'dst.country': COUNTRIES, 'threat.indicator': THREATS }[
      field
    ] ?? LOCAL;
  const total = { events: 184_213, bytes: 48_213_882_113, packets: 61_213_004 };
  const items = values.slice(0, Number(query.get('limit') ?? 10)).map((value, i) => {
    const part = 0.28 / (i + 1) ** 0.9;
    const few = field === 'threat.indicator' ? 0.002 : 1;
    return {
      value,
      events: Math.round(total.events * part * few),
      bytes: Math.round(total.bytes * part * few),
      packets: Math.round(total.packets * part * few),
      risk: Math.max(5, 100 - i * 9),
    };
  });
  const rest = (name) => Math.max(0, total[name] - items.reduce((sum, item) => sum + item[name], 0));
  return {
    field,
    by,
    items: scenario === 'empty' ? [] : items,
    distinct: field === 'src.ip' ? 4812 : values.length,
    total,
    other: { events: rest('events'), bytes: rest('bytes'), packets: rest('packets') },
    took_ms: 21,
  };
}

function timeseries() {
  const now = Date.now();
  const to = Math.ceil(now / 30_000) * 30_000;
  const from = to - 3_600_000;
  const shapes = { flow: 900, conn: 420, dns: 260, tls: 180, http: 60, honeypot: 12 };
  const series = Object.entries(shapes).map(([key, level], s) => {
    const points = [];
    for (let i = 0; i < 120; i++) {
      if (i > 40 && i < 46) continue;
      seed = i * 31 + s * 977 + 5;
      random();
      const bump = i > 82 && i < 92 && key === 'conn' ? 3.4 : 1;
      points.push([
        iso(from + i * 30_000),
        Math.round((level / 2) * bump * (0.75 + 0.25 * Math.sin(i / 14 + s) + random() * 0.3)),
      ]);
    }
    return { key, other: false, points };
  });
  series.push({ key: 'other', other: true, points: series[0].points.map(([time]) => [time, 18]) });
  return { bucket_seconds: 30, range: { from: iso(from), to: iso(to) }, series, measures: ['events'], took_ms: 34 };
}

const spark = (level, wobble) =>
  Array.from({ length: 40 }, (_, i) => Math.max(0, level * (1 + wobble * Math.sin(i / 4) + 0.1 * Math.cos(i * 2.3))));

function overview({ query, scenario }) {
  const now = Date.now();
  const none = scenario !== 'full' || /nothing/.test(query.get('filter') ?? '');
  const kpi = (value, previous, shape) =>
    none ? { value: 0, previous: 0, spark: [] } : { value, previous, spark: shape };
  return {
    range: { from: iso(now - 3_600_000), to: iso(now) },
    previous: { from: iso(now - 7_200_000), to: iso(now - 3_600_000) },
    kpis: {
      events: kpi(184_213, 164_480, spark(100, 0.3)),
      sources: kpi(4, 4, spark(4, 0)),
      batches: kpi(3_104, 2_911, spark(50, 0.2)),
      threats: kpi(312, 121, spark(5, 0.9)),
      risk_avg: kpi(7.4, 6.9, spark(7, 0.15)),
      high_risk: kpi(38, 12, null),
      lag_seconds: kpi(1.31, 1.48, spark(1.3, 0.4)),
      bytes: kpi(48_213_882_113, 41_000_000_000, null),
    },
    newest: scenario === 'empty' ? null : iso(scenario === 'outside' ? Date.parse('2026-03-02T11:04:00Z') : now),
    oldest: scenario === 'empty' ? null : iso(Date.parse('2026-03-01T07:10:00Z')),
    took_ms: 12,
  };
}

function events({ query, scenario }) {
  const now = Date.now();
  if (scenario !== 'full' || /nothing/.test(query.get('filter') ?? ''))
    return { items: [], next_cursor: null, range: {}, took_ms: 4 };
  const high = /risk >= 70/.test(query.get('filter') ?? '');
  const from = Number(query.get('cursor') ?? 0);
  const limit = Number(query.get('limit') ?? 100);
  const items = Array.from({ length: limit }, (_, i) => event(from + i + 1, now, high));
  return { items, next_cursor: from + limit < 20_000 ? String(from + limit) : null, range: {}, took_ms: 18 };
}

const field = (path, type, doc, more = {}) => ({ path, name: path.replace('.', '_'), type, doc, aliases: [], ...more });
const FIELDS = [
  field('id', 'id', 'Identity.'),
  field('ts', 'time', 'When it began.', { aliases: ['time'] }),
  field('kind', 'enum', 'What it is.', { values: ['flow', 'conn', 'dns', 'tls', 'http', 'honeypot'] }),
  field('source', 'dict', 'The door it came through.'),
  field('exporter', 'dict', 'The device that observed it.'),
  field('src.ip', 'ip', 'Address of the initiator.', { aliases: ['src'] }),
  field('dst.ip', 'ip', 'Address of the responder.', { aliases: ['dst'] }),
  field('src.port', 'u16', 'Port of the initiator.', { aliases: ['sport'] }),
  field('dst.port', 'u16', 'Port of the responder.', { aliases: ['dport'] }),
  field('proto', 'u8', 'IP protocol.'),
  field('bytes', 'u64', 'Bytes both ways.', { unit: 'bytes' }),
  field('packets', 'u64', 'Packets both ways.', { unit: 'packets' }),
  field('duration', 'f64', 'From the first to the last packet.', { unit: 'seconds' }),
  field('app', 'dict', 'Application.'),
  field('domain', 'text', 'The name asked for.'),
  field('src.country', 'dict', 'Country of the source.'),
  field('dst.country', 'dict', 'Country of the destination.'),
  field('dst.org', 'dict', 'Name of the autonomous system of the destination.'),
  field('threat.indicator', 'text', 'The most confident indicator.'),
  field('risk', 'u8', 'Risk score, 0 to 100.'),
  field('tags', 'set', 'Labels.'),
];

function lookup({ body }) {
  const asked = JSON.parse(body);
  const one = (query) => {
    const bad = query.startsWith('203.0.113.') || query.startsWith('evil');
    return {
      query,
      type: /^[\d.:a-f]+$/i.test(query) ? 'ip' : 'domain',
      scope: 'global',
      geo: bad
        ? { country: 'NL', city: 'Amsterdam', lat: 52.37, lon: 4.9 }
        : { country: 'US', city: '', lat: 37.7, lon: -97.8 },
      asn: { asn: 64500, org: 'Example Hosting' },
      threats: bad
        ? [
            { indicator: query, category: 'c2', confidence: 90, source: 'local' },
            { indicator: '203.0.113.0/24', category: 'scanner', confidence: 60, source: 'threatlist.csv' },
          ]
        : [],
      risk: bad ? { score: 75, reasons: [REASONS.c2, REASONS.remote] } : { score: 0, reasons: [] },
      attribution: ['IP Geolocation by DB-IP (https://db-ip.com)'],
    };
  };
  return asked.indicators ? { results: asked.indicators.map(one) } : one(asked.ip ?? asked.domain);
}

const letter = (id) => ({
  id: String(id),
  at: iso(Date.now() - id * 61_000),
  source: 'http',
  encoding: 'zeek.conn',
  peer: '192.0.2.2',
  reason: id % 2 ? 'bad time' : 'no address',
  detail: id % 2 ? 'The field ts is "yesterday", which is no time.' : 'Neither id.orig_h nor src_ip is there.',
  size: 212 + id,
  bytes_preview: '{"_path":"conn","ts":"yesterday","uid":"CHhAvVGS1DHFjwGM9"',
});

const CONDITIONS = {
  losing: '2.3 % lost on the way in the last 5 minutes (1,402 of 61,240 datagrams).',
  clock: 'Its clock is 60 min behind.',
  silent: 'Nothing received for 3 h.',
  'no-template': '12 data sets of the last 5 minutes are lost because their template did not come.',
};

function exporter(name, address, protocols, flows, more = {}) {
  const now = Date.now();
  return {
    address,
    name,
    protocols,
    first_seen: iso(now - 6.4 * 86_400_000),
    last_seen: iso(now - 900),
    datagrams_per_second: flows / 28,
    flows_per_second: flows,
    loss_percent: 0,
    clock_skew: 0.2,
    counts: {
      datagrams: flows * 4000,
      bytes: flows * 5_400_000,
      flows: flows * 112_000,
      options: 840,
      counter_samples: protocols.includes('sflow') ? 12_400 : 0,
      lost: 0,
      reordered: 3,
      duplicates: 0,
      restarts: 1,
      malformed: 0,
      without_template: 0,
      limited: 0,
    },
    templates: protocols.includes('sflow') ? 0 : 6,
    sampling: [1000],
    interfaces: 4,
    conditions: [],
    ...more,
  };
}

const wrong = (...codes) => ({
  conditions: codes.map((code) => ({ code, since: iso(Date.now() - 740_000), text: CONDITIONS[code] })),
});
const EXPORTERS = () => [
  exporter('core-1', '192.0.2.1', ['ipfix'], 4210),
  exporter('core-2', '192.0.2.2', ['ipfix'], 3980, { loss_percent: 2.29, ...wrong('losing') }),
  exporter('edge-fra', '198.51.100.1', ['netflow9'], 812, { clock_skew: 3602, ...wrong('clock', 'no-template') }),
  exporter('leaf-17', '2001:db8:85a3::17', ['sflow'], 96.4, { clock_skew: null, sampling: [512, 2048] }),
  exporter('old-router', '203.0.113.40', ['netflow5'], 0, {
    loss_percent: null,
    sampling: [],
    last_seen: iso(Date.now() - 10_800_000),
    ...wrong('silent'),
  }),
];

function exporterDetail({ path }) {
  const address = decodeURIComponent(path.split('/')[3]);
  const found = EXPORTERS().find((one) => one.address === address) ?? EXPORTERS()[0];
  const [protocol] = found.protocols;
  const seen = iso(Date.now() - 24_000);
  const fields = ['sourceIPv4Address', 'destinationIPv4Address', 'sourceTransportPort', 'destinationTransportPort'];
  const template = (id, kind) => ({
    protocol,
    domain: 0,
    id,
    kind,
    fields: [...fields, 'protocolIdentifier', 'octetDeltaCount', 'packetDeltaCount', '9/12235'],
    record_bytes: id === 261 ? null : 52,
    first_seen: found.first_seen,
    last_seen: seen,
    records: 48_213_114,
  });
  const port = (index, name, description, part) => ({
    index,
    name,
    description,
    named_by: 'options',
    counters: {
      at: seen,
      speed: 10e9,
      up: part > 0,
      in_errors: 0,
      out_errors: index,
      in_discards: 0,
      out_discards: 12 * index,
    },
    in_bps: part * 8.2e9,
    out_bps: part * 2.1e9,
  });
  return {
    ...found,
    templates: found.templates === 0 ? [] : [template(256, 'data'), template(257, 'data'), template(261, 'options')],
    sampling: found.sampling.map((rate, selector) => ({
      protocol,
      domain: 0,
      selector,
      rate,
      from: protocol === 'sflow' ? 'header' : 'options',
      last_seen: seen,
    })),
    interfaces: [
      port(1, 'xe-0/0/0', 'transit', 1),
      port(2, 'xe-0/0/1', 'peering', 0.3),
      port(3, 'xe-0/0/2', 'office', 0.02),
      port(4, 'xe-0/0/3', '', 0),
    ],
  };
}

const listener = (port, more = {}) => ({
  address: `0.0.0.0:${port}`,
  error: null,
  asked_buffer: 67_108_864,
  granted_buffer: 425_984,
  buffer_complete: false,
  datagrams: 1_482_113,
  bytes: 2_012_482_113,
  kernel_drops: 0,
  refused: 14,
  limited: 0,
  queue_drops: 0,
  ...more,
});

export const version = () => ({
  service: 'vedette',
  version: '0.1.0',
  git_sha: '0123456789abcdef',
  image: null,
  image_tag: null,
});

export const routes = {
  ...outputRoutes,
  ...trafficRoutes,
  '/v1/whoami': () => ({ name: 'first', scopes: ['read', 'ingest', 'admin'], tier: 'admin', expires_at: null }),
  '/v1/fields': () => ({ fields: FIELDS, operators: ['=', '!=', '<', '>'], grammar: '' }),
  '/v1/query/overview': overview,
  '/v1/query/timeseries': timeseries,
  '/v1/query/top': top,
  '/v1/events': events,
  '/v1/events/[^/]+': ({ path }) => {
    const id = Number(100000n - (BigInt(path.split('/')[3]) - 9007199254740000n));
    return { ...event(id, Date.now(), true), id: path.split('/')[3] };
  },
  '/v1/exporters': ({ scenario }) => {
    const items = scenario === 'empty' ? [] : EXPORTERS();
    return { items, total: items.length };
  },
  '/v1/exporters/[^/]+': exporterDetail,
  '/v1/collector': () => ({
    listeners: [listener(2055, { kernel_drops: 48_213 }), listener(4739), listener(6343, { datagrams: 0, bytes: 0 })],
  }),
  '/v1/lookup': lookup,
  '/v1/ingest': () => ({ status: 'accepted', queued: 1 }),
  '/v1/updates/check': ({ scenario }) => ({
    enabled: true,
    current: '0.1.0',
    latest: scenario === 'outside' ? '0.2.0' : '0.1.0',
    update_available: scenario === 'outside',
    status: 'ok',
    checked_at: iso(Date.now() - 90_000),
  }),
  '/v1/health': ({ scenario }) => ({
    status: scenario === 'error' ? 'degraded' : 'ok',
    service: 'vedette',
    version: '0.1.0',
    timestamp: iso(Date.now()),
    uptime_seconds: 93_214,
    components: [
      { name: 'http', state: 'ok', figures: { requests: 48_213 } },
      { name: 'netflow', state: 'ok', figures: { packets: 1_482_113, dropped: 0, templates: 14 } },
      {
        name: 'store',
        state: scenario === 'error' ? 'failed' : 'ok',
        detail: scenario === 'error' ? 'The engine stopped; it is started again in 12 s.' : undefined,
        figures: { events: 12_482_113, spooled_rows: 0 },
      },
      { name: 'state', state: 'ok', figures: { connections: 4 } },
      { name: 'locator', state: 'ok', figures: { city_ranges: 4_812_113, asn_ranges: 512_114 } },
      {
        name: 'matcher',
        state: 'degraded',
        detail: 'threatlist.csv: line 14 is no address; the other 812 lines are in use.',
        figures: { addresses: 640, networks: 120, domains: 52 },
      },
    ],
  }),
  '/v1/system': () => ({
    version: '0.1.0',
    node: 'v20.20.2',
    pid: 4711,
    memory: { rss: 512_000_000, heap: 121_000_000 },
    uptime_seconds: 93_214,
    store: {
      events: 12_482_113,
      bytes_on_disk: 812_482_113,
      oldest: iso(Date.now() - 6.4 * 86_400_000),
      newest: iso(Date.now()),
      dead_letters: 6,
      spooled_rows: 0,
      spooled_bytes: 0,
    },
    matcher: { addresses: 640, networks: 120, domains: 52 },
    geo: [
      {
        covers: 'city',
        name: 'DB-IP City Lite',
        attribution: 'IP Geolocation by DB-IP (https://db-ip.com)',
        builtAt: '2026-06-05',
        ranges: 4812113,
      },
      { covers: 'asn', name: 'ASN by RouteViews', attribution: '', builtAt: '2026-06-17', ranges: 512114 },
    ],
    settings: [
      { name: 'listen', value: '127.0.0.1:8080', source: 'default' },
      { name: 'telemetry.retentionDays', value: 7, source: 'file' },
      { name: 'apiKeys', value: '•••', source: 'env' },
    ],
  }),
  '/v1/dead-letters': ({ scenario }) =>
    scenario === 'full'
      ? { items: [1, 2, 3, 4, 5, 6].map(letter), next: null, total: 6 }
      : { items: [], next: null, total: 0 },
  '/v1/dead-letters/[^/]+': ({ path }) => ({
    ...letter(Number(path.split('/')[3])),
    text: '{"_path":"conn","ts":"yesterday","uid":"CHhAvVGS1DHFjwGM9","id.orig_h":"192.0.2.10"}',
  }),
  '/v1/dead-letters/replay': () => ({ replayed: 4, failed: 2 }),
};
