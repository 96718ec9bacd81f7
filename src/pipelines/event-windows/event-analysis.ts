import type { FilterNode } from '../../model/filter/ast.ts';
import type { TelemetryStore, TimeRange } from '../../stores/telemetry/store.ts';
import type { Analysis, AnalysisHooks } from '../traffic-service/job.ts';
import { EventDetection, type EventDetectionOptions } from './event-detection.ts';
import { EVENT_COLUMNS } from './event-record.ts';

/** What is analysed: events that began in `range`. */
export interface EventSelection {
  readonly range: TimeRange;
  /** See `trafficFilter`. */
  readonly filter: FilterNode;
}

/** One run over stored events, in the order in which they began: nothing of it is late. */
export class EventAnalysis implements Analysis {
  readonly #store: Pick<TelemetryStore, 'scan'>;
  readonly #selection: EventSelection;
  readonly #hooks: AnalysisHooks;
  readonly #detection: EventDetection;
  readonly #abort = new AbortController();

  constructor(
    store: Pick<TelemetryStore, 'scan'>,
    selection: EventSelection,
    options: Pick<EventDetectionOptions, 'seconds' | 'homeNetworks' | 'facts' | 'limit'>,
    hooks: AnalysisHooks,
  ) {
    this.#store = store;
    this.#selection = selection;
    this.#hooks = hooks;
    const size = options.seconds * 1e6;
    const open = Math.floor(selection.range.from / size) * size;
    this.#detection = new EventDetection({ ...options, lateness: 0, state: { open, moved: [] } }, hooks);
  }

  async read(_source: AsyncIterable<Uint8Array>, onProblem: (text: string) => void): Promise<void> {
    const { range, filter } = this.#selection;
    const { signal } = this.#abort;
    const query = { range, filter, columns: EVENT_COLUMNS, order: 'oldest' as const };
    try {
      for await (const rows of this.#store.scan(query, { signal })) {
        for (let i = 0; i < rows.length; i++) {
          if (i % 500 === 0) await this.#hooks.onProgress(0);
          if (signal.aborted) return;
          if (this.#detection.isDue(rows[i])) await this.#pausing(this.#detection.advance(rows[i]));
          this.#detection.take(rows[i]);
        }
      }
    } catch (error) {
      // A query that was ended on purpose.
      if (!signal.aborted) throw error;
    }
    const { crowded } = this.#detection.counts;
    if (crowded > 0) onProblem(`${crowded} events were counted early because too many lasted at the same time.`);
  }

  stop(): void {
    this.#abort.abort();
  }

  async finish() {
    await this.#pausing(this.#detection.finish(this.#selection.range.to));
    const { packets, events } = this.#detection;
    return { totals: { packets, events } };
  }

  async #pausing(steps: Iterable<void>): Promise<void> {
    for (const _ of steps) await this.#hooks.onProgress(0);
  }
}
