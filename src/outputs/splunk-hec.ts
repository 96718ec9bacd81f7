import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { EventRow } from '../model/event-row.ts';
import type { EncoderParts, RowEncoder } from './encode/row-encoder.ts';
import { SinkPool } from './encode/sink-pool.ts';
import { ACK_TIMING, type AckAnswer, type AckTiming, HecAcks } from './hec-acks.ts';
import { objectOf } from './hec-codes.ts';
import { collectorUrl, type HecConfig, hecSchema, indexedFields } from './hec-config.ts';
import { HecEnvelope } from './hec-envelope.ts';
import { type HecPost, HecRound } from './hec-round.ts';
import { hecVerdict } from './hec-verdict.ts';
import { delivered, HttpSender, type Problem, places, undelivered } from './http-sender.ts';
import type { Delivery, Output, OutputKind, OutputParts, SendLimits } from './output.ts';
import { withQuickRetries } from './quick-retry.ts';

/** Requests under way at most. */
const CONCURRENCY = 8;
/** Requests of one call where acknowledgements are waited for, which takes seconds. */
const ROUND = 10;
/** A question needs no more. */
const QUESTION_MS = 30_000;
/** Number of no request, to ask whether asking is possible at all. */
const NOBODYS = 2 ** 31 - 1;

/** Splunk's HTTP Event Collector as a receiver (help.splunk.com, "Set up and use HTTP Event Collector"). */
export class SplunkHec implements Output {
  readonly limits: SendLimits;
  readonly columns: readonly string[] | undefined;
  readonly endpoint: string;
  readonly #config: HecConfig;
  readonly #encoder: RowEncoder;
  readonly #envelope: HecEnvelope;
  readonly #sender: HttpSender;
  readonly #acks: HecAcks;
  readonly #sinks = new SinkPool();
  readonly #path: string;
  readonly #channel: string;
  /** Whether the token has indexer acknowledgement; undefined until an answer has told. */
  #acknowledges: boolean | undefined;
  /** With `ack: true`: that the token has it was asked for, and is so. */
  #asked = false;
  #first: Promise<HecPost> | undefined;

