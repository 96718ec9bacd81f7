import type { Counter, Gauge, Histogram } from 'prom-client';
import type { Metrics } from '../kit/metrics.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** The rate of events looks back this far, in samples that are this far apart. */
const SAMPLE_MS = 5_000;
const SAMPLES = 13;

/** Counts requests, and follows the rate of events. */
export class HttpMetrics {
  requests = 0;
  failed = 0;
  readonly #seconds: Histogram;
  readonly #metrics: Metrics;
  readonly #samples: { at: number; events: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    this.#seconds = metrics.histogram('vedette_http_request_seconds', 'Time of HTTP requests, by route.', SECONDS, [
      'method',
      'route',
      'status',
    ]);
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.sample(), SAMPLE_MS).unref();
    void this.sample();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  observe(method: string, route: string, status: number, milliseconds: number): void {
    this.requests++;
    if (status >= 400) this.failed++;
    this.#seconds.observe({ method, route, status: String(status) }, milliseconds / 1000);
  }

  /** Sum of a counter or gauge of the registry over all of its labels; 0 when nobody made it. */
  async total(name: string): Promise<number> {
    const family = this.#metrics.registry.getSingleMetric(name) as Counter | Gauge | undefined;
    if (!family) return 0;
    const { values } = await family.get();
    return values.reduce((sum, { value }) => sum + value, 0);
  }

  async sample(now = Date.now()): Promise<void> {
    this.#samples.push({ at: now, events: await this.total('vedette_committed_records_total') });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** Events a second since the oldest sample. */
  async eventsPerSecond(now = Date.now()): Promise<number> {
    const oldest = this.#samples[0];
    if (!oldest || now <= oldest.at) return 0;
    const events = (await this.total('vedette_committed_records_total')) - oldest.events;
    return Math.round((events / (now - oldest.at)) * 1e5) / 100;
  }
}
