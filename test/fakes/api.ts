import type { App } from '../../src/api/context.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { type ApiOptions, DEFAULT_LIMITS } from '../../src/api/options.ts';
import { createServer } from '../../src/api/server.ts';
import { AppError } from '../../src/kit/errors.ts';
import { silentLog } from '../../src/kit/log.ts';
import { Metrics } from '../../src/kit/metrics.ts';
import type { Envelope } from '../../src/model/envelope.ts';
import type { CollectorView, ExporterView } from '../../src/model/exporter-view.ts';
import { parseReasons } from '../../src/model/risk.ts';
import type { AuditEntry, LocalIndicator, StoredKey } from '../../src/stores/state/store.ts';
import type {
  DeadLetterQuery,
  EventQuery,
  EventRow,
  SeriesQuery,
  StoredDeadLetter,
  TopQuery,
} from '../../src/stores/telemetry/store.ts';
import { MemoryOutputs } from './outputs.ts';
import { tailOf } from './tail.ts';

export const ADMIN = 'environment-key';
export const asAdmin = { authorization: `Bearer ${ADMIN}` };
export const NOW = Date.UTC(2026, 10, 20, 12) * 1000;

/** A stored event with values in every column that answers treat in a way of its own. */
export function eventRow(id: number, more: EventRow = {}): EventRow {
  return {
    id: String(id),
    ts: NOW + id,
    received: NOW + id,
    kind: 'conn',
    source: 'http',
    exporter: '192.0.2.1',
    src_ip: '::ffff:192.0.2.10',
    dst_ip: '2001:db8::7',
    src_port: 50_000,
    dst_port: 443,
    proto: 6,
    bytes: 1200,
    packets: 9,
    duration: 0,
    direction: 'outbound',
    app: '=cmd()',
    domain: '',
    src_scope: 'private',
    dst_scope: 'global',
    src_country: '',
    src_city: '',
    src_lat: null,
    src_lon: null,
    dst_country: 'DE',
    dst_city: 'Berlin',
    dst_lat: 52.5,
    dst_lon: 13.4,
    src_asn: 0,
    src_org: '',
    dst_asn: 64500,
    dst_org: 'Example Net',
    threat_count: 1,
    threat_indicator: '2001:db8::7',
    threat_category: 'c2',
    threat_confidence: 90,
    threat_matches: JSON.stringify([
      { indicator: '2001:db8::7', category: 'c2', confidence: 90, source: 'local', field: 'dst_ip' },
    ]),
    risk: 60,
    risk_reasons: 'intel.c2:60',
    tags: 'lab,night',
    vlan: 0,
    attrs: '{"history":"ShADad"}',
    ...more,
  };
}

export function deadLetter(id: number, more: Partial<StoredDeadLetter> = {}): StoredDeadLetter {
  const bytes = new TextEncoder().encode(`{"broken": ${id}`);
  return {
    id: String(id),
    at: NOW,
    source: 'http',
    encoding: 'flows.v1',
    peer: '192.0.2.9',
    reason: 'INVALID_JSON',
    detail: 'The record is not JSON.',
    bytes,
    size: bytes.length,
    ...more,
  };
}

/** What the fakes hold and have seen. */
export class World {
  readonly metrics = new Metrics();
  events: EventRow[] = [];
  letters: StoredDeadLetter[] = [];
  keys: { key: StoredKey; secret: string }[] = [];
  audited: Omit<AuditEntry, 'id' | 'at'>[] = [];
  indicators: LocalIndicator[] = [];
  envelopes: Envelope[] = [];
  queries: (EventQuery | TopQuery | SeriesQuery)[] = [];
  indicatorReloads = 0;
  pagesRead = 0;
  scanEnded = false;
  ingest: ApiDeps['ingest'] = async () => ({ accepted: 1, rejected: 0, errors: [] });
  replay: ApiDeps['replayDeadLetter'] = async () => ({ accepted: 1, rejected: 0, errors: [] });
  components: ReturnType<ApiDeps['healthOf']> = [{ name: 'store', state: 'ok' }];
  /** Exporters; undefined where flows are not collected. */
  exporters: ExporterView[] | undefined;
  collector: CollectorView | undefined;
  /** Undefined where traffic is not analysed. */
  traffic: ApiDeps['traffic'];
  /** Undefined where nothing is delivered. */
  outputs: ApiDeps['outputs'];
  failWith: Error | undefined;

  addKey(secret: string, more: Partial<StoredKey> = {}): StoredKey {
    const key: StoredKey = {
      id: `key-${this.keys.length + 1}`,
      name: 'collector',
      prefix: secret.slice(0, 6),
      scopes: ['ingest'],
      tier: 'standard',
      disabled: false,
      expiresAt: null,
      createdAt: '2026-11-20T00:00:00.000Z',
      lastUsedAt: null,
      ...more,
    };
    this.keys.push({ key, secret });
    return key;
  }

