import type { Metrics } from '../kit/metrics.ts';
import type { EventBatch } from '../model/batch.ts';
import type { Envelope } from '../model/envelope.ts';
import type { DeadLetter } from '../model/outcome.ts';
import type { IngestReport } from './gathering-sink.ts';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Everything that moves on the telemetry path gets a counter. */
export class TelemetryMetrics {
  readonly refused;
  readonly failed;
  readonly #envelopes;
  readonly #bytes;
  readonly #decoded;
  readonly #dropped;
  readonly #deadLettered;
  readonly #committed;
  readonly #threats;
  readonly #stage;

  constructor(metrics: Metrics, waiting: () => number) {
    this.#envelopes = metrics.counter('vedette_received_envelopes_total', 'Envelopes received, by source.', ['source']);
    this.#bytes = metrics.counter('vedette_received_bytes_total', 'Payload bytes received, by source.', ['source']);
    this.#decoded = metrics.counter('vedette_decoded_records_total', 'Records decoded, by encoding.', ['encoding']);
    this.#dropped = metrics.counter('vedette_dropped_records_total', 'Records rightly not kept, by reason.', [
      'reason',
    ]);
    this.#deadLettered = metrics.counter('vedette_dead_lettered_records_total', 'Records put aside, by reason.', [
      'reason',
    ]);
    this.#committed = metrics.counter('vedette_committed_records_total', 'Events on disk and acknowledged.');
    this.#threats = metrics.counter('vedette_matched_records_total', 'Events that matched threat intelligence.');
    this.refused = metrics.counter('vedette_refused_envelopes_total', 'Envelopes refused because the queue was full.');
    this.failed = metrics.counter('vedette_failed_commits_total', 'Batches that could not be committed.');
    this.#stage = metrics.histogram('vedette_stage_seconds', 'Time a batch spends in a stage.', SECONDS, ['stage']);
    metrics.gauge('vedette_queue_depth_records', 'Records waiting for a place in a commit.', [], (gauge) =>
      gauge.set(waiting()),
    );
  }

  decoded(envelope: Envelope, report: IngestReport, milliseconds: number): void {
    this.#envelopes.inc({ source: envelope.source });
    this.#bytes.inc({ source: envelope.source }, envelope.payload.length);
    this.#decoded.inc({ encoding: envelope.encoding }, report.accepted);
    for (const [reason, n] of report.droppedBy) this.#dropped.inc({ reason }, n);
    for (const [reason, n] of report.rejectedBy) this.#deadLettered.inc({ reason }, n);
    this.#stage.observe({ stage: 'decode' }, milliseconds / 1000);
  }

  /** Milliseconds of each step. */
  enriched(locate: number, match: number, score: number): void {
    this.#stage.observe({ stage: 'locate' }, locate / 1000);
    this.#stage.observe({ stage: 'match' }, match / 1000);
    this.#stage.observe({ stage: 'score' }, score / 1000);
  }

  committed(batch: EventBatch, letters: readonly DeadLetter[], milliseconds: number): void {
    let threats = 0;
    for (let row = 0; row < batch.length; row++) if (batch.columns.threat_count[row] > 0) threats++;
    this.#committed.inc(batch.length);
    if (threats > 0) this.#threats.inc(threats);
    if (batch.length > 0 || letters.length > 0) this.#stage.observe({ stage: 'commit' }, milliseconds / 1000);
  }
}
