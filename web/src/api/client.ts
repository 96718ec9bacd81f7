import { session, signOut } from './session.ts';

export type Params = Readonly<Record<string, string | number | undefined>>;

/** An answer that is not 2xx, or no answer at all (`status` 0, code `UNREACHABLE`). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly requestId: string | null;
  /** Seconds to wait before trying again, from `Retry-After`. */
  readonly retryAfter: number | null;
  /** Of filter errors: 0-based column, length and what to write instead. */
  readonly position: number | null;
  readonly length: number | null;
  readonly suggestion: string | null;

  constructor(status: number, body: Record<string, unknown>, headers?: Headers) {
    super(sentence(body.detail) || `The server answered ${status}.`);
    this.name = 'ApiError';
    this.status = status;
    this.code = text(body.code) ?? `HTTP_${status}`;
    this.title = text(body.error) ?? 'The request failed';
    this.requestId = text(body.request_id) ?? headers?.get('x-request-id') ?? null;
    const wait = headers?.get('retry-after');
    this.retryAfter = wait && /^\d+$/.test(wait) ? Number(wait) : null;
    this.position = typeof body.position === 'number' ? body.position : null;
    this.length = typeof body.length === 'number' ? body.length : null;
    this.suggestion = text(body.suggestion) ?? null;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `detail` is a sentence or a list. */
function sentence(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  if (!Array.isArray(detail)) return '';
  return detail.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(' ');
}

/** `/v1/events` and its parameters; undefined and empty ones are left out. */
export function address(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

export interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  params?: Params;
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown;
  signal?: AbortSignal;
  /** Another key than the session's: signing in tries one out. A 401 then does not end the session. */
  key?: string;
}

async function send(path: string, request: Request): Promise<Response> {
  const key = request.key ?? session.get().key;
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (key) headers.Authorization = `Bearer ${key}`;
  if (request.body !== undefined) headers['Content-Type'] = 'application/json';
  const body =
    request.body === undefined || typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
  let response: Response;
  try {
    response = await fetch(address(path, request.params), {
      method: request.method ?? 'GET',
      headers,
      body: body as string | undefined,
      signal: request.signal,
    });
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw unreachable();
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  if (request.key === undefined) endSessionIfRefused(response.status, key);
  throw new ApiError(response.status, answer && typeof answer === 'object' ? answer : {}, response.headers);
}

/** There was no answer at all. */
export function unreachable(): ApiError {
  return new ApiError(0, {
    error: 'No answer',
    detail: 'The server could not be reached. Is it running, and is the network up?',
    code: 'UNREACHABLE',
  });
}

/** After an answer to a request that was sent with the session's key, as it was then. */
export function endSessionIfRefused(status: number, key: string | null): void {
  if (status === 401 && key === session.get().key)
    signOut(key ? 'This key is not accepted any more. Sign in again.' : null);
}

/** One request to the API with the session's key. @throws ApiError; an AbortError when `signal` ended it. */
export async function call<T>(path: string, request: Request = {}): Promise<T> {
  const response = await send(path, request);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Fetches a file with the key in the header (a link could not carry it) and hands it to the browser to save. */
export async function download(path: string, params: Params, name: string): Promise<void> {
  const response = await send(path, { params });
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The request as a shell command. The key stays out of it: the shell's VEDETTE_KEY is used. */
export function asCurl(path: string, request: Request = {}): string {
  const quote = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
  const parts = [`curl -s ${quote(window.location.origin + address(path, request.params))}`];
  parts.push('-H "Authorization: Bearer $VEDETTE_KEY"');
  if (request.method && request.method !== 'GET') parts.push(`-X ${request.method}`);
  if (request.body !== undefined) {
    const body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
    parts.push(`-H 'Content-Type: application/json'`, `-d ${quote(body)}`);
  }
  return parts.join(' \\\n  ');
}
