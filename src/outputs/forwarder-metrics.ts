import type { Metrics } from '../kit/metrics.ts';
import { OUTPUT_STATES, type OutputState } from '../model/output.ts';
import type { ForwarderStatus } from './forwarder-parts.ts';

/** What a request may take: from a receiver next door to an indexer that acknowledges after minutes. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The metrics of one output. */
export class ForwarderMetrics {
  readonly #label: { output: string };
  readonly #families: ReturnType<typeof familiesOf>;

  constructor(metrics: Metrics, output: string) {
    this.#label = { output };
    this.#families = familiesOf(metrics);
    // Counters begin at 0, so that the first increase is seen as one.
    for (const counter of ['sent', 'bytes', 'retried', 'dead', 'duplicates', 'lost'] as const)
      this.#families[counter].inc(this.#label, 0);
  }

  request(seconds: number): void {
    this.#families.seconds.observe(this.#label, seconds);
  }

  settled(sent: number, dead: number, duplicates: number, bytes: number): void {
    this.#families.sent.inc(this.#label, sent);
    this.#families.dead.inc(this.#label, dead);
    this.#families.duplicates.inc(this.#label, duplicates);
    this.#families.bytes.inc(this.#label, bytes);
  }

  retried(events: number): void {
    this.#families.retried.inc(this.#label, events);
  }

  lost(events: number): void {
    this.#families.lost.inc(this.#label, events);
  }

  /** Sets the gauges. */
  show(status: Pick<ForwarderStatus, 'state' | 'lagEvents' | 'lagSeconds' | 'concurrency'>): void {
    this.#families.lag.set(this.#label, status.lagEvents);
    this.#families.oldest.set(this.#label, status.lagSeconds);
    this.#families.concurrency.set(this.#label, status.concurrency);
    for (const state of OUTPUT_STATES) this.#families.state.set(this.#of(state), state === status.state ? 1 : 0);
  }

  /** The output is gone: its gauges go with it. */
  remove(): void {
    this.#families.lag.remove(this.#label);
    this.#families.oldest.remove(this.#label);
    this.#families.concurrency.remove(this.#label);
    for (const state of OUTPUT_STATES) this.#families.state.remove(this.#of(state));
  }

  #of(state: OutputState): { output: string; state: OutputState } {
    return { ...this.#label, state };
  }
}

function familiesOf(metrics: Metrics) {
  return {
    lag: metrics.gauge('vedette_output_lag_events', 'Events behind the bookmark that are still to be read.', [
      'output',
    ]),
    oldest: metrics.gauge('vedette_output_oldest_seconds', 'Age of the oldest event that is not delivered.', [
      'output',
    ]),
    concurrency: metrics.gauge('vedette_output_concurrency', 'Requests that may be under way together.', ['output']),
    state: metrics.gauge('vedette_output_state', '1 for the state that the output is in, 0 for the others.', [
      'output',
      'state',
    ]),
    sent: metrics.counter('vedette_output_sent_events_total', 'Events that the receiver confirmed.', ['output']),
    bytes: metrics.counter('vedette_output_sent_bytes_total', 'Bytes on the wire of confirmed requests.', ['output']),
    retried: metrics.counter('vedette_output_retried_events_total', 'Events sent again after a failure.', ['output']),
    dead: metrics.counter('vedette_output_dead_events_total', 'Events that became dead letters.', ['output']),
    duplicates: metrics.counter('vedette_output_duplicate_events_total', 'Events that the receiver had already.', [
      'output',
    ]),
    lost: metrics.counter(
      'vedette_output_lost_events_total',
      'Events that retention removed before they were delivered.',
      ['output'],
    ),
    seconds: metrics.histogram('vedette_output_request_seconds', 'Time until a receiver answered.', SECONDS, [
      'output',
    ]),
  };
}
