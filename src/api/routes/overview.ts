import { columnNamed } from '../../model/columns.ts';
import type { FilterNode } from '../../model/filter/ast.ts';
import { parseFilter } from '../../model/filter/parser.ts';
import { formatTime } from '../../model/filter/time.ts';
import type { QueryOptions, Series, TelemetryStore, TimeRange } from '../../stores/telemetry/store.ts';
import { type ApiContext, queryOptions, type Routes } from '../context.ts';
import { errors, rangeQuery } from '../schemas/common.ts';
import { type Kpi, overviewAnswer } from '../schemas/query.ts';
import { bucketFor, readRange, showRange } from '../time.ts';
import { andAtLeast } from './query.ts';

const SPARK_POINTS = 40;
const HIGH_RISK = 70;

/** What one range comes to. */
interface Figures {
  readonly events: number;
  readonly bytes: number;
  readonly sources: number;
  readonly threats: number;
  readonly riskAverage: number | null;
  readonly highRisk: number;
}

/** Every score and every count of matches has its own group, so that the sums over them are exact. */
async function figuresOf(
  store: TelemetryStore,
  range: TimeRange,
  filter: FilterNode | undefined,
  options: QueryOptions,
): Promise<Figures> {
  const top = (name: string, limit: number) =>
    store.top({ range, filter, column: columnNamed(name), by: 'events', limit }, options);
  const [risk, threats, sources] = await Promise.all([top('risk', 256), top('threat_count', 256), top('exporter', 1)]);
  const { events, bytes } = risk.total;
  const points = risk.items.reduce((sum, item) => sum + Number(item.value) * item.events, 0);
  const sumWhere = (items: typeof risk.items, least: number) =>
    items.reduce((sum, item) => sum + (Number(item.value) >= least ? item.events : 0), 0);
  return {
    events,
    bytes,
    sources: events === 0 ? 0 : sources.distinct,
    threats: sumWhere(threats.items, 1),
    riskAverage: events === 0 ? null : Math.round((points / events) * 10) / 10,
    highRisk: sumWhere(risk.items, HIGH_RISK),
  };
}

/** Values at every bucket of the range; a bucket without events counts nothing. */
function spark(series: readonly Series[], measure: 'events' | 'bytes', range: TimeRange, bucket: number): number[] {
  const first = Math.floor(range.from / bucket);
  const values = new Array<number>(Math.ceil(range.to / bucket) - first).fill(0);
  for (const { at, values: columns } of series)
    at.forEach((time, i) => {
      const index = Math.floor(time / bucket) - first;
      if (index >= 0 && index < values.length) values[index] += columns[measure]?.[i] ?? 0;
    });
  return values;
}

async function sparks(store: TelemetryStore, range: TimeRange, filter: FilterNode | undefined, options: QueryOptions) {
  const bucket = bucketFor(range, SPARK_POINTS);
  const count = (narrower: FilterNode) =>
    store.series({ range, filter: narrower, bucket, measures: ['events'] }, options);
  const [all, threats, high] = await Promise.all([
    store.series({ range, filter, bucket, measures: ['events', 'bytes'] }, options),
    count(andAtLeast(filter, 'threat_count', 1)),
    count(andAtLeast(filter, 'risk', HIGH_RISK)),
  ]);
  return {
    events: spark(all, 'events', range, bucket),
    bytes: spark(all, 'bytes', range, bucket),
    threats: spark(threats, 'events', range, bucket),
    high_risk: spark(high, 'events', range, bucket),
  };
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
      const asked = readRange(request.query);
      const range =
        asked.from > 0 ? asked : { from: Math.min(stats.oldest ?? asked.to - 3600e6, asked.to - 1e6), to: asked.to };
      const before = { from: Math.max(0, range.from - (range.to - range.from)), to: range.from };
      const options = queryOptions(request, reply);
      const [now, then, lines, batches] = await Promise.all([
        figuresOf(store, range, filter, options),
        figuresOf(store, before, filter, options),
        sparks(store, range, filter, options),
        http.total('vedette_received_envelopes_total'),
      ]);
      const kpi = (value: number | null, previous: number | null, line: number[] | null = null): Kpi => ({
        value,
        previous,
        spark: line,
      });
      const lag = stats.newest === null ? null : Math.max(0, Math.round(Date.now() / 1000 - stats.newest / 1e6));
      return {
        range: showRange(range),
        previous: showRange(before),
        kpis: {
          events: kpi(now.events, then.events, lines.events),
          sources: kpi(now.sources, then.sources),
          batches: kpi(batches, null),
          threats: kpi(now.threats, then.threats, lines.threats),
          risk_avg: kpi(now.riskAverage, then.riskAverage),
          high_risk: kpi(now.highRisk, then.highRisk, lines.high_risk),
          lag_seconds: kpi(lag, null),
          bytes: kpi(now.bytes, then.bytes, lines.bytes),
        },
        newest: stats.newest === null ? null : formatTime(stats.newest),
        oldest: stats.oldest === null ? null : formatTime(stats.oldest),
        took_ms: Math.round(performance.now() - began),
      };
    },
  );
};
