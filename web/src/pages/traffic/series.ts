import { metricValue, percent } from './names.ts';
import type { Anomaly, Severity, Statistics, TrafficWindow } from './types.ts';

export type MetricName = 'bandwidth' | 'latency' | 'connections' | 'loss';

export interface Metric {
  readonly name: MetricName;
  readonly label: string;
  /** Where its statistics are among the baselines. */
  readonly baseline: string;
  readonly statistic: string;
  /** Null where nothing was measured, which is not zero. */
  readonly of: (window: TrafficWindow) => number | null;
  readonly text: (value: number) => string;
}

export const METRICS: readonly Metric[] = [
  {
    name: 'bandwidth',
    label: 'Bandwidth',
    baseline: 'bandwidth',
    statistic: 'bps',
    of: (window) => window.bandwidth.avg_bps,
    text: (value) => metricValue('bps', value),
  },
  {
    name: 'latency',
    label: 'Latency',
    baseline: 'latency',
    statistic: 'rtt',
    of: (window) => window.latency.mean_rtt,
    text: (value) => metricValue('rtt', value),
  },
  {
    name: 'connections',
    label: 'Connections',
    baseline: 'connection',
    statistic: 'connections',
    of: (window) => window.connections.total,
    text: (value) => metricValue('connections', value),
  },
  {
    name: 'loss',
    label: 'Loss',
    baseline: 'protocol',
    statistic: 'loss_rate',
    // Without data segments nothing can be lost.
    of: (window) => (window.protocol.data_segments > 0 ? window.protocol.loss_rate : null),
    text: percent,
  },
];

export function metricNamed(name: MetricName): Metric {
  return METRICS.find((metric) => metric.name === name) ?? METRICS[0];
}

/** Statistics by type of baseline, then by metric. */
export type Baselines = Readonly<Record<string, Readonly<Record<string, Statistics>>>>;

/** Anomalies that ended in one window. */
export interface Mark {
  readonly index: number;
  readonly severity: Severity;
  readonly anomalies: readonly Anomaly[];
}

/** One metric over the windows, with what is usual and what was unusual. */
export interface Series {
  readonly metric: Metric;
  readonly windows: readonly TrafficWindow[];
  readonly values: readonly (number | null)[];
  readonly band: Statistics | null;
  readonly marks: readonly Mark[];
}

export function seriesOf(
  windows: readonly TrafficWindow[],
  anomalies: readonly Anomaly[],
  baselines: Baselines,
  metric: Metric,
): Series {
  return {
    metric,
    windows,
    values: windows.map(metric.of),
    band: baselines[metric.baseline]?.[metric.statistic] ?? null,
    marks: marksOf(windows, anomalies),
  };
}

/** Whether the anomaly was found in this window: what took longer is found in the window that it ends in. */
export function endsIn(anomaly: Anomaly, window: TrafficWindow): boolean {
  return anomaly.window_end > window.window_start && anomaly.window_end <= window.window_end;
}

const RANK: Record<Severity, number> = { low: 0, medium: 1, high: 2 };

/** The worst of some anomalies, of which there is one at least. */
export function worst(anomalies: readonly Anomaly[]): Severity {
  return anomalies.reduce<Severity>((most, { severity }) => (RANK[severity] > RANK[most] ? severity : most), 'low');
}

function marksOf(windows: readonly TrafficWindow[], anomalies: readonly Anomaly[]): Mark[] {
  const found = new Map<number, Anomaly[]>();
  for (const anomaly of anomalies) {
    const index = indexAt(windows, anomaly.window_end);
    if (index < 0) continue;
    const list = found.get(index);
    if (list) list.push(anomaly);
    else found.set(index, [anomaly]);
  }
  return [...found].map(([index, list]) => ({ index, severity: worst(list), anomalies: list }));
}

/** Index of the window that ends at `end` or has it inside, -1 when there is none. Windows are in order of time. */
export function indexAt(windows: readonly TrafficWindow[], end: number): number {
  let low = 0;
  let high = windows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (windows[middle].window_end >= end) high = middle;
    else low = middle + 1;
  }
  const window = windows[low];
  return window && end > window.window_start && end <= window.window_end ? low : -1;
}

/** One sentence that says what the picture shows. */
export function summaryOf({ metric, windows, values, band, marks }: Series): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return `${metric.label}: nothing was measured in ${windows.length} windows.`;
  const count = marks.reduce((sum, mark) => sum + mark.anomalies.length, 0);
  const usual = band ? `, usually ${metric.text(band.median)}, 95 % up to ${metric.text(band.p95)}` : '';
  return (
    `${metric.label} in ${windows.length} windows: at most ${metric.text(Math.max(...known))}${usual}; ` +
    `${count} anomalies in ${marks.length} of them.`
  );
}
