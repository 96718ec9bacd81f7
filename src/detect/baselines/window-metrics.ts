import type { BaselineType, Window } from '../../model/window.ts';

/** From so many data segments on the share of retransmitted ones means something. */
const LOSS_SEGMENTS = 50;

/** Calls `use` for each metric of a window that has a value in it; silence has none for round trips, loss and shares. */
export function eachMetric(window: Window, use: (type: BaselineType, metric: string, value: number) => void): void {
  use('bandwidth', 'bps', window.bandwidth.avg_bps);
  use('bandwidth', 'pps', window.bandwidth.avg_pps);
  use('connection', 'connections', window.connections.total);
  const { mean_rtt, p95_rtt } = window.latency;
  if (mean_rtt !== null) use('latency', 'rtt', mean_rtt);
  if (p95_rtt !== null) use('latency', 'rtt_p95', p95_rtt);
  const { protocol } = window;
  if (protocol.data_segments >= LOSS_SEGMENTS) use('protocol', 'loss_rate', protocol.loss_rate);
  let total = 0;
  for (const bytes of Object.values(protocol.bytes)) total += bytes;
  if (total > 0)
    for (const [name, bytes] of Object.entries(protocol.bytes)) use('protocol', `share.${name}`, bytes / total);
}

/** Where the scale of a metric turns from linear to logarithmic, in its own unit: a thousandth for shares of one. */
export function unitOf(metric: string): number {
  return metric === 'loss_rate' || metric.startsWith('share.') ? 0.001 : 1;
}
