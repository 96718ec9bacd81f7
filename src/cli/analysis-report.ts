import type { Amount, PairAmount, Timeline, TrafficResult } from '../model/traffic.ts';
import { anomalyBlocks } from './anomaly-text.ts';
import { counted, dateTime, figure, milliseconds, rate, share, span, timeWithin } from './figures.ts';
import type { Colors } from './io.ts';
import { namesOf, type ReportedFile } from './reported-files.ts';
import { sparkline } from './sparkline.ts';
import { count, printable, size, type TableColumn, table } from './table.ts';

/** How a report is laid out. */
export interface ReportStyle {
  readonly colors: Colors;
  /** Columns to fill. */
  readonly width: number;
  /** Rows of the tables of hosts and pairs. */
  readonly top: number;
}

/** Anomalies that are shown in full. */
const MOST_ANOMALIES = 20;
const MOST_SERVICES = 12;
const LABEL = 14;

/** What conn_state means, as Zeek's documentation has it. */
const STATES: Readonly<Record<string, string>> = {
  S0: 'asked, never answered',
  S1: 'established, not closed',
  SF: 'established and closed',
  REJ: 'refused',
  S2: 'established, closed by the originator only',
  S3: 'established, closed by the responder only',
  RSTO: 'reset by the originator',
  RSTR: 'reset by the responder',
  RSTOS0: 'SYN, then reset, by the originator; no answer',
  RSTRH: 'SYN/ACK, then reset, by the responder; no SYN',
  SH: 'SYN, then FIN, by the originator; no answer',
  SHR: 'SYN/ACK, then FIN, by the responder; no SYN',
  OTH: 'no beginning seen',
};

