import type { EventRow } from '../model/event-row.ts';
import { encoderNamed } from './encode/named-encoders.ts';
import type { RowEncoder } from './encode/row-encoder.ts';
import { cutOriginal, delivered, type Exchange, HttpSender, type Problem, places, undelivered } from './http-sender.ts';
import type { Delivery, Output, OutputKind, OutputParts, Rejected, SendLimits } from './output.ts';
import { withQuickRetries } from './quick-retry.ts';
import { keysOfUrl, shownUrl } from './shown-url.ts';
import { type WebhookConfig, webhookSchema } from './webhook-config.ts';
import { batchId, signature } from './webhook-signature.ts';

const CONCURRENCY = 4;
/** What a receiver finds wrong with the events themselves: 400, 422. All else that it refuses is a matter of configuration. */
const CONTENT = new Set([400, 422]);
/** Answers to a `HEAD` that tell that the receiver is not there at the moment. Others may not know the method. */
const AWAY = new Set([429, 502, 503, 504]);
const SHAPES = {
  array: { start: '[', between: ',', end: ']', type: 'application/json' },
  ndjson: { start: '', between: '\n', end: '\n', type: 'application/x-ndjson' },
  single: { start: '', between: '', end: '', type: 'application/json' },
} as const;

interface Event {
  readonly index: number;
  readonly id: string;
  readonly text: string;
}

/** What became of the requests so far. */
interface Sum {
  readonly rejected: Rejected[];
  readonly left: number[];
  bytes: number;
  duplicates: number;
  resent: number;
  status: number | null;
  problem: Problem | undefined;
}

/** Batches of events posted to a URL, signed with HMAC-SHA256 and numbered, so that the receiver knows what it has. */
export class Webhook implements Output {
  readonly limits: SendLimits;
  readonly columns: readonly string[] | undefined;
  readonly endpoint: string;
  readonly #config: WebhookConfig;
  readonly #encoder: RowEncoder;
  readonly #sender: HttpSender;
  readonly #secrets: readonly string[];
  readonly #path: string;
  readonly #now: () => number;

