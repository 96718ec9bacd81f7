// Made-up outputs: one that is well, one whose receiver is busy, one that is refused, one that is paused.
const iso = (ms) => new Date(ms).toISOString().replace('Z', '000Z');

function output(name, type, endpoint, status, more = {}) {
  const now = Date.now();
  return {
    ...{ name, type, origin: 'api', paused: false, filter: '', created_at: iso(now), updated_at: iso(now) },
    config: { hec_url: 'https://splunk.example:8088', token: '********', index: 'telemetry', allow_private: true },
    ...more,
    status: {
      ...{ state: 'running', endpoint, bookmark: '7312204411904', bookmark_time: iso(now - 900) },
      ...{ lag: { events: 312, seconds: 0.9 }, sent: 12_482_113, bytes: 1_912_482_113, retried: 0, duplicates: 0 },
      ...{ dead: 0, lost: 0, dead_letters: 0, concurrency: 2, circuit: 'closed', retry_at: null, last_error: null },
      ...{ rates: { events_per_second: 1840, bytes_per_second: 281_000 }, last_success: iso(now - 1200) },
      latency: { p50_ms: 18, p99_ms: 94 },
      ...status,
    },
  };
}

const STILL = { events_per_second: 0, bytes_per_second: 0 };

function outputs() {
  const now = Date.now();
  const problem = (ago, code, detail) => ({ at: iso(now - ago), code, detail });
  return [
    output('splunk', 'splunk-hec', 'https://splunk.example:8088/services/collector/event', {
      lag: { events: 200 + (Math.floor(now / 1000) % 300), seconds: 0.9 },
      ...{ dead: 14, dead_letters: 14, retried: 1500, duplicates: 0 },
      last_error: problem(5_400_000, 'HEC_9', 'Server is busy.'),
    }),
    output(
      'elastic',
      'elastic-bulk',
      'https://es-1.example:9200/telemetry-events (and 2 more)',
      {
        ...{ state: 'retrying', lag: { events: 48_212, seconds: 412 }, rates: STILL, retried: 48_000, circuit: 'open' },
        ...{ retry_at: iso(now + 27_000), concurrency: 1, last_success: iso(now - 412_000) },
        last_error: problem(9000, 'HTTP_503', 'The cluster answered 503: all shards failed.'),
      },
      { filter: 'risk >= 40 or threat.count > 0', origin: 'settings' },
    ),
    output('soc-hooks', 'webhook', 'https://hooks.example/vedette', {
      ...{
        state: 'blocked',
        lag: { events: 1_204_113, seconds: 91_000 },
        rates: STILL,
        circuit: 'open',
        latency: null,
      },
      ...{ last_success: null, retry_at: iso(now + 300_000), sent: 0, bytes: 0, lost: 20_412 },
      last_error: problem(64_000, 'HTTP_403', 'The receiver answered 403 Forbidden.'),
    }),
    output(
      'archive',
      'file',
      'outputs/archive',
      { state: 'paused', lag: { events: 90_211, seconds: 3600 }, rates: STILL, latency: { p50_ms: 2, p99_ms: 9 } },
      { paused: true },
    ),
  ];
}

const text = (description, more = {}) => ({ type: 'string', description, ...more });
const types = {
  'splunk-hec': {
    required: ['hec_url', 'token'],
    properties: {
      hec_url: text('The collector: its address, or the whole path of /services/collector/event.'),
      token: text('Token of the collector.', { writeOnly: true }),
      index: text("Index of the events; the token's own when empty.", { default: 'telemetry' }),
      naming: text("Field names: Splunk's Common Information Model, or those of Vedette's API.", {
        enum: ['cim', 'vedette'],
        default: 'cim',
      }),
      extra_fields: { type: 'object', default: {}, description: 'Indexed fields of every event.' },
      batch_size: { type: 'integer', minimum: 1, default: 500, description: 'Events of a request at most.' },
      ack: {
        default: 'auto',
        description: 'Indexer acknowledgement.',
        anyOf: [{ type: 'boolean' }, { type: 'string', const: 'auto' }],
      },
      gzip: { type: 'boolean', default: true, description: 'Compresses the requests.' },
      verify_tls: {
        type: 'boolean',
        default: true,
        description: "Whether the collector's certificate must be trusted.",
      },
      ca: text("PEM of the authorities to trust instead of the system's.", { maxLength: 1_000_000 }),
      allow_private: {
        type: 'boolean',
        default: false,
        description: 'Whether private and loopback addresses may be connected to.',
      },
    },
  },
  ...Object.fromEntries(
    ['elastic-bulk', 'opensearch', 'syslog', 'webhook', 'file'].map((type) => [
      type,
      { required: ['url'], properties: { url: text('Where to.'), secret: text('Key.', { writeOnly: true }) } },
    ]),
  ),
};

const REASONS = [
  ['HEC_6', 'Splunk answered 400: Invalid data format.'],
  ['HEC_13', 'Splunk answered 400: Event field cannot be blank.'],
  ['HTTP_413', 'The event alone is larger than the receiver takes: 1 048 576 bytes.'],
];

function letter(i) {
  const [code, reason] = REASONS[i % 3];
  const at = Date.now() - i * 1_260_000;
  const original = `{"time":${at / 1000},"host":"edge-1","source":"vedette","event":{"src":"192.0.2.10","dest":"203.0.113.${i}","dest_port":443,"transport":"tcp"}}`;
  return {
    ...{
      id: `0199aaaa-0000-7000-8000-0000000000${10 + i}`,
      output: 'splunk',
      event_id: String(7312204411904n - BigInt(i)),
    },
    ...{
      code,
      reason,
      attempts: 1 + (i % 4),
      first_at: iso(at - 60_000),
      last_at: iso(at),
      preview: original,
      original,
    },
  };
}

/** Answers by path. */
export const outputRoutes = {
  '/v1/outputs': ({ scenario }) => ({ items: scenario === 'full' ? outputs() : [] }),
  '/v1/outputs/types': () => ({ types }),
  '/v1/outputs/[^/]+/test': ({ path, failure }) =>
    path.includes('archive')
      ? failure(503, 'UNAVAILABLE', 'Not available', 'The output is being stopped.')
      : {
          ...{ status: path.includes('splunk') ? 'ok' : 'error', target: path.split('/')[3], duration_ms: 34.2 },
          ...{ http_status: path.includes('splunk') ? 200 : 503, bytes: 612, request_id: '7312204411999' },
          ...(path.includes('splunk') ? {} : { error: 'The cluster answered 503: all shards failed.' }),
        },
  '/v1/outputs/[^/]+/replay': () => ({
    ...{ status: 'ok', bookmark: '7312000000000', bookmark_time: iso(Date.now() - 3_600_000), events: 6_612_480 },
    output: outputs()[0],
  }),
  '/v1/outputs/[^/]+/dead-letters': ({ query }) => {
    const all = Array.from({ length: 14 }, (_, i) => letter(i));
    const items = all.filter(({ code }) => !query.has('code') || code === query.get('code'));
    return { items, next: items[13]?.id ?? null, total: 14 };
  },
  '/v1/outputs/[^/]+/dead-letters/[^/]+': ({ path }) => letter(Number(path.slice(-2)) - 10),
  '/v1/outputs/[^/]+': () => ({ status: 'ok', output: outputs()[0] }),
};
