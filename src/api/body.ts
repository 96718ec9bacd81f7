import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { AppError } from '../kit/errors.ts';

export interface BodyLimits {
  readonly bodyBytes: number;
  readonly inflatedBytes: number;
}

/** From this size on, what inflates by more than this factor is taken for a bomb. Deflate itself ends at about 1,030. */
const RATIO_FROM = 8 * 1024 * 1024;
const RATIO = 200;

const MEDIA_TYPES = new Set([
  '',
  'application/json',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/jsonlines',
  'application/x-jsonlines',
  'application/octet-stream',
  'application/gzip',
  'application/x-gzip',
  'text/plain',
]);

/** Bytes of bodies that may be held at the same time, over all requests. */
export class BodyBudget {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get held(): number {
    return this.#held;
  }

  /** @throws AppError QUEUE_FULL when there is no room */
  take(bytes: number): void {
    if (this.#held + bytes > this.#limit)
      throw new AppError('QUEUE_FULL', 'Too many large requests are being read; nothing of this batch was taken.', {
        retryAfter: 1,
      });
    this.#held += bytes;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}

export interface ReadBody {
  readonly bytes: Uint8Array;
  /** Gives the room back; call it when the bytes are no longer needed. */
  release(): void;
}

/** Media type in lower case without parameters, and the parameter `format`, by which a sender names what it sends. */
export function contentType(header: string | undefined): { readonly media: string; readonly format?: string } {
  const [media = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim());
  const format = parameters.map((part) => /^format="?([\w.-]{1,64})"?$/i.exec(part)?.[1]).find(Boolean);
  return { media: media.toLowerCase(), format };
}

/** @throws AppError UNSUPPORTED_MEDIA_TYPE */
function checkMedia(header: string | undefined): void {
  const { media } = contentType(header);
  if (MEDIA_TYPES.has(media) || /^application\/[\w.+-]+\+json$/.test(media)) return;
  throw new AppError(
    'UNSUPPORTED_MEDIA_TYPE',
    `"${media}" is not read here: send application/json or application/x-ndjson.`,
  );
}

/** Whether it is said to be gzip; undefined when nothing is said. @throws AppError UNSUPPORTED_MEDIA_TYPE */
function saidGzip(header: string | undefined): true | undefined {
  const encoding = (header ?? '').trim().toLowerCase();
  if (encoding === 'gzip' || encoding === 'x-gzip') return true;
  if (encoding === '' || encoding === 'identity') return undefined;
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', `Content-Encoding "${encoding}" is not read here: send gzip or none.`);
}

/**
 * Reads an ingest body, inflating gzip (by header, or by its magic bytes). Every limit holds while streaming: nothing
 * past it is read or inflated.
 * @throws AppError BODY_TOO_LARGE, INVALID_GZIP, UNSUPPORTED_MEDIA_TYPE, QUEUE_FULL, BAD_REQUEST when it was cut off
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits, budget: BodyBudget): Promise<ReadBody> {
  checkMedia(request.headers['content-type']);
  const gzip = saidGzip(request.headers['content-encoding']);
  if (Number(request.headers['content-length'] ?? 0) > limits.bodyBytes) throw tooLarge(limits.bodyBytes, 'sent');
  const reader = new BodyReader(limits, budget, gzip);
  try {
    // Left undestroyed on an error, so that the answer can still be written.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) await reader.push(chunk as Buffer);
    return await reader.finish();
  } catch (error) {
    reader.abandon();
    if (error instanceof AppError) throw error;
    throw new AppError('BAD_REQUEST', 'The body was cut off before its end.', { cause: error });
  }
}

function tooLarge(limit: number, how: string): AppError {
  return new AppError('BODY_TOO_LARGE', `The body has more than ${limit} bytes as ${how}.`);
}

class BodyReader {
  readonly #limits: BodyLimits;
  readonly #budget: BodyBudget;
  readonly #chunks: Buffer[] = [];
  #gzip: boolean | undefined;
  #inflater: Inflater | undefined;
  /** The first byte, while it is not yet clear what it begins. */
  #head: Buffer = Buffer.alloc(0);
  #received = 0;
  #taken = 0;

  constructor(limits: BodyLimits, budget: BodyBudget, gzip: true | undefined) {
    this.#limits = limits;
    this.#budget = budget;
    this.#gzip = gzip;
  }

  async push(chunk: Buffer): Promise<void> {
    this.#received += chunk.length;
    if (this.#received > this.#limits.bodyBytes) throw tooLarge(this.#limits.bodyBytes, 'sent');
    let bytes = chunk;
    if (this.#gzip === undefined) {
      bytes = this.#head.length > 0 ? Buffer.concat([this.#head, chunk]) : chunk;
      this.#head = Buffer.alloc(0);
      if (bytes.length < 2) {
        this.#head = bytes;
        return;
      }
      this.#gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    }
    await this.#take(bytes);
  }

  async #take(bytes: Buffer): Promise<void> {
    if (!this.#gzip) return this.#keep(bytes);
    this.#inflater ??= new Inflater((chunk) => this.#keepInflated(chunk));
    await this.#inflater.write(bytes);
  }

  #keepInflated(chunk: Buffer): void {
    const size = this.#taken + chunk.length;
    if (size > this.#limits.inflatedBytes) throw tooLarge(this.#limits.inflatedBytes, 'inflated');
    if (size > RATIO_FROM && size > this.#received * RATIO)
      throw new AppError('BODY_TOO_LARGE', `The body inflates by more than ${RATIO} times.`);
    this.#keep(chunk);
  }

  #keep(chunk: Buffer): void {
    this.#budget.take(chunk.length);
    this.#taken += chunk.length;
    this.#chunks.push(chunk);
  }

  async finish(): Promise<ReadBody> {
    if (this.#head.length > 0) this.#keep(this.#head);
    if (this.#gzip === true && !this.#inflater) throw new AppError('EMPTY_BATCH', 'The request carries no record.');
    await this.#inflater?.end();
    const bytes = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks, this.#taken);
    this.#chunks.length = 0;
    return { bytes, release: () => this.abandon() };
  }

  /** Gives everything back; may be called twice. */
  abandon(): void {
    this.#inflater?.destroy();
    this.#chunks.length = 0;
    this.#budget.give(this.#taken);
    this.#taken = 0;
  }
}

/** A gunzip that is fed and awaited piece by piece; what it gives goes to `take`, which may refuse by throwing. */
class Inflater {
  readonly #gunzip = createGunzip({ chunkSize: 64 * 1024 });
  readonly #ended: Promise<void>;
  #failure: Error | undefined;

  constructor(take: (chunk: Buffer) => void) {
    this.#gunzip.on('data', (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        this.#gunzip.destroy(error as Error);
      }
    });
    this.#ended = new Promise((resolve) => this.#gunzip.once('close', resolve));
    this.#gunzip.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  async write(bytes: Buffer): Promise<void> {
    this.#check();
    const written = new Promise<void>((resolve) => this.#gunzip.write(bytes, () => resolve()));
    await Promise.race([written, this.#ended]);
    this.#check();
  }

  async end(): Promise<void> {
    this.#gunzip.end();
    await this.#ended;
    this.#check();
  }

  destroy(): void {
    this.#gunzip.destroy();
  }

  #check(): void {
    if (this.#failure === undefined) return;
    if (this.#failure instanceof AppError) throw this.#failure;
    throw new AppError('INVALID_GZIP', `The body cannot be inflated: ${this.#failure.message}.`);
  }
}
