import { Pool } from 'undici';
import { checkLiteral, guardedLookup, RefusedAddress, type Resolve } from './address-guard.ts';
import { messageOf } from './errors.ts';

export interface HttpClientOptions {
  /** `https://splunk.example:8088`; credentials, path and query in it are ignored. */
  readonly origin: string;
  /** False accepts any certificate. */
  readonly verifyTls?: boolean;
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca?: string;
  /** Whether private and loopback addresses may be connected to. */
  readonly allowPrivate?: boolean;
  /** Connections at a time: 8 when not given. */
  readonly connections?: number;
  /** Milliseconds for connecting: 10,000 when not given. */
  readonly connectMs?: number;
  /** Look-up of names: the system's when not given. */
  readonly resolve?: Resolve;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'HEAD' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal;
  /**
   * Milliseconds until the answer's headers, and then between two pieces of its body: 60,000 when not given. The whole,
   * waiting for a free connection included, may take five times as long: an answer that drips in has an end, too.
   */
  readonly timeoutMs?: number;
  /** Bytes of the answer that are kept: 1 MiB when not given. */
  readonly maxAnswer?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; the last of several. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `Set-Cookie` headers, each as it came. */
  readonly cookies: readonly string[];
  /** UTF-8. */
  readonly text: string;
  /** The answer was longer than `maxAnswer`, and `text` is its beginning. */
  readonly cut: boolean;
}

/** No answer came. `tls`: the certificate is not trusted. `refused`: the guard does not allow the address. */
export class HttpFailure extends Error {
  readonly kind: 'network' | 'timeout' | 'tls' | 'refused' | 'aborted';
  /** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `UND_ERR_HEADERS_TIMEOUT`... */
  readonly code: string;

  constructor(kind: HttpFailure['kind'], code: string, message: string) {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

const MIB = 2 ** 20;
/** Codes of OpenSSL's verification (X509_V_ERR_*, as Node writes them), of Node's TLS and of handshakes that fail. */
const TLS =
  /CERT|TLS|SSL|^CRL_|^UNABLE_TO_|^INVALID_(CA|PURPOSE)$|^(PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|EPROTO)$|^ERROR_IN_C/;
const TIMEOUT = /TIMEOUT|ETIMEDOUT/;
/** How many times `timeoutMs` a request may take in all. */
const WHOLE = 5;

/** HTTP to one origin over kept connections. Redirects are not followed: a receiver that moved is configured anew. */
export class HttpClient {
  readonly #pool: Pool;

  /** @throws RefusedAddress when the origin names an address that is never sent to. */
  constructor(options: HttpClientOptions) {
    const { origin, hostname } = new URL(options.origin);
    const allowPrivate = options.allowPrivate ?? false;
    checkLiteral(hostname, allowPrivate);
    this.#pool = new Pool(origin, {
      connections: options.connections ?? 8,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: {
        timeout: options.connectMs ?? 10_000,
        rejectUnauthorized: options.verifyTls ?? true,
        ca: options.ca,
        lookup: guardedLookup(allowPrivate, options.resolve),
      },
    });
  }

  /** @throws HttpFailure when no answer came, or not all of it. */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    const { method, path, body, signal, timeoutMs = 60_000, maxAnswer = MIB } = request;
    const end = new AbortController();
    const giveUp = () => end.abort();
    if (signal?.aborted) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    const whole = setTimeout(giveUp, WHOLE * timeoutMs);
    try {
      const answer = await this.#pool.request({
        method,
        path,
        headers: request.headers,
        body: body ?? null,
        signal: end.signal,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      const { text, cut } = await textOf(answer.body, maxAnswer);
      return { status: answer.statusCode, ...headersOf(answer.headers), text, cut };
    } catch (error) {
      if (signal?.aborted) throw new HttpFailure('aborted', 'ABORTED', 'The request was given up.');
      if (end.signal.aborted)
        throw new HttpFailure('timeout', 'ETIMEDOUT', `No complete answer within ${(WHOLE * timeoutMs) / 1000} s.`);
      throw failureOf(error);
    } finally {
      clearTimeout(whole);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

async function textOf(body: AsyncIterable<Uint8Array>, limit: number): Promise<{ text: string; cut: boolean }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece.subarray(0, limit - length));
    length += piece.length;
    // Leaving the loop ends the connection: the rest is not waited for.
    if (length > limit) return { text: Buffer.concat(pieces).toString(), cut: true };
  }
  return { text: Buffer.concat(pieces).toString(), cut: false };
}

function headersOf(received: Record<string, string | string[] | undefined>): Pick<HttpAnswer, 'headers' | 'cookies'> {
  const headers: Record<string, string> = {};
  let cookies: readonly string[] = [];
  for (const [name, value] of Object.entries(received)) {
    if (value === undefined) continue;
    const values = Array.isArray(value) ? value : [value];
    if (name === 'set-cookie') cookies = values;
    headers[name] = values.at(-1) ?? '';
  }
  return { headers, cookies };
}

/** Sorts what a socket or a look-up throws. */
export function failureOf(error: unknown): HttpFailure {
  if (error instanceof RefusedAddress) return new HttpFailure('refused', 'REFUSED_ADDRESS', error.message);
  const code = String((error as { code?: unknown } | null)?.code ?? 'UNKNOWN');
  // A name with several addresses, none of which answers: the error of all has no words of its own.
  const message =
    error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error) || `Failed: ${code}.`;
  if (TLS.test(code)) return new HttpFailure('tls', code, message);
  if (TIMEOUT.test(code)) return new HttpFailure('timeout', code, message);
  return new HttpFailure('network', code, message);
}
