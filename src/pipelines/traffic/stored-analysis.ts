import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { EventBatch } from '../../model/batch.ts';
import type { OnProblem } from '../../packets/packet.ts';
import { TrafficAnalysis, type TrafficHooks, type TrafficOptions } from '../traffic.ts';
import { ConnectionRows } from './connection-rows.ts';

/** Connections of a live capture are stored this often, milliseconds. */
const LIVE_MS = 2000;

export interface StoredAnalysisParts {
  readonly source: 'pcap' | 'live';
  /** File or interface. */
  readonly input: string;
  /** Enriches and stores a batch, which is empty again afterwards. */
  readonly take: (batch: EventBatch) => Promise<void>;
  /** Whether events of this source are in the store already: a capture that is analysed again makes no new ones. */
  readonly known: (source: string) => Promise<boolean>;
}

/** An analysis whose connections also become events: while it goes on, those that are over or long open. */
export function storedAnalysis(options: TrafficOptions, hooks: TrafficHooks, parts: StoredAnalysisParts) {
  const exporter = basename(parts.input);
  const source = `${parts.source === 'live' ? 'live' : 'capture'}:${exporter}`;
  const rows = new ConnectionRows({
    source,
    exporter,
    take: parts.take,
    now: () => Date.now() * 1000,
    run: randomBytes(4).toString('hex'),
  });
  let wanted = true;
  let stored = Date.now();
  const analysis = new TrafficAnalysis(options, {
    ...hooks,
    onConnection(connection, why) {
      if (wanted) rows.add(connection, why);
      hooks.onConnection?.(connection, why);
    },
    async onProgress(bytes) {
      const due = parts.source === 'live' && Date.now() - stored >= LIVE_MS;
      if (due) stored = Date.now();
      await rows.store(due);
      await hooks.onProgress?.(bytes);
    },
  });
  return {
    async read(bytes: AsyncIterable<Uint8Array>, onProblem: OnProblem): Promise<void> {
      wanted = parts.source === 'live' || !(await parts.known(source));
      await analysis.read(bytes, onProblem);
    },
    stop: () => analysis.stop(),
    close: () => analysis.close(),
    async finish() {
      const result = await analysis.finish();
      await rows.store(true);
      return result;
    },
  };
}
