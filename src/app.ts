import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiDeps } from './api/deps.ts';
import { type ApiOptions, DEFAULT_LIMITS } from './api/options.ts';
import { ApiServer } from './api/server.ts';
import { canonicalEncoding } from './decoders/encodings.ts';
import { DEFAULT_FLOW_OPTIONS } from './decoders/flow/flow-options.ts';
import { JsonDecoder } from './decoders/json-decoder.ts';
import { RECORD_SCHEMAS } from './decoders/schemas.ts';
import { RiskWeights, score } from './detect/risk.ts';
import { explain, scoreOne } from './detect/risk-explain.ts';
import { GeoLocator } from './enrich/geo-locator.ts';
import { ThreatList } from './enrich/threat-list.ts';
import { ThreatMatcher } from './enrich/threat-matcher.ts';
import { type Component, startAll, stopAll } from './kit/component.ts';
import { describeSettings, type LoadedConfig } from './kit/config.ts';
import type { Log } from './kit/log.ts';
import { Metrics } from './kit/metrics.ts';
import type { Settings } from './kit/settings.ts';
import { packageRoot, readVersion } from './kit/version.ts';
import { parseFilter } from './model/filter/parser.ts';
import { parseReasons } from './model/risk.ts';
import { storedEvents } from './pipelines/event-windows/stored-events.ts';
import { ExporterRegistry } from './pipelines/exporter-registry.ts';
import { readExporterSettings } from './pipelines/exporter-settings.ts';
import { ensureCliKey, ensureFirstKey } from './pipelines/first-keys.ts';
import { FlowCollector } from './pipelines/flows.ts';
import { loadLocalIndicators } from './pipelines/indicator-sources.ts';
import { outputKinds } from './pipelines/outputs/output-kinds.ts';
import { outputsOfSettings } from './pipelines/outputs/settings-outputs.ts';
import { OutputService } from './pipelines/outputs.ts';
import { TelemetryPipeline } from './pipelines/telemetry.ts';
import { addressFacts } from './pipelines/traffic/address-facts.ts';
import { storedAnalysis } from './pipelines/traffic/stored-analysis.ts';
import { StoredRuns } from './pipelines/traffic/stored-runs.ts';
import { TrafficAnalysis } from './pipelines/traffic.ts';
import { TrafficService } from './pipelines/traffic-service.ts';
import { interfaceSpeed } from './sources/capture/interfaces.ts';
import { LiveCapture } from './sources/capture/live-capture.ts';
import { JsonlFileSource } from './sources/jsonl-file.ts';
import { PostgresStateStore } from './stores/state/state-store.ts';
import { ColumnStore } from './stores/telemetry/column-store.ts';

export interface FollowedFile {
  readonly path: string;
  readonly encoding: string;
}

export interface AppOptions {
  readonly log: Log;
  /** JSON lines files to follow beside those of the settings. */
  readonly follow?: readonly FollowedFile[];
  /** What `/v1/health` shows as its mode. */
  readonly mode?: string;
}

export interface Started {
  /** `http://127.0.0.1:8080`. */
  readonly address: string;
  /** The API key made at the first start of all: to be shown once, never stored as it is. */
  readonly firstKey?: string;
  /** The key of the command line on this machine, kept in the data folder. */
  readonly cliKey: string;
}

export interface App {
  /** Resolves when the API answers. */
  start(): Promise<Started>;
  /** Takes nothing more, finishes what was taken, closes the engines. May be called twice. */
  stop(): Promise<void>;
}

