import type { Locator, Place } from '../enrich/locator.ts';
import type { Match, Matcher } from '../enrich/matcher.ts';
import type { Health } from '../kit/component.ts';
import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';
import type { Envelope } from '../model/envelope.ts';
import type { CollectorView, ExporterDirectory } from '../model/exporter-view.ts';
import type { RecordError } from '../model/outcome.ts';
import type { OutputDirectory } from '../model/output.ts';
import type { TrafficDirectory } from '../model/traffic-view.ts';
import type { StateStore } from '../stores/state/store.ts';
import type { EventRow, StoredDeadLetter, TelemetryStore } from '../stores/telemetry/store.ts';

/** What became of the records of one request. */
export interface IngestReport {
  /** Records that became events. */
  readonly accepted: number;
  /** Records that became dead letters. */
  readonly rejected: number;
  /** Records rightly not kept, such as heartbeats. */
  readonly dropped?: number;
  /** What was wrong with the rejected ones, as far as they are listed. */
  readonly errors: readonly RecordError[];
}

export interface ExplainedReason {
  readonly code: string;
  readonly points: number;
  /** One sentence for a person. */
  readonly reason: string;
}

export interface ComponentHealth extends Health {
  readonly name: string;
}

/** A setting as it may be shown: secrets are masked by who provides it. */
export interface SettingView {
  readonly name: string;
  readonly value: unknown;
  /** Where it was set: `default`, `env`, `file`, `flag`. */
  readonly source: string;
}

/** All that the server needs from the rest of the product. */
export interface ApiDeps {
  readonly telemetry: TelemetryStore;
  readonly state: StateStore;
  readonly locator: Locator;
  readonly matcher: Matcher;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Resolves when every record is durable. @throws AppError as the telemetry pipeline does: nothing was taken then. */
  ingest(envelope: Envelope, limits: { readonly maxRecords: number }): Promise<IngestReport>;
  /** The encoding that a person means by `zeek`, `conn`, `nfdump`...; undefined when no decoder reads it. */
  canonicalEncoding(name: string): string | undefined;
  /** Decodes a dead letter again. What fails again becomes a new dead letter. */
  replayDeadLetter(letter: StoredDeadLetter): Promise<IngestReport>;
  /** The reasons of a stored event's score, in sentences. */
  explainRisk(row: EventRow): readonly ExplainedReason[];
  /** The score of one address or domain that is looked up. */
  scoreLookup(
    place: Place | undefined,
    matches: readonly Match[],
  ): { readonly score: number; readonly reasons: readonly ExplainedReason[] };
  /** Name of an autonomous system, for labels. */
  organisation?(asn: number): string | undefined;
  /** Called after the local indicators changed; resolves when the matcher holds them. */
  indicatorsChanged(): Promise<void>;
  /** JSON Schemas by name: `flows.v1`, `zeek.conn.v1`... */
  readonly schemas: Readonly<Record<string, object>>;
  settingsView(): readonly SettingView[];
  /** Health of every component that runs. */
  healthOf(): readonly ComponentHealth[];
  /** Devices that send flows; none where flows are not collected. */
  readonly exporters?: ExporterDirectory;
  /** The sockets flows are received on. */
  collector?(): CollectorView;
  /** Captures, live traffic and what was found in them. */
  readonly traffic?: TrafficDirectory;
  /** Where events are delivered to. */
  readonly outputs?: OutputDirectory;
}