/** The whole report as text for a terminal. */
export function analysisReport(files: readonly ReportedFile[], result: TrafficResult, style: ReportStyle): string {
  const parts = [
    header(files, result, style),
    anomalies(result, style),
    timeline(result, style),
    amounts('PROTOCOLS', result.totals.protocols, result.totals.bytes, style),
    services(result, style),
    hosts(result, style),
    pairs(result, style),
    latency(result, style),
    loss(result, style),
    states(result, style),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}`;
}

function header(
  files: readonly ReportedFile[],
  { totals, connections }: TrafficResult,
  { colors }: ReportStyle,
): string {
  const bytes = files.reduce((sum, file) => sum + (file.size ?? 0), 0);
  const { first, last } = totals;
  const lines = [
    [
      ...(bytes > 0 ? [`${size(bytes)}`] : []),
      counted(totals.packets, 'packet'),
      `${size(totals.bytes)} on the wire`,
      counted(connections.total, 'connection'),
    ].join(' · '),
  ];
  if (first !== null && last !== null) {
    const seconds = last - first;
    const mean = seconds > 0 ? ` · mean ${rate((totals.bytes * 8) / seconds)}` : '';
    lines.push(`${dateTime(first)} → ${timeWithin(last, first)} UTC (${span(seconds)})${mean}`);
  } else if (totals.packets > 0) lines.push('no packet has a time');
  const kinds = (of: Readonly<Record<string, Amount>>) => Object.keys(of).slice(0, 4).join(', ');
  if (totals.packets > 0) lines.push(`${kinds(totals.links)} · ${kinds(totals.networks)}`);
  const faults = notes({ totals, connections });
  if (faults !== '') lines.push(faults);
  return `${colors.bold(printable(namesOf(files)))}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** What limits how far the rest can be believed. */
function notes({ totals, connections }: Pick<TrafficResult, 'totals' | 'connections'>): string {
  const { cut, packets, without_time, late } = totals;
  const told: string[] = [];
  if (cut > 0) told.push(`${share(cut, packets)} of the packets cut by the capture`);
  const { missed_bytes, tcp_payload_bytes } = connections;
  if (missed_bytes > 0)
    told.push(`capture loss ${share(missed_bytes, missed_bytes + tcp_payload_bytes)} of TCP payload`);
  if (without_time > 0 && without_time < packets) told.push(`${counted(without_time, 'packet')} without a time`);
  if (late > 0) told.push(`${counted(late, 'packet')} out of the order of time`);
  if (connections.evicted > 0) told.push(`${counted(connections.evicted, 'connection')} ended early for want of room`);
  return told.join(' · ');
}

function anomalies(result: TrafficResult, { colors, width }: ReportStyle): string {
  const { anomalies: all, anomaly_count: total, hidden, totals } = result;
  const by = (severity: string) => all.filter((anomaly) => anomaly.severity === severity).length;
  const counts = (['high', 'medium', 'low'] as const)
    .map((severity) => [severity, by(severity)] as const)
    .filter(([, times]) => times > 0)
    .map(([severity, times]) => `${count(times)} ${severity}`);
  const windows = `in ${counted(result.window_count, 'window')}`;
  const found = total === 0 ? 'none' : `${count(total)} (${counts.join(', ')})`;
  const allowed = hidden > 0 ? `, ${count(hidden)} hidden by allow rules` : '';
  const said = `${found} ${windows} of ${span(result.window_seconds)}${allowed}`;
  const shown = [...all].sort((a, b) => b.score - a.score || a.window_start - b.window_start).slice(0, MOST_ANOMALIES);
  const more = total > shown.length ? `  and ${count(total - shown.length)} more: --anomalies shows all\n` : '';
  return `${title('ANOMALIES', said, colors)}${anomalyBlocks(shown, totals.first, colors, width)}${more}`;
}

function timeline({ timeline: line, totals }: TrafficResult, { colors, width }: ReportStyle): string {
  if (!line || line.bytes.length < 2) return '';
  const room = Math.max(20, Math.min(96, width - LABEL - 30));
  const { step, windows } = line;
  const peak = line.bytes.indexOf(Math.max(...line.bytes));
  const at = timeWithin(line.start + peak * step, totals.first);
  const rows: [string, string, string][] = [
    ['bits/s', sparkline(line.bytes, room), `peak ${rate((line.bytes[peak] * 8) / step)} at ${at}`],
    ['packets/s', sparkline(line.packets, room), `peak ${figure(Math.max(...line.packets) / step)}`],
  ];
  // A short capture has fewer windows than there is room for: those are in the tables below.
  if (windows && windows.step <= 2 * step) rows.push(...windowRows(windows, room));
  const text = rows.map(([name, bars, peakText]) => `  ${name.padEnd(LABEL)}${colors.cyan(bars)}  ${peakText}\n`);
  return `${title('TIMELINE', `${span(step)} a step`, colors)}${text.join('')}`;
}

function windowRows(
  { connections, rtt, data_segments, retransmitted }: NonNullable<Timeline['windows']>,
  room: number,
): [string, string, string][] {
  const rows: [string, string, string][] = [
    ['connections', sparkline(connections, room), `peak ${figure(Math.max(...connections))}`],
  ];
  const most = Math.max(...rtt.map((value) => value ?? -1));
  if (most >= 0) rows.push(['round trip', sparkline(rtt, room), `peak ${milliseconds(most)}`]);
  const losses = data_segments.map((data, i) => (data > 0 ? Math.min(1, retransmitted[i] / data) : null));
  const worst = Math.max(...losses.map((value) => value ?? 0));
  if (worst > 0) rows.push(['loss', sparkline(losses, room), `peak ${share(worst, 1)}`]);
  return rows;
}

function amounts(
  heading: string,
  of: Readonly<Record<string, Amount>>,
  whole: number,
  { colors, width }: ReportStyle,
): string {
  const rows = Object.entries(of)
    .slice(0, MOST_SERVICES)
    .map(([name, { packets, bytes }]) => [name, count(packets), size(bytes), share(bytes, whole)]);
  if (rows.length === 0) return '';
  return (
    title(heading, '', colors) +
    indented([left('protocol'), right('packets'), right('bytes'), right('share')], rows, width)
  );
}

function services({ connections }: TrafficResult, { colors, width }: ReportStyle): string {
  const all = Object.entries(connections.services);
  const whole = all.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  const rows = all
    .slice(0, MOST_SERVICES)
    .map(([name, { connections: times, bytes }]) => [name, count(times), size(bytes), share(bytes, whole)]);
  if (rows.length === 0) return '';
  const more = all.length > rows.length ? `${rows.length} of ${count(all.length)}` : '';
  const columns = [left('service'), right('connections'), right('bytes'), right('share')];
  return title('SERVICES', more, colors) + indented(columns, rows, width);
}

function hosts({ hosts: { top, count: all, exact } }: TrafficResult, { colors, width }: ReportStyle): string {
  if (top.length === 0) return '';
  const rows = top.map((host) => [
    host.address,
    size(host.sent_bytes),
    size(host.received_bytes),
    count(host.sent_packets + host.received_packets),
    count(host.connections),
  ]);
  const columns = [left('address'), right('sent'), right('received'), right('packets'), right('connections')];
  const of = top.length < all || !exact ? `top ${top.length} of ${exact ? '' : 'more than '}${count(all)}` : '';
  return title('HOSTS', of, colors) + indented(columns, rows, width);
}

function pairs({ pairs: { top, count: all, exact } }: TrafficResult, { colors, width }: ReportStyle): string {
  if (top.length === 0) return '';
  const rows = top.map((pair) => [
    `${pair.src} → ${pair.dst}`,
    pair.service,
    count(pair.connections),
    size(pair.src_bytes),
    size(pair.dst_bytes),
    milliseconds(pair.rtt),
  ]);
  const columns = [left('who → whom'), left('mostly'), right('connections'), right('sent'), right('received')];
  const of = top.length < all || !exact ? `top ${top.length} of ${exact ? '' : 'more than '}${count(all)}` : '';
  return title('CONVERSATIONS', of, colors) + indented([...columns, right('least rtt')], rows, width);
}

function latency({ connections }: TrafficResult, { colors, width }: ReportStyle): string {
  const spreads = [
    ['to servers (SYN to SYN/ACK)', connections.handshake_server],
    ['to clients (SYN/ACK to ACK)', connections.handshake_client],
    ['data to acknowledgement', connections.round_trip],
  ] as const;
  const rows = spreads
    .filter(([, { samples }]) => samples > 0)
    .map(([name, spread]) => [
      name,
      count(spread.samples),
      milliseconds(spread.median),
      milliseconds(spread.p95),
      milliseconds(spread.max),
    ]);
  if (rows.length === 0) return '';
  const columns = [left('from the monitor'), right('samples'), right('median'), right('95 %'), right('most')];
  return title('LATENCY', '', colors) + indented(columns, rows, width);
}

function loss({ connections, pairs: { lossy } }: TrafficResult, { colors, width }: ReportStyle): string {
  const { data_segments: data, retransmitted, reordered } = connections;
  if (data === 0) return '';
  const said = [
    `${share(retransmitted, data)} of ${count(data)} data segments sent again`,
    `${count(reordered)} out of order`,
  ];
  const rows = lossy.map((pair: PairAmount) => [
    `${pair.src} → ${pair.dst}`,
    pair.service,
    count(pair.data_segments),
    count(pair.retransmitted),
    share(pair.retransmitted, pair.data_segments),
    count(pair.reordered),
  ]);
  const columns = [
    left('who → whom'),
    left('mostly'),
    right('segments'),
    right('again'),
    right('share'),
    right('reordered'),
  ];
  return title('LOSS', said.join(', '), colors) + (rows.length > 0 ? indented(columns, rows, width) : '');
}

function states({ connections }: TrafficResult, { colors, width }: ReportStyle): string {
  const rows = Object.entries(connections.states).map(([state, times]) => [
    state,
    count(times),
    share(times, connections.total),
    STATES[state] ?? '',
  ]);
  if (rows.length === 0) return '';
  return (
    title('STATES', '', colors) + indented([left('state'), right('connections'), right('share'), left('')], rows, width)
  );
}

function title(text: string, after: string, { bold }: Colors): string {
  return `${bold(text)}${after === '' ? '' : `  ${after}`}\n`;
}

function left(heading: string): TableColumn {
  return { title: heading };
}

function right(heading: string): TableColumn {
  return { title: heading, align: 'right' };
}

function indented(columns: readonly TableColumn[], rows: readonly (readonly string[])[], width: number): string {
  return table(columns, rows, width - 2)
    .replace(/^/gm, '  ')
    .replace(/ +$/, '');
}
