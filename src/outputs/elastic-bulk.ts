import type { EventRow } from '../model/event-row.ts';
import type { OutputType } from '../model/output.ts';
import { type BulkItem, bulkItems, requestError } from './bulk-answer.ts';
import { authorizationOf, type ElasticConfig, elasticSchema, schemeOf, streamOf } from './elastic-config.ts';
import { ElasticNodes } from './elastic-nodes.ts';
import type { EcsParts } from './encode/ecs-context.ts';
import type { RowEncoder } from './encode/row-encoder.ts';
import { cutOriginal, delivered, type Exchange, HttpSender, type Problem, undelivered } from './http-sender.ts';
import type { Delivery, Output, OutputKind, OutputParts, Rejected, SendLimits } from './output.ts';
import { withQuickRetries } from './quick-retry.ts';

/** Requests under way at most, to all nodes together. */
const CONCURRENCY = 8;
const QUESTION_MS = 30_000;
/** Of the answer only what is read: an answer to 1,000 documents has 30 kB then, not 200. */
const FILTER =
  'filter_path=errors,error,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason';

/** What is sent for one event: the line of the action, and that of the document. */
interface Document {
  readonly index: number;
  readonly action: string;
  readonly text: string;
}

/**
 * A data stream of Elasticsearch or OpenSearch (www.elastic.co, "Bulk API"). The id of the event is the id of the
 * document and the action is `create`: what is sent a second time is answered 409 and is there once.
 */
export class ElasticBulk implements Output {
  readonly limits: SendLimits;
  readonly columns: readonly string[] | undefined;
  readonly endpoint: string;
  readonly #config: ElasticConfig;
  readonly #encoder: RowEncoder;
  readonly #senders: readonly HttpSender[];
  readonly #nodes: ElasticNodes<HttpSender>;
  readonly #path: string;

