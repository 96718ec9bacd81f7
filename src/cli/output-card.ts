import { span } from './exporter-card.ts';
import type { Io } from './io.ts';
import { type Row, type ShownColumn, safe } from './output.ts';
import { count, size } from './table.ts';

/** An output as the API answers it, as far as it is shown. */
export interface OutputItem {
  readonly name: string;
  readonly type: string;
  readonly origin: string;
  readonly filter: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly status: {
    readonly state: string;
    readonly endpoint: string;
    readonly bookmark: string;
    readonly bookmark_time: string | null;
    readonly lag: { readonly events: number; readonly seconds: number };
    readonly sent: number;
    readonly bytes: number;
    readonly retried: number;
    readonly duplicates: number;
    readonly dead: number;
    readonly lost: number;
    readonly dead_letters: number;
    readonly rates: { readonly events_per_second: number; readonly bytes_per_second: number };
    readonly concurrency: number;
    readonly circuit: string;
    readonly retry_at: string | null;
    readonly last_error: { readonly at: string; readonly code: string; readonly detail: string } | null;
    readonly last_success: string | null;
    readonly latency: { readonly p50_ms: number; readonly p99_ms: number } | null;
  };
}

const number = (value: unknown) => count(Number(value ?? 0));
const behind = (value: unknown) => (Number(value) > 0 ? span(Number(value) * 1000) : '-');

/** Columns of the table of outputs. */
export const OUTPUT_COLUMNS: readonly ShownColumn[] = [
  { field: 'name', show: safe },
  { field: 'type', show: safe },
  { field: 'status.state', title: 'state', show: safe },
  { field: 'status.lag.events', title: 'behind', align: 'right', show: number },
  { field: 'status.lag.seconds', title: 'for', align: 'right', show: behind },
  { field: 'status.rates.events_per_second', title: 'events/s', align: 'right', show: number },
  { field: 'status.sent', title: 'sent', align: 'right', show: number },
  { field: 'status.dead_letters', title: 'dead letters', align: 'right', show: number },
  { field: 'status.lost', title: 'lost', align: 'right', show: number },
  { field: 'status.endpoint', title: 'endpoint', show: safe },
];

/** What keeps an output from delivering, in one sentence; undefined when nothing does. @param now milliseconds. */
export function troubleOf({ name, status }: OutputItem, now: number): string | undefined {
  const { state, last_error, retry_at } = status;
  if (state !== 'retrying' && state !== 'blocked') return undefined;
  const again = retry_at === null ? '' : `, tried again in ${span(Date.parse(retry_at) - now)}`;
  return `${safe(name)} is ${state}${again}: ${safe(last_error?.detail ?? 'the receiver does not answer')}`;
}

/** Several lines for a person. @param now milliseconds since 1970. */
export function outputCard(item: OutputItem, io: Pick<Io, 'colors'>, now: number): string {
  const { bold, dim, green, yellow, red } = io.colors;
  const { status } = item;
  const { state, lag, rates, last_error, latency } = status;
  const paint = state === 'running' ? green : state === 'blocked' ? red : yellow;
  const ago = (time: string) => `${span(now - Date.parse(time))} ago`;
  const trouble = troubleOf(item, now);
  const at = status.bookmark_time === null ? 'before all' : `committed ${safe(status.bookmark_time)}`;
  const lines = [
    `${bold(safe(item.name))}   ${safe(item.type)}   ${paint(safe(state))}   ${safe(status.endpoint)}`,
    ...(trouble === undefined ? [] : [`  ${yellow('!')} ${trouble}`]),
    ...(item.filter === '' ? [] : [`  only ${safe(item.filter)}`]),
    `  behind ${count(lag.events)} events${lag.seconds > 0 ? `, ${span(lag.seconds * 1000)}` : ''}`,
    `  bookmark ${safe(status.bookmark)}, ${at}`,
    `  sent ${count(status.sent)} in ${size(status.bytes)}, again ${count(status.retried)}, known there ${count(status.duplicates)}`,
    `  refused ${count(status.dead)}, dead letters ${count(status.dead_letters)}, lost to retention ${count(status.lost)}`,
    `  ${count(rates.events_per_second)} events/s, ${size(rates.bytes_per_second)}/s over the last minute`,
  ];
  if (latency !== null) lines.push(`  requests take ${latency.p50_ms} ms, 1 of 100 more than ${latency.p99_ms} ms`);
  if (status.last_success !== null) lines.push(`  last success ${ago(status.last_success)}`);
  if (last_error !== null && trouble === undefined)
    lines.push(`  last error ${ago(last_error.at)}: ${safe(last_error.code)} ${safe(last_error.detail)}`);
  const settings = Object.entries(item.config).map(([name, value]) => dim(`  ${safe(name)} = ${safe(value)}`));
  if (item.origin === 'settings') settings.unshift(dim('  from the settings of the server:'));
  return `${[...lines, ...settings].join('\n')}\n`;
}

/** As rows of any format. */
export function rowOf(item: OutputItem): Row {
  return { ...item };
}
