import { z } from 'zod';

const VISIBLE = /^[\x21-\x7e]+$/;
/**
 * Names of data streams (www.elastic.co, "Create index", path parameters): lower case, without `\ / * ? " < > | , # :` or
 * blanks, not beginning with `- _ + .`; 255 bytes with what is put around the name of a backing index.
 */
const STREAM = /^(?![-_+.])[^\p{Lu}\p{Cc}\s\\/*?"<>|,#:]{1,200}$/u;
const PREFIX = /^(?![-_+.])[^\p{Lu}\p{Cc}\s\\/*?"<>|,#:]{1,100}$/u;
/** What the default data stream is called behind its prefix. */
const STREAM_NAME = 'events';

/** Configuration of an output to Elasticsearch or OpenSearch, under the names that people know from older senders. */
export const elasticSchema = z
  .strictObject({
    urls: z
      .array(z.string().refine(isNodeUrl, 'must be an http or https URL without credentials or query'))
      .min(1)
      .max(50)
      .describe('Nodes of the cluster; they take turns, and one that is away is left out for a while.'),
    index_prefix: z
      .string()
      .regex(PREFIX, 'must be the beginning of a name in lower case such as telemetry-')
      .default('telemetry-')
      .describe('Beginning of the data stream, which is called <prefix>events.'),
    data_stream: z
      .string()
      .regex(STREAM, 'must be a name in lower case such as logs-vedette.events-default')
      .optional()
      .describe('Whole name of the data stream, in place of the prefix.'),
    ecs_version: z
      .union([z.literal(8), z.literal(9)])
      .default(8)
      .describe('Major version of the Elastic Common Schema that names the fields.'),
    pipeline: z.string().min(1).max(200).optional().describe('Ingest pipeline that the documents go through.'),
    username: z.string().min(1).max(200).optional().describe('User of basic authentication.'),
    password: z.string().max(1000).optional().describe('Password of basic authentication.').meta({ writeOnly: true }),
    api_key: z
      .string()
      .regex(VISIBLE, 'must be the encoded key alone, in visible ASCII without blanks')
      .max(2000)
      .optional()
      .describe('API key, encoded as Elasticsearch gave it; in place of user and password.')
      .meta({ writeOnly: true }),
    bulk_size: z.int().min(1).max(50_000).default(1000).describe('Documents of a request at most.'),
    batch_bytes: z
      .int()
      .min(1000)
      .max(100_000_000)
      .default(5_242_880)
      .describe('Bytes of a request at most, before compression.'),
    max_retries: z
      .int()
      .min(0)
      .max(100)
      .default(5)
      .describe(
        'Attempts that follow at once when a connection breaks or a server stumbles, before the output counts as retrying. It never ends there: retrying goes on until the cluster takes the events.',
      ),
    backoff_ms: z
      .int()
      .min(1)
      .max(60_000)
      .default(200)
      .describe('Longest first wait of these attempts, in milliseconds; twice as much each time, up to a second.'),
    gzip: z.boolean().default(true).describe('Compresses the requests.'),
    timeout_ms: z.int().min(100).max(600_000).default(60_000).describe('Milliseconds to wait for an answer.'),
    verify_tls: z.boolean().default(true).describe("Whether the cluster's certificates must be trusted."),
    ca: z.string().max(1_000_000).optional().describe("PEM of the authorities to trust instead of the system's."),
    allow_private: z.boolean().default(false).describe('Whether private and loopback addresses may be connected to.'),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: 'belongs to a username, and a username to it',
    path: ['password'],
  })
  .refine(({ api_key, username }) => api_key === undefined || username === undefined, {
    error: 'is given beside a username: one of them',
    path: ['api_key'],
  });

export type ElasticConfig = z.infer<typeof elasticSchema>;

/** What says where the events go. */
export type ElasticStream = Pick<ElasticConfig, 'data_stream' | 'index_prefix'>;

/** The data stream that the events go to. */
export function streamOf({ data_stream, index_prefix }: ElasticStream): string {
  return data_stream ?? `${index_prefix}${STREAM_NAME}`;
}

/** Dataset and namespace of a stream that is named by Elastic's scheme `logs-<dataset>-<namespace>`; no others have them. */
export function schemeOf(stream: string): { readonly dataset: string; readonly namespace: string } | undefined {
  const [, dataset, namespace] = /^logs-([^-]+)-([^-]+)$/.exec(stream) ?? [];
  return dataset === undefined ? undefined : { dataset, namespace };
}

/** Value of the header `Authorization`; undefined without any credentials. */
export function authorizationOf({ api_key, username, password }: ElasticConfig): string | undefined {
  if (api_key !== undefined) return `ApiKey ${api_key}`;
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
}

/**
 * What must never be seen: the credentials in each form that they are sent in, and the secret part of the API key, which
 * is `id:key` in base64.
 */
export function secretsOf(config: ElasticConfig): string[] {
  const { api_key, password } = config;
  const [, ...key] = api_key === undefined ? [] : Buffer.from(api_key, 'base64').toString().split(':');
  const sent = authorizationOf(config)?.split(' ')[1];
  return [api_key, password, sent, key.join(':')].filter((text): text is string => text !== undefined && text !== '');
}

/** Origin of a node, and the path before it that a proxy may have, without a slash at the end. */
export function nodeUrl(text: string): { readonly origin: string; readonly path: string } {
  const { origin, pathname } = new URL(text);
  return { origin, path: pathname.replace(/\/+$/, '') };
}

function isNodeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}