  /** @throws RefusedAddress when a URL names an address that is never sent to. */
  constructor(config: ElasticConfig, encoder: RowEncoder, parts: OutputParts) {
    const { bulk_size, batch_bytes, pipeline, urls } = config;
    const stream = streamOf(config);
    const base = new URL(urls[0]).pathname.replace(/\/+$/, '');
    this.limits = { events: bulk_size, bytes: batch_bytes, concurrency: CONCURRENCY };
    this.endpoint = `${new URL(urls[0]).origin}${base}/${stream}${urls.length > 1 ? ` and ${urls.length - 1} more` : ''}`;
    this.#config = config;
    this.#encoder = encoder;
    this.columns = encoder.columns && [...new Set(['id', ...encoder.columns])];
    this.#path = `${base}/${encodeURIComponent(stream)}/_bulk?${FILTER}${pipeline === undefined ? '' : `&pipeline=${encodeURIComponent(pipeline)}`}`;
    const authorization = authorizationOf(config);
    this.#senders = urls.map(
      (url) =>
        new HttpSender({
          origin: new URL(url).origin,
          verifyTls: config.verify_tls,
          ca: config.ca,
          allowPrivate: config.allow_private,
          connections: CONCURRENCY,
          headers: {
            'content-type': 'application/x-ndjson',
            accept: 'application/json',
            'user-agent': `vedette/${parts.version}`,
            ...(authorization !== undefined && { authorization }),
          },
          secrets: [config.api_key, config.password, authorization?.split(' ')[1]].filter((text) => text !== undefined),
          gzip: config.gzip,
          timeoutMs: config.timeout_ms,
          now: parts.now,
        }),
    );
    this.#nodes = new ElasticNodes(this.#senders, parts.now);
  }

  async send(rows: readonly EventRow[], signal: AbortSignal): Promise<Delivery> {
    if (rows.length === 0) return delivered({ bytes: 0 });
    const documents = rows.map((row, index) => this.#document(row, index));
    const total = { bytes: 0, body: 0, resent: 0, duplicates: 0 };
    const rejected: Rejected[] = [];
    const left: number[] = [];
    let problem: Problem | undefined;
    for (const part of this.#requests(documents)) {
      if (problem) {
        left.push(...part.map(({ index }) => index));
        continue;
      }
      const { exchange, repeated } = await this.#post(part, signal);
      total.bytes += exchange.bytes;
      total.body += exchange.body;
      total.resent += repeated * part.length;
      const judged = this.#judge(part, exchange);
      rejected.push(...judged.rejected);
      total.duplicates += judged.duplicates;
      left.push(...judged.left);
      problem = judged.problem;
    }
    if (problem) return undelivered(problem, left, { ...total, rejected });
    return delivered({ ...total, rejected });
  }

  /**
   * An empty request to `_bulk` of the stream: it needs the same right as a full one (a key may be allowed nothing else), and
   * a cluster that is able to take documents refuses it as empty, with 400.
   */
  async probe(signal: AbortSignal): Promise<Delivery> {
    const sender = this.#nodes.pick();
    const timeoutMs = Math.min(QUESTION_MS, this.#config.timeout_ms);
    const exchange = await sender.send(this.#path, '\n', { signal, timeoutMs });
    this.#nodes.report(sender, exchange.answer !== undefined);
    const { answer, problem } = exchange;
    if (problem) return undelivered(this.#explained(problem, exchange), [], { bytes: 0 });
    return delivered({ bytes: 0, status: answer?.status });
  }

  async close(): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.close()));
  }

  #document(row: EventRow, index: number): Document {
    // Ids are digits, or `test-` and a UUID: nothing to be escaped.
    return { index, action: `{"create":{"_id":"${row.id}"}}`, text: this.#encoder.encode(row) };
  }

  /** As many documents a request as its bytes allow, one at least. */
  *#requests(documents: readonly Document[]): Iterable<readonly Document[]> {
    let from = 0;
    let bytes = 0;
    for (const [at, { action, text }] of documents.entries()) {
      const size = action.length + Buffer.byteLength(text) + 2;
      if (at > from && bytes + size > this.#config.batch_bytes) {
        yield documents.slice(from, at);
        from = at;
        bytes = 0;
      }
      bytes += size;
    }
    yield documents.slice(from);
  }

  async #post(part: readonly Document[], signal: AbortSignal): Promise<{ exchange: Exchange; repeated: number }> {
    let body = '';
    for (const { action, text } of part) body += `${action}\n${text}\n`;
    const retry = { attempts: this.#config.max_retries, firstMs: this.#config.backoff_ms };
    const attempt = async () => {
      const sender = this.#nodes.pick();
      const exchange = await sender.send(this.#path, body, { signal });
      // What a person gave up says nothing about the node.
      if (!signal.aborted) this.#nodes.report(sender, exchange.answer !== undefined);
      return exchange;
    };
    return withQuickRetries(attempt, retry, signal);
  }

  #judge(part: readonly Document[], exchange: Exchange) {
    const nothing = { rejected: [], duplicates: 0, left: part.map(({ index }) => index) };
    const { answer } = exchange;
    if (exchange.problem) {
      const problem = this.#explained(exchange.problem, exchange);
      if (problem.outcome !== 'split' || part.length > 1) return { ...nothing, problem };
      return { ...nothing, left: [], problem: undefined, rejected: [refused(part[0], problem.code, problem.detail)] };
    }
    const items = answer?.status === 200 && !answer.cut ? bulkItems(answer.text, part.length) : undefined;
    if (items) return this.#judgeItems(part, items);
    return { ...nothing, problem: this.#unreadable(exchange) };
  }

  #judgeItems(part: readonly Document[], items: readonly BulkItem[]) {
    const rejected: Rejected[] = [];
    const left: number[] = [];
    let duplicates = 0;
    let problem: Problem | undefined;
    for (const [at, item] of items.entries()) {
      const { status, type } = item;
      if (status >= 200 && status < 300) continue;
      if (status === 409) duplicates++;
      else if (status === 429 || status >= 500 || status === 401 || status === 403) {
        left.push(part[at].index);
        const outcome = status === 401 || status === 403 ? 'blocked' : 'retry';
        // Of several the one that needs a person is told.
        if (problem === undefined || outcome === 'blocked')
          problem = { outcome, status, code: type || `HTTP_${status}`, detail: this.#words(item) };
      } else rejected.push(refused(part[at], type || `HTTP_${status}`, this.#words(item)));
    }
    return { rejected, duplicates, left, problem };
  }

  /** An answer that is none of `_bulk`. A 4xx is one of the configuration: nothing is lost until a person has seen to it. */
  #unreadable({ answer }: Exchange): Problem {
    const status = answer?.status ?? null;
    const { type, reason } = requestError(answer?.text ?? '');
    const said = this.#clean(`${type === '' ? '' : `${type}: `}${reason}`);
    if (status !== null && status >= 400 && status < 500)
      return {
        outcome: 'blocked',
        status,
        code: type || `HTTP_${status}`,
        detail: `The cluster refuses the request (${status}): ${said}`,
      };
    return { outcome: 'retry', status, code: 'ANSWER_UNREADABLE', detail: `The answer is none of _bulk: ${said}` };
  }

  /** A problem with the words of the cluster's own error, which is JSON. */
  #explained(problem: Problem, { answer }: Exchange): Problem {
    const { type, reason } = requestError(answer?.text ?? '');
    if (type === '') return problem;
    return { ...problem, code: type, detail: this.#clean(`The cluster answers ${problem.status}: ${type}: ${reason}`) };
  }

  #words({ status, type, reason }: BulkItem): string {
    return this.#clean(`${type || `status ${status}`}: ${reason}`);
  }

  #clean(text: string): string {
    return this.#senders[0].clean(text);
  }
}

function refused({ index, text }: Document, code: string, reason: string): Rejected {
  return { index, code, reason, original: cutOriginal(text) };
}

/** Elasticsearch and OpenSearch speak the same here. */
export function elasticBulk(
  type: OutputType & ('elastic-bulk' | 'opensearch'),
  encoder: (parts: EcsParts) => RowEncoder,
): OutputKind<ElasticConfig> {
  return {
    type,
    schema: elasticSchema,
    secrets: ['password', 'api_key'],
    make: (config, parts) => {
      const dataStream = schemeOf(streamOf(config));
      const ecs = { version: parts.version, ecs: config.ecs_version, ...(dataStream && { dataStream }) };
      return new ElasticBulk(config, encoder(ecs), parts);
    },
  };
}
