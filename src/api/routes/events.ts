import { AppError } from '../../kit/errors.ts';
import { parseFilter } from '../../model/filter/parser.ts';
import type { EventCursor } from '../../stores/telemetry/store.ts';
import { queryOptions, type Routes } from '../context.ts';
import { readFields, renderEvent } from '../render.ts';
import { errors } from '../schemas/common.ts';
import { letterParam } from '../schemas/dead-letter.ts';
import { event, eventsAnswer, eventsQuery } from '../schemas/event.ts';
import { readRange, showRange } from '../time.ts';

export function writeCursor(cursor: EventCursor): string {
  return Buffer.from(`${cursor.ts}.${cursor.id}`).toString('base64url');
}

/** @throws AppError INVALID_PARAMETER */
export function readCursor(text: string | undefined): EventCursor | undefined {
  if (text === undefined || text === '') return undefined;
  const match = /^(\d{1,16})\.(\d{1,20})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (!match) throw new AppError('INVALID_PARAMETER', 'cursor: this is no next_cursor of an answer.');
  return { ts: Number(match[1]), id: match[2] };
}

export const eventRoutes: Routes = (app, { deps }) => {
  app.get(
    '/v1/events',
    {
      config: { access: 'read' },
      schema: {
        tags: ['events'],
        summary: 'Enriched events, newest first',
        querystring: eventsQuery,
        response: { 200: eventsAnswer, ...errors(400, 401, 403, 408, 413, 429) },
      },
    },
    async (request, reply) => {
      const began = performance.now();
      const { limit, fields, cursor, filter, q } = request.query;
      const range = readRange(request.query);
      const columns = readFields(fields);
      const query = { range, filter: parseFilter(filter ?? q ?? ''), columns, limit, after: readCursor(cursor) };
      const rows = await deps.telemetry.events(query, queryOptions(request, reply));
      const last = rows.length === limit ? rows[rows.length - 1] : undefined;
      return {
        items: rows.map((row) => renderEvent(row, deps.explainRisk, columns === undefined)),
        next_cursor: last ? writeCursor({ ts: Number(last.ts), id: String(last.id) }) : null,
        range: showRange(range),
        took_ms: Math.round(performance.now() - began),
      };
    },
  );

  app.get(
    '/v1/events/:id',
    {
      config: { access: 'read' },
      schema: {
        tags: ['events'],
        summary: 'One event',
        params: letterParam,
        response: { 200: event, ...errors(400, 401, 403, 404, 408, 429) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const row = await deps.telemetry.event(id, queryOptions(request, reply));
      if (!row) throw new AppError('NOT_FOUND', `There is no event ${id}.`);
      return renderEvent(row, deps.explainRisk, true);
    },
  );
};
