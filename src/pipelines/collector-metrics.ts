import type { Metrics } from '../kit/metrics.ts';
import type { DeadLetter } from '../model/outcome.ts';
import type { CollectorView, ListenerView } from './flow-messages.ts';

/** What can be measured of the collector as a whole; exporters have metrics of their own. */
export class CollectorMetrics {
  readonly lost;
  readonly #letters;
  readonly #latency;

  constructor(metrics: Metrics, view: () => CollectorView) {
    this.lost = metrics.counter('vedette_flow_rows_lost_total', 'Decoded flows that could not be stored.');
    this.#letters = metrics.counter('vedette_flow_dead_letters_total', 'Datagrams put aside, by reason.', ['reason']);
    this.#latency = metrics.histogram(
      'vedette_flow_block_seconds',
      'Time from decoded to durable of a block of flows.',
      [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    );
    const each = (name: string, help: string, value: (listener: ListenerView) => number | null) =>
      metrics.gauge(name, help, ['listener'], (gauge) => {
        for (const listener of view().listeners) {
          const now = value(listener);
          if (now !== null) gauge.set({ listener: listener.name }, now);
        }
      });
    each('vedette_udp_datagrams_total', 'Datagrams received.', (l) => l.datagrams);
    each('vedette_udp_bytes_total', 'Bytes of the datagrams received.', (l) => l.bytes);
    each(
      'vedette_udp_kernel_drops_total',
      'Datagrams that the kernel dropped: the buffer was full.',
      (l) => l.kernel_drops,
    );
    each('vedette_udp_refused_total', 'Datagrams of senders that are not allowed.', (l) => l.refused);
    each('vedette_udp_limited_total', 'Datagrams over the rate limit of their sender.', (l) => l.limited);
    each('vedette_udp_truncated_total', 'Datagrams longer than could be taken.', (l) => l.truncated);
    each(
      'vedette_udp_receive_buffer_bytes',
      'Receive buffer that the system granted.',
      (l) => l.receive_buffer.granted,
    );
    metrics.gauge('vedette_flow_blocks_waiting', 'Blocks of flows that wait to be stored.', [], (gauge) =>
      gauge.set(view().blocks_waiting),
    );
    metrics.gauge('vedette_flow_stalled_seconds_total', 'Time for which receiving waited for the store.', [], (gauge) =>
      gauge.set(view().stalled_seconds),
    );
  }

  stored(letters: readonly DeadLetter[], milliseconds: number): void {
    this.#latency.observe(milliseconds / 1000);
    for (const { reason } of letters) this.#letters.inc({ reason });
  }
}