  /** @throws RefusedAddress when the URL names an address that is never sent to. */
  constructor(config: HecConfig, encoder: RowEncoder, parts: OutputParts, timing: AckTiming = ACK_TIMING) {
    const { origin, path } = collectorUrl(config.hec_url);
    const { batch_size, batch_bytes, ack, host, source, sourcetype, index, extra_fields } = config;
    const round = ack === true ? ROUND : 1;
    this.limits = { events: batch_size * round, bytes: batch_bytes * round, concurrency: CONCURRENCY };
    this.endpoint = `${origin}${path}/event`;
    this.#config = config;
    this.#encoder = encoder;
    this.#envelope = new HecEnvelope({ host, source, sourcetype, index, fields: indexedFields(extra_fields) });
    this.columns = encoder.columns && [...new Set([...encoder.columns, ...this.#envelope.columns])];
    this.#path = path;
    this.#acknowledges = ack === false ? false : undefined;
    this.#channel = config.channel ?? channelOf(parts.name, this.endpoint);
    this.#sender = new HttpSender({
      origin,
      verifyTls: config.verify_tls,
      ca: config.ca,
      allowPrivate: config.allow_private,
      connections: CONCURRENCY + 2,
      headers: {
        authorization: `Splunk ${config.token}`,
        'content-type': 'application/json; charset=utf-8',
        'user-agent': `vedette/${parts.version}`,
        ...(ack !== false && { 'x-splunk-request-channel': this.#channel }),
      },
      secrets: [config.token],
      gzip: config.gzip,
      timeoutMs: config.timeout_ms,
      cookies: true,
      now: parts.now,
    });
    this.#acks = new HecAcks((ids) => this.#ask(ids), timing);
  }

  async send(rows: readonly EventRow[], signal: AbortSignal): Promise<Delivery> {
    if (rows.length === 0) return delivered({ bytes: 0 });
    const missing = await this.#insist(signal);
    if (missing) return undelivered(missing, places(0, rows.length), { bytes: 0 });
    const { batch_size, batch_bytes } = this.#config;
    const sink = this.#sinks.take();
    let unanswered = false;
    const post = async (body: Uint8Array) => {
      const done = await this.#inTurn(() => this.#post(body, signal));
      unanswered ||= !done.answered;
      return done;
    };
    const round = new HecRound({
      rows,
      signal,
      mostEvents: batch_size,
      mostBytes: batch_bytes,
      write: (row, text) => this.#envelope.write(row, this.#encoder, text),
      sink,
      post,
      acks: this.#acks,
      acknowledges: () => this.#acknowledges,
      waits: this.#config.ack !== false,
    });
    const delivery = await round.run();
    // Of an attempt that was given up the last bytes may still be on their way.
    if (!unanswered) this.#sinks.give(sink);
    return delivery;
  }

  async probe(signal: AbortSignal): Promise<Delivery> {
    const missing = await this.#insist(signal);
    if (missing) return undelivered(missing, [], { bytes: 0 });
    const exchange = await this.#sender.send(`${this.#path}/health`, undefined, {
      method: 'GET',
      signal,
      timeoutMs: Math.min(QUESTION_MS, this.#config.timeout_ms),
    });
    const { answer } = exchange;
    // Collectors of others have no such page: whether they take events shows when they get some.
    if (answer?.status === 404 || answer?.status === 405) return delivered({ bytes: 0, status: answer.status });
    const verdict = hecVerdict(exchange, this.#sender, this.endpoint, true);
    if (verdict.kind === 'taken') return delivered({ bytes: 0, status: answer?.status });
    if (verdict.kind === 'problem') return undelivered(verdict.problem, [], { bytes: 0 });
    const problem = {
      outcome: 'retry',
      status: answer?.status ?? null,
      code: verdict.code,
      detail: verdict.reason,
    } as const;
    return undelivered(problem, [], { bytes: 0 });
  }

  async close(): Promise<void> {
    this.#acks.close();
    await this.#sender.close();
  }

  /** The very first requests go one by one: only an answer sets the cookie of a balancer, and tells about acknowledgements. */
  async #inTurn(post: () => Promise<HecPost>): Promise<HecPost> {
    if (this.#acknowledges !== undefined) return post();
    while (this.#first !== undefined && this.#acknowledges === undefined) {
      const done = await this.#first;
      // What keeps one out keeps all out: no need to try in turn.
      const { verdict } = done;
      if (verdict.kind === 'problem' && verdict.problem.outcome !== 'split') return { ...done, bytes: 0, repeated: 0 };
    }
    if (this.#acknowledges !== undefined) return post();
    const mine = post();
    this.#first = mine;
    const done = await mine;
    this.#first = undefined;
    return done;
  }

  async #post(body: Uint8Array, signal: AbortSignal): Promise<HecPost> {
    const retry = { attempts: this.#config.max_retries, firstMs: this.#config.backoff_ms };
    const attempt = () => this.#sender.send(`${this.#path}/event`, body, { signal });
    const { exchange, repeated } = await withQuickRetries(attempt, retry, signal);
    const verdict = hecVerdict(exchange, this.#sender, this.endpoint);
    const post = {
      bytes: exchange.bytes,
      body: exchange.body,
      repeated,
      answered: exchange.answer !== undefined && repeated === 0,
    };
    if (verdict.kind !== 'taken' || this.#config.ack === false) return { verdict, ...post };
    this.#acknowledges = verdict.ackId !== undefined;
    if (this.#acknowledges || this.#config.ack === 'auto') return { verdict, ...post };
    // It was there when it was asked for, so it was switched off meanwhile: the next call asks again, and stops there.
    this.#asked = false;
    return { verdict: { ...verdict, ...ACK_MISSING }, ...post };
  }

  /** With `ack: true`: whether the token has acknowledgements at all, before anything is sent that would not get one. */
  async #insist(signal: AbortSignal): Promise<Problem | undefined> {
    if (this.#config.ack !== true || this.#asked || signal.aborted) return undefined;
    const answer = await this.#ask([NOBODYS]);
    if ('problem' in answer) return answer.problem;
    this.#asked = true;
    return undefined;
  }

  async #ask(ids: readonly number[]): Promise<AckAnswer> {
    const timeoutMs = Math.min(QUESTION_MS, this.#config.timeout_ms);
    const exchange = await this.#sender.send(
      `${this.#path}/ack?channel=${this.#channel}`,
      JSON.stringify({ acks: ids }),
      { timeoutMs },
    );
    const { answer, problem } = exchange;
    if (answer?.status === 200 && !answer.cut) {
      const acks = objectOf(answer.text)?.acks;
      if (typeof acks === 'object' && acks !== null)
        return { indexed: new Set(ids.filter((id) => (acks as Readonly<Record<string, unknown>>)[id] === true)) };
    }
    const verdict = hecVerdict(exchange, this.#sender, this.endpoint);
    if (verdict.kind === 'problem') return { problem: verdict.problem };
    const detail = `The answer to a question for acknowledgements cannot be read: ${this.#sender.clean(answer?.text ?? '')}`;
    return { problem: problem ?? { outcome: 'retry', status: answer?.status ?? null, code: 'ACK_UNKNOWN', detail } };
  }
}

const ACK_MISSING = {
  code: 'ACK_MISSING',
  warning: 'Splunk took the events, but the token acknowledges nothing any more.',
};

/** A GUID (RFC 9562, 5.8) that this machine always gives this output: Splunk keeps state for each channel. */
function channelOf(name: string, endpoint: string): string {
  const bytes = createHash('sha256').update(`${hostname()}\n${name}\n${endpoint}`).digest();
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** Makers of the encoders by what `naming` says. */
export type HecEncoders = Readonly<Record<HecConfig['naming'], (parts: EncoderParts) => RowEncoder>>;

export function splunkHec(encoders: HecEncoders): OutputKind<HecConfig> {
  return {
    type: 'splunk-hec',
    schema: hecSchema,
    secrets: ['token'],
    make: (config, parts) => new SplunkHec(config, encoders[config.naming]({ version: parts.version }), parts),
  };
}
