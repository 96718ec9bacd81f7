import { Detection, type SavedDetection } from '../../detect/detectors/detection.ts';
import { DEFAULT_HOME_NETWORKS, HomeNetworks } from '../../detect/detectors/home-networks.ts';
import type { EventRow } from '../../model/event-row.ts';
import type { Anomaly, Window } from '../../model/window.ts';
import { asked, makeDetectors } from '../detectors.ts';
import type { TrafficFacts } from '../traffic/address-facts.ts';
import { recordOf } from './event-record.ts';
import { EventWindows, type EventWindowsState, type Moved, type RecordCounts } from './event-windows.ts';

export interface EventDetectionOptions {
  /** Length of a window. */
  readonly seconds: number;
  /** Networks that are watched: {@link DEFAULT_HOME_NETWORKS} when not given. */
  readonly homeNetworks?: readonly string[];
  /** What detectors are told of addresses and of the link. */
  readonly facts?: TrafficFacts;
  /** How long a window waits for late events, seconds. 0: events come in the order in which they began. */
  readonly lateness: number;
  /** Where windows begin; with the first event when not given. */
  readonly state?: EventWindowsState;
  /** Number of the first window. */
  readonly firstId?: number;
  /** Events held at the same time. */
  readonly limit?: number;
}

export interface EventDetectionHooks {
  /** A window that is over, before its anomalies. */
  onWindow(window: Window): void;
  onAnomaly(anomaly: Anomaly): void;
}

/**
 * The way of a stored event, from its row to the anomaly; the same windows, baselines and detectors as those of packets:
 *
 *     row -> record -> windows that it lasted through -> connections of each -> window builder, detectors -> anomalies
 *
 * What flows and logs do not tell stays unknown: round trips, segments sent again, headers.
 */
export class EventDetection {
  /** Events taken, and packets that they count. */
  events = 0;
  packets = 0;
  /** Events that are no traffic. */
  ignored = 0;
  readonly #options: EventDetectionOptions;
  readonly #hooks: EventDetectionHooks;
  readonly #detection: Detection;
  readonly #windows: EventWindows;
  #nextId: number;

  constructor(options: EventDetectionOptions, hooks: EventDetectionHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.#nextId = options.firstId ?? 0;
    const { isInternal } = new HomeNetworks(options.homeNetworks ?? DEFAULT_HOME_NETWORKS);
    const detectors = makeDetectors(isInternal, undefined, options.facts);
    const questioned = asked(detectors);
    const detection = new Detection({ seconds: options.seconds, detectors, firstId: this.#nextId });
    this.#detection = detection;
    this.#windows = new EventWindows(
      {
        size: detection.windows.size,
        lateness: options.lateness * 1e6,
        limit: options.limit,
        sink: {
          observe: (observation) => detection.observe(observation),
          query: (query) => {
            for (const detector of questioned) detector.query(query);
          },
          closed: (end) => this.#closed(end),
        },
      },
      options.state,
    );
  }

  /** Start of the oldest window that is not over, microseconds; null before the first event. */
  get open(): number | null {
    const { open } = this.#windows;
    return Number.isNaN(open) ? null : open;
  }

  /** End of the newest event, microseconds; null before the first one. */
  get clock(): number | null {
    const { clock } = this.#windows;
    return Number.isFinite(clock) ? clock : null;
  }

  get counts(): Readonly<RecordCounts> {
    return this.#windows.counts;
  }

  /** Events that wait for their windows to end. */
  get held(): number {
    return this.#windows.held;
  }

  /** @param again see {@link EventWindows.add} */
  take(row: EventRow, again = false): void {
    const record = recordOf(row);
    if (!record) {
      this.ignored++;
      return;
    }
    this.events++;
    this.packets += record.srcPackets + record.dstPackets;
    this.#windows.add(record, again);
  }

  /** Whether {@link advance} has something to do. @param row the one to be taken next, where they come in order */
  isDue(row?: EventRow): boolean {
    return this.#windows.isDue(row && Number(row.ts));
  }

  /** Ends the windows that are over; see {@link EventWindows.advance}. */
  advance(row?: EventRow): Generator<void> {
    return this.#windows.advance(row && Number(row.ts));
  }

  /** Ends the windows that wait for more. */
  flush(): Generator<void> {
    return this.#windows.flush();
  }

  /** Ends all, for good. @param until windows that begin then, microseconds, or later are left out */
  *finish(until?: number): Generator<void> {
    yield* this.#windows.flush(until);
    this.#judge(Number.POSITIVE_INFINITY);
  }

  /** What was learned, the number of the next window, and what waits for its end: see {@link EventWindows.saveHeld}. */
  save(): {
    readonly detection: SavedDetection;
    readonly nextId: number;
    readonly first: string | undefined;
    readonly moved: readonly Moved[];
  } {
    return { detection: this.#detection.save(), nextId: this.#nextId, ...this.#windows.saveHeld() };
  }

  /** @returns false when it is of another version; nothing was learned then. */
  load(saved: SavedDetection): boolean {
    return this.#detection.load(saved);
  }

  #closed(end: number): void {
    const { size } = this.#detection.windows;
    // Detectors are told which window is the last: where it may be this one, that is known at the end only.
    this.#judge(this.#options.lateness === 0 ? end - size : end);
  }

  #judge(until: number): void {
    for (const { window, anomalies } of this.#detection.close(until)) {
      this.#nextId = window.window_id + 1;
      this.#hooks.onWindow(window);
      for (const anomaly of anomalies) this.#hooks.onAnomaly(anomaly);
    }
  }
}
