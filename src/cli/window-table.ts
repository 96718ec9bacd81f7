import type { Window } from '../model/window.ts';
import { figure, milliseconds, rate, share, timeWithin } from './figures.ts';
import { count, type TableColumn, table } from './table.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'window', align: 'right' },
  { title: 'begins' },
  { title: 'rate', align: 'right' },
  { title: 'packets/s', align: 'right' },
  { title: 'connections', align: 'right' },
  { title: 'mean rtt', align: 'right' },
  { title: '95 %', align: 'right' },
  { title: 'loss', align: 'right' },
  { title: 'sends most' },
];

/** Windows as a table, one a row. @param first time of the first packet, so that its day need not be repeated. */
export function windowTable(windows: readonly Window[], first: number | null, width: number): string {
  const rows = windows.map(({ window_id, window_start, bandwidth, latency, connections, protocol }) => [
    `${window_id}`,
    timeWithin(window_start, first),
    rate(bandwidth.avg_bps),
    figure(bandwidth.avg_pps),
    count(connections.total),
    milliseconds(latency.mean_rtt),
    milliseconds(latency.p95_rtt),
    share(protocol.retransmitted, protocol.data_segments),
    bandwidth.top_src_bytes[0]?.address ?? '',
  ]);
  return table(COLUMNS, rows, width);
}