/** Builds every component by hand, in the order in which they start; nothing runs before `start`. */
export function createApp(config: LoadedConfig, options: AppOptions): App {
  const { settings } = config;
  const { log } = options;
  const metrics = new Metrics();

  const state = new PostgresStateStore({
    dataDir: settings.dataDir,
    databaseUrl: settings.state.url,
    log,
    metrics,
  });
  const telemetry = new ColumnStore({
    dataDir: settings.dataDir,
    clickhouseUrl: settings.telemetry.url,
    retentionDays: settings.telemetry.retentionDays,
    deadLetterDays: settings.telemetry.deadLetterDays,
    spoolMaxBytes: settings.telemetry.spoolMaxBytes,
    memoryBytes: settings.telemetry.memoryLimit,
    nodeId: settings.node,
    log,
    metrics,
  });
  const locator = new GeoLocator({
    cityFile: settings.geo.cityFile,
    asnFile: settings.geo.asnFile,
    homeNetworks: settings.geo.homeNetworks,
    cacheDir: settings.geo.cacheDir ?? join(settings.dataDir, 'cache'),
    log,
    metrics,
  });
  const matcher = new ThreatMatcher({ log, metrics });
  const weights = new RiskWeights({
    preset: settings.risk.preset,
    overrides: settings.risk.weights,
    usualCountries: settings.risk.usualCountries,
  });
  const pipeline = new TelemetryPipeline({
    decoders: [
      new JsonDecoder({
        maxRecords: settings.ingest.maxRecords,
        lenient: (context) => context.source.startsWith('file:'),
      }),
    ],
    locator,
    matcher,
    score: (batch, from, to) => score(batch, from, to, weights),
    store: telemetry,
    metrics,
    queueRecords: settings.ingest.queueRecords,
    // Events are located once, when they come: the first ones of all wait for the tables.
    ready: () => locator.ready(),
  });

  const components: Component[] = [state, telemetry, locator, matcher];
  const threatList = settings.intel.threatList;
  if (threatList) {
    components.push(
      new ThreatList({ path: threatList, replace: (source, rows) => matcher.replace(source, rows), log }),
    );
  }
  components.push(pipeline);
  const registry = new ExporterRegistry({
    state,
    metrics,
    log,
    options: {
      silentAfterSeconds: settings.flows.silentAfter,
      lossPercent: settings.flows.lossPercent,
      clockSkewSeconds: settings.flows.clockSkew,
    },
  });
  components.push(registry);
  const flows = settings.flows.enabled ? flowCollector(settings, { registry, pipeline, metrics, log }) : undefined;
  if (flows) components.push(flows);
  const traffic = trafficService(settings, { state, telemetry, pipeline, locator, metrics, log });
  components.push(traffic);
  for (const file of options.follow ?? []) {
    components.push(
      new JsonlFileSource({
        ...file,
        emit: (envelope) => pipeline.ingest(envelope),
        bookmarks: {
          get: (path) => state.settings.get(`bookmark:${path}`),
          set: (path, mark) => state.settings.set(`bookmark:${path}`, mark),
        },
        log,
      }),
    );
  }
  const outputs = new OutputService({
    state,
    telemetry,
    node: settings.node,
    kinds: outputKinds({ home: join(settings.dataDir, 'outputs'), allowed: settings.outputs.fileDirs }),
    configured: outputsOfSettings(settings),
    deadLetterDays: settings.telemetry.deadLetterDays,
    ingest: () => ({ occupied: pipeline.occupied, spooledRows: telemetry.spooledRows }),
    version: readVersion().version,
    metrics,
    log: log.child({ component: 'outputs' }),
  });
  components.push(outputs);
  const deps: ApiDeps = {
    outputs,
    telemetry,
    state,
    locator,
    matcher,
    metrics,
    log,
    ingest: (envelope) => pipeline.ingest(envelope),
    canonicalEncoding,
    replayDeadLetter: (letter) =>
      pipeline.ingest({
        source: letter.source,
        encoding: letter.encoding,
        peer: letter.peer,
        receivedAt: Date.now() * 1000,
        payload: letter.bytes,
      }),
    explainRisk: (row) => explain(row, parseReasons(String(row.risk_reasons ?? ''))),
    scoreLookup: (place, matches) => scoreOne({ threats: matches, country: place?.country }, weights),
    organisation: (asn) => locator.organisation(asn),
    indicatorsChanged: () => loadLocalIndicators(state, matcher),
    schemas: RECORD_SCHEMAS,
    settingsView: () => describeSettings(config),
    exporters: registry,
    collector: () => flows?.view() ?? { listeners: [] },
    traffic,
    healthOf: () => components.map((component) => ({ name: component.name, ...component.health() })),
  };
  const api = new ApiServer(deps, apiOptions(settings, options.mode ?? modeOf(settings)));
  components.push(api);

  let stopping: Promise<void> | undefined;
  return {
    async start() {
      await mkdir(settings.dataDir, { recursive: true });
      // Keys and indicators are read before the door opens, so that the first request finds them.
      let firstKey: string | undefined;
      let cliKey = '';
      const keys: Component = {
        name: 'first-keys',
        async start() {
          firstKey = await ensureFirstKey(state, settings.api.keys);
          cliKey = await ensureCliKey(state, settings.dataDir);
          await loadLocalIndicators(state, matcher);
        },
        stop: async () => undefined,
        health: () => ({ state: 'ok' }),
      };
      await startAll(components.toSpliced(-1, 0, keys));
      log.info({ address: api.address, ...readVersion() }, 'vedette is ready');
      return { address: api.address, firstKey, cliKey };
    },
    stop() {
      stopping ??= stopAll(components);
      return stopping;
    },
  };
}

/** @throws ConfigError when the file of exporters is wrong: better now than in a thread. */
function flowCollector(
  settings: Settings,
  parts: { registry: ExporterRegistry; pipeline: TelemetryPipeline; metrics: Metrics; log: Log },
): FlowCollector {
  const { flows } = settings;
  const { registry, pipeline, metrics, log } = parts;
  if (flows.exporters !== undefined) readExporterSettings(flows.exporters);
  return new FlowCollector({
    listen: flows.listen,
    receiver: flows.receiver,
    receiveBuffer: flows.receiveBuffer,
    allow: flows.allow,
    rateLimit: flows.rateLimit,
    options: {
      ...DEFAULT_FLOW_OPTIONS,
      fields: flows.fields,
      sessionByPort: flows.sessionByPort,
      templateSeconds: flows.templateMinutes * 60,
      sflowBytes: flows.sflowBytes,
    },
    exportersFile: flows.exporters,
    memories: () => registry.memories(),
    take: (batch, letters) => pipeline.take(batch, letters),
    reported: (reports) => registry.update(reports),
    remember: (memories) => registry.remember(memories),
    metrics,
    log: log.child({ component: 'flows' }),
  });
}

