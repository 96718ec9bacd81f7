import type { Amount, Timeline, TrafficResult } from '../model/traffic.ts';
import type { Anomaly } from '../model/window.ts';
import { counted, dateTime, figure, metricValue, milliseconds, rate, share, span, timeWithin } from './figures.ts';
import { HTML_STYLE } from './html-style.ts';
import { namesOf, type ReportedFile } from './reported-files.ts';
import { type Chart, escapeHtml, svgChart } from './svg-chart.ts';
import { count, size } from './table.ts';

/** Anomalies that are told in full, and marked in the charts. */
const MOST_ANOMALIES = 200;
const MOST_SERVICES = 20;

/** The report as one HTML file that needs no other: tables, and plots as SVG. No scripts. */
export function analysisHtml(files: readonly ReportedFile[], result: TrafficResult): string {
  const title = namesOf(files);
  const body = [
    head(title, result),
    timeline(result),
    anomalies(result),
    hosts(result),
    pairs(result),
    protocols(result),
    services(result),
    latency(result),
    loss(result),
    states(result),
    baselines(result),
    problems(result),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)} – Vedette</title><style>${HTML_STYLE}</style></head><body><main>
${body.join('\n')}
</main></body></html>
`;
}

function head(
  title: string,
  { totals, connections, anomaly_count, hosts: { count: hostCount } }: TrafficResult,
): string {
  const { first, last } = totals;
  const timed = first !== null && last !== null;
  const when = timed
    ? `${dateTime(first)} → ${timeWithin(last, first)} UTC (${span(last - first)})`
    : 'no packet has a time';
  const tiles: [string, string][] = [
    [count(totals.packets), 'packets'],
    [size(totals.bytes), 'on the wire'],
    [timed && last > first ? rate((totals.bytes * 8) / (last - first)) : '–', 'mean'],
    [count(connections.total), 'connections'],
    [count(hostCount), 'hosts'],
    [count(anomaly_count), 'anomalies'],
  ];
  const cells = tiles.map(([value, name]) => `<div><b>${escapeHtml(value)}</b>${name}</div>`).join('');
  return `<h1>${escapeHtml(title)}</h1><p class="muted">${when}</p><section><div class="tiles">${cells}</div></section>`;
}

function timeline({ timeline: line, anomalies: all, totals }: TrafficResult): string {
  if (!line) return '';
  // Those drawn last lie on top.
  const marks = [...all]
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_ANOMALIES)
    .reverse()
    .map((anomaly) => ({
      time: anomaly.window_start,
      severity: anomaly.severity,
      text: `${timeWithin(anomaly.window_start, totals.first)} ${anomaly.severity} ${anomaly.type}: ${anomaly.message}`,
    }));
  const { start, step, windows } = line;
  const per = (series: readonly number[], factor: number) => series.map((value) => (value * factor) / step);
  const charts: Omit<Chart, 'marks'>[] = [
    { title: 'Bits a second', series: per(line.bytes, 8), show: rate, start, step },
    { title: 'Packets a second', series: per(line.packets, 1), show: figure, start, step },
    ...(windows ? windowCharts(windows) : []),
  ];
  const figures = charts
    .filter(({ series }) => series.some((value) => value !== null))
    .map((chart) => `<h3>${chart.title}</h3>${svgChart({ ...chart, marks })}`);
  const note = `<p class="muted">Steps of ${span(step)}, UTC. Triangles are anomalies.</p>`;
  return section('Timeline', note + figures.join(''));
}

function windowCharts(windows: NonNullable<Timeline['windows']>): Omit<Chart, 'marks'>[] {
  const { start, step, connections, rtt, data_segments, retransmitted } = windows;
  const loss = data_segments.map((data, i) => (data > 0 ? Math.min(1, retransmitted[i] / data) : null));
  return [
    { title: `Connections active in ${span(step)}`, series: connections, show: figure, start, step },
    { title: 'Mean round trip', series: rtt, show: milliseconds, start, step },
    { title: 'Data segments sent again', series: loss, show: (value) => share(value, 1), start, step },
  ];
}

function anomalies({
  anomalies: all,
  anomaly_count,
  window_count,
  window_seconds,
  hidden,
  totals,
}: TrafficResult): string {
  const said = [
    `${count(anomaly_count)} in ${counted(window_count, 'window')} of ${span(window_seconds)}`,
    ...(hidden > 0 ? [`${count(hidden)} hidden by allow rules`] : []),
    ...(anomaly_count > MOST_ANOMALIES ? [`the ${MOST_ANOMALIES} highest are shown`] : []),
  ];
  const shown = [...all].sort((a, b) => b.score - a.score || a.window_start - b.window_start).slice(0, MOST_ANOMALIES);
  const told = shown.map((anomaly) => article(anomaly, totals.first)).join('');
  return section('Anomalies', `<p class="muted">${said.join(', ')}.</p>${told}`);
}

function article(anomaly: Anomaly, first: number | null): string {
  const { severity, type, metric, techniques, evidence } = anomaly;
  const values = [
    `observed ${metricValue(metric, anomaly.current_value)}`,
    `expected ${metricValue(metric, anomaly.expected)}`,
    `limit ${metricValue(metric, anomaly.threshold)}`,
  ].join(', ');
  const more = [...techniques, ...evidence].map((name) => `<code>${escapeHtml(name)}</code>`).join(' ');
  return `<article class="${severity}"><p><b class="word">${severity}</b> <b>${type}</b> ${timeWithin(anomaly.window_start, first)},
