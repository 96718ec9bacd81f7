import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { COLUMNS, type Column } from '../../model/columns.ts';
import { parseFilter } from '../../model/filter/parser.ts';
import type { EventRow } from '../../stores/telemetry/store.ts';
import { type ApiContext, queryOptions, type Routes } from '../context.ts';
import { csvLine } from '../csv.ts';
import { readFields, renderEvent, renderValue } from '../render.ts';
import { errors } from '../schemas/common.ts';
import { downloadQuery } from '../schemas/event.ts';
import { readRange } from '../time.ts';

/** Seconds a download may take; it is bounded by the reader, who may be slow. */
const TIMEOUT = 3600;

type Query = z.output<typeof downloadQuery>;

function readQuery(query: Query) {
  const limit = query.limit === 0 ? undefined : query.limit;
  const filter = parseFilter(query.filter ?? query.q ?? '');
  // The newest events are the newest there are, however old.
  const range = readRange({ from: query.from ?? 'all', to: query.to });
  return { range, filter, columns: readFields(query.fields), limit };
}

export const downloadRoutes: Routes = (app, context) => {
  const schema = (summary: string, media: string) => ({
    tags: ['events'],
    summary,
    description:
      'The newest events, of all times unless a range is given, streamed. The connection breaks when the query fails on the way.',
    querystring: downloadQuery,
    response: {
      200: { description: 'The events, as a stream.', content: { [media]: { schema: z.unknown() } } },
      ...errors(400, 401, 403, 408, 429),
    },
  });
  const config = { access: 'read' } as const;

  app.get(
    '/v1/download/json',
    { config, schema: schema('Events as NDJSON', 'application/x-ndjson') },
    async (request, reply) => {
      const { columns } = readQuery(request.query);
      const write = (row: EventRow) =>
        `${JSON.stringify(renderEvent(row, context.deps.explainRisk, columns === undefined))}\n`;
      attach(reply, 'application/x-ndjson; charset=utf-8', 'ndjson');
      return reply.send(await streamRows(context, request, reply, '', write));
    },
  );

  app.get('/v1/download/csv', { config, schema: schema('Events as CSV', 'text/csv') }, async (request, reply) => {
    const columns: readonly Column[] = readQuery(request.query).columns ?? COLUMNS;
    const write = (row: EventRow) => csvLine(columns.map((column) => renderValue(column, row[column.name] ?? null)));
    attach(reply, 'text/csv; charset=utf-8; header=present', 'csv');
    const header = csvLine(columns.map((column) => column.name));
    return reply.send(await streamRows(context, request, reply, header, write));
  });

  app.get(
    '/v1/download/parquet',
    { config, schema: schema('Events as Parquet', 'application/vnd.apache.parquet') },
    async (request, reply) => {
      const { limit, ...query } = readQuery(request.query);
      const options = { ...queryOptions(request, reply), timeout: TIMEOUT };
      const all = { ...query, limit: limit ?? Number.MAX_SAFE_INTEGER };
      const file = await context.deps.telemetry.parquet(all, options);
      attach(reply, 'application/vnd.apache.parquet', 'parquet');
      return reply.send(file);
    },
  );
};

function attach(reply: FastifyReply, type: string, ending: string): void {
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '');
  reply.type(type).header('content-disposition', `attachment; filename="vedette-events-${stamp}.${ending}"`);
  reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no');
}

/**
 * One page of rows at a time, the next one only when the reader took the last. The first page is read before the
 * answer begins, so that a query that fails at once gets its proper status.
 */
async function streamRows(
  { deps }: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  header: string,
  write: (row: EventRow) => string,
): Promise<Readable> {
  const query = readQuery(request.query as Query);
  const options = { ...queryOptions(request, reply), timeout: TIMEOUT };
  const pages = deps.telemetry.scan(query, options)[Symbol.asyncIterator]();
  const first = await pages.next();
  async function* lines(): AsyncGenerator<string> {
    try {
      if (header !== '') yield header;
      for (let page = first; !page.done; page = await pages.next()) {
        let text = '';
        for (const row of page.value) {
          text += write(row);
          if (text.length < 65_536) continue;
          yield text;
          text = '';
        }
        if (text !== '') yield text;
      }
    } finally {
      await pages.return?.();
    }
  }
  return Readable.from(lines(), { objectMode: false, highWaterMark: 256 * 1024 });
}