function trafficService(
  settings: Settings,
  parts: {
    state: PostgresStateStore;
    telemetry: ColumnStore;
    pipeline: TelemetryPipeline;
    locator: GeoLocator;
    metrics: Metrics;
    log: Log;
  },
): TrafficService {
  const { traffic, geo } = settings;
  const { state, telemetry, pipeline, locator, metrics, log } = parts;
  const places = addressFacts((address) => locator.place(address));
  const runs = new StoredRuns({
    settings: state.settings,
    now: Date.now,
    exists: async (source, prefix) => {
      const filter = parseFilter(`source = ${JSON.stringify(source)} and uid startswith ${JSON.stringify(prefix)}`);
      const range = { from: 0, to: Number.MAX_SAFE_INTEGER };
      return (await telemetry.events({ range, filter, columns: [], limit: 1 })).length > 0;
    },
  });
  const captureDir = traffic.captureDir ?? join(settings.dataDir, 'captures');
  const { ringPackets, ringBytes } = traffic;
  return new TrafficService({
    ...traffic,
    captureDir,
    // What it finds is held by the service, within bounds of its own.
    analysis: ({ seconds, source: from, input, run }, hooks) => {
      const source = from === 'live' ? 'live' : 'pcap';
      // Windows of live traffic end by the clock, also while it is quiet.
      const clock = source === 'live' && run !== undefined ? () => Date.now() * 1000 : undefined;
      const linkBps = traffic.linkBps || (source === 'live' ? interfaceSpeed(input) : undefined);
      const options = {
        seconds,
        homeNetworks: geo.homeNetworks,
        keepWindows: 0,
        keepAnomalies: 0,
        clock,
        threaded: source === 'live' ? true : undefined,
        facts: { ...places, linkBps },
        ready: () => locator.ready(),
      };
      if (!traffic.storeConnections || run === undefined) return new TrafficAnalysis(options, hooks);
      return storedAnalysis(options, hooks, { source, input, run, runs, take: (batch) => pipeline.take(batch, []) });
    },
    events: storedEvents({
      store: telemetry,
      settings: state.settings,
      learned: join(settings.dataDir, 'traffic', 'learned.json'),
      follow: traffic.mode === 'events',
      windowSeconds: traffic.windowSeconds,
      lateness: traffic.eventLateness,
      homeNetworks: geo.homeNetworks,
      facts: { ...places, linkBps: traffic.linkBps || undefined },
      log: log.child({ component: 'traffic' }),
    }),
    capture: new LiveCapture({ tool: traffic.captureTool, ringPackets, ringBytes, folder: captureDir }),
    settings: state.settings,
    metrics,
    log: log.child({ component: 'traffic' }),
  });
}

/** As `/v1/health` tells: the older traffic tool said there what it analysed. */
function modeOf({ traffic }: Settings): string {
  return traffic.mode === 'off' || traffic.mode === 'events' ? 'standalone' : traffic.mode;
}

function hostOf(listen: string): string {
  return listen.slice(0, listen.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

function apiOptions(settings: Settings, mode: string): ApiOptions {
  const { api, ingest, updates } = settings;
  const { version, git_sha, image_tag } = readVersion();
  const webDir = join(packageRoot(), 'web', 'dist');
  return {
    host: hostOf(settings.listen),
    port: Number(settings.listen.slice(settings.listen.lastIndexOf(':') + 1)),
    mode,
    build: { version, gitSha: git_sha, image: updates.image, imageTag: image_tag },
    staticKeys: api.keys,
    metricsAuth: api.metricsPassword ? { user: api.metricsUser, password: api.metricsPassword } : null,
    adminToken: api.adminToken ?? '',
    updateCommand: updates.command?.split(/\s+/).filter(Boolean) ?? [],
    updates: { enabled: updates.enabled, registryUrl: updates.registryUrl ?? '' },
    limits: {
      ...DEFAULT_LIMITS,
      ingestPerMinute: ingest.rpm,
      othersPerMinute: api.defaultRpm,
      bodyBytes: ingest.maxBodyBytes,
      inflatedBytes: ingest.maxInflatedBytes,
      records: ingest.maxRecords,
    },
    trustedProxies: api.trustedProxies,
    corsOrigins: api.cors,
    docs: api.docs,
    webDir: existsSync(join(webDir, 'index.html')) ? webDir : null,
  };
}
