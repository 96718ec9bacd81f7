import { columnNamed } from '../../model/columns.ts';
import type { FilterNode } from '../../model/filter/ast.ts';
import { parseFilter } from '../../model/filter/parser.ts';
import { formatTime } from '../../model/filter/time.ts';
import type { QueryOptions, Series, TelemetryStore, TimeRange } from '../../stores/telemetry/store.ts';
import { lagOf } from '../activity.ts';
import { type ApiContext, queryOptions, type Routes } from '../context.ts';
import { errors, rangeQuery } from '../schemas/common.ts';
import { type Kpi, overviewAnswer } from '../schemas/query.ts';
import { bucketFor, readRange, showRange } from '../time.ts';
import { clipRange } from './query.ts';

const SPARK_POINTS = 40;
/** Sources that the small curve tells apart; all others together count as one. */
const SPARK_SOURCES = 50;
const MEASURES = ['events', 'bytes', 'threats', 'high_risk', 'risk_avg'] as const;
type Counted = 'events' | 'bytes' | 'threats' | 'high_risk';

/** What one range comes to. */
interface Figures {
  readonly series: readonly Series[];
  readonly sources: number;
  readonly sourceSeries: readonly Series[];
  readonly riskAverage: number | null;
}

async function figuresOf(
  store: TelemetryStore,
  query: { readonly range: TimeRange; readonly filter?: FilterNode },
  bucket: number,
  options: QueryOptions,
): Promise<Figures> {
  const [series, sourceSeries, exporters] = await Promise.all([
    store.series({ ...query, bucket, measures: MEASURES }, options),
    store.series({ ...query, bucket, measures: ['events'], by: columnNamed('exporter'), top: SPARK_SOURCES }, options),
    store.top({ ...query, column: columnNamed('exporter'), by: 'events', limit: 1 }, options),
  ]);
  const events = sumOf(series, 'events');
  let risk = 0;
  for (const { at, values } of series)
    for (let i = 0; i < at.length; i++) risk += (values.risk_avg?.[i] ?? 0) * (values.events?.[i] ?? 0);
  return {
    series,
    sourceSeries,
    sources: events === 0 ? 0 : exporters.distinct,
    riskAverage: events === 0 ? null : Math.round((risk / events) * 10) / 10,
  };
}

function sumOf(series: readonly Series[], measure: Counted): number {
  let sum = 0;
  for (const { values } of series) for (const value of values[measure] ?? []) sum += value;
  return sum;
}

/** What `add` gives for every bucket of every series, summed up bucket by bucket; a bucket without events is 0. */
function spark(
  series: readonly Series[],
  range: TimeRange,
  bucket: number,
  add: (values: Series['values'], i: number) => number,
): number[] {
  const first = Math.floor(range.from / bucket);
  const sums = new Array<number>(Math.ceil(range.to / bucket) - first).fill(0);
  for (const { at, values } of series)
    at.forEach((time, i) => {
      const index = Math.floor(time / bucket) - first;
      if (index >= 0 && index < sums.length) sums[index] += add(values, i);
    });
  return sums;
}

export const overviewRoutes: Routes = (app, context: ApiContext) => {
  const { deps, activity } = context;
  app.get(
    '/v1/query/overview',
    {
      config: { access: 'read' },
      schema: {
        tags: ['query'],
        summary: 'Key figures of a range, and of the one before',
        querystring: rangeQuery,
        response: { 200: overviewAnswer, ...errors(400, 401, 403, 408, 413, 429) },
      },
    },
    async (request, reply) => {
      const began = performance.now();
      const { filter: text, q } = request.query;
      const filter = parseFilter(text ?? q ?? '');
      const store = deps.telemetry;
      const [stats] = await Promise.all([store.stats(), activity.sample()]);
      const range = await clipRange(context, readRange(request.query));
      const before = { from: Math.max(0, range.from - (range.to - range.from)), to: range.from };
      const bucket = bucketFor(range, SPARK_POINTS);
      const options = queryOptions(request, reply);
      const [now, then] = await Promise.all([
        figuresOf(store, { range, filter }, bucket, options),
        figuresOf(store, { range: before, filter }, bucket, options),
      ]);
      const live = activity.sparks(range, bucket);
      const counted = (measure: Counted): Kpi => ({
        value: sumOf(now.series, measure),
        previous: sumOf(then.series, measure),
        spark: spark(now.series, range, bucket, (values, i) => values[measure]?.[i] ?? 0),
      });
      return {
        range: showRange(range),
        previous: showRange(before),
        kpis: {
          events: counted('events'),
          sources: {
            value: now.sources,
            previous: then.sources,
            spark: spark(now.sourceSeries, range, bucket, () => 1),
          },
          batches: { value: activity.batches(range), previous: activity.batches(before), spark: live.batches },
          threats: counted('threats'),
          risk_avg: {
            value: now.riskAverage,
            previous: then.riskAverage,
            spark: spark(now.series, range, bucket, (values, i) => values.risk_avg?.[i] ?? 0),
          },
          high_risk: counted('high_risk'),
          lag_seconds: { value: lagOf(stats.newest), previous: null, spark: live.lag },
          bytes: counted('bytes'),
        },
        newest: stats.newest === null ? null : formatTime(stats.newest),
        oldest: stats.oldest === null ? null : formatTime(stats.oldest),
        took_ms: Math.round(performance.now() - began),
      };
    },
  );
};
