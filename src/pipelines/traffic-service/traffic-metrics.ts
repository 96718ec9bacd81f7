import type { Metrics } from '../../kit/metrics.ts';
import type { AnomalyType } from '../../model/window.ts';

/** What Prometheus is told of the traffic analysis. */
export class TrafficMetrics {
  readonly #windows;
  readonly #anomalies;
  readonly #dropped;

  constructor(metrics: Metrics) {
    this.#windows = metrics.counter('vedette_traffic_windows_total', 'Windows of traffic that were analysed.');
    this.#anomalies = metrics.counter('vedette_traffic_anomalies_total', 'Anomalies found, by type.', ['type']);
    this.#dropped = metrics.counter(
      'vedette_traffic_capture_dropped_packets_total',
      'Packets that the kernel dropped because a live capture was not read in time.',
    );
  }

  window(): void {
    this.#windows.inc();
  }

  anomaly(type: AnomalyType): void {
    this.#anomalies.inc({ type });
  }

  dropped(packets: number): void {
    this.#dropped.inc(packets);
  }
}
