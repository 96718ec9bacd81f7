import type { EventRow } from '../model/event-row.ts';
import type { OutputType } from '../model/output.ts';
import { BULK_FILTER, jsonObject } from './bulk-answer.ts';
import { BulkBody, type BulkRequest } from './bulk-body.ts';
import { type BulkJudge, bulkVerdict, requestProblem, strangeAnswer } from './bulk-verdict.ts';
import {
  authorizationOf,
  type ElasticConfig,
  elasticSchema,
  nodeUrl,
  schemeOf,
  secretsOf,
  streamOf,
} from './elastic-config.ts';
import { ElasticNodes } from './elastic-nodes.ts';
import type { EcsParts } from './encode/ecs-context.ts';
import type { RowEncoder } from './encode/row-encoder.ts';
import { SinkPool } from './encode/sink-pool.ts';
import {
  delivered,
  type Exchange,
  HttpSender,
  type Problem,
  places as placesOf,
  type SendOptions,
  undelivered,
} from './http-sender.ts';
import type { Delivery, Output, OutputKind, OutputParts, Rejected, SendLimits } from './output.ts';
import { withQuickRetries } from './quick-retry.ts';

/** Requests under way at most, to all nodes together. */
const CONCURRENCY = 8;
const QUESTION_MS = 30_000;
/** What a proxy answers in front of a node that is gone, and a node that has lost its cluster. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

interface Node {
  readonly origin: string;
  /** Of `_bulk`, with its query. */
  readonly path: string;
  readonly sender: HttpSender;
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
  readonly #parts: OutputParts;
  readonly #judge: BulkJudge;
  readonly #senders: readonly HttpSender[];
  readonly #nodes: ElasticNodes<Node>;
  readonly #sinks = new SinkPool();

  /** @throws RefusedAddress when a URL names an address that is never sent to. */
  constructor(config: ElasticConfig, encoder: RowEncoder, parts: OutputParts) {
    const { bulk_size, batch_bytes, pipeline, urls } = config;
    const stream = streamOf(config);
    const places = urls.map(nodeUrl);
    const more = places.length > 1 ? ` and ${places.length - 1} more` : '';
    this.limits = { events: bulk_size, bytes: batch_bytes, concurrency: CONCURRENCY };
    this.columns = encoder.columns && [...new Set(['id', ...encoder.columns])];
    this.endpoint = `${places[0].origin}${places[0].path}/${stream}${more}`;
    this.#config = config;
    this.#encoder = encoder;
    this.#parts = parts;
    this.#senders = places.map(({ origin }) => senderOf(origin, config, parts));
    this.#judge = { stream, pipeline, clean: (text) => this.#senders[0].clean(text) };
    const through = pipeline === undefined ? '' : `&pipeline=${encodeURIComponent(pipeline)}`;
    const bulk = `${encodeURIComponent(stream)}/_bulk?${BULK_FILTER}${through}`;
    const nodes = places.map(({ origin, path }, i) => ({ origin, path: `${path}/${bulk}`, sender: this.#senders[i] }));
    this.#nodes = new ElasticNodes(nodes, parts.now);
  }

  async send(rows: readonly EventRow[], signal: AbortSignal): Promise<Delivery> {
    if (rows.length === 0) return delivered({ bytes: 0 });
    const sink = this.#sinks.take();
    const body = new BulkBody(sink);
    for (const row of rows) body.add(String(row.id), (text) => this.#encoder.write(row, text));
    const total = { bytes: 0, body: 0, resent: 0, duplicates: 0 };
    const rejected: Rejected[] = [];
    const left: number[] = [];
    let setAside = 0;
    let problem: Problem | undefined;
    let unanswered = false;
    for (const request of body.requests(this.#config.batch_bytes)) {
      if (problem) {
        left.push(...placesOf(request.from, rows.length));
        break;
      }
      const { exchange, repeated } = await this.#post(request, signal);
      unanswered ||= exchange.answer === undefined || repeated > 0;
      const verdict = bulkVerdict(request, exchange, this.#judge);
      total.bytes += exchange.bytes;
      total.body += exchange.body;
      total.resent += repeated * request.count;
      total.duplicates += verdict.duplicates;
      setAside += verdict.setAside;
      problem = verdict.problem;
      for (const one of verdict.rejected) rejected.push(one);
      for (const place of verdict.left) left.push(place);
    }
    // Of an attempt that was given up the last bytes may still be on their way.
    if (!unanswered) this.#sinks.give(sink);
    if (problem) return undelivered(problem, left, { ...total, rejected });
    return delivered({ ...total, rejected, ...(setAside > 0 && warning(setAside)) });
  }

  /**
   * An empty request to `_bulk` of the stream, which a key that may do nothing but write may send, too: a node that works
   * and knows us refuses it as empty, with 400. Whether we may write to this very stream only a document tells.
   */
  async probe(signal: AbortSignal): Promise<Delivery> {
    const timeoutMs = Math.min(QUESTION_MS, this.#config.timeout_ms);
    const { exchange } = await this.#ask('\n', { signal, timeoutMs });
    const { answer } = exchange;
    const problem = requestProblem(exchange, this.#judge);
    if (problem) return undelivered(problem, [], { bytes: 0 });
    const works = answer && (answer.status === 200 || answer.status === 400) && jsonObject(answer.text) !== undefined;
    if (works) return delivered({ bytes: 0, status: answer.status });
    return undelivered(strangeAnswer(answer, 1, this.#judge), [], { bytes: 0 });
  }

  async close(): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.close()));
  }

  async #post({ body }: BulkRequest, signal: AbortSignal): Promise<{ exchange: Exchange; repeated: number }> {
    const retry = { attempts: this.#config.max_retries, firstMs: this.#config.backoff_ms };
    let sent = 0;
    const attempt = async () => {
      const { exchange, requests } = await this.#ask(body, { signal });
      sent += requests;
      return exchange;
    };
    const { exchange } = await withQuickRetries(attempt, retry, signal);
    return { exchange, repeated: sent - 1 };
  }

  /** Sends to the node whose turn it is, and at once to the next ones where it cannot be reached. */
  async #ask(body: string | Uint8Array, options: SendOptions): Promise<{ exchange: Exchange; requests: number }> {
    for (let requests = 1; ; requests++) {
      const node = this.#nodes.pick();
      const exchange = await node.sender.send(node.path, body, options);
      // What was given up says nothing about the node.
      if (options.signal?.aborted) return { exchange, requests };
      const { answer, problem } = exchange;
      this.#report(node, answer !== undefined && !AWAY.has(answer.status), problem);
      const unreached = answer === undefined && !/TIMEOUT|ETIMEDOUT/.test(problem?.code ?? '');
      if (!unreached || requests >= this.#senders.length || !this.#nodes.available) return { exchange, requests };
    }
  }

  /** A node that is left out is told of where others hide that it is away. */
  #report(node: Node, works: boolean, problem: Problem | undefined): void {
    const pause = this.#nodes.report(node, works);
    if (pause === 0 || this.#senders.length === 1) return;
    const { log, name } = this.#parts;
    const { code, detail } = problem ?? { code: '', detail: '' };
    log.warn(
      { output: name, node: node.origin, code, detail, seconds: pause / 1000 },
      'a node is left out for a while',
    );
  }
}

function senderOf(origin: string, config: ElasticConfig, { now, version }: OutputParts): HttpSender {
  const authorization = authorizationOf(config);
  return new HttpSender({
    origin,
    verifyTls: config.verify_tls,
    ca: config.ca,
    allowPrivate: config.allow_private,
    connections: CONCURRENCY,
    headers: {
      'content-type': 'application/x-ndjson',
      accept: 'application/json',
      'user-agent': `vedette/${version}`,
      ...(authorization !== undefined && { authorization }),
    },
    secrets: secretsOf(config),
    gzip: config.gzip,
    timeoutMs: config.timeout_ms,
    now,
  });
}

function warning(documents: number): Pick<Delivery, 'code' | 'detail'> {
  const detail = `The stream refused ${documents} of the documents; the cluster keeps them in its failure store.`;
  return { code: 'FAILURE_STORE', detail };
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
