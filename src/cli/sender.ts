import { type Batch, compress, halves } from './batches.ts';
import type { ApiError, Client } from './client.ts';
import { CliError, EXIT } from './exit.ts';

export interface SendOptions {
  /** What the records are (`zeek.conn`, `nfdump`…); found out by the server when not given. */
  readonly format?: string;
  readonly collector?: string;
  /** Largest body in bytes, compressed. */
  readonly maxBody: number;
  /** Waits so many ms, or until the signal; passed in so that tests need not wait. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Rejection {
  /** Number of the record in the input, from 0. */
  readonly record: number;
  readonly reason: string;
}

interface PartialAnswer {
  readonly failed?: number;
  readonly errors?: readonly { readonly index: number; readonly error: string }[];
}

/** How long the server may say "later" to one batch before that counts as not there. */
const PATIENCE_MS = 10 * 60_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Sends batches and counts what becomes of the records. 429 and 503 are waited out as `Retry-After` says; 413 halves the
 * batch; 400 and 207 reject records with the reason. A lost connection is not retried: whether the batch was taken is
 * not known then, and to send it again could store it twice.
 */
export class Sender {
  accepted = 0;
  rejected = 0;
  batches = 0;
  /** Compressed bytes that were taken. */
  bytes = 0;
  /** Seconds of the pause that is going on, 0 when there is none. */
  waiting = 0;
  readonly reasons = new Map<string, number>();
  /** The first few, to show. */
  readonly examples: Rejection[] = [];
  readonly #client: Client;
  readonly #options: SendOptions;
  readonly #headers: Record<string, string>;

  constructor(client: Client, options: SendOptions) {
    this.#client = client;
    this.#options = options;
    this.#headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
    if (options.collector !== undefined) this.#headers['x-collector-id'] = options.collector;
  }

  /** @throws CliError when nothing more can be sent, or `signal` ended a pause. */
  async send(batch: Batch, signal: AbortSignal): Promise<void> {
    const body = await compress(batch);
    if (body.length > this.#options.maxBody && batch.count > 1) return this.#sendHalves(batch, signal);
    const response = await this.#patiently(body, signal);
    if (response.ok) {
      this.batches++;
      this.bytes += body.length;
      const answer = (await response.json().catch(() => ({}))) as PartialAnswer;
      const failed = response.status === 207 ? (answer.failed ?? answer.errors?.length ?? 0) : 0;
      this.accepted += batch.count - failed;
      this.#note(batch, failed, answer.errors ?? []);
      return undefined;
    }
    const failure = await this.#client.failure(response);
    if (failure.status === 413 && batch.count > 1) return this.#sendHalves(batch, signal);
    if (failure.status === 413 || (failure.status === 400 && !isAboutTheRequest(failure))) {
      this.reject(batch.first, batch.count, failure.message);
      return undefined;
    }
    throw failure;
  }

  /** Counts records that are not stored. */
  reject(first: number, count: number, reason: string): void {
    this.rejected += count;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + count);
    if (this.examples.length < 10) this.examples.push({ record: first, reason });
  }

  async #sendHalves(batch: Batch, signal: AbortSignal): Promise<void> {
    for (const half of halves(batch)) await this.send(half, signal);
  }

  #note(batch: Batch, failed: number, errors: NonNullable<PartialAnswer['errors']>): void {
    for (const { index, error } of errors) this.reject(batch.first + index, 1, error);
    // An answer may list fewer errors than it counts.
    if (failed > errors.length) this.reject(batch.first, failed - errors.length, 'rejected, no reason listed');
  }

  async #patiently(body: Uint8Array, signal: AbortSignal): Promise<Response> {
    let waited = 0;
    let next = FIRST_WAIT_MS;
    for (;;) {
      const query = { format: this.#options.format };
      const response = await this.#client.raw('/v1/ingest/bulk', query, {
        method: 'POST',
        body,
        headers: this.#headers,
      });
      if (response.status !== 429 && response.status !== 503) return response;
      const failure = await this.#client.failure(response);
      const pause = failure.retryAfter === undefined ? next : failure.retryAfter * 1000;
      if (waited + pause > PATIENCE_MS) throw failure;
      next = Math.min(next * 2, LONGEST_WAIT_MS);
      waited += pause;
      this.waiting = pause / 1000;
      await this.#options.wait(pause, signal).finally(() => {
        this.waiting = 0;
      });
      if (signal.aborted) throw new CliError(EXIT.interrupted, 'Interrupted.');
    }
  }
}

/** 400 because of what was asked for, not of what the records are: the next batch would be refused as well. */
function isAboutTheRequest(failure: ApiError): boolean {
  return failure.code === 'UNKNOWN_FORMAT' || failure.code === 'INVALID_PARAMETER';
}
