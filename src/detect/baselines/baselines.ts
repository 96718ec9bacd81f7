import { BASELINE_TYPES, type Baseline, type BaselineType, type Statistics, type Window } from '../../model/window.ts';
import type { Expectation } from './expectation.ts';
import { type SavedSeries, SeasonalSeries } from './seasonal-series.ts';
import { type SavedTally, Tally } from './tally.ts';
import { eachMetric, unitOf } from './window-metrics.ts';

/** What a suspicious window counts for against a usual one. */
export const SUSPICIOUS_WEIGHT = 0.1;
/** Metrics of one type; the shares of rare protocols beyond them are not learned. */
const MAX_METRICS = 64;
const VERSION = 1;
const NONE: ReadonlySet<BaselineType> = new Set();

interface Metric {
  readonly series: SeasonalSeries;
  readonly tally: Tally;
}

interface SavedMetric {
  readonly series: SavedSeries;
  readonly tally: SavedTally;
}

/** All baselines as plain JSON. */
export interface SavedBaselines {
  readonly version: number;
  readonly types: Readonly<
    Partial<Record<BaselineType, { windows: number; metrics: Readonly<Record<string, SavedMetric>> }>>
  >;
}

/** What is usual for the whole network, learned window by window: ask {@link expect} first, then {@link update}. */
export class Baselines {
  readonly #metrics = new Map<BaselineType, Map<string, Metric>>(BASELINE_TYPES.map((type) => [type, new Map()]));
  readonly #windows = new Map<BaselineType, number>();

  /** What `metric` (`bps`, `pps`, `connections`, `rtt`, `rtt_p95`, `loss_rate`, `share.tcp`...) should be at `at`, microseconds. */
  expect(metric: string, at: number): Expectation | undefined {
    for (const metrics of this.#metrics.values()) {
      const held = metrics.get(metric);
      if (held) return held.series.predict(at);
    }
    return undefined;
  }

  /** Learns a window. Types in `suspicious` learn a tenth of it, and leave it out of their statistics. */
  update(window: Window, suspicious: ReadonlySet<BaselineType> = NONE): void {
    const at = window.window_end * 1e6 - 1;
    const told = new Set<BaselineType>();
    eachMetric(window, (type, name, value) => {
      const metric = this.#metric(type, name);
      if (!metric) return;
      const unusual = suspicious.has(type);
      metric.series.update(at, value, unusual ? SUSPICIOUS_WEIGHT : 1);
      if (unusual) return;
      metric.tally.add(value);
      told.add(type);
    });
    for (const type of told) this.#windows.set(type, (this.#windows.get(type) ?? 0) + 1);
  }

  /** Undefined while nothing was learned of this type. */
  get(type: BaselineType): Baseline | undefined {
    const windows = this.#windows.get(type);
    if (windows === undefined) return undefined;
    const metrics: Record<string, Statistics> = {};
    for (const [name, { tally }] of this.#metrics.get(type)!) metrics[name] = tally.statistics();
    return { type, metrics, windows };
  }

  list(): Baseline[] {
    return BASELINE_TYPES.flatMap((type) => this.get(type) ?? []);
  }

  /** Forgets what was learned, of some types or of all. */
  reset(types: readonly BaselineType[] = BASELINE_TYPES): void {
    for (const type of types) {
      this.#metrics.get(type)?.clear();
      this.#windows.delete(type);
    }
  }

  save(): SavedBaselines {
    const types: Record<string, { windows: number; metrics: Record<string, SavedMetric> }> = {};
    for (const [type, metrics] of this.#metrics) {
      const saved: Record<string, SavedMetric> = {};
      for (const [name, { series, tally }] of metrics) saved[name] = { series: series.save(), tally: tally.save() };
      types[type] = { windows: this.#windows.get(type) ?? 0, metrics: saved };
    }
    return { version: VERSION, types };
  }

  /** Takes over what {@link save} gave. @returns false when it is of another version; nothing is changed then. */
  load(saved: SavedBaselines): boolean {
    if (saved.version !== VERSION) return false;
    this.reset();
    for (const type of BASELINE_TYPES) {
      const held = saved.types[type];
      if (!held) continue;
      if (held.windows > 0) this.#windows.set(type, held.windows);
      for (const [name, { series, tally }] of Object.entries(held.metrics)) {
        const metric = this.#metric(type, name);
        metric?.series.load(series);
        metric?.tally.load(tally);
      }
    }
    return true;
  }

  #metric(type: BaselineType, name: string): Metric | undefined {
    const metrics = this.#metrics.get(type)!;
    let metric = metrics.get(name);
    if (!metric && metrics.size < MAX_METRICS) {
      metric = { series: new SeasonalSeries({ unit: unitOf(name) }), tally: new Tally() };
      metrics.set(name, metric);
    }
    return metric;
  }
}
