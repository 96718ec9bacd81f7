import { z } from 'zod';

const VISIBLE = /^[\x21-\x7e]+$/;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const COLLECTOR = '/services/collector';

const fieldValue = z.union([z.string(), z.number(), z.boolean()]);

/** Configuration of an output to Splunk's HTTP Event Collector, under the names that people know from older senders. */
export const hecSchema = z.strictObject({
  hec_url: z
    .string()
    .refine(
      isCollectorUrl,
      'must be an http or https URL without credentials or query, such as https://splunk.example:8088',
    )
    .describe('The collector: its address, or the whole path of /services/collector/event.'),
  token: z
    .string()
    .regex(VISIBLE, 'must be the token alone, in visible ASCII without blanks')
    .max(1000)
    .describe('Token of the collector.')
    .meta({ writeOnly: true }),
  index: z.string().max(200).default('telemetry').describe("Index of the events; the token's own when empty."),
  sourcetype: z.string().max(200).default('telemetry:event').describe('Source type of the events.'),
  source: z.string().max(500).default('vedette').describe('Source of the events.'),
  host: z.string().max(500).default('').describe('Host of the events; the device that observed each, when empty.'),
  naming: z
    .enum(['cim', 'vedette'])
    .default('cim')
    .describe("Field names: Splunk's Common Information Model, or those of Vedette's API."),
  extra_fields: z
    .record(z.string().min(1).max(200), z.union([fieldValue, z.array(fieldValue).max(100)]))
    .refine((fields) => Object.keys(fields).length <= 100, 'has more than 100 fields')
    .default({})
    .describe('Indexed fields of every event: texts, or lists of texts.'),
  batch_size: z.int().min(1).max(10_000).default(500).describe('Events of a request at most.'),
  batch_bytes: z
    .int()
    .min(1000)
    .max(100_000_000)
    .default(1_000_000)
    .describe('Bytes of a request at most, before compression.'),
  max_retries: z
    .int()
    .min(0)
    .max(100)
    .default(5)
    .describe(
      'Attempts that follow at once when a connection breaks or a server stumbles, before the output counts as retrying. It never ends there: retrying goes on until the receiver takes the events.',
    ),
  backoff_ms: z
    .int()
    .min(1)
    .max(60_000)
    .default(200)
    .describe('Longest first wait of these attempts, in milliseconds; twice as much each time, up to a second.'),
  ack: z
    .union([z.boolean(), z.literal('auto')])
    .default('auto')
    .describe(
      "Indexer acknowledgement: auto waits for it when the token has it, true insists on it, false takes the collector's word.",
    ),
  channel: z
    .string()
    .regex(GUID, 'must be a GUID')
    .optional()
    .describe('Channel of the acknowledgements; one of our own, the same over restarts, when not given.'),
  gzip: z.boolean().default(true).describe('Compresses the requests.'),
  timeout_ms: z.int().min(100).max(600_000).default(60_000).describe('Milliseconds to wait for an answer.'),
  verify_tls: z.boolean().default(true).describe("Whether the collector's certificate must be trusted."),
  ca: z.string().max(1_000_000).optional().describe("PEM of the authorities to trust instead of the system's."),
  allow_private: z.boolean().default(false).describe('Whether private and loopback addresses may be connected to.'),
});

export type HecConfig = z.infer<typeof hecSchema>;

/** Where a collector is: origin, and the path up to `/services/collector`, without a slash at the end. */
export interface CollectorUrl {
  readonly origin: string;
  readonly path: string;
}

/**
 * Reads what people give as address of a collector: the host, the whole path with `event`, `raw` or a version, something in front
 * of it where a proxy has it.
 */
export function collectorUrl(text: string): CollectorUrl {
  const { origin, pathname } = new URL(text);
  const before = pathname.replace(/\/services\/collector(\/.*)?$/, '').replace(/\/+$/, '');
  return { origin, path: `${before}${COLLECTOR}` };
}

function isCollectorUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}

/** Indexed fields as Splunk wants them: flat, texts or lists of texts; anything else is code 15. */
export function indexedFields(fields: HecConfig['extra_fields']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]),
  );
}
