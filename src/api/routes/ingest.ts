import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../kit/errors.ts';
import { contentType, readBody } from '../body.ts';
import type { ApiContext, App, Routes } from '../context.ts';
import type { IngestReport } from '../deps.ts';
import { errors } from '../schemas/common.ts';
import { acceptedAnswer, ingestQuery, partialAnswer } from '../schemas/ingest.ts';

/** Errors that one answer lists; the rest are only counted. */
const LISTED_ERRORS = 1_000;

const BODY_HELP =
  'A JSON array, {"records": [...]}, one object, or NDJSON; gzip by Content-Encoding or by its magic bytes. ' +
  'Answered when the records are on disk.';

/** Paths, and the encoding that each of them says. */
const DOORS = [
  { path: '/v1/ingest', encoding: 'auto', partial: false },
  { path: '/v1/ingest/zeek', encoding: 'zeek', partial: true },
  { path: '/v1/ingest/netflow', encoding: 'netflow', partial: true },
  { path: '/v1/ingest/bulk', encoding: 'auto', partial: true },
] as const;

export const ingestRoutes: Routes = (app, context) => {
  app.register(async (scope) => {
    // The body is read by hand, so that every limit holds while it streams in.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const door of DOORS) addDoor(scope as App, context, door);
  });
};

function addDoor(app: App, context: ApiContext, door: (typeof DOORS)[number]): void {
  app.post(
    door.path,
    {
      config: { access: 'ingest', limit: 'ingest' },
      schema: {
        tags: ['ingest'],
        summary: door.partial ? `Take records (${door.encoding}), and name the bad ones` : 'Take records of any kind',
        description: BODY_HELP,
        querystring: ingestQuery,
        response: {
          202: acceptedAnswer,
          ...(door.partial && { 207: partialAnswer }),
          ...errors(400, 401, 403, 413, 415, 429),
        },
      },
    },
    async (request, reply) => {
      const { type, format } = request.query;
      const report = await ingest(context, request, type ?? format, door.encoding);
      return door.partial && report.rejected > 0 ? partial(report, reply) : accepted(report, reply);
    },
  );
}

async function ingest(
  context: ApiContext,
  request: FastifyRequest,
  asked: string | undefined,
  fallback: string,
): Promise<IngestReport> {
  const { deps, options, budget } = context;
  const named = asked ?? contentType(request.headers['content-type']).format;
  const encoding = named === undefined ? fallback : deps.canonicalEncoding(named);
  if (encoding === undefined) throw new AppError('UNKNOWN_FORMAT', `"${named}" is no format that is read here.`);
  const collectorId = readCollectorId(request.headers['x-collector-id']);
  const receivedAt = Date.now() * 1000;
  const body = await readBody(request.raw, options.limits, budget);
  try {
    if (body.bytes.length === 0) throw new AppError('EMPTY_BATCH', 'The request carries no record.');
    const envelope = { source: 'http', encoding, peer: request.ip, receivedAt, payload: body.bytes, collectorId };
    return await deps.ingest(envelope, { maxRecords: options.limits.records });
  } finally {
    body.release();
  }
}

function readCollectorId(header: string | string[] | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  const id = String(header);
  if (/^[\x21-\x7e]{1,128}$/.test(id)) return id;
  throw new AppError('INVALID_PARAMETER', 'X-Collector-Id has at most 128 printable characters.');
}

function accepted(report: IngestReport, reply: FastifyReply) {
  reply.code(202);
  return { status: 'accepted' as const, queued: report.accepted, failed: report.rejected };
}

function partial(report: IngestReport, reply: FastifyReply) {
  reply.code(207);
  const listed = report.errors.slice(0, LISTED_ERRORS).map(({ index, error, code }) => ({ index, error, code }));
  return { status: 'partial' as const, succeeded: report.accepted, failed: report.rejected, errors: listed };
}
