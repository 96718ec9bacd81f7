import { z } from 'zod';
import { DOCUMENT_FORMATS } from './encode/named-encoders.ts';

/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, 5.5, visible ASCII and blanks between. */
const FIELD_VALUE = /^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$/;
/** Set by us or by the transport: one of them given by a person would break the request or the signature. */
const OURS =
  /^(content-length|content-encoding|content-type|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|host|vedette-.*)$/i;

const secret = z.string().min(16, 'must have at least 16 characters').max(1000).meta({ writeOnly: true });

/** Configuration of an output to a webhook. */
export const webhookSchema = z
  .strictObject({
    url: z
      .string()
      .refine(isHookUrl, 'must be an http or https URL without credentials or fragment')
      .describe(
        'Where the events are posted to. Its query, and parts of the path that look like a key, are not shown again.',
      ),
    secret: secret
      .optional()
      .describe('Key of the signature in the header Vedette-Signature; without it nothing is signed.'),
    previous_secret: secret
      .optional()
      .describe('The key before, while receivers change theirs: the header has a second signature of it.'),
    headers: z
      .record(z.string().regex(TOKEN, 'must be a name of a header'), z.string().regex(FIELD_VALUE).max(4000))
      .refine((headers) => Object.keys(headers).length <= 50, 'has more than 50 headers')
      .refine(
        (headers) => !Object.keys(headers).some((name) => OURS.test(name)),
        'has a header that Vedette sets itself',
      )
      .optional()
      .describe('Headers of every request, such as Authorization; none of their values is ever shown.')
      .meta({ writeOnly: true }),
    format: z
      .enum(DOCUMENT_FORMATS)
      .default('vedette')
      .describe('Names of the fields: those of GET /v1/events, ECS 8, OCSF or CIM.'),
    body: z
      .enum(['array', 'ndjson', 'single'])
      .default('array')
      .describe('A JSON array of events, one event a line, or one event a request.'),
    batch_size: z.int().min(1).max(10_000).default(100).describe('Events of a request at most.'),
    batch_bytes: z.int().min(1000).max(100_000_000).default(1_000_000).describe('Bytes of a request at most.'),
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
    timeout_ms: z.int().min(100).max(600_000).default(10_000).describe('Milliseconds to wait for an answer.'),
    verify_tls: z.boolean().default(true).describe("Whether the receiver's certificate must be trusted."),
    ca: z.string().max(1_000_000).optional().describe("PEM of the authorities to trust instead of the system's."),
    allow_private: z.boolean().default(false).describe('Whether private and loopback addresses may be connected to.'),
  })
  .refine(({ secret: now, previous_secret: before }) => before === undefined || now !== undefined, {
    error: 'belongs to a secret that follows it',
    path: ['previous_secret'],
  });

export type WebhookConfig = z.infer<typeof webhookSchema>;

function isHookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${hash}` === '';
}
