import type { Metrics } from '../../kit/metrics.ts';
import type { EventsView } from '../../model/traffic-view.ts';
import type { AnomalyType } from '../../model/window.ts';

/** What becomes of stored events, in the words of the metric. */
const OUTCOMES = ['events', 'late', 'old', 'ahead', 'crowded'] as const;

/** What Prometheus is told of the traffic analysis. */
export class TrafficMetrics {
  readonly #windows;
  readonly #anomalies;
  readonly #dropped;
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    this.#windows = metrics.counter('vedette_traffic_windows_total', 'Windows of traffic that were analysed.');
    this.#anomalies = metrics.counter('vedette_traffic_anomalies_total', 'Anomalies found, by type.', ['type']);
    this.#dropped = metrics.counter(
      'vedette_traffic_capture_dropped_packets_total',
      'Packets that the kernel dropped because a live capture was not read in time.',
    );
  }

  /** Tells of the analysis of events as they are stored. @returns what counts those since the last call */
  follow(view: () => EventsView): () => void {
    const taken = this.#metrics.counter(
      'vedette_traffic_events_total',
      'Stored events that were put into windows (events), and those of them with a difficulty, by which it was.',
      ['outcome'],
    );
    this.#metrics.gauge(
      'vedette_traffic_events_lag_seconds',
      'How long ago the events that the analysis looks at now were stored.',
      [],
      (gauge) => gauge.set(view().lagSeconds),
    );
    const told: Partial<Record<(typeof OUTCOMES)[number], number>> = {};
    return () => {
      const now = view();
      for (const outcome of OUTCOMES) {
        taken.inc({ outcome }, now[outcome] - (told[outcome] ?? 0));
        told[outcome] = now[outcome];
      }
    };
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
