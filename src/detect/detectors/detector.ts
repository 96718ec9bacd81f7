import type { Anomaly, AnomalyType, BaselineType, Observation, Window } from '../../model/window.ts';
import type { Expectation } from '../baselines/expectation.ts';
import type { HostTotals } from '../windows/host-totals.ts';

/** Whether an address belongs to the networks that are watched; see {@link ./home-networks.ts}. Cheap enough for each observation. */
export type IsInternal = (address: string) => boolean;

/** What a detector is given when a window is over. It holds for the call only; what has to stay is copied. */
export interface DetectionContext {
  readonly window: Window;
  /** Bounds of the window, microseconds since 1970. `end` is the present: what expires, expires by it, never by the wall clock. */
  readonly start: number;
  readonly end: number;
  /** No window follows: what waits for one has to be judged now. */
  readonly last: boolean;
  /** What each host sent and received in this window. Bounded: the biggest ones when there were very many. */
  readonly hosts: ReadonlyMap<string, HostTotals>;
  /**
   * What the whole network usually does at this time, as learned from the windows before this one: `bps`, `pps`,
   * `connections`, `rtt`, `loss_rate`, `share.tcp` and so on. Undefined before anything was learned.
   */
  expect(metric: string): Expectation | undefined;
  /** Says that this window is not usual, so that baselines of this type learn little from it. Also while an alarm goes on silently. */
  suspect(type: BaselineType): void;
}

/**
 * Finds one kind of anomaly. All observations of a window are given to `observe` before `window` is called for it, and
 * windows come in the order of time, empty ones too; within a window the order of observations is any. The observation
 * is one reused object. A detector is inert when constructed, keeps bounded state only, and never throws for its input.
 *
 * The frame that all share: {@link ./alarms.ts} (when to speak: open at the limit, close below 0.7 x limit for two windows,
 * again on doubling), {@link ./entity-map.ts} (bounded state that expires), {@link ./score.ts} (score and severity),
 * {@link ./evidence.ts}, {@link ./phrases.ts} (figures for people) and {@link ../baselines/seasonal-series.ts}
 * (what is usual for one entity, by hour of the week).
 */
export interface Detector {
  readonly type: AnomalyType;
  observe?(observation: Observation): void;
  /** The window is over: what was unusual in it. Called once a window. */
  window(context: DetectionContext): Anomaly[];
  /** What was learned, as plain JSON, and back. A state that does not fit (of an older version) is ignored. */
  save?(): unknown;
  load?(state: unknown): void;
}
