/**
 * The catalogue of errors. A code is stable and documented (docs/errors.md is generated from this table); the
 * sentence is for the person who reads it; `status` is what HTTP answers.
 */
export const ERRORS = {
  BAD_REQUEST: { status: 400, title: 'Bad request', doc: 'The request could not be understood.' },
  INVALID_JSON: {
    status: 400,
    title: 'Not JSON',
    doc: 'The body is not JSON (RFC 8259), or is nested deeper than 64 levels.',
  },
  INVALID_UTF8: { status: 400, title: 'Not UTF-8', doc: 'The body is not valid UTF-8.' },
  INVALID_GZIP: { status: 400, title: 'Bad gzip', doc: 'The body is marked as gzip but cannot be inflated.' },
  EMPTY_BATCH: { status: 400, title: 'Empty batch', doc: 'The request carries no record.' },
  NOT_AN_OBJECT: { status: 400, title: 'Not an object', doc: 'A record is not a JSON object.' },
  UNKNOWN_FORMAT: {
    status: 400,
    title: 'Unknown format',
    doc: 'The named format, log or type is not one that Vedette reads.',
  },
  INVALID_ADDRESS: {
    status: 400,
    title: 'Not an address',
    doc: 'The value is no IPv4 or IPv6 address, or no domain name.',
  },
  INVALID_FILTER: {
    status: 400,
    title: 'Bad filter',
    doc: 'The filter expression has an error; the detail points at the place.',
  },
  INVALID_PARAMETER: {
    status: 400,
    title: 'Bad parameter',
    doc: 'A query parameter or body field has a value that is not allowed.',
  },
  NOT_A_CAPTURE: {
    status: 400,
    title: 'Not a capture',
    doc: 'The file is neither pcap nor pcapng, plain, gzip or zstd.',
  },
  CAPTURE_IMPOSSIBLE: {
    status: 400,
    title: 'Capture not possible',
    doc: 'No program to capture with, no permission, a capture that runs already, or none that could be stopped.',
  },
  NO_WINDOWS: {
    status: 400,
    title: 'Nothing analysed',
    doc: 'There are no windows of traffic yet: compute them from a capture, or start a live one.',
  },
  UNAUTHENTICATED: { status: 401, title: 'No valid key', doc: 'No API key was given, or it is not known.' },
  FORBIDDEN: {
    status: 403,
    title: 'Not allowed',
    doc: 'The key is disabled or expired, or lacks the scope this needs.',
  },
  NOT_FOUND: { status: 404, title: 'Not found', doc: 'There is nothing under this path or id.' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed', doc: 'The path exists, but not with this method.' },
  NOT_ACCEPTABLE: { status: 406, title: 'Not acceptable', doc: 'No answer in the media type that was asked for.' },
  CONFLICT: { status: 409, title: 'Conflict', doc: 'The state of things does not allow this now.' },
  BODY_TOO_LARGE: { status: 413, title: 'Body too large', doc: 'The body exceeds the limit, compressed or inflated.' },
  TOO_MANY_RECORDS: { status: 413, title: 'Too many records', doc: 'A request carries at most 10,000 records.' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'Unsupported media type',
    doc: 'The content type or encoding is not one that is read here.',
  },
  QUERY_TIMEOUT: {
    status: 408,
    title: 'Query took too long',
    doc: 'The query was stopped at its time limit; narrow the time range or the filter.',
  },
  QUERY_TOO_LARGE: {
    status: 413,
    title: 'Query too large',
    doc: 'The query would need more memory than one query may take.',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    doc: 'The limit of this key is used up until X-RateLimit-Reset.',
  },
  QUEUE_FULL: {
    status: 429,
    title: 'Queue full',
    doc: 'As many records wait as are allowed; nothing of this batch was taken. Try again after Retry-After.',
  },
  STORAGE_FULL: {
    status: 429,
    title: 'Storage full',
    doc: 'The spool has reached its size limit; nothing of this batch was taken.',
  },
  INTERNAL: { status: 500, title: 'Internal error', doc: 'A fault of ours; the request id finds it in the log.' },
  UNAVAILABLE: { status: 503, title: 'Not available', doc: 'A part that this needs is starting, stopping or failed.' },
} as const satisfies Record<string, { status: number; title: string; doc: string }>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorExtras {
  /** A list of details, where there are several. */
  details?: readonly unknown[];
  /** Seconds after which to try again (Retry-After). */
  retryAfter?: number;
  /** Further keys of the answer. */
  more?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/** An error a person can act on. Everything else that is thrown is a fault of ours and becomes `INTERNAL`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly unknown[] | undefined;
  readonly retryAfter: number | undefined;
  readonly more: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, detail: string, extras: ErrorExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = extras.details;
    this.retryAfter = extras.retryAfter;
    this.more = extras.more;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