  deps(): ApiDeps {
    return {
      telemetry: telemetryOf(this),
      state: stateOf(this),
      locator: locatorOf(),
      matcher: matcherOf(),
      metrics: this.metrics,
      log: silentLog,
      ingest: (envelope, limits) => {
        this.envelopes.push({ ...envelope, payload: envelope.payload.slice() });
        return this.ingest(envelope, limits);
      },
      canonicalEncoding: (name) => ({ zeek: 'zeek', conn: 'zeek.conn', nfdump: 'nfdump' })[name.toLowerCase()],
      replayDeadLetter: (letter) => this.replay(letter),
      explainRisk: (row) => parseReasons(String(row.risk_reasons)).map((each) => ({ ...each, reason: 'Known C2.' })),
      scoreLookup: (_place, matches) => ({ score: matches.length > 0 ? 60 : 0, reasons: [] }),
      organisation: (asn) => (asn === 64500 ? 'Example Net' : undefined),
      indicatorsChanged: async () => {
        this.indicatorReloads++;
      },
      schemas: { 'flows.v1': { $id: 'flows.v1', type: 'object' } },
      settingsView: () => [{ name: 'API_KEY', value: '***', source: 'env' }],
      healthOf: () => this.components,
      ...(this.exporters && { exporters: exportersOf(this) }),
      ...(this.traffic && { traffic: this.traffic }),
      ...(this.outputs && { outputs: this.outputs }),
      ...(this.collector && { collector: () => this.collector ?? { listeners: [] } }),
    };
  }
}

const component = { start: async () => {}, stop: async () => {}, health: () => ({ state: 'ok' as const }) };

function telemetryOf(world: World): ApiDeps['telemetry'] {
  const fail = () => {
    if (world.failWith) throw world.failWith;
  };
  return {
    ...component,
    name: 'telemetry',
    commit: async () => {},
    flush: async () => {},
    events: async (query) => {
      fail();
      world.queries.push(query);
      const start = query.after ? world.events.findIndex((row) => row.id === query.after?.id) + 1 : 0;
      return world.events.slice(start, start + query.limit).map((row) => pick(row, query));
    },
    event: async (id) => world.events.find((row) => row.id === id),
    async *scan(query) {
      fail();
      world.queries.push({ ...query, limit: query.limit ?? 0 });
      try {
        const rows = world.events.slice(0, query.limit);
        for (let at = 0; at < rows.length; at += 100) {
          world.pagesRead++;
          yield rows.slice(at, at + 100).map((row) => pick(row, { ...query, limit: 0 }));
        }
      } finally {
        world.scanEnded = true;
      }
    },
    parquet: async () => (await import('node:stream')).Readable.from([Buffer.from('PAR1')]),
    top: async (query) => {
      fail();
      world.queries.push(query);
      return topOf(query);
    },
    series: async (query) => {
      world.queries.push(query);
      const at = Math.floor(query.range.from / query.bucket) * query.bucket;
      return [
        {
          key: query.by ? 3 : null,
          other: false,
          at: [at],
          values: { events: [4], bytes: [800], threats: [3], high_risk: [1], risk_avg: [32.04] },
        },
      ];
    },
    ...tailOf(() => world.events, NOW),
    deadLetters: async ({ limit, before, reason }: DeadLetterQuery) =>
      world.letters
        .filter((letter) => reason === undefined || letter.reason === reason)
        .filter((letter) => before === undefined || Number(letter.id) < Number(before))
        .slice(0, limit),
    deadLetter: async (id) => world.letters.find((letter) => letter.id === id),
    purgeDeadLetters: async (ids) => {
      const before = world.letters.length;
      world.letters = world.letters.filter((letter) => ids !== undefined && !ids.includes(letter.id));
      return before - world.letters.length;
    },
    stats: async () => ({
      events: world.events.length,
      bytesOnDisk: 1000,
      oldest: world.events.length > 0 ? NOW - 3600e6 : null,
      newest: world.events.length > 0 ? NOW : null,
      deadLetters: world.letters.length,
      spooledRows: 0,
      spooledBytes: 0,
    }),
  };
}

function pick(row: EventRow, { columns }: EventQuery): EventRow {
  if (!columns) return row;
  const names = ['id', 'ts', ...columns.map((column) => column.name)];
  return Object.fromEntries(names.filter((name) => name in row).map((name) => [name, row[name]]));
}

