import { z } from 'zod';
import { ANOMALY_TYPES, BASELINE_TYPES } from '../../model/window.ts';
import { isoTime, wholeNumber } from './common.ts';

const count = z.number().int();
const figure = z.number();
const seconds = z.number().describe('Seconds since 1970.');
const names = z.record(z.string(), figure);

export const pageQuery = (limit: number) =>
  z.object({ limit: wholeNumber(1, 1000, limit), offset: wholeNumber(0, 1_000_000_000, 0) });

const talker = z.object({ address: z.string(), bytes: figure, packets: figure });

export const trafficWindow = z.object({
  window_id: count,
  window_start: seconds,
  window_end: seconds,
  bandwidth: z.object({
    avg_bps: figure.describe('Bits a second.'),
    avg_pps: figure.describe('Packets a second.'),
    duration_s: figure,
    top_src_bytes: z.array(talker),
    top_dst_bytes: z.array(talker),
  }),
  latency: z
    .object({ mean_rtt: figure.nullable(), max_rtt: figure.nullable(), p95_rtt: figure.nullable(), samples: count })
    .describe('Milliseconds; null where nothing was measured.'),
  connections: z.object({ total: count, protocols: names }),
  protocol: z.object({
    bytes: names,
    services: names,
    data_segments: count,
    retransmitted: count,
    reordered: count,
    loss_rate: figure,
  }),
  record_count: count,
});

export const windowParam = z.object({ window: z.coerce.number().int().min(0).describe('Number of the window.') });

export const windowsAnswer = z.object({
  count,
  total: count,
  offset: count,
  limit: count,
  metrics: z.array(trafficWindow),
});

export const windowsSummary = z.object({
  total_windows: count,
  time_span: z.object({ start: seconds.nullable(), end: seconds.nullable(), duration_s: figure }),
  bandwidth: z.object({ mean_bps: figure, max_bps: figure, min_bps: figure }),
  latency: z.object({ mean_rtt: figure.nullable(), max_rtt: figure.nullable() }),
  connections: z.object({ total_across_windows: count, mean_per_window: figure }),
});

const windowSize = z.coerce.number().min(1).max(86_400);

export const computeBody = z
  .object({
    source: z.enum(['pcap', 'live', 'events']).nullish().describe('Default: pcap, or what is analysed now.'),
    pcap_file: z
      .string()
      .max(1024)
      .nullish()
      .describe('A file of the folder of captures; the last one when not given.'),
    from: z
      .string()
      .max(64)
      .nullish()
      .describe(
        'events: those that began since then. Default: an hour before `to`, or what was found as they came in.',
      ),
    to: z.string().max(64).nullish().describe('events: and before then. Default: now.'),
    filter: z.string().max(8192).nullish().describe('events: only those that meet it, in the filter language.'),
    window_size: windowSize.nullish().describe('Seconds.'),
    force: z.boolean().nullish().describe('Also when the same was computed before.'),
  })
  .nullish();
export type ComputeBody = z.output<typeof computeBody>;

export const computeAnswer = z.object({
  success: z.literal(true),
  message: z.string(),
  window_count: count,
  window_size: figure,
  computation_time: figure.describe('Seconds.'),
  timestamp: isoTime,
  job: z.string(),
  packets: count,
  events: count.describe('Stored events that were analysed.'),
  anomaly_count: count,
  problems: z.array(z.string()).describe('What could not be used of the capture.'),
});

export const trafficJob = z.object({
  id: z.string(),
  source: z.enum(['pcap', 'live', 'events']),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  input: z.string(),
  window_size: figure,
  started: isoTime,
  ended: isoTime.nullable(),
  bytes_read: count,
  bytes_total: count.nullable(),
  progress: figure.nullable().describe('0 to 1; null where the length is not known.'),
  packets: count,
  events: count,
  windows: count,
  anomalies: count,
  problems: z.array(z.string()),
  error: z.string().nullable(),
});

export const jobsAnswer = z.object({ items: z.array(trafficJob) });

