import type { Gauge } from 'prom-client';
import type { Metrics } from '../kit/metrics.ts';
import type { DeadLetter } from '../model/outcome.ts';
import type { ListenerState, ThreadState } from './flow-messages.ts';

/** What can be measured of the collector as a whole; exporters have metrics of their own. */
export class CollectorMetrics {
  readonly lost;
  readonly #letters;
  readonly #latency;

  constructor(metrics: Metrics, now: () => { readonly thread: ThreadState | undefined; readonly waiting: number }) {
    this.lost = metrics.counter('vedette_flow_rows_lost_total', 'Decoded flows that could not be stored.');
    this.#letters = metrics.counter('vedette_flow_dead_letters_total', 'Datagrams put aside, by reason.', ['reason']);
    this.#latency = metrics.histogram(
      'vedette_flow_block_seconds',
      'Time from decoded to durable of a block of flows.',
      [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    );
    const each = (value: (listener: ListenerState) => number | undefined) => (gauge: Gauge) => {
      for (const listener of now().thread?.listeners ?? []) {
        const count = value(listener);
        if (count !== undefined) gauge.set({ listener: listener.info.name }, count);
      }
    };
    metrics.gauge(
      'vedette_udp_datagrams_total',
      'Datagrams received.',
      ['listener'],
      each(({ stats }) => stats.datagrams),
    );
    metrics.gauge(
      'vedette_udp_bytes_total',
      'Bytes of the datagrams received.',
      ['listener'],
      each(({ stats }) => stats.bytes),
    );
    metrics.gauge(
      'vedette_udp_kernel_drops_total',
      'Datagrams that the kernel dropped because the receive buffer was full.',
      ['listener'],
      each(({ stats }) => stats.kernelDrops),
    );
    metrics.gauge(
      'vedette_udp_refused_total',
      'Datagrams of senders that are not allowed.',
      ['listener'],
      each(({ stats }) => stats.refused),
    );
    metrics.gauge(
      'vedette_udp_limited_total',
      'Datagrams over the rate limit of their sender.',
      ['listener'],
      each(({ stats }) => stats.limited),
    );
    metrics.gauge(
      'vedette_udp_truncated_total',
      'Datagrams longer than could be taken.',
      ['listener'],
      each(({ stats }) => stats.truncated),
    );
    metrics.gauge(
      'vedette_udp_overflowed_total',
      'Datagrams dropped because the queue behind the socket was full.',
      ['listener'],
      each(({ stats }) => stats.overflowed),
    );
    metrics.gauge(
      'vedette_udp_receive_buffer_bytes',
      'Receive buffer that the system granted.',
      ['listener'],
      each(({ info }) => info.receiveBuffer.granted),
    );
    metrics.gauge(
      'vedette_udp_receive_buffer_used_bytes',
      'Receive buffer in use when it was last looked at.',
      ['listener'],
      each(({ stats }) => stats.bufferUsed),
    );
    metrics.gauge('vedette_flow_blocks_waiting', 'Blocks of flows that wait to be stored.', [], (gauge) =>
      gauge.set(now().waiting),
    );
    metrics.gauge('vedette_flow_stalled_seconds_total', 'Time for which receiving waited for the store.', [], (gauge) =>
      gauge.set(now().thread?.stalledSeconds ?? 0),
    );
    metrics.gauge(
      'vedette_flow_exporters_evicted_total',
      'Exporters forgotten because there were too many.',
      [],
      (gauge) => gauge.set(now().thread?.exportersEvicted ?? 0),
    );
    metrics.gauge('vedette_flow_faults_total', 'Datagrams that met a fault of Vedette.', [], (gauge) =>
      gauge.set(now().thread?.faults ?? 0),
    );
  }

  stored(letters: readonly DeadLetter[], milliseconds: number): void {
    this.#latency.observe(milliseconds / 1000);
    for (const { reason } of letters) this.#letters.inc({ reason });
  }
}
