import { promisify } from 'node:util';
import { constants, gzip as gzipCallback } from 'node:zlib';
import {
  type HttpAnswer,
  HttpClient,
  type HttpClientOptions,
  HttpFailure,
  type HttpRequest,
} from '../kit/http-client.ts';
import { CookieJar } from './cookie-jar.ts';
import type { Delivery } from './output.ts';
import { Redactor } from './redactor.ts';
import { retryAfter } from './retry-after.ts';

const gzip = promisify(gzipCallback);
/** Bytes below which compression is not worth a thread's turn. */
const SMALL = 512;
/** Bytes of a piece of compressed text at least. */
const PIECE = 16 * 2 ** 10;
/** Of an answer: enough for 10,000 items of a bulk request. */
const MAX_ANSWER = 16 * 2 ** 20;

/** Why a request did not do what it was for, in the words of a {@link Delivery}. */
export interface Problem {
  readonly outcome: 'retry' | 'blocked' | 'split';
  readonly status: number | null;
  readonly code: string;
  readonly detail: string;
  readonly retryAfter?: number;
}

/** What became of a request. `problem` is set when no answer came, and for a status that means the same everywhere. */
export interface Exchange {
  /** Of the request's body, on the wire. */
  readonly bytes: number;
  /** Of it before compression. */
  readonly body: number;
  readonly answer: HttpAnswer | undefined;
  readonly problem: Problem | undefined;
}

export interface HttpSenderOptions extends HttpClientOptions {
  /** Sent with each request: authorisation among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** What must never be seen in a detail: tokens, passwords, keys. */
  readonly secrets: readonly string[];
  readonly gzip: boolean;
  /** See {@link HttpRequest.timeoutMs}. */
  readonly timeoutMs: number;
  /** Sends back the cookies that are set: load balancers that stick. */
  readonly cookies?: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What one request may have of its own. */
export interface SendOptions {
  readonly method?: HttpRequest['method'];
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** Requests of an output to one origin: compressed on the thread pool, with failures sorted and secrets removed. */
export class HttpSender {
  readonly #client: HttpClient;
  readonly #options: HttpSenderOptions;
  readonly #redactor: Redactor;
  readonly #jar: CookieJar | undefined;

  /** @throws RefusedAddress when the origin names an address that is never sent to. */
  constructor(options: HttpSenderOptions) {
    this.#options = options;
    this.#client = new HttpClient(options);
    this.#redactor = new Redactor(options.secrets);
    this.#jar = options.cookies ? new CookieJar() : undefined;
  }

  /** Receiver's words as they may be shown. */
  clean(text: string): string {
    return this.#redactor.clean(text);
  }

