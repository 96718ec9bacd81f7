import { z } from 'zod';
import { generalKeys, output } from './output.ts';

const retries = {
  max_retries: z.int().optional().meta({ default: 5 }).describe('Attempts that follow at once; retrying never ends.'),
  backoff_ms: z.int().optional().meta({ default: 200 }).describe('Longest first wait of these attempts.'),
  verify_tls: z.boolean().optional().meta({ default: true }),
  allow_private: z
    .boolean()
    .optional()
    .meta({ default: false })
    .describe('Whether private and loopback addresses may be connected to.'),
};

const splunkKeys = {
  hec_url: z.string().optional().describe('The collector: https://splunk.example:8088.'),
  token: z.string().optional().describe('Never shown again.').meta({ writeOnly: true }),
  index: z.string().optional().meta({ default: 'telemetry' }),
  sourcetype: z.string().optional().meta({ default: 'telemetry:event' }),
  batch_size: z.int().optional().meta({ default: 500 }),
  extra_fields: z.record(z.string(), z.unknown()).optional().meta({ default: {} }),
  ...retries,
};

const elasticKeys = {
  urls: z.array(z.string()).optional().describe('Nodes of the cluster: https://elastic.example:9200.'),
  index_prefix: z.string().optional().meta({ default: 'telemetry-' }),
  bulk_size: z.int().optional().meta({ default: 1000 }),
  pipeline: z.string().nullable().optional(),
  username: z.string().nullable().optional(),
  password: z.string().nullable().optional().meta({ writeOnly: true }),
  api_key: z.string().nullable().optional().meta({ writeOnly: true }),
  ...retries,
};

/** The general form under the same path: `{type, config, filter, start}`. */
const general = {
  type: z.string().optional(),
  config: z.record(z.string(), z.unknown()).optional().describe('In place of the keys above: any key of the type.'),
  ...generalKeys,
};

export const splunkBody = z.strictObject({ ...splunkKeys, ...general });
export const elasticBody = z.strictObject({ ...elasticKeys, ...general });

export type DoorBody = z.output<typeof splunkBody> | z.output<typeof elasticBody>;

export const SPLUNK_KEYS: readonly string[] = Object.keys(splunkKeys);
export const ELASTIC_KEYS: readonly string[] = Object.keys(elasticKeys);

const config = z.record(z.string(), z.unknown());
const ok = z.literal('ok');

/** The configuration under the keys of the body, secrets masked, and the output with its status. */
export const splunkAnswer = z.object({ status: ok, splunk: config, output });
export const elasticAnswer = z.object({ status: ok, elastic: config, output });
