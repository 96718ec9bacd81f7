import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, ERRORS, type ErrorCode, messageOf } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import { FilterError } from '../model/filter/error.ts';
import { answerEarly } from './linger.ts';

/** The body of every error answer. */
export interface ErrorBody {
  readonly error: string;
  readonly detail: string | readonly unknown[];
  readonly code: ErrorCode;
  readonly timestamp: string;
  readonly request_id: string;
  /** Of a filter: where it fails, counted from 0, and what belongs there. */
  readonly position?: number;
  readonly length?: number;
  readonly suggestion?: string;
}

/** Fastify's own errors that are the caller's fault. */
const FRAMEWORK: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'INVALID_JSON',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BAD_REQUEST',
  FST_ERR_BAD_URL: 'BAD_REQUEST',
  FST_ERR_CTP_INVALID_JSON_BODY: 'INVALID_JSON',
};

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof FilterError) return new AppError('INVALID_FILTER', error.message);
  const { code, statusCode, validation } = error as Partial<FastifyError>;
  if (validation) return invalidParameters(validation);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.');
  if (code !== undefined && Object.hasOwn(FRAMEWORK, code)) return new AppError(FRAMEWORK[code], messageOf(error));
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new AppError('BAD_REQUEST', messageOf(error));
  return new AppError('INTERNAL', 'Something went wrong here; the request id finds it in the log.', { cause: error });
}

function invalidParameters(validation: NonNullable<FastifyError['validation']>): AppError {
  const details = validation.map(({ instancePath, message }) => {
    const name = instancePath.split('/').filter(Boolean).join('.');
    return name === '' ? `${message}` : `${name}: ${message}`;
  });
  return new AppError('INVALID_PARAMETER', details[0], details.length > 1 ? { details } : {});
}

export function errorBody(error: AppError, requestId: string): ErrorBody {
  return {
    error: ERRORS[error.code].title,
    detail: error.details ?? error.message,
    code: error.code,
    timestamp: new Date().toISOString(),
    request_id: requestId,
  };
}

/** Answers with the error; a fault of ours goes to the log with its stack, and to the caller with the request id only. */
export function sendError(log: Log, thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = toAppError(thrown);
  if (error.code === 'INTERNAL')
    log.error({ err: error.cause ?? error, request_id: request.id, route: request.routeOptions.url }, 'request failed');
  if (error.retryAfter !== undefined) reply.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfter))));
  else if (error.status === 429 && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
  const place =
    thrown instanceof FilterError
      ? { position: thrown.position, length: thrown.length, suggestion: thrown.suggestion }
      : {};
  const body = JSON.stringify({ ...error.more, ...errorBody(error, request.id), ...place });
  reply.code(error.status).type('application/json; charset=utf-8');
  if (request.raw.complete === false && !reply.raw.destroyed) answerEarly(request, reply, body);
  else reply.serializer(String).send(body);
}
