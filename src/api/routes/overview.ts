import { columnNamed } from '../../model/columns.ts';
import type { FilterNode } from '../../model/filter/ast.ts';
import { parseFilter } from '../../model/filter/parser.ts';
import { formatTime } from '../../model/filter/time.ts';
import type { QueryOptions, Series, TelemetryStore, TimeRange } from '../../stores/telemetry/store.ts';
import { type ApiContext, queryOptions, type Routes } from '../context.ts';
import { errors, rangeQuery } from '../schemas/common.ts';
import { type Kpi, overviewAnswer } from '../schemas/query.ts';
import { bucketFor, readRange, showRange } from '../time.ts';
import { clipRange } from './query.ts';

const SPARK_POINTS = 40;
const MEASURES = ['events', 'bytes', 'threats', 'high_risk', 'risk_avg'] as const;
type Counted = 'events' | 'bytes' | 'threats' | 'high_risk';

/** What one range comes to. */
interface Figures {
  readonly series: readonly Series[];
  readonly sources: number;
  readonly riskAverage: number | null;
}

async function figuresOf(
  store: TelemetryStore,
  query: { readonly range: TimeRange; readonly filter?: FilterNode },
  bucket: number,
  options: QueryOptions,
): Promise<Figures> {
  const [series, exporters] = await Promise.all([
    store.series({ ...query, bucket, measures: MEASURES }, options),
    store.top({ ...query, column: columnNamed('exporter'), by: 'events', limit: 1 }, options),
  ]);
  const events = sumOf(series, 'events');
  let risk = 0;
  for (const { at, values } of series)
    for (let i = 0; i < at.length; i++) risk += (values.risk_avg?.[i] ?? 0) * (values.events?.[i] ?? 0);
  return {
    series,
    sources: events === 0 ? 0 : exporters.distinct,
    riskAverage: events === 0 ? null : Math.round((risk / events) * 10) / 10,
  };
}

function sumOf(series: readonly Series[], measure: Counted): number {
  let sum = 0;
  for (const { values } of series) for (const value of values[measure] ?? []) sum += value;
  return sum;
}

/** Values at every bucket of the range; a bucket without events counts nothing. */
function spark(series: readonly Series[], measure: Counted, range: TimeRange, bucket: number): number[] {
  const first = Math.floor(range.from / bucket);
  const values = new Array<number>(Math.ceil(range.to / bucket) - first).fill(0);
  for (const { at, values: columns } of series)
    at.forEach((time, i) => {
      const index = Math.floor(time / bucket) - first;
      if (index >= 0 && index < values.length) values[index] += columns[measure]?.[i] ?? 0;
    });
  return values;
}

export const overviewRoutes: Routes = (app, context: ApiContext) => {
  const { deps, http } = context;
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
      const stats = await store.stats();
      const range = await clipRange(context, readRange(request.query));
      const before = { from: Math.max(0, range.from - (range.to - range.from)), to: range.from };
      const bucket = bucketFor(range, SPARK_POINTS);
      const options = queryOptions(request, reply);
      const [now, then, batches] = await Promise.all([
        figuresOf(store, { range, filter }, bucket, options),
        figuresOf(store, { range: before, filter }, bucket, options),
        http.total('vedette_received_envelopes_total'),
      ]);
      const plain = (value: number | null, previous: number | null): Kpi => ({ value, previous, spark: null });
      const counted = (measure: Counted): Kpi => ({
        value: sumOf(now.series, measure),
        previous: sumOf(then.series, measure),
        spark: spark(now.series, measure, range, bucket),
      });
      const lag = stats.newest === null ? null : Math.max(0, Math.round(Date.now() / 1000 - stats.newest / 1e6));
      return {
        range: showRange(range),
        previous: showRange(before),
        kpis: {
          events: counted('events'),
          sources: plain(now.sources, then.sources),
          batches: plain(batches, null),
          threats: counted('threats'),
          risk_avg: plain(now.riskAverage, then.riskAverage),
          high_risk: counted('high_risk'),
          lag_seconds: plain(lag, null),
          bytes: counted('bytes'),
        },
        newest: stats.newest === null ? null : formatTime(stats.newest),
        oldest: stats.oldest === null ? null : formatTime(stats.oldest),
        took_ms: Math.round(performance.now() - began),
      };
    },
  );
};
