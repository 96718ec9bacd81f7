import type { Column } from '../../model/columns.ts';
import type { FilterNode } from '../../model/filter/ast.ts';
import { groupOf, parameterOf, selectAs } from './cells.ts';
import { filterSql } from './filter-sql.ts';
import { conditionOf, limitOf } from './queries.ts';
import {
  filtersByDimensions,
  isDimension,
  MINUTE,
  MINUTE_COLUMN,
  MINUTE_MICROS,
  SUMS,
  SUMS_OF_SUMS,
} from './rollup.ts';
import { EVENTS } from './schema.ts';
import { Params, type Statement } from './statement.ts';
import type { SeriesMeasure, SeriesQuery, TimeRange, TopQuery } from './store.ts';

type Sum = keyof typeof SUMS;

/** Shorter ranges are quick enough from the times themselves. */
const WHOLE_MINUTES = 10;

/** Whole minutes of a range, [from, to) since 1970, and the range itself for the ragged ends. */
interface Minutes {
  readonly from: number;
  readonly to: number;
}

/** The whole minutes of `range`, if there are enough of them; time before 1970 is left to the ends. */
function minutesOf(range: TimeRange): Minutes | undefined {
  const from = Math.max(1, Math.ceil(range.from / MINUTE_MICROS));
  const to = Math.floor(Math.min(range.to, Number.MAX_SAFE_INTEGER) / MINUTE_MICROS);
  return to - from >= WHOLE_MINUTES ? { from, to } : undefined;
}

const sumsAs = (sums: readonly Sum[]) => sums.map((sum) => `${SUMS[sum]} AS s_${sum}`).join(', ');

interface Grouping {
  readonly range: TimeRange;
  readonly filter: FilterNode | undefined;
  /** Whether whole minutes give the groups. */
  readonly byMinutes: boolean;
  /** Whether keys of the roll-up give the groups. */
  readonly byDimensions: boolean;
  /** Expressions over a number of the minute and over events that give the same groups, under the names `names`. */
  readonly overMinutes: (minute: string) => readonly string[];
  readonly overEvents: readonly string[];
  readonly names: readonly string[];
  readonly sums: readonly Sum[];
}

/**
 * Sums of the whole minutes, from the roll-up or the column of minutes, and of the ragged ends, from the times of the
 * events: exact, to the microsecond.
 */
function fromMinutes(grouping: Grouping, minutes: Minutes, params: Params): string {
  const { range, filter, sums, names } = grouping;
  const where = filter ? ` AND ${filterSql(filter, params)}` : '';
  const named = (expressions: readonly string[]) => expressions.map((e, i) => `${e} AS ${names[i]}, `).join('');
  const by = names.length > 0 ? ` GROUP BY ${names.join(', ')}` : '';
  const rollup = grouping.byDimensions && filtersByDimensions(filter);
  const minute = rollup ? MINUTE : MINUTE_COLUMN;
  const inside = `${minute} >= ${params.number(minutes.from)} AND ${minute} < ${params.number(minutes.to)}`;
  const hint = rollup ? '' : `${searchHint(minutes, params)} AND `;
  const middle = `SELECT ${named(grouping.overMinutes(minute))}${sumsAs(sums)} FROM ${EVENTS} WHERE ${hint}${inside}${where}${by}`;
  const ends = [
    { from: range.from, to: Math.min(range.to, minutes.from * MINUTE_MICROS) },
    { from: minutes.to * MINUTE_MICROS, to: range.to },
  ].filter((end) => end.from < end.to);
  const parts = ends.map(
    (end) =>
      `SELECT ${named(grouping.overEvents)}${sumsAs(sums)} FROM ${EVENTS} WHERE ${conditionOf(end, filter, params)}${by}`,
  );
  return `SELECT ${names.map((name) => `${name}, `).join('')}${sums.map((sum) => `${SUMS_OF_SUMS[sum]} AS s_${sum}`).join(', ')} FROM (${[middle, ...parts].join(' UNION ALL ')})${by}`;
}

/** Lets the primary key be searched with times that are then not read. */
function searchHint(minutes: Minutes, params: Params): string {
  const range = { from: minutes.from * MINUTE_MICROS, to: minutes.to * MINUTE_MICROS };
  return `indexHint(${conditionOf(range, undefined, params)})`;
}