export const anomaly = z.object({
  type: z.enum(ANOMALY_TYPES),
  severity: z.enum(['low', 'medium', 'high']),
  score: figure,
  window_start: seconds,
  window_end: seconds,
  message: z.string(),
  metric: z.string(),
  current_value: figure,
  expected: figure.nullable(),
  threshold: figure,
  why: z.string(),
  flow_src: z.string().optional(),
  flow_dst: z.string().optional(),
  port: count.optional(),
  techniques: z.array(z.string()),
  evidence: z.array(z.string()),
});

const anomalyType = z.enum(ANOMALY_TYPES);
const severity = z.enum(['low', 'medium', 'high']);

export const anomaliesQuery = pageQuery(100).extend({
  type: z
    .enum([...ANOMALY_TYPES, ''])
    .optional()
    .describe('Empty: any.'),
  severity: z.enum(['low', 'medium', 'high', '']).optional().describe('Empty: any.'),
  hidden: z
    .enum(['true', 'false'])
    .default('false')
    .describe('true: those that allow rules hide, instead of the others.'),
});

export const anomaliesAnswer = z.object({
  count,
  total: count,
  offset: count,
  limit: count,
  filters: z.object({ type: z.string().nullable(), severity: z.string().nullable() }),
  anomalies: z.array(anomaly),
});

const bySeverity = z.object({ high: count, medium: count, low: count });

export const byTypeAnswer = z.object({
  total: count,
  by_type: z.record(z.string(), z.object({ count, by_severity: bySeverity })),
});

export const windowAnomaliesAnswer = z.object({ window_id: count, count, anomalies: z.array(anomaly) });

export const topAnomaliesQuery = z.object({ limit: wholeNumber(1, 1000, 10) });

export const topAnomaliesAnswer = z.object({
  top: z.array(
    z.object({
      type: anomalyType,
      severity,
      message: z.string().describe('That of the one with the highest score.'),
      count,
      score: figure,
      first_seen: seconds,
      last_seen: seconds,
      flow_src: z.string().optional(),
      flow_dst: z.string().optional(),
    }),
  ),
});

const place = z.number().min(0).describe('Number of a window, or seconds since 1970.');

export const detectBody = z
  .object({
    force: z.boolean().nullish().describe('Compute the windows of a capture file again.'),
    window_start: place.nullish(),
    window_end: place.nullish(),
  })
  .nullish();

export const detectAnswer = z.object({
  success: z.literal(true),
  message: z.string(),
  anomaly_count: count,
  detection_time: figure.describe('Seconds.'),
  summary: z.object({ by_type: z.record(z.string(), count), by_severity: bySeverity }),
  timestamp: isoTime,
});

const statistics = z.object({
  count,
  mean: figure,
  median: figure,
  min: figure,
  max: figure,
  p95: figure,
  p99: figure,
  mad: figure.describe('Median absolute deviation, times 1.4826.'),
});

const baselineType = z.enum(BASELINE_TYPES);

export const baseline = statistics.partial().extend({
  type: baselineType,
  windows: count,
  metric: z.string().describe('The metric whose statistics stand beside this; all of them are in `metrics`.'),
  metrics: z.record(z.string(), statistics),
});
export type BaselineAnswer = z.output<typeof baseline>;

export const baselineParam = z.object({ type: baselineType });

const generated = z.record(z.string(), baseline);

export const baselinesAnswer = z.object({ count, baselines: generated, generated_at: isoTime.nullable() });

export const baselineStatsAnswer = z.object({
  total: count,
  types: z.array(baselineType),
  available: z.array(baselineType),
  metrics: count,
  windows: count,
  generated_at: isoTime.nullable(),
  baselines: generated,
});

export const generateBody = z
  .object({ force: z.boolean().nullish(), types: z.array(baselineType).min(1).max(4).nullish() })
  .nullish();

export const generateAnswer = z.object({
  success: z.literal(true),
  message: z.string(),
  generated,
  generation_time: figure.describe('Seconds.'),
  timestamp: isoTime,
});