  /** @throws RefusedAddress when the URL names an address that is never sent to. */
  constructor(config: WebhookConfig, encoder: RowEncoder, parts: OutputParts) {
    const { origin, pathname, search } = new URL(config.url);
    const { body, batch_size, batch_bytes, secret, previous_secret, headers = {} } = config;
    this.limits = { events: body === 'single' ? 1 : batch_size, bytes: batch_bytes, concurrency: CONCURRENCY };
    this.endpoint = shownUrl(`${origin}${pathname}`);
    this.columns = encoder.columns && [...new Set([...encoder.columns, 'id'])];
    this.#config = config;
    this.#encoder = encoder;
    this.#path = `${pathname}${search}`;
    this.#now = parts.now;
    this.#secrets = [secret, previous_secret].filter((each) => each !== undefined);
    this.#sender = new HttpSender({
      origin,
      verifyTls: config.verify_tls,
      ca: config.ca,
      allowPrivate: config.allow_private,
      connections: CONCURRENCY + 1,
      headers: {
        'user-agent': `vedette/${parts.version}`,
        ...lowerCased(headers),
        'content-type': SHAPES[body].type,
      },
      secrets: [...this.#secrets, ...[...Object.values(headers), ...keysOfUrl(config.url)].filter(isTelling)],
      gzip: false,
      timeoutMs: config.timeout_ms,
      now: parts.now,
    });
  }

  async send(rows: readonly EventRow[], signal: AbortSignal): Promise<Delivery> {
    const sum: Sum = { rejected: [], left: [], bytes: 0, duplicates: 0, resent: 0, status: null, problem: undefined };
    let part: Event[] = [];
    let size = 0;
    for (const [index, row] of rows.entries()) {
      const text = this.#encoder.encode(row);
      const length = Buffer.byteLength(text) + 1;
      if (part.length >= this.limits.events || (part.length > 0 && size + length > this.limits.bytes)) {
        await this.#post(part, sum, signal);
        [part, size] = [[], 0];
      }
      // What keeps one request out keeps all out: the rest is not tried.
      if (sum.problem) {
        sum.left.push(...places(index, rows.length));
        break;
      }
      part.push({ index, id: String(row.id), text });
      size += length;
    }
    if (part.length > 0) await this.#post(part, sum, signal);
    const { problem, left, ...done } = sum;
    return problem ? undelivered(problem, left, done) : delivered(done);
  }

  /** Without sending anything: `HEAD`, whose answer only tells whether somebody is there. */
  async probe(signal: AbortSignal): Promise<Delivery> {
    const { answer, problem } = await this.#sender.send(this.#path, undefined, { method: 'HEAD', signal });
    if (problem && (answer === undefined || AWAY.has(answer.status))) return undelivered(problem, [], { bytes: 0 });
    return delivered({ bytes: 0, status: answer?.status ?? null });
  }

  async close(): Promise<void> {
    await this.#sender.close();
  }

  /** Sends events in one request; where the receiver finds fault with them, in two, down to the event that is at fault. */
  async #post(part: readonly Event[], sum: Sum, signal: AbortSignal): Promise<void> {
    if (sum.problem) {
      sum.left.push(...part.map(({ index }) => index));
      return;
    }
    const { start, between, end } = SHAPES[this.#config.body];
    const body = `${start}${part.map(({ text }) => text).join(between)}${end}`;
    const id = batchId(part.map((event) => event.id));
    const attempt = () => this.#sender.send(this.#path, body, { signal, headers: this.#marks(id, body) });
    const retry = { attempts: this.#config.max_retries, firstMs: this.#config.backoff_ms };
    const { exchange, repeated } = await withQuickRetries(attempt, retry, signal);
    sum.resent += repeated * part.length;
    sum.status = exchange.answer?.status ?? null;
    const problem = this.#problemOf(exchange);
    if (problem === undefined) {
      sum.bytes += exchange.bytes;
      if (sum.status === 409) sum.duplicates += part.length;
    } else if (problem.outcome === 'split' && part.length === 1) {
      const [{ index, text }] = part;
      sum.rejected.push({ index, code: problem.code, reason: problem.detail, original: cutOriginal(text) });
    } else if (problem.status === null || !CONTENT.has(problem.status)) {
      // Too large (413) is told as it is: the forwarder makes smaller batches from then on.
      sum.problem = problem;
      sum.left.push(...part.map(({ index }) => index));
    } else {
      const middle = Math.ceil(part.length / 2);
      await this.#post(part.slice(0, middle), sum, signal);
      await this.#post(part.slice(middle), sum, signal);
    }
  }

  /** Made for each attempt: the time is part of what is signed. */
  #marks(id: string, body: string): Record<string, string> {
    const signed = this.#secrets.length > 0;
    return {
      'vedette-id': id,
      ...(signed && { 'vedette-signature': signature(body, this.#secrets, this.#now()) }),
    };
  }

  /** `split` is what is wrong with the events, or their size; undefined means that the receiver has them. */
  #problemOf({ answer, problem }: Exchange): Problem | undefined {
    if (problem || answer === undefined) return problem ?? NO_ANSWER;
    const { status, text } = answer;
    // 409: it has this id already, so that an attempt before was taken.
    if ((status >= 200 && status < 300) || status === 409) return undefined;
    const outcome = CONTENT.has(status) ? 'split' : 'blocked';
    const sentence = SENTENCES[status] ?? `The receiver refuses the request (${status})`;
    return this.#sender.problem(outcome, answer, `HTTP_${status}`, `${sentence}: ${text || 'without a word'}`);
  }
}

const NO_ANSWER: Problem = { outcome: 'retry', status: null, code: 'NO_ANSWER', detail: 'No answer came.' };
const SENTENCES: Readonly<Record<number, string>> = {
  400: 'The receiver does not understand the event (400)',
  404: 'There is no webhook at this address (404)',
  410: 'The webhook is gone for good (410)',
  422: 'The receiver does not accept the event (422)',
};

/** Ours and those of the configuration under one spelling, so that none is sent twice. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Shorter values are no secrets, and would be found in every answer. */
function isTelling(value: string): boolean {
  return value.length >= 6;
}

export const webhook: OutputKind<WebhookConfig> = {
  type: 'webhook',
  schema: webhookSchema,
  secrets: ['secret', 'previous_secret', 'headers'],
  links: ['url'],
  make: (config, parts) => new Webhook(config, encoderNamed(config.format, { version: parts.version }), parts),
};
