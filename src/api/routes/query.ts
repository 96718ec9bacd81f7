import { AppError } from '../../kit/errors.ts';
import type { Column } from '../../model/columns.ts';
import { parseFilter } from '../../model/filter/parser.ts';
import { formatTime } from '../../model/filter/time.ts';
import type { Series, SeriesMeasure, TimeRange, TopItem, TopResult } from '../../stores/telemetry/store.ts';
import { type ApiContext, queryOptions, type Routes } from '../context.ts';
import { readField, renderValue } from '../render.ts';
import { errors } from '../schemas/common.ts';
import { seriesAnswer, seriesQuery, topAnswer, topQuery } from '../schemas/query.ts';
import { bucketFor, readRange, showRange } from '../time.ts';

const UNGROUPED = new Set(['id', 'time', 'json']);

/** @throws AppError INVALID_PARAMETER for fields that have no groups */
function groupField(name: string): Column {
  const column = readField(name);
  if (UNGROUPED.has(column.type))
    throw new AppError('INVALID_PARAMETER', `field: ${column.path} cannot be grouped by.`);
  return column;
}

/** A value as groups show it; null is "no value". */
export function groupKey(column: Column, value: string | number | null): string | number | null {
  const shown = renderValue(column, value);
  const isNumberOfNone = shown === 0 && (column.name.endsWith('_asn') || column.name === 'vlan');
  return shown === '' || isNumberOfNone || Number.isNaN(shown) ? null : shown;
}

/** Answers open ranges with what there is, so that the axis does not begin in 1970. */
export async function clipRange({ deps }: ApiContext, range: TimeRange): Promise<TimeRange> {
  if (range.from > 0) return range;
  const { oldest } = await deps.telemetry.stats();
  return { from: Math.min(oldest ?? range.to - 3600e6, range.to - 1e6), to: range.to };
}

export const queryRoutes: Routes = (app, context) => {
  const { deps } = context;
  app.get(
    '/v1/query/top',
    {
      config: { access: 'read' },
      schema: {
        tags: ['query'],
        summary: 'The most frequent values of a field',
        querystring: topQuery,
        response: { 200: topAnswer, ...errors(400, 401, 403, 408, 413, 429) },
      },
    },
    async (request, reply) => {
      const began = performance.now();
      const { by, limit, field, filter, q } = request.query;
      const range = readRange(request.query);
      const column = groupField(field);
      const query = { range, filter: parseFilter(filter ?? q ?? ''), column, by, limit };
      const result = await deps.telemetry.top(query, queryOptions(request, reply));
      return {
        field: column.path,
        by,
        items: result.items.map((item) => topItem(context, column, item)),
        distinct: result.distinct,
        total: result.total,
        other: otherThan(result),
        range: showRange(range),
        took_ms: Math.round(performance.now() - began),
      };
    },
  );

  app.get(
    '/v1/query/timeseries',
    {
      config: { access: 'read' },
      schema: {
        tags: ['query'],
        summary: 'Sums over time',
        querystring: seriesQuery,
        response: { 200: seriesAnswer, ...errors(400, 401, 403, 408, 413, 429) },
      },
    },
    async (request, reply) => {
      const began = performance.now();
      const { measure: measures, field, top, points, filter, q } = request.query;
      const range = await clipRange(context, readRange(request.query));
      const by = field === undefined ? undefined : groupField(field);
      const bucket = bucketFor(range, points);
      const query = { range, filter: parseFilter(filter ?? q ?? ''), bucket, measures, by, top };
      const series = await deps.telemetry.series(query, queryOptions(request, reply));
      return {
        bucket_seconds: bucket / 1e6,
        range: showRange(range),
        series: series.map((each) => ({
          key: by === undefined ? null : groupKey(by, each.key),
          other: each.other,
          points: pointsOf(each, measures),
        })),
        measures,
        took_ms: Math.round(performance.now() - began),
      };
    },
  );
};

function topItem({ deps }: ApiContext, column: Column, { value, events, bytes, packets, risk }: TopItem) {
  const label = column.name.endsWith('_asn') ? deps.organisation?.(Number(value)) : undefined;
  const shown = { value: groupKey(column, value), events, bytes, packets, risk };
  return label === undefined ? shown : { ...shown, label };
}

function otherThan({ items, total }: TopResult) {
  const rest = (measure: 'events' | 'bytes' | 'packets') =>
    Math.max(
      0,
      items.reduce((left, item) => left - item[measure], total[measure]),
    );
  return { events: rest('events'), bytes: rest('bytes'), packets: rest('packets') };
}

function pointsOf(series: Series, measures: readonly SeriesMeasure[]) {
  return series.at.map((time, i) => [formatTime(time), ...measures.map((measure) => series.values[measure]?.[i] ?? 0)]);
}
