import type { StoredDeadLetter } from '../stores/telemetry/store.ts';
import type { TelemetryPipeline } from './telemetry.ts';

/**
 * Sends a dead letter through the pipeline again, after a fix of ours or of a setting. It comes back as a new dead
 * letter if it still fails.
 * @returns whether it became an event.
 */
export async function replayDeadLetter(pipeline: TelemetryPipeline, letter: StoredDeadLetter): Promise<boolean> {
  const report = await pipeline.ingest({
    source: letter.source,
    encoding: letter.encoding,
    peer: letter.peer,
    receivedAt: Date.now() * 1000,
    payload: letter.bytes,
  });
  return report.accepted > 0 && report.rejected === 0;
}
