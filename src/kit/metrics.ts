import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * One registry a process. Names follow Prometheus: `vedette_` + stage + what + unit (`_total`, `_seconds`, `_bytes`).
 * A family is made once per name, so that components may ask for it where they need it.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #families = new Map<string, Counter | Gauge | Histogram>();

  constructor() {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 10 });
  }

  counter(name: string, help: string, labelNames: string[] = []): Counter {
    return this.#once(name, () => new Counter({ name, help, labelNames, registers: [this.registry] }));
  }

  gauge(name: string, help: string, labelNames: string[] = [], collect?: (gauge: Gauge) => void): Gauge {
    return this.#once(
      name,
      () =>
        new Gauge({
          name,
          help,
          labelNames,
          registers: [this.registry],
          ...(collect && {
            collect(this: Gauge) {
              collect(this);
            },
          }),
        }),
    );
  }

  histogram(name: string, help: string, buckets: number[], labelNames: string[] = []): Histogram {
    return this.#once(name, () => new Histogram({ name, help, buckets, labelNames, registers: [this.registry] }));
  }

  #once<T extends Counter | Gauge | Histogram>(name: string, make: () => T): T {
    const known = this.#families.get(name);
    if (known) return known as T;
    const family = make();
    this.#families.set(name, family);
    return family;
  }
}
