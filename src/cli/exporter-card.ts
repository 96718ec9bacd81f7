import type { Io } from './io.ts';
import { safe } from './output.ts';
import { count, size, table } from './table.ts';

/** The answer of GET /v1/exporters/{address}, as far as it is shown. */
export interface ExporterDetail {
  readonly address: string;
  readonly name: string;
  readonly protocols: readonly string[];
  readonly first_seen: string;
  readonly last_seen: string;
  readonly datagrams_per_second: number;
  readonly flows_per_second: number;
  readonly loss_percent: number | null;
  readonly clock_skew: number | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly conditions: readonly { readonly code: string; readonly since: string; readonly text: string }[];
  readonly templates: readonly {
    readonly protocol: string;
    readonly domain: number;
    readonly id: number;
    readonly kind: string;
    readonly fields: readonly string[];
    readonly records: number;
    readonly last_seen: string;
  }[];
  readonly sampling: readonly {
    readonly protocol: string;
    readonly domain: number;
    readonly selector: number | null;
    readonly rate: number;
    readonly from: string;
  }[];
  readonly interfaces: readonly {
    readonly index: number;
    readonly name: string;
    readonly description: string;
    readonly in_bps: number | null;
    readonly out_bps: number | null;
  }[];
}

/** Milliseconds as a person says them: `4 s`, `12 min`, `3 h`, `5 d`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 10) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** Several lines for a person. @param now milliseconds since 1970. */
export function exporterCard(
  answer: ExporterDetail,
  io: Pick<Io, 'colors' | 'outIsTerminal' | 'width'>,
  now: number,
): string {
  const { bold, yellow, green, dim } = io.colors;
  const { counts } = answer;
  const n = (name: string) => count(counts[name] ?? 0);
  const state =
    answer.conditions.length > 0 ? yellow(answer.conditions.map(({ code }) => safe(code)).join(' ')) : green('ok');
  const ago = (time: string) => `${span(now - Date.parse(time))} ago`;
  const width = io.outIsTerminal ? io.width : undefined;
  const lines = [
    `${bold(safe(answer.name))}   ${safe(answer.address)}   ${answer.protocols.map(safe).join(' ')}   ${state}`,
    ...answer.conditions.map(({ text, since }) => `  ${yellow('!')} ${safe(text)} ${dim(`since ${safe(since)}`)}`),
    `  last seen ${ago(answer.last_seen)}, first ${safe(answer.first_seen)}`,
    `  ${answer.flows_per_second} flows/s in ${answer.datagrams_per_second} datagrams/s over the last minute`,
    `  ${n('flows')} flows in ${n('datagrams')} datagrams (${size(counts.bytes ?? 0)}) since the start`,
    `  lost ${n('lost')}, reordered ${n('reordered')}, twice ${n('duplicates')}, restarts ${n('restarts')}`,
    `  malformed ${n('malformed')}, without template ${n('without_template')}, over the limit ${n('limited')}`,
  ];
  if (answer.clock_skew !== null)
    lines.push(
      `  its clock is ${span(Math.abs(answer.clock_skew) * 1000)} ${answer.clock_skew < 0 ? 'ahead' : 'behind'}`,
    );
  return [
    `${lines.join('\n')}\n`,
    samplingOf(answer, width),
    templatesOf(answer, width, now),
    interfacesOf(answer, width),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const right = (title: string) => ({ title, align: 'right' as const });
const left = (title: string) => ({ title });

function samplingOf({ sampling }: ExporterDetail, width: number | undefined): string {
  if (sampling.length === 0) return '';
  const rows = sampling.map((each) => [
    `1:${each.rate}`,
    safe(each.from),
    safe(each.protocol),
    String(each.domain),
    each.selector === null ? '-' : String(each.selector),
  ]);
  return table([left('sampling'), left('from'), left('protocol'), right('domain'), right('selector')], rows, width);
}

function templatesOf({ templates }: ExporterDetail, width: number | undefined, now: number): string {
  if (templates.length === 0) return '';
  const rows = templates.map((each) => [
    String(each.id),
    safe(each.kind),
    safe(each.protocol),
    String(each.domain),
    count(each.records),
    `${span(now - Date.parse(each.last_seen))} ago`,
    each.fields.map(safe).join(' '),
  ]);
  const titles = [right('template'), left('kind'), left('protocol'), right('domain'), right('records')];
  return table([...titles, left('refreshed'), left('fields')], rows, width);
}

function interfacesOf({ interfaces }: ExporterDetail, width: number | undefined): string {
  if (interfaces.length === 0) return '';
  const bits = (value: number | null) => (value === null ? '-' : size(value).replace('B', 'bit/s'));
  const rows = interfaces.map((each) => [
    String(each.index),
    safe(each.name),
    safe(each.description),
    bits(each.in_bps),
    bits(each.out_bps),
  ]);
  return table([right('interface'), left('name'), left('description'), right('in'), right('out')], rows, width);
}
