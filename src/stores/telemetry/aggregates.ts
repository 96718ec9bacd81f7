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
  SUMMED,
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

const named = (expressions: readonly string[], names: readonly string[]) =>
  expressions.map((expression, i) => `${expression} AS ${names[i]}, `).join('');

const MICROS = 'toUnixTimestamp64Micro(ts)';
const startOf = (number: string, step: number) => `(${number} - positiveModulo(${number}, ${step}))`;
/** As {@link MINUTE}, and before 1970 too. */
const ANY_MINUTE = `intDiv(${startOf(MICROS, MINUTE_MICROS)}, ${MINUTE_MICROS})`;

interface Grouping {
  readonly range: TimeRange;
  readonly filter: FilterNode | undefined;
  /** Whether keys of the roll-up give the groups. */
  readonly byDimensions: boolean;
  readonly names: readonly string[];
  /** Expressions over events that give the groups. */
  readonly overEvents: readonly string[];
  /** For groups of whole minutes: how to get them in two steps. */
  readonly steps?: Steps;
  readonly sums: readonly Sum[];
}

interface Steps {
  /** Expressions over events, of which the first is the minute. */
  readonly overEvents: (minute: string) => readonly string[];
  /** Expressions over the results of those, `k0` and on, that give the groups. */
  readonly overMinutes: readonly string[];
}

/** A condition, and how the number of the minute is got where it holds. */
interface Piece {
  readonly condition: string;
  readonly minute: string;
}

/** The whole minutes, from the roll-up or the column of minutes, and the ragged ends, from the times of the events. */
function piecesOf(grouping: Grouping, minutes: Minutes, rollup: boolean, params: Params): Piece[] {
  const { range, filter } = grouping;
  const start = minutes.from * MINUTE_MICROS;
  const end = minutes.to * MINUTE_MICROS;
  const minute = rollup ? MINUTE : MINUTE_COLUMN;
  const inside = `${minute} >= ${params.number(minutes.from)} AND ${minute} < ${params.number(minutes.to)}`;
  // Lets the primary key be searched with times that are then not read.
  const hint = rollup ? '' : `indexHint(${conditionOf({ from: start, to: end }, undefined, params)}) AND `;
  const where = filter ? ` AND ${filterSql(filter, params)}` : '';
  const ends = [
    { from: range.from, to: Math.min(range.to, start) },
    { from: end, to: range.to },
  ].filter((ragged) => ragged.from < ragged.to);
  return [
    { condition: `${hint}${inside}${where}`, minute },
    ...ends.map((ragged) => ({ condition: conditionOf(ragged, filter, params), minute: ANY_MINUTE })),
  ];
}

/** Sums of each piece by itself, then sums of those: what the roll-up needs, and the quickest where groups are few. */
function sumOfSums(grouping: Grouping, pieces: readonly Piece[]): string {
  const { names, sums, steps } = grouping;
  const inner = names.map((_, i) => `k${i}`);
  const parts = pieces.map(({ condition, minute }) => {
    const groups = steps ? steps.overEvents(minute) : grouping.overEvents;
    return `SELECT ${named(groups, inner)}${sumsAs(sums)} FROM ${EVENTS} WHERE ${condition} GROUP BY ${inner.join(', ')}`;
  });
  const summed = sums.map((sum) => `${SUMS_OF_SUMS[sum]} AS s_${sum}`).join(', ');
  return `SELECT ${named(steps?.overMinutes ?? inner, names)}${summed} FROM (${parts.join(' UNION ALL ')}) GROUP BY ${names.join(', ')}`;
}

/** Sums of the rows of all pieces together: no group is looked up twice, and there may be hundreds of thousands. */
function sumOfRows(grouping: Grouping, pieces: readonly Piece[]): string {
  const { names, overEvents, sums } = grouping;
  const inner = overEvents.map((_, i) => `k${i}`);
  const read = sums.map((sum) => SUMMED[sum]).filter((column) => column !== undefined);
  const columns = [...overEvents.map((expression, i) => `${expression} AS ${inner[i]}`), ...new Set(read)].join(', ');
  const parts = pieces.map(({ condition }) => `SELECT ${columns} FROM ${EVENTS} WHERE ${condition}`);
  return `SELECT ${named(inner, names)}${sumsAs(sums)} FROM (${parts.join(' UNION ALL ')}) GROUP BY ${names.join(', ')}`;
}

/** For short ranges, and buckets that are not of whole minutes. */
function fromEvents(grouping: Grouping, params: Params): string {
  const { range, filter, names, overEvents, sums } = grouping;
  return `SELECT ${named(overEvents, names)}${sumsAs(sums)} FROM ${EVENTS} WHERE ${conditionOf(range, filter, params)} GROUP BY ${names.join(', ')}`;
}

function sumsOf(grouping: Grouping, minutes: Minutes | undefined, params: Params): string {
  if (!minutes) return fromEvents(grouping, params);
  const rollup = grouping.byDimensions && filtersByDimensions(grouping.filter);
  const pieces = piecesOf(grouping, minutes, rollup, params);
  return rollup || grouping.steps ? sumOfSums(grouping, pieces) : sumOfRows(grouping, pieces);
}

const TOP_SUMS = ['events', 'bytes', 'packets', 'risk'] as const;

type Values = Pick<TopQuery, 'range' | 'filter' | 'column'>;

function valuesOf({ range, filter, column }: Values, sums: readonly Sum[]): Grouping {
  return {
    range,
    filter,
    byDimensions: isDimension(column),
    names: ['g'],
    overEvents: [selectAs(column, groupOf(column))],
    sums,
  };
}

function valuesStatement(values: Values, sums: readonly Sum[], tail: string): Statement {
  const params = new Params();
  return { sql: sumsOf(valuesOf(values, sums), minutesOf(values.range), params) + tail, params: params.values };
}

/** Rows: value, events, bytes, packets, highest risk; the totals are those of every value. */
export function topStatement(query: TopQuery): Statement {
  const order = query.by === 'risk' ? 's_risk DESC, s_events DESC' : `s_${query.by} DESC`;
  const tail = ` WITH TOTALS ORDER BY ${order}, g LIMIT ${limitOf(query.limit)}`;
  return valuesStatement(query, TOP_SUMS, tail);
}

/** Rows: the `limit` most frequent values, in the order of {@link topStatement} by events, without its other sums. */
export function frequentStatement(query: Values & { readonly limit: number }): Statement {
  const tail = ` ORDER BY s_events DESC, g LIMIT ${limitOf(query.limit)}`;
  return valuesStatement(query, ['events'], tail);
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
    byDimensions: !query.by || isDimension(query.by),
    names: ['at', 'g'],
    overEvents: [startOf(MICROS, bucket), place],
    // The arithmetic of buckets on minutes instead of on rows saves a quarter of the time.
    steps: {
      overEvents: (minute) => [minute, place],
      overMinutes: [`${startOf('k0', minutes)} * ${MINUTE_MICROS}`, 'k1'],
    },
    sums: seriesSums(query.measures),
  };
  const whole = Number.isInteger(minutes) ? minutesOf(query.range) : undefined;
  return { sql: `${sumsOf(grouping, whole, params)} ORDER BY at, g`, params: params.values };
}

/** Plain comparisons: measured three times as quick as a look-up in an array. */
function placeOf(column: Column, keys: readonly (string | number)[], params: Params): string {
  const value = column.type === 'enum' ? `toString(${groupOf(column)})` : groupOf(column);
  const cases = keys.map((key, i) => `${value} = ${parameterOf(column, key, params)}, ${i + 1}, `);
  return `multiIf(${cases.join('')}0)`;
}
