import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { printable } from './table.ts';

/** Name of the file in the data folder in which the server leaves a key for the command line of its own machine. */
export const CLI_KEY_FILE = 'cli-key';

export interface ServerOptions {
  readonly server?: string;
  readonly key?: string;
  readonly data?: string;
}

/** What the API says when it refuses. */
interface ErrorBody {
  readonly error?: string;
  readonly detail?: unknown;
  readonly code?: string;
  readonly position?: number;
  readonly length?: number;
  readonly suggestion?: string;
  readonly request_id?: string;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** An answer that is not a success. `retryAfter` is in seconds. */
export class ApiError extends CliError {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: number | undefined;

  constructor(status: number, body: ErrorBody, retryAfter: number | undefined, hint?: string) {
    const detail = Array.isArray(body.detail) ? body.detail.map(String).join('; ') : String(body.detail ?? '');
    const sentence = detail || body.error || `The server answered ${status}.`;
    const suggestion =
      body.suggestion && !sentence.includes(body.suggestion) ? ` Did you mean ${body.suggestion}?` : '';
    const id = status >= 500 && body.request_id ? ` (request ${body.request_id})` : '';
    super(status === 400 ? EXIT.usage : EXIT.connection, `${sentence}${suggestion}${id}`, hint);
    this.status = status;
    this.code = body.code ?? '';
    this.retryAfter = retryAfter;
  }
}

/** A small client of a Vedette server. Redirects are not followed, so that the key goes nowhere else. */
export class Client {
  readonly server: string;
  readonly #key: string | undefined;

  constructor(server: string, key: string | undefined) {
    this.server = server.replace(/\/+$/, '');
    this.#key = key;
  }

  /** From options, environment and the key file of a local server, in that order. */
  static from(options: ServerOptions, io: Pick<Io, 'env' | 'cwd'>): Client {
    const server = options.server ?? (io.env.VEDETTE_SERVER || 'http://127.0.0.1:8080');
    if (!/^https?:\/\//.test(server) || !URL.canParse(server)) {
      throw new CliError(EXIT.usage, `${server} is no address of a server.`, '--server http://127.0.0.1:8080');
    }
    const given = options.key ?? (io.env.VEDETTE_KEY || io.env.API_KEY || undefined);
    return new Client(server, given ?? localKey(server, options.data, io));
  }

  async json<T>(method: string, path: string, query: Query = {}, body?: unknown, signal?: AbortSignal): Promise<T> {
    const init: RequestInit = { method, signal: signal ?? null };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { 'content-type': 'application/json' };
    }
    const response = await this.request(path, query, init);
    const text = await response.text();
    if (text === '') return undefined as T;
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new CliError(EXIT.connection, `${this.server} does not answer as Vedette does.`, 'vedette doctor');
    }
  }

  /** A successful response with its body unread. @throws ApiError, or CliError when no server is there. */
  async request(path: string, query: Query = {}, init: RequestInit = {}): Promise<Response> {
    const response = await this.raw(path, query, init);
    if (response.ok) return response;
    throw await this.failure(response, String(query.filter ?? ''));
  }

  /** Any response, whatever its status. */
  async raw(path: string, query: Query = {}, init: RequestInit = {}): Promise<Response> {
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
    }
    const headers = new Headers(init.headers);
    if (this.#key !== undefined) headers.set('authorization', `Bearer ${this.#key}`);
    if (!headers.has('accept')) headers.set('accept', 'application/json');
    try {
      return await fetch(url, { ...init, headers, redirect: 'manual' });
    } catch (error) {
      if ((error as Error).name === 'AbortError') throw new CliError(EXIT.interrupted, 'Interrupted.');
      throw new CliError(EXIT.connection, `No answer from ${this.server}: ${reason(error)}.`, 'vedette serve');
    }
  }

  /** The error that an unsuccessful response stands for; reads its body. `filter` is what was sent as one. */
  async failure(response: Response, filter = ''): Promise<ApiError> {
    const text = await response.text().catch(() => '');
    let body: ErrorBody = {};
    try {
      body = JSON.parse(text) as ErrorBody;
    } catch {
      // Not ours: a proxy answers in HTML. The status says enough.
    }
    const error = new ApiError(response.status, body, retryAfter(response.headers), this.#hint(response.status));
    if (body.code === 'INVALID_FILTER' && body.position !== undefined && !error.message.includes('\n')) {
      const mark = '^'.repeat(Math.max(1, body.length ?? 1));
      error.excerpt = `${printable(filter)}\n${' '.repeat(body.position)}${mark}`;
    }
    return error;
  }

  #hint(status: number): string | undefined {
    if (status === 401) {
      return this.#key === undefined
        ? 'give a key: VEDETTE_KEY or --key, or --data with the folder of a server on this machine'
        : 'check the key: vedette keys list, on the machine of the server';
    }
    if (status === 403) return 'the key lacks a scope: vedette keys create NAME --scopes read,ingest,admin';
    if (status >= 300 && status < 400) return 'the server sends you elsewhere: give its final address with --server';
    return undefined;
  }
}

/** Seconds of a Retry-After header in either of its forms (RFC 9110 section 10.2.3). */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

/** The key that a server on this machine keeps for this purpose; never sent to another machine. */
function localKey(server: string, data: string | undefined, io: Pick<Io, 'env' | 'cwd'>): string | undefined {
  const { hostname } = new URL(server);
  if (!['127.0.0.1', '[::1]', 'localhost'].includes(hostname)) return undefined;
  const folder = resolve(io.cwd, data ?? (io.env.VEDETTE_DATA_DIR || '.data'));
  try {
    return readFileSync(join(folder, CLI_KEY_FILE), 'utf8').trim() || undefined;
  } catch {
    // There is none: the server says whether it needs one.
    return undefined;
  }
}

function reason(error: unknown): string {
  const cause = (error as { cause?: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] } }).cause;
  const code = cause?.code ?? cause?.errors?.[0]?.code;
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND') return 'the name is not known';
  return cause?.message ?? (error as Error).message;
}
