import { AppError } from '../kit/errors.ts';
import type { TrafficDirectory } from '../model/traffic-view.ts';
import type { Anomaly, Baseline, BaselineType, Statistics, Window } from '../model/window.ts';
import type { ApiDeps } from './deps.ts';

/** @throws AppError NOT_FOUND where the server does not analyse traffic */
export function trafficOf(deps: ApiDeps): TrafficDirectory {
  if (deps.traffic) return deps.traffic;
  throw new AppError('NOT_FOUND', 'This server does not analyse traffic.');
}

/** The window with this number. @throws AppError NOT_FOUND, with the keys of the older tool */
export function windowOf(traffic: TrafficDirectory, id: number): Window {
  const window = traffic.window(id);
  if (window) return window;
  const total = traffic.windows().length;
  const range = total === 0 ? 'there are none' : `there are ${total}, from ${traffic.windows()[0].window_id}`;
  throw new AppError('NOT_FOUND', `There is no window ${id}; ${range}.`, {
    more: { window_id: id, total_windows: total },
  });
}

export function page<T>(items: readonly T[], { limit, offset }: { limit: number; offset: number }) {
  const shown = items.slice(offset, offset + limit);
  return { shown, head: { count: shown.length, total: items.length, offset, limit } };
}

export function secondsSince(start: number): number {
  return Math.round((performance.now() - start) * 1000) / 1e6;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function largest(values: Iterable<number>): number {
  let best = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > best) best = value;
  return best;
}

/** Over all windows; the mean of round trips weighs each window by its samples. */
export function summarise(windows: readonly Window[]) {
  const rates = windows.map(({ bandwidth }) => bandwidth.avg_bps);
  const measured = windows.filter(({ latency }) => latency.mean_rtt !== null);
  const samples = measured.reduce((sum, { latency }) => sum + latency.samples, 0);
  const weighted = measured.reduce((sum, { latency }) => sum + latency.mean_rtt! * latency.samples, 0);
  const connections = windows.map((window) => window.connections.total);
  const start = windows[0]?.window_start ?? null;
  const end = windows.at(-1)?.window_end ?? null;
  return {
    total_windows: windows.length,
    time_span: { start, end, duration_s: start === null || end === null ? 0 : end - start },
    bandwidth: {
      mean_bps: mean(rates),
      max_bps: rates.length === 0 ? 0 : largest(rates),
      min_bps: rates.length === 0 ? 0 : -largest(rates.map((rate) => -rate)),
    },
    latency: {
      mean_rtt: samples === 0 ? null : weighted / samples,
      max_rtt: measured.length === 0 ? null : largest(measured.map(({ latency }) => latency.max_rtt ?? 0)),
    },
    connections: {
      total_across_windows: connections.reduce((sum, total) => sum + total, 0),
      mean_per_window: mean(connections),
    },
  };
}

const none = () => ({ high: 0, medium: 0, low: 0 });

export function countByType(anomalies: readonly Anomaly[]) {
  const byType: Record<string, { count: number; by_severity: ReturnType<typeof none> }> = {};
  for (const { type, severity } of anomalies) {
    byType[type] ??= { count: 0, by_severity: none() };
    byType[type].count++;
    byType[type].by_severity[severity]++;
  }
  return byType;
}

export function countBySeverity(anomalies: readonly Anomaly[]) {
  const counts = none();
  for (const { severity } of anomalies) counts[severity]++;
  return counts;
}

interface Group {
  readonly worst: Anomaly;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** Anomalies of one type and severity about the same hosts as one, those with the highest scores first. */
export function topAnomalies(anomalies: readonly Anomaly[], limit: number) {
  const groups = new Map<string, Group>();
  for (const each of anomalies) {
    const key = JSON.stringify([each.type, each.severity, each.flow_src, each.flow_dst, each.metric]);
    const group = groups.get(key);
    groups.set(key, {
      worst: !group || each.score > group.worst.score ? each : group.worst,
      count: (group?.count ?? 0) + 1,
      first: Math.min(group?.first ?? each.window_start, each.window_start),
      last: Math.max(group?.last ?? each.window_end, each.window_end),
    });
  }
  return [...groups.values()]
    .sort((a, b) => b.worst.score - a.worst.score || b.count - a.count)
    .slice(0, limit)
    .map(({ worst: { type, severity, message, score, flow_src, flow_dst }, count, first, last }) => ({
      type,
      severity,
      message,
      count,
      score,
      first_seen: first,
      last_seen: last,
      ...(flow_src !== undefined && { flow_src }),
      ...(flow_dst !== undefined && { flow_dst }),
    }));
}

/** Smaller ones are numbers of windows, larger ones times: so many windows are nowhere, and 1973 is long ago. */
const FIRST_TIME = 1e8;

/** Anomalies of the windows from `start` to `end`, both with them; each a number of a window or a time. */
export function anomaliesBetween(
  traffic: TrafficDirectory,
  start: number | undefined,
  end: number | undefined,
): Anomaly[] {
  const first = traffic.windows()[0]?.window_id ?? 0;
  const timeOf = (place: number, edge: 'window_start' | 'window_end') => {
    if (place >= FIRST_TIME) return place;
    if (place < first) return Number.NEGATIVE_INFINITY;
    return traffic.window(Math.floor(place))?.[edge] ?? Number.POSITIVE_INFINITY;
  };
  const from = start === undefined ? Number.NEGATIVE_INFINITY : timeOf(start, 'window_start');
  const to = end === undefined ? Number.POSITIVE_INFINITY : timeOf(end, 'window_end');
  return traffic.anomalies().filter((each) => each.window_end > from && each.window_end <= to);
}

/** The metric that stands for a type. */
const LEADING: Readonly<Record<BaselineType, string>> = {
  bandwidth: 'bps',
  latency: 'rtt',
  protocol: 'loss_rate',
  connection: 'connections',
};

export function showBaseline({ type, metrics, windows }: Baseline) {
  const metric = metrics[LEADING[type]] ? LEADING[type] : (Object.keys(metrics)[0] ?? LEADING[type]);
  const leading: Partial<Statistics> = metrics[metric] ?? {};
  return { type, windows, metric, ...leading, metrics: { ...metrics } };
}

export function showBaselines(baselines: readonly Baseline[]) {
  return Object.fromEntries(baselines.map((baseline) => [baseline.type, showBaseline(baseline)]));
}
