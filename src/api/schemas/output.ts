import { z } from 'zod';
import { OUTPUT_STATES, OUTPUT_TYPES } from '../../model/output.ts';
import { isoTime } from './common.ts';

/** What a name of an output may look like; two words are paths of their own. */
const NAME = /^(?!(?:types|test)$)[a-z][a-z0-9_-]{0,62}$/;

export const outputParam = z.object({ name: z.string().min(1).max(63) });

/** Of an output that is made: what is only asked for is found or not. */
export const newOutputParam = z.object({
  name: z
    .string()
    .regex(NAME, 'must be lower case letters, digits, - and _, beginning with a letter, and neither types nor test'),
});

const type = z.enum(OUTPUT_TYPES);

const problem = z.object({
  at: isoTime,
  code: z.string().describe('Stable: HTTP_503, HEC_9, ECONNREFUSED, TLS.'),
  detail: z.string(),
});

export const outputStatus = z.object({
  state: z
    .enum(OUTPUT_STATES)
    .describe('`retrying` goes on by itself for ever; `blocked` needs a person, and nothing is lost meanwhile.'),
  endpoint: z.string().describe('Where to, without credentials.'),
  bookmark: z.string().describe('Id of the last event of which everything up to it is settled.'),
  bookmark_time: isoTime.nullable().describe('When that event was committed.'),
  lag: z.object({
    events: z.number().int().describe('Behind the newest event.'),
    seconds: z.number().describe('Age of the oldest event that is still to be delivered.'),
  }),
  sent: z.number().int().describe('Events that the receiver confirmed.'),
  bytes: z.number().int().describe('On the wire, of confirmed requests.'),
  retried: z.number().int().describe('Events sent again because an attempt failed.'),
  duplicates: z.number().int().describe('Of those sent, events that the receiver had already.'),
  dead: z.number().int().describe('Events that became dead letters.'),
  lost: z.number().int().describe('Events that retention removed before they were sent.'),
  dead_letters: z.number().int().describe('Those that are kept.'),
  rates: z.object({ events_per_second: z.number(), bytes_per_second: z.number() }).describe('Over the last minute.'),
  concurrency: z.number().int().describe('Requests that may be under way at once.'),
  circuit: z.enum(['closed', 'open', 'half-open']).describe('`closed` sends, `open` waits, `half-open` probes.'),
  retry_at: isoTime.nullable(),
  last_error: problem.nullable(),
  last_success: isoTime.nullable().describe('Since the start of the server.'),
  latency: z.object({ p50_ms: z.number(), p99_ms: z.number() }).nullable().describe('Of the last 1,000 requests.'),
});

export const output = z.object({
  name: z.string(),
  type,
  origin: z.enum(['api', 'settings']).describe('`settings`: from the file or the environment.'),
  paused: z.boolean(),
  filter: z.string().describe('Events that it wants; all when empty.'),
  config: z.record(z.string(), z.unknown()).describe('As /v1/outputs/types describes; secrets are masked.'),
  created_at: isoTime,
  updated_at: isoTime,
  status: outputStatus,
});
export type OutputAnswer = z.output<typeof output>;

const ok = z.literal('ok');

export const outputsAnswer = z.object({ items: z.array(output) });
export const outputAnswer = z.object({ status: ok, output });
export const removedAnswer = z.object({ name: z.string(), removed: z.literal(true) });

export const typesAnswer = z.object({
  types: z
    .partialRecord(type, z.record(z.string(), z.unknown()))
    .describe('JSON Schema of `config` by type; secrets are `writeOnly`.'),
});

/** Keys of an output beside its configuration. */
export const generalKeys = {
  filter: z
    .string()
    .max(8192)
    .optional()
    .describe('Filter expression, see docs/filter-language.md; empty: all events.'),
  start: z
    .string()
    .max(64)
    .optional()
    .describe('Where a new output begins: now (the default), oldest, ISO 8601, or relative (-6h).'),
};

export const outputBody = z.strictObject({
  type: type.optional().describe('Needed for a new output.'),
  config: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'As /v1/outputs/types describes. What is not given keeps its value, null goes back to the default, a masked secret stays.',
    ),
  ...generalKeys,
});

export const testAnswer = z.object({
  status: z.enum(['ok', 'error']),
  target: z.string(),
  http_status: z.number().int().nullable().describe('Null where no HTTP is spoken, or no answer came.'),
  duration_ms: z.number(),
  bytes: z.number().int().describe('On the wire.'),
  request_id: z.string().describe('Id of the event that was sent.'),
  error: z.string().optional(),
});

export const testBody = z.object({ target: z.string().min(1).max(63).describe('Name of an output: splunk, elastic.') });

export const replayBody = z.strictObject({
  to: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .describe('Id of the last event not to be sent again, ISO 8601, relative (-1h), oldest, or now.'),
  skip: z.boolean().default(false).describe('Allows going forward, which leaves events out that were never delivered.'),
  dry_run: z.boolean().default(false).describe('Only tells how many events it would be.'),
});

export const replayAnswer = z.object({
  status: ok,
  bookmark: z.string(),
  bookmark_time: isoTime.nullable(),
  events: z.number().int().describe('Stored events after it, before the filter of the output.'),
  output,
});
