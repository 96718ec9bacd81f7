import type { TrafficSource } from '../../model/traffic-view.ts';
import type { Anomaly, Window } from '../../model/window.ts';

/** Windows of one analysis that are held: more than a day at 10 s. */
export const MAX_WINDOWS = 10_000;
export const MAX_ANOMALIES = 20_000;

/** The windows and anomalies of one analysis, in the order of time. The oldest go when there are too many. */
export class TrafficResults {
  readonly source: TrafficSource;
  /** Name of the file, or of the interface; which events. */
  readonly input: string;
  readonly windowSeconds: number;
  /** Which bytes it was computed from, and how: the same key means the same results. */
  readonly key: string;
  readonly windows: Window[] = [];
  readonly visible: Anomaly[] = [];
  readonly hidden: Anomaly[] = [];
  dropped = 0;
  #firstId = 0;

  constructor(source: TrafficSource, input: string, windowSeconds: number, key: string) {
    this.source = source;
    this.input = input;
    this.windowSeconds = windowSeconds;
    this.key = key;
  }

  /** Windows come with ids that count up by 1. */
  add(window: Window): void {
    this.windows.push(window);
    // Some at a time: taking the first of a long list costs as much as taking many.
    if (this.windows.length > MAX_WINDOWS) this.#drop(this.windows, MAX_WINDOWS / 10);
    this.#firstId = this.windows[0].window_id;
  }

  window(id: number): Window | undefined {
    return this.windows[id - this.#firstId];
  }

  addAnomaly(anomaly: Anomaly, hidden: boolean): void {
    const list = hidden ? this.hidden : this.visible;
    list.push(anomaly);
    if (list.length > MAX_ANOMALIES) this.#drop(list, MAX_ANOMALIES / 10);
  }

  /** Sorts all anomalies anew into visible and hidden ones. */
  sort(hides: (anomaly: Anomaly) => boolean): void {
    const all = [...this.visible, ...this.hidden].sort((a, b) => a.window_end - b.window_end || b.score - a.score);
    this.visible.length = 0;
    this.hidden.length = 0;
    for (const anomaly of all) this.addAnomaly(anomaly, hides(anomaly));
  }

  #drop(list: unknown[], count: number): void {
    list.splice(0, count);
    this.dropped += count;
  }
}
