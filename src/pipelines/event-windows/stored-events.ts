import type { Log } from '../../kit/log.ts';
import type { StateStore } from '../../stores/state/store.ts';
import type { EventTail, TelemetryStore } from '../../stores/telemetry/store.ts';
import type { TrafficFacts } from '../traffic/address-facts.ts';
import type { EventParts } from '../traffic-service/event-source.ts';
import { EventAnalysis } from './event-analysis.ts';
import { EventFollower } from './event-follower.ts';
import { EventMemories } from './event-memory.ts';
import { trafficFilter } from './event-record.ts';

export interface StoredEventsOptions {
  readonly store: Pick<TelemetryStore, 'scan'> & EventTail;
  readonly settings: StateStore['settings'];
  /** File that keeps what was learned. */
  readonly learned: string;
  /** Whether events are analysed as they come in. */
  readonly follow: boolean;
  readonly windowSeconds: number;
  /** Seconds that windows wait for late events. */
  readonly lateness: number;
  readonly homeNetworks: readonly string[];
  readonly facts?: TrafficFacts;
  readonly log: Log;
}

/** How flows and logs in the store are analysed: as they come in, and again where that is asked for. */
export function storedEvents({ store, settings, learned, follow, ...rest }: StoredEventsOptions): EventParts {
  const { homeNetworks, facts } = rest;
  return {
    follower: follow
      ? new EventFollower({ ...rest, store, memories: new EventMemories(learned, settings) })
      : undefined,
    analysis: ({ range, filter }, seconds, hooks) =>
      new EventAnalysis(store, { range, filter: trafficFilter(filter) }, { seconds, homeNetworks, facts }, hooks),
  };
}
