import { z } from 'zod';
import { isoTime, range, rangeQuery, tookMs, wholeNumber } from './common.ts';

export const measure = z.enum(['events', 'bytes', 'packets', 'risk']);

const seriesMeasure = z.enum(['events', 'bytes', 'packets', 'risk', 'risk_avg', 'threats', 'high_risk']);

const sums = z.object({ events: z.number(), bytes: z.number(), packets: z.number() });

export const topQuery = rangeQuery.extend({
  field: z.string().min(1).max(64).describe('Field to group by, such as src.ip.'),
  by: measure.default('events'),
  limit: wholeNumber(1, 1000, 10),
});

export const topAnswer = z.object({
  field: z.string(),
  by: measure,
  items: z.array(
    sums.extend({
      value: z.union([z.string(), z.number()]).nullable().describe('null: events without a value.'),
      label: z.string().optional(),
      risk: z.number().describe('Highest risk among them.'),
    }),
  ),
  distinct: z.number(),
  total: sums,
  other: sums.describe('What is not among the items.'),
  range,
  took_ms: tookMs,
});

export const seriesQuery = rangeQuery.extend({
  measure: z
    .string()
    .default('events')
    .transform((text) => [...new Set(text.split(',').map((part) => part.trim()))])
    .pipe(z.array(seriesMeasure).min(1))
    .describe('Comma separated: events, bytes, packets, risk (the highest), risk_avg, threats, high_risk.'),
  field: z.string().max(64).optional().describe('Field to group by.'),
  top: wholeNumber(1, 50, 5).describe('Groups apart from "other".'),
  points: wholeNumber(1, 1000, 1000).describe('Buckets at most.'),
});

export const seriesAnswer = z.object({
  bucket_seconds: z.number(),
  range,
  series: z.array(
    z.object({
      key: z.union([z.string(), z.number()]).nullable(),
      other: z.boolean(),
      points: z
        .array(z.array(z.union([z.string(), z.number()])))
        .describe('[time, one number a measure]; no empty buckets.'),
    }),
  ),
  measures: z.array(seriesMeasure),
  took_ms: tookMs,
});

const kpi = z.object({
  value: z.number().nullable(),
  previous: z.number().nullable().describe('In the range of the same length before.'),
  spark: z.array(z.number()).nullable(),
});

export const overviewAnswer = z.object({
  range,
  previous: range,
  kpis: z.object({
    events: kpi,
    sources: kpi.describe('Distinct exporters.'),
    batches: kpi.describe('Envelopes received since the start of the process.'),
    threats: kpi.describe('Events that matched threat intelligence.'),
    risk_avg: kpi,
    high_risk: kpi.describe('Events with a risk of 70 or more.'),
    lag_seconds: kpi.describe('Age of the newest event.'),
    bytes: kpi,
  }),
  newest: isoTime.nullable().describe('Of the whole store.'),
  oldest: isoTime.nullable(),
  took_ms: tookMs,
});
export type Kpi = z.output<typeof kpi>;
