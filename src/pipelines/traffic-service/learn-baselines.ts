import { Baselines } from '../../detect/baselines/baselines.ts';
import {
  type Anomaly,
  type AnomalyType,
  BASELINE_TYPES,
  type Baseline,
  type BaselineType,
  type Window,
} from '../../model/window.ts';

/** What is not usual in a window with such an anomaly. */
const SPOILS: Readonly<Partial<Record<AnomalyType, readonly BaselineType[]>>> = {
  traffic_spike: ['bandwidth', 'connection'],
  ddos: ['bandwidth', 'connection', 'protocol'],
  exfiltration: ['bandwidth'],
  port_scan: ['connection', 'protocol'],
  brute_force: ['connection'],
  high_latency: ['latency'],
  packet_loss: ['protocol'],
  protocol_anomaly: ['protocol'],
};

/**
 * Statistics over the windows that were usual: those with an anomaly of medium or high severity count little for what the
 * anomaly is about. Where no window was usual, all of them count. A type that nothing was measured of is left out.
 */
export function learnBaselines(
  windows: readonly Window[],
  anomalies: readonly Anomaly[],
  types: readonly BaselineType[],
): Baseline[] {
  const spoiled = new Map<number, Set<BaselineType>>();
  for (const { type, severity, window_start } of anomalies) {
    if (severity === 'low') continue;
    const set = spoiled.get(window_start) ?? new Set();
    for (const each of SPOILS[type] ?? []) set.add(each);
    spoiled.set(window_start, set);
  }
  const usual = new Baselines();
  const all = new Baselines();
  for (const window of windows) {
    usual.update(window, spoiled.get(window.window_start));
    all.update(window);
  }
  return BASELINE_TYPES.filter((type) => types.includes(type)).flatMap(
    (type) => usual.get(type) ?? all.get(type) ?? [],
  );
}