score ${Math.round(anomaly.score)}</p><p>${escapeHtml(anomaly.message)}</p>
<p>${escapeHtml(metric.replaceAll('_', ' '))}: ${escapeHtml(values)}</p><p class="muted">${escapeHtml(anomaly.why)} ${more}</p></article>`;
}

function hosts({ hosts: { top, count: all } }: TrafficResult): string {
  const rows = top.map((host) => [
    host.address,
    size(host.sent_bytes),
    size(host.received_bytes),
    count(host.sent_packets + host.received_packets),
    count(host.connections),
  ]);
  return tables(
    `Hosts, ${top.length} of ${count(all)}`,
    ['address', 'sent', 'received', 'packets', 'connections'],
    rows,
  );
}

function pairs({ pairs: { top, count: all } }: TrafficResult): string {
  const rows = top.map((pair) => [
    `${pair.src} → ${pair.dst} (${pair.service})`,
    count(pair.connections),
    size(pair.src_bytes),
    size(pair.dst_bytes),
    milliseconds(pair.rtt),
  ]);
  const titles = ['who → whom (mostly)', 'connections', 'sent', 'received', 'least rtt'];
  return tables(`Conversations, ${top.length} of ${count(all)}`, titles, rows);
}

function protocols({ totals }: TrafficResult): string {
  const rows = (of: Readonly<Record<string, Amount>>) =>
    Object.entries(of).map(([name, { packets, bytes }]) => [
      name,
      count(packets),
      size(bytes),
      share(bytes, totals.bytes),
    ]);
  const titles = ['', 'packets', 'bytes', 'share'];
  return (
    tables('Protocols', titles, rows(totals.protocols)) +
    tables('Networks and links', titles, [...rows(totals.networks), ...rows(totals.links)])
  );
}

function services({ connections }: TrafficResult): string {
  const all = Object.entries(connections.services);
  const whole = all.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  const rows = all
    .slice(0, MOST_SERVICES)
    .map(([name, { connections: times, bytes }]) => [name, count(times), size(bytes), share(bytes, whole)]);
  return tables('Services', ['service', 'connections', 'bytes', 'share'], rows);
}

function latency({ connections: { handshake_server, handshake_client, round_trip } }: TrafficResult): string {
  const rows = (
    [
      ['monitor to server (SYN to SYN/ACK)', handshake_server],
      ['monitor to client (SYN/ACK to ACK)', handshake_client],
      ['data to acknowledgement', round_trip],
    ] as const
  )
    .filter(([, { samples }]) => samples > 0)
    .map(([name, { samples, median, p95, max }]) => [
      name,
      count(samples),
      milliseconds(median),
      milliseconds(p95),
      milliseconds(max),
    ]);
  return tables('Latency', ['', 'samples', 'median', '95 %', 'most'], rows);
}

function loss({ connections: c, pairs: { lossy } }: TrafficResult): string {
  if (c.data_segments === 0) return '';
  const rows = lossy.map((pair) => [
    `${pair.src} → ${pair.dst} (${pair.service})`,
    count(pair.data_segments),
    count(pair.retransmitted),
    share(pair.retransmitted, pair.data_segments),
    count(pair.reordered),
  ]);
  const said = `${share(c.retransmitted, c.data_segments)} of ${count(c.data_segments)} data segments sent again,
${count(c.reordered)} out of order, ${share(c.missed_bytes, c.missed_bytes + c.tcp_payload_bytes)} of TCP payload not captured.`;
  const titles = ['who → whom (mostly)', 'segments', 'sent again', 'share', 'reordered'];
  return section('Loss', `<p>${escapeHtml(said)}</p>${rows.length > 0 ? table(titles, rows) : ''}`);
}

function states({ connections }: TrafficResult): string {
  const rows = Object.entries(connections.states).map(([state, times]) => [
    state,
    count(times),
    share(times, connections.total),
  ]);
  return tables('Connection states', ['state', 'connections', 'share'], rows);
}

function baselines({ baselines: all }: TrafficResult): string {
  const rows = all.flatMap(({ metrics }) =>
    Object.entries(metrics).map(([name, { count: windows, mean, median, p95, max }]) => [
      name,
      count(windows),
      ...[mean, median, p95, max].map((value) => baselineValue(name, value)),
    ]),
  );
  return tables('Baselines', ['metric', 'windows', 'mean', 'median', '95 %', 'most'], rows);
}

function baselineValue(metric: string, value: number): string {
  if (metric.startsWith('rtt')) return milliseconds(value);
  return metric.startsWith('share.') ? share(value, 1) : metricValue(metric, value);
}

function problems({ problems: all }: TrafficResult): string {
  if (all.length === 0) return '';
  return section('What could not be used', all.map((text) => `<p>${escapeHtml(text)}</p>`).join(''));
}

function tables(title: string, titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : section(title, table(titles, rows));
}

function section(title: string, content: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;
}

/** The first column is text, the others are numbers. */
function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell, i) => `<${tag}${i > 0 ? ' class="n"' : ''}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${line(titles, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('')}</tbody></table>`;
}