  /**
   * Sends a request, POST unless told otherwise, and reads its answer. Does not throw for anything a receiver or network
   * does.
   * @param body Text, bytes, or texts to be joined; nothing is sent when undefined.
   */
  async send(
    path: string,
    body: string | Uint8Array | readonly string[] | undefined,
    options: SendOptions = {},
  ): Promise<Exchange> {
    const { gzip, now, timeoutMs } = this.#options;
    const plain = bytesOf(body);
    const zipped = gzip && plain !== undefined && plain.length >= SMALL;
    const content = zipped ? await compressed(plain) : plain;
    const sizes = { bytes: content?.length ?? 0, body: plain?.length ?? 0 };
    const cookie = this.#jar?.header;
    try {
      const answer = await this.#client.request({
        method: options.method ?? 'POST',
        path,
        headers: {
          ...this.#options.headers,
          ...options.headers,
          ...(zipped && { 'content-encoding': 'gzip' }),
          ...(cookie !== undefined && { cookie }),
        },
        body: content,
        signal: options.signal,
        timeoutMs: options.timeoutMs ?? timeoutMs,
        maxAnswer: MAX_ANSWER,
      });
      this.#jar?.keep(answer.cookies, now());
      return { ...sizes, answer, problem: this.#problemOf(answer) };
    } catch (error) {
      return { ...sizes, answer: undefined, problem: this.#failure(error) };
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** A problem of one's own type from an answer: its status, and the receiver's words cleaned. */
  problem(outcome: Problem['outcome'], answer: HttpAnswer, code: string, detail: string): Problem {
    const { status, headers } = answer;
    const seconds = retryAfter(headers, this.#options.now());
    return { outcome, status, code, detail: this.clean(detail), ...(seconds !== undefined && { retryAfter: seconds }) };
  }

  /** A status that means the same for every receiver; undefined for success and for what each type judges itself. */
  #problemOf(answer: HttpAnswer): Problem | undefined {
    const { status } = answer;
    const outcome = outcomeOf(status);
    if (outcome === undefined) return undefined;
    const words = this.clean(answer.text);
    const said = words === '' ? 'without a word' : `: ${words}`;
    const detail = `${SENTENCES[status] ?? `The receiver answered ${status}`}${words === '' ? ' ' : ''}${said}`;
    return this.problem(outcome, answer, `HTTP_${status}`, detail);
  }

  #failure(error: unknown): Problem {
    // What is not the network's is a fault of ours (a header that cannot be sent): a person must see it, nothing is lost.
    const { kind, code, message } =
      error instanceof HttpFailure ? error : { kind: 'fault', code: 'FAULT', message: String(error) };
    const blocked = kind === 'tls' || kind === 'refused' || kind === 'fault' || code === 'UND_ERR_INVALID_ARG';
    return { outcome: blocked ? 'blocked' : 'retry', status: null, code, detail: this.clean(message) };
  }
}

const SENTENCES: Readonly<Record<number, string>> = {
  401: 'The receiver does not know us (401)',
  403: 'The receiver does not allow this (403)',
  407: 'A proxy wants to know who we are (407)',
  413: 'The request is too large for the receiver (413)',
  429: 'The receiver asks us to slow down (429)',
  503: 'The receiver is busy or starting (503)',
};

/** RFC 9110, 15; 425 is RFC 8470, 429 RFC 6585. A redirect is not followed: what moved is configured anew, by a person. */
function outcomeOf(status: number): Problem['outcome'] | undefined {
  if (status === 413) return 'split';
  if (status === 401 || status === 403 || status === 407) return 'blocked';
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'retry';
  return status >= 300 && status < 400 ? 'blocked' : undefined;
}

function bytesOf(body: string | Uint8Array | readonly string[] | undefined): Uint8Array | undefined {
  if (body === undefined || body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : body.join(''));
}

/**
 * Level 1: half the work of level 6 for a few percent more bytes. The result comes in one piece where it is at most a quarter,
 * instead of a turn of thread pool and event loop for each 16 KiB.
 */
function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  return gzip(bytes, { level: constants.Z_BEST_SPEED, chunkSize: Math.max(PIECE, bytes.length >> 2) });
}

/** What else a delivery says: what was settled, and how much was sent. */
export type DeliveryParts = Pick<Delivery, 'bytes'> &
  Partial<Pick<Delivery, 'rejected' | 'duplicates' | 'resent' | 'body'>>;

/** The delivery of requests that failed, or some of them: `left` is not settled. */
export function undelivered(problem: Problem, left: readonly number[], parts: DeliveryParts): Delivery {
  return { rejected: [], duplicates: 0, ...parts, ...problem, left };
}

/** The delivery of requests that the receiver confirmed. `code` and `detail` may hold a warning. */
export function delivered(parts: DeliveryParts & Partial<Pick<Delivery, 'status' | 'code' | 'detail'>>): Delivery {
  return { rejected: [], duplicates: 0, status: 200, code: '', detail: '', ...parts, outcome: 'delivered', left: [] };
}

/** `[from, to)`. */
export function places(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** What was sent for an event that is refused, as long as a dead letter keeps it: 64 KiB. */
export function cutOriginal(text: string): string {
  return text.length > 65_536 ? text.slice(0, 65_536) : text;
}
