import { formatTime } from '../../model/filter/time.ts';
import type { EventChoice, EventsView, TrafficJob } from '../../model/traffic-view.ts';
import type { EventDetectionHooks } from '../event-windows/event-detection.ts';
import type { FollowerHooks } from '../event-windows/event-follower.ts';
import type { CaptureInput } from './capture-input.ts';
import type { Analysis, AnalysisHooks } from './job.ts';
import { TrafficResults } from './results.ts';
import type { TrafficMetrics } from './traffic-metrics.ts';

/** What is kept over a restart: the windows of an hour at 10 s, and the newest anomalies. */
const KEPT_WINDOWS = 360;
const KEPT_ANOMALIES = 1000;
const STORED = 'stored events';

/** The continuous analysis, as this needs it; see `EventFollower`. */
export interface Follower {
  start(hooks: FollowerHooks): Promise<void>;
  stop(): Promise<void>;
  view(): EventsView;
  problem(): string | undefined;
}

/** How stored events are analysed. */
export interface EventParts {
  /** Undefined where they are analysed when that is asked for only. */
  readonly follower: Follower | undefined;
  readonly analysis: (choice: EventChoice, seconds: number, hooks: AnalysisHooks) => Analysis;
}

/** Nothing to read: the analysis of events asks the store itself. */
export const NO_CAPTURE: CaptureInput = {
  bytes: {
    async *[Symbol.asyncIterator]() {},
  },
  read: () => 0,
  close: async () => undefined,
};

/** Which events, in words: `stored events 2026-11-21T16:00:00Z to 2026-11-21T17:00:00Z: dst.port = 443`. */
export function nameOfEvents({ range, text }: EventChoice): string {
  const [from, to] = [range.from, range.to].map((time) => formatTime(time).replace('.000Z', 'Z'));
  const span = `${STORED} ${from} to ${to}`;
  return text ? `${span}: ${text}` : span;
}

/** What was found in events as they were stored. */
export class FollowedEvents {
  readonly results: TrafficResults;
  readonly #follower: Follower;
  readonly #started = Date.now();

  constructor(follower: Follower, windowSeconds: number) {
    this.#follower = follower;
    this.results = new TrafficResults('events', STORED, windowSeconds, STORED);
  }

  /** Begins, with what a run before this one found. */
  start(hooks: EventDetectionHooks, metrics: Pick<TrafficMetrics, 'follow'>): Promise<void> {
    const { results } = this;
    const count = metrics.follow(() => this.view());
    return this.#follower.start({
      onWindow(window) {
        count();
        hooks.onWindow(window);
      },
      onAnomaly: hooks.onAnomaly,
      restore(windows, anomalies) {
        for (const window of windows) results.add(window);
        for (const anomaly of anomalies) results.addAnomaly(anomaly, false);
      },
      found() {
        const anomalies = [...results.visible, ...results.hidden].sort((a, b) => a.window_end - b.window_end);
        return { windows: results.windows.slice(-KEPT_WINDOWS), anomalies: anomalies.slice(-KEPT_ANOMALIES) };
      },
    });
  }

  stop(): Promise<void> {
    return this.#follower.stop();
  }

  view(): EventsView {
    return this.#follower.view();
  }

  problem(): string | undefined {
    return this.#follower.problem();
  }

  /** As the run that it would be if it had an end. */
  job(): TrafficJob {
    const { events, error } = this.view();
    const { input, windowSeconds, windows, visible, hidden } = this.results;
    return {
      id: 'events',
      source: 'events',
      state: 'running',
      input,
      windowSeconds,
      started: this.#started,
      ended: null,
      bytesRead: 0,
      bytesTotal: null,
      packets: 0,
      events,
      windows: windows.length,
      anomalies: visible.length + hidden.length,
      problems: [],
      error,
    };
  }
}