function topOf({ column }: TopQuery) {
  const item = (value: string | number, events: number) => ({
    value,
    events,
    bytes: events * 100,
    packets: events,
    risk: 80,
  });
  const total = { events: 10, bytes: 1000, packets: 10 };
  if (column.name === 'dst_asn') return { items: [item(64500, 5), item(0, 2)], distinct: 9, total };
  return { items: [item('::ffff:192.0.2.10', 5), item('::', 3)], distinct: 3, total };
}

function stateOf(world: World): ApiDeps['state'] {
  return {
    ...component,
    name: 'state',
    keys: {
      create: async ({ name, scopes, tier = 'free', expiresAt = null }) => {
        const secret = `vdt_${world.keys.length + 1}_long_enough`;
        return { key: world.addKey(secret, { name, scopes, tier, expiresAt }), secret };
      },
      list: async () => world.keys.map(({ key }) => key),
      find: async (secret) => world.keys.find((each) => each.secret === secret)?.key,
      revoke: async (id) => {
        const before = world.keys.length;
        world.keys = world.keys.filter(({ key }) => key.id !== id);
        return world.keys.length < before;
      },
      setDisabled: async (id, disabled) => {
        const at = world.keys.findIndex(({ key }) => key.id === id);
        if (at < 0) return false;
        world.keys[at] = { ...world.keys[at], key: { ...world.keys[at].key, disabled } };
        return true;
      },
      touch: () => {},
    },
    settings: { get: async () => undefined, set: async () => {} },
    audit: {
      record: async (entry) => {
        world.audited.push(entry);
      },
      list: async ({ limit }) =>
        world.audited.slice(0, limit).map((entry, i) => ({ ...entry, id: String(i), at: '2026-11-20T00:00:00.000Z' })),
    },
    indicators: {
      upsert: async (indicator) => {
        const id = String(world.indicators.length + 1);
        const times = { createdAt: '2026-11-20T00:00:00.000Z', updatedAt: '2026-11-20T00:00:00.000Z' };
        world.indicators.push({ id, ...indicator, ...times });
        return world.indicators[world.indicators.length - 1];
      },
      remove: async (id) => {
        const before = world.indicators.length;
        world.indicators = world.indicators.filter((indicator) => indicator.id !== id);
        return world.indicators.length < before;
      },
      list: async () => world.indicators,
    },
    exporters: { remember: async () => {}, list: async () => [], forget: async () => false },
    outputs: new MemoryOutputs(),
  };
}

function locatorOf(): ApiDeps['locator'] {
  return {
    ...component,
    name: 'locator',
    locate: () => {},
    place: (ip) => ({
      scope: ip.startsWith('192.0.2.') ? 'documentation' : 'global',
      country: ip === '2001:db8::7' ? 'DE' : '',
      city: '',
      lat: null,
      lon: null,
      asn: ip === '2001:db8::7' ? 64500 : 0,
      org: 'Example Net',
    }),
    sources: () => [{ covers: 'city', name: 'test', attribution: 'By Example.', builtAt: null, ranges: 2 }],
  };
}

function matcherOf(): ApiDeps['matcher'] {
  return {
    ...component,
    name: 'matcher',
    match: () => {},
    lookup: (value) =>
      value === '192.0.2.66' || value === 'evil.example'
        ? [{ value, category: 'c2', confidence: 90, source: 'local', field: 'value' }]
        : [],
    replace: async () => {},
    size: () => ({ addresses: 1, networks: 0, domains: 1 }),
  };
}

function exportersOf(world: World): ApiDeps['exporters'] {
  const all = () => world.exporters ?? [];
  return {
    list: all,
    get: (address) => all().find((exporter) => exporter.address === address),
    forget: async (address) => {
      const before = all().length;
      world.exporters = all().filter((exporter) => exporter.address !== address);
      return world.exporters.length < before;
    },
  };
}

export function apiOptions(more: Partial<ApiOptions> = {}): ApiOptions {
  return {
    host: '127.0.0.1',
    port: 0,
    mode: 'standalone',
    build: { version: '1.2.0', gitSha: 'abc', image: 'vedette', imageTag: '1.2.0' },
    staticKeys: [ADMIN],
    metricsAuth: null,
    adminToken: '',
    updateCommand: [],
    updates: { enabled: false, registryUrl: '' },
    limits: DEFAULT_LIMITS,
    trustedProxies: [],
    corsOrigins: [],
    docs: true,
    webDir: null,
    ...more,
  };
}

export async function serverOf(world: World, more: Partial<ApiOptions> = {}): Promise<App> {
  const app = createServer(world.deps(), apiOptions(more));
  await app.ready();
  return app;
}

/** An error that says the same whoever throws it. */
export const queueFull = new AppError('QUEUE_FULL', '10000 records wait already.', { retryAfter: 3 });
