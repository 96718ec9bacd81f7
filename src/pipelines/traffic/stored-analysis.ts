import { basename } from 'node:path';
import type { EventBatch } from '../../model/batch.ts';
import type { OnProblem } from '../../packets/packet.ts';
import { TrafficAnalysis, type TrafficHooks, type TrafficOptions } from '../traffic.ts';
import { ConnectionRows } from './connection-rows.ts';
import type { StoredRuns } from './stored-runs.ts';

/** Connections of a live capture are stored this often, milliseconds. */
const LIVE_MS = 2000;

export interface StoredAnalysisParts {
  readonly source: 'pcap' | 'live';
  /** File or interface. */
  readonly input: string;
  /** Identity of the capture: what the `uid` of its events begins with. */
  readonly run: string;
  /** Enriches and stores a batch, which is empty again afterwards. */
  readonly take: (batch: EventBatch) => Promise<void>;
  /** What is stored of captures already: one that is analysed again makes only the events that are missing. */
  readonly runs: Pick<StoredRuns, 'stored' | 'progress'>;
}

/** An analysis whose connections also become events: while it goes on, those that are over or long open. */
export function storedAnalysis(options: TrafficOptions, hooks: TrafficHooks, parts: StoredAnalysisParts) {
  const { run, runs } = parts;
  const isFile = parts.source === 'pcap';
  const exporter = basename(parts.input);
  const source = `${isFile ? 'capture' : 'live'}:${exporter}`;
  const rows = new ConnectionRows({
    source,
    exporter,
    take: parts.take,
    now: () => Date.now() * 1000,
    run,
    ...(isFile && { stored: (count) => runs.progress(run, source, count, false) }),
  });
  let wanted = true;
  let stored = Date.now();
  const analysis = new TrafficAnalysis(
    { ...options, run },
    {
      ...hooks,
      onConnection(connection, why) {
        if (wanted) rows.add(connection, why);
        hooks.onConnection?.(connection, why);
      },
      async onProgress(bytes) {
        const due = !isFile && Date.now() - stored >= LIVE_MS;
        if (due) stored = Date.now();
        await rows.store(due);
        await hooks.onProgress?.(bytes);
      },
    },
  );
  return {
    async read(bytes: AsyncIterable<Uint8Array>, onProblem: OnProblem): Promise<void> {
      if (isFile) {
        const known = await runs.stored(run);
        // Stopped in the meantime: it stays so.
        wanted &&= known !== Number.POSITIVE_INFINITY;
        rows.skip = known;
      }
      await analysis.read(bytes, onProblem);
    },
    stop() {
      // Of a file that is not read to its end, connections would be told as over that go on in it.
      if (isFile) wanted = false;
      analysis.stop();
    },
    close: () => analysis.close(),
    async finish() {
      const result = await analysis.finish();
      await rows.store(true);
      if (isFile && wanted) await runs.progress(run, source, rows.rows, true);
      return result;
    },
  };
}
