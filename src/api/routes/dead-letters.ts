import type { FastifyRequest } from 'fastify';
import { AppError } from '../../kit/errors.ts';
import { formatTime } from '../../model/filter/time.ts';
import type { StoredDeadLetter } from '../../stores/telemetry/store.ts';
import { type ApiContext, type App, audit, queryOptions, type Routes } from '../context.ts';
import { replayAll, replayOne } from '../replay.ts';
import { errors } from '../schemas/common.ts';
import {
  deadLetterAnswer,
  deadLettersAnswer,
  deadLettersQuery,
  letterParam,
  purgeAnswer,
  replayAnswer,
  replayBody,
} from '../schemas/dead-letter.ts';

const PREVIEW_BYTES = 160;
const strict = new TextDecoder('utf-8', { fatal: true });

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The beginning as text; as hexadecimal when it is none. */
function preview(bytes: Uint8Array): string {
  const start = bytes.subarray(0, PREVIEW_BYTES);
  const isBinary = start.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return isBinary ? Buffer.from(start).toString('hex') : new TextDecoder().decode(start);
}

function show({ id, at, source, encoding, peer, reason, detail, size }: StoredDeadLetter) {
  return { id, at: formatTime(at), source, encoding, peer, reason, detail, size };
}

async function letterOf({ deps }: ApiContext, id: string): Promise<StoredDeadLetter> {
  const letter = await deps.telemetry.deadLetter(id);
  if (!letter) throw new AppError('NOT_FOUND', `There is no dead letter ${id}.`);
  return letter;
}

export const deadLetterRoutes: Routes = (app, context) => {
  addReading(app, context);
  addReplay(app, context);
  addPurge(app, context);
};

function addReading(app: App, context: ApiContext): void {
  const { telemetry } = context.deps;
  app.get(
    '/v1/dead-letters',
    {
      config: { access: 'read' },
      schema: {
        tags: ['dead letters'],
        summary: 'Records that could not be taken, newest first',
        querystring: deadLettersQuery,
        response: { 200: deadLettersAnswer, ...errors(400, 401, 403, 429) },
      },
    },
    async (request, reply) => {
      const letters = await telemetry.deadLetters(request.query, queryOptions(request, reply));
      const { deadLetters: total } = await telemetry.stats();
      const next = letters.length === request.query.limit ? (letters.at(-1)?.id ?? null) : null;
      return { items: letters.map((each) => ({ ...show(each), bytes_preview: preview(each.bytes) })), next, total };
    },
  );

  app.get(
    '/v1/dead-letters/:id',
    {
      config: { access: 'read' },
      schema: {
        tags: ['dead letters'],
        summary: 'One of them, with its bytes',
        params: letterParam,
        response: { 200: deadLetterAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const letter = await letterOf(context, request.params.id);
      const text = textOf(letter.bytes);
      const bytes = Buffer.from(letter.bytes).toString('base64');
      return { ...show(letter), bytes, ...(text !== undefined && { text }) };
    },
  );
}

function addReplay(app: App, context: ApiContext): void {
  const description =
    'What was replayed is removed; what fails again is a new dead letter. After a crash in between, a record may be there twice.';
  const response = { 200: replayAnswer, ...errors(400, 401, 403, 404, 409, 429) };
  app.post(
    '/v1/dead-letters/:id/replay',
    {
      config: { access: 'admin' },
      schema: { tags: ['dead letters'], summary: 'Decode one again', description, params: letterParam, response },
    },
    async (request) => {
      const letter = await letterOf(context, request.params.id);
      const result = await replayOne(context.deps, letter);
      await audit(context, request, 'dead-letter.replay', letter.id, { ...result });
      return result;
    },
  );

  app.post(
    '/v1/dead-letters/replay',
    {
      config: { access: 'admin' },
      schema: { tags: ['dead letters'], summary: 'Decode several again', description, body: replayBody, response },
    },
    async (request) => {
      const { ids, reason } = request.body ?? {};
      const result = await replayAll(context.deps, { ids, reason });
      await audit(context, request, 'dead-letter.replay', reason ?? 'selection', { ...result, asked: ids?.length });
      return result;
    },
  );
}

function addPurge(app: App, context: ApiContext): void {
  const purge = async (request: FastifyRequest, ids?: readonly string[]) => {
    const purged = await context.deps.telemetry.purgeDeadLetters(ids);
    await audit(context, request, 'dead-letter.purge', ids?.[0] ?? 'all', { purged });
    return { purged };
  };
  app.delete(
    '/v1/dead-letters/:id',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['dead letters'],
        summary: 'Remove one',
        params: letterParam,
        response: { 200: purgeAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      await letterOf(context, request.params.id);
      return purge(request, [request.params.id]);
    },
  );
  app.delete(
    '/v1/dead-letters',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['dead letters'],
        summary: 'Remove all',
        response: { 200: purgeAnswer, ...errors(401, 403, 429) },
      },
    },
    (request) => purge(request),
  );
}
