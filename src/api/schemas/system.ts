import { z } from 'zod';
import { isoTime } from './common.ts';

const state = z.enum(['starting', 'ok', 'degraded', 'failed', 'stopped']);

export const healthAnswer = z.object({
  status: z.enum(['ok', 'degraded', 'failed', 'starting']),
  service: z.literal('vedette'),
  version: z.string(),
  timestamp: isoTime,
  mode: z.string(),
  database: z.enum(['connected', 'connecting', 'disconnected']),
  uptime_seconds: z.number(),
  components: z.array(
    z.object({
      name: z.string(),
      state,
      detail: z.string().optional(),
      figures: z.record(z.string(), z.union([z.number(), z.string(), z.null()])).optional(),
    }),
  ),
});

export type HealthAnswer = z.output<typeof healthAnswer>;

export const versionAnswer = z.object({
  service: z.literal('vedette'),
  version: z.string(),
  git_sha: z.string(),
  image: z.string(),
  image_tag: z.string(),
});

export const updatesAnswer = z.object({
  enabled: z.boolean(),
  current: z.string(),
  latest: z.string().nullable(),
  update_available: z.boolean(),
  status: z.enum(['ok', 'disabled', 'unknown']),
  reason: z.string().optional(),
  checked_at: isoTime.nullable(),
});
export type UpdatesAnswer = z.output<typeof updatesAnswer>;

export const updateAnswer = z.object({
  status: z.enum(['ok', 'failed']),
  exit_code: z.number().int().nullable(),
  output: z.string(),
  duration_ms: z.number(),
});

export const schemasAnswer = z.object({ schemas: z.array(z.string()) });

export const systemAnswer = z.object({
  version: z.string(),
  node: z.string(),
  pid: z.number().int(),
  memory: z.object({ rss: z.number(), heap: z.number() }),
  uptime_seconds: z.number(),
  store: z.object({
    events: z.number(),
    bytes_on_disk: z.number(),
    oldest: isoTime.nullable(),
    newest: isoTime.nullable(),
    dead_letters: z.number(),
    spooled_rows: z.number(),
    spooled_bytes: z.number(),
  }),
  matcher: z.object({ addresses: z.number(), networks: z.number(), domains: z.number() }),
  geo: z.array(
    z.object({
      covers: z.string(),
      name: z.string(),
      attribution: z.string(),
      built_at: z.string().nullable(),
      ranges: z.number(),
    }),
  ),
  settings: z
    .array(z.object({ name: z.string(), value: z.unknown(), source: z.string() }))
    .optional()
    .describe('For the scope admin only.'),
});

export const fieldsAnswer = z.object({
  fields: z.array(
    z.object({
      path: z.string(),
      name: z.string(),
      type: z.string(),
      unit: z.string().optional(),
      doc: z.string(),
      aliases: z.array(z.string()),
      values: z.array(z.string()).optional(),
    }),
  ),
  operators: z.array(z.object({ operator: z.string(), doc: z.string() })),
  grammar: z.string().describe('Markdown.'),
});

export const metricsAnswer = z
  .object({
    requests_total: z.number(),
    requests_failed: z.number(),
    records_processed: z.number(),
    records_queued: z.number(),
    queue_depth: z.number(),
    eps: z.number().describe('Events a second, over the last minute.'),
    dead_letters: z.number(),
    events_stored: z.number(),
    uptime_seconds: z.number(),
  })
  .describe('With Accept: application/json.');
