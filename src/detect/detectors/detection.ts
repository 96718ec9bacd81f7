import type { Anomaly, BaselineType, Observation, Window } from '../../model/window.ts';
import { Baselines, type SavedBaselines } from '../baselines/baselines.ts';
import { type ClosedWindow, WindowBuilder, type WindowBuilderOptions } from '../windows/window-builder.ts';
import type { AllowRules } from './allow-rules.ts';
import type { Detector } from './detector.ts';

/** The most anomalies of one window; those with the lowest scores are left out and counted. */
const MAX_ANOMALIES = 1000;
/** Judged windows that wait to be asked for, as many as the windows themselves. */
const WAITING = 4096;
/** Of what {@link Detection.save} gives: to be raised when any detector saves something else. */
const VERSION = 1;

export interface DetectionOptions extends WindowBuilderOptions {
  readonly detectors: readonly Detector[];
  /** New ones when not given. */
  readonly baselines?: Baselines;
  readonly allow?: AllowRules;
}

/** A window that is over and what was unusual in it, the highest score first. */
export interface DetectedWindow {
  readonly window: Window;
  readonly anomalies: readonly Anomaly[];
  /** Those that an allow rule hides. */
  readonly hidden: readonly Anomaly[];
}

/** What was learned, as plain JSON. */
export interface SavedDetection {
  readonly version: number;
  readonly baselines: SavedBaselines;
  readonly detectors: Readonly<Record<string, unknown>>;
}

/**
 * Observations to windows and anomalies. Windows, baselines and detectors see the same in the right order: all
 * observations of a window, then its end, when the detectors judge it by what was learned before, and only then the
 * baselines learn it.
 */
export class Detection {
  readonly baselines: Baselines;
  readonly windows: WindowBuilder;
  /** Anomalies left out because there were too many in one window, or too many windows that nobody asked for. */
  dropped = 0;
  readonly #detectors: readonly Detector[];
  readonly #observers: readonly Required<Pick<Detector, 'observe'>>[];
  readonly #allow: AllowRules | undefined;
  #detected: DetectedWindow[] = [];

  constructor(options: DetectionOptions) {
    this.windows = new WindowBuilder(options);
    this.baselines = options.baselines ?? new Baselines();
    this.#detectors = options.detectors;
    this.#observers = options.detectors.filter((detector) => detector.observe !== undefined) as Required<Detector>[];
    this.#allow = options.allow;
  }

  /** Takes one observation. One of a later window ends those before it; {@link close} gives them. */
  observe(o: Observation): void {
    if (!Number.isFinite(o.at)) return;
    if (o.at >= this.windows.end) this.#judge(this.windows.closeDetailed(o.at));
    this.windows.observe(o);
    for (let i = 0; i < this.#observers.length; i++) this.#observers[i].observe(o);
  }

  /** Everything that was over at `until` (microseconds of packet time) since the last call; with Infinity the present window too. */
  close(until: number): DetectedWindow[] {
    this.#judge(this.windows.closeDetailed(until), until === Number.POSITIVE_INFINITY);
    const detected = this.#detected;
    this.#detected = [];
    return detected;
  }

  save(): SavedDetection {
    const detectors: Record<string, unknown> = {};
    for (const detector of this.#detectors) if (detector.save) detectors[detector.type] = detector.save();
    return { version: VERSION, baselines: this.baselines.save(), detectors };
  }

  /** Takes over what {@link save} gave. @returns false when it is of another version; nothing is changed then. */
  load(saved: SavedDetection): boolean {
    if (saved.version !== VERSION || !this.baselines.load(saved.baselines)) return false;
    for (const detector of this.#detectors) {
      const state = saved.detectors[detector.type];
      if (state !== undefined) detector.load?.(state);
    }
    return true;
  }

  #judge(closed: readonly ClosedWindow[], ended = false): void {
    for (const [i, each] of closed.entries())
      this.#detected.push(this.#judgeOne(each, ended && i === closed.length - 1));
    // As many as the windows let wait: a driver that never asks does not fill the memory.
    if (this.#detected.length <= WAITING) return;
    for (const { anomalies } of this.#detected.splice(0, this.#detected.length - WAITING))
      this.dropped += anomalies.length;
  }

  #judgeOne({ window, start, end, hosts }: ClosedWindow, last: boolean): DetectedWindow {
    const suspicious = new Set<BaselineType>();
    const context = {
      window,
      start,
      end,
      last,
      hosts,
      expect: (metric: string) => this.baselines.expect(metric, end - 1),
      suspect: (type: BaselineType) => void suspicious.add(type),
    };
    const anomalies: Anomaly[] = [];
    const hidden: Anomaly[] = [];
    for (const detector of this.#detectors)
      for (const anomaly of detector.window(context))
        if (this.#allow?.hides(anomaly)) hidden.push(anomaly);
        else anomalies.push(anomaly);
    this.baselines.update(window, suspicious);
    return { window, anomalies: this.#highest(anomalies), hidden: this.#highest(hidden) };
  }

  #highest(anomalies: Anomaly[]): Anomaly[] {
    anomalies.sort((a, b) => b.score - a.score);
    this.dropped += Math.max(0, anomalies.length - MAX_ANOMALIES);
    return anomalies.slice(0, MAX_ANOMALIES);
  }
}