function fromEvents(grouping: Grouping, params: Params): string {
  const named = grouping.overEvents.map((e, i) => `${e} AS ${grouping.names[i]}, `).join('');
  const by = grouping.names.length > 0 ? ` GROUP BY ${grouping.names.join(', ')}` : '';
  return `SELECT ${named}${sumsAs(grouping.sums)} FROM ${EVENTS} WHERE ${conditionOf(grouping.range, grouping.filter, params)}${by}`;
}

function sumsStatement(grouping: Grouping, tail: string, params: Params): Statement {
  const minutes = grouping.byMinutes ? minutesOf(grouping.range) : undefined;
  const sql = minutes ? fromMinutes(grouping, minutes, params) : fromEvents(grouping, params);
  return { sql: sql + tail, params: params.values };
}

const TOP_SUMS = ['events', 'bytes', 'packets', 'risk'] as const;

type Values = Pick<TopQuery, 'range' | 'filter' | 'column'>;

function valuesOf({ range, filter, column }: Values, sums: readonly Sum[]): Grouping {
  const groups = [selectAs(column, groupOf(column))];
  return {
    range,
    filter,
    byMinutes: true,
    byDimensions: isDimension(column),
    overMinutes: () => groups,
    overEvents: groups,
    names: ['g'],
    sums,
  };
}

/** Rows: value, events, bytes, packets, highest risk; the totals are those of every value. */
export function topStatement(query: TopQuery): Statement {
  const order = query.by === 'risk' ? 's_risk DESC, s_events DESC' : `s_${query.by} DESC`;
  const tail = ` WITH TOTALS ORDER BY ${order}, g LIMIT ${limitOf(query.limit)}`;
  return sumsStatement(valuesOf(query, TOP_SUMS), tail, new Params());
}

/** Rows: the `limit` most frequent values, in the order of {@link topStatement} by events, without its other sums. */
export function frequentStatement(query: Values & { readonly limit: number }): Statement {
  const tail = ` ORDER BY s_events DESC, g LIMIT ${limitOf(query.limit)}`;
  return sumsStatement(valuesOf(query, ['events']), tail, new Params());
}

/** What has to be summed for a measure of a series. */
const SUMS_FOR: Readonly<Record<SeriesMeasure, readonly Sum[]>> = {
  events: ['events'],
  bytes: ['bytes'],
  packets: ['packets'],
  risk: ['risk'],
  risk_avg: ['risk_sum', 'events'],
  threats: ['threats'],
  high_risk: ['high_risk'],
};

export function seriesSums(measures: readonly SeriesMeasure[]): readonly Sum[] {
  return [...new Set(measures.flatMap((measure) => SUMS_FOR[measure]))];
}

/** Rows: start of the bucket, place of the value in `keys` (from 1; 0 is "other"), then {@link seriesSums}. */
export function seriesStatement(query: SeriesQuery, keys: readonly (string | number)[]): Statement {
  const params = new Params();
  const bucket = Math.max(1_000_000, Math.floor(query.bucket));
  const minutes = bucket / MINUTE_MICROS;
  const place = query.by ? placeOf(query.by, keys, params) : '0';
  const grouping: Grouping = {
    range: query.range,
    filter: query.filter,
    byMinutes: Number.isInteger(minutes),
    byDimensions: !query.by || isDimension(query.by),
    overMinutes: (minute) => [`intDiv(${minute}, ${minutes}) * ${bucket}`, place],
    overEvents: [`toUnixTimestamp64Micro(ts) - positiveModulo(toUnixTimestamp64Micro(ts), ${bucket})`, place],
    names: ['at', 'g'],
    sums: seriesSums(query.measures),
  };
  return sumsStatement(grouping, ' ORDER BY at, g', params);
}

/** Plain comparisons: measured three times as quick as a look-up in an array. */
function placeOf(column: Column, keys: readonly (string | number)[], params: Params): string {
  const value = column.type === 'enum' ? `toString(${groupOf(column)})` : groupOf(column);
  const cases = keys.map((key, i) => `${value} = ${parameterOf(column, key, params)}, ${i + 1}, `);
  return `multiIf(${cases.join('')}0)`;
}
