import { AppError } from '../../kit/errors.ts';
import type { OutputDeadLetter } from '../../model/output.ts';
import { type ApiContext, type App, audit, type Routes } from '../context.ts';
import { type LetterChoice, purgeLetters, replayLetters } from '../output-letters.ts';
import { outputNamed, outputsOf } from '../output-view.ts';
import { errors } from '../schemas/common.ts';
import { outputParam } from '../schemas/output.ts';
import {
  outputLetterAnswer,
  outputLetterParam,
  outputLettersAnswer,
  outputLettersQuery,
  outputPurgeAnswer,
  outputPurgeBody,
  outputPurgeQuery,
  outputReplayAnswer,
  outputReplayBody,
  outputReplayOneAnswer,
} from '../schemas/output-dead-letter.ts';

const SCHEMA = { tags: ['outputs'] };
const PREVIEW_CHARACTERS = 160;

function showSummary({ id, output, eventId, code, reason, attempts, firstAt, lastAt }: OutputDeadLetter) {
  return { id, output, event_id: eventId, code, reason, attempts, first_at: firstAt, last_at: lastAt };
}

const show = (letter: OutputDeadLetter) => ({ ...showSummary(letter), original: letter.original });

/** @throws AppError NOT_FOUND */
async function letterOf({ deps }: ApiContext, name: string, id: string): Promise<OutputDeadLetter> {
  outputNamed(deps, name);
  const letter = await outputsOf(deps).deadLetter(name, id);
  if (!letter) throw new AppError('NOT_FOUND', `The output ${name} has no dead letter ${id}.`);
  return letter;
}

export const outputDeadLetterRoutes: Routes = (app, context) => {
  addReading(app, context);
  addReplay(app, context);
  addPurge(app, context);
};

function addReading(app: App, context: ApiContext): void {
  const { deps } = context;
  app.get(
    '/v1/outputs/:name/dead-letters',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'Events that the receiver refused for good, newest first',
        params: outputParam,
        querystring: outputLettersQuery,
        response: { 200: outputLettersAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async ({ params: { name }, query }) => {
      const { status } = outputNamed(deps, name);
      const letters = await outputsOf(deps).deadLetters({ output: name, ...query });
      const next = letters.length === query.limit ? (letters.at(-1)?.id ?? null) : null;
      const items = letters.map((letter) => ({
        ...showSummary(letter),
        preview: letter.original.slice(0, PREVIEW_CHARACTERS),
      }));
      return { items, next, total: status.deadLetters };
    },
  );
  app.get(
    '/v1/outputs/:name/dead-letters/:id',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'One of them, with what was sent',
        params: outputLetterParam,
        response: { 200: outputLetterAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async ({ params: { name, id } }) => show(await letterOf(context, name, id)),
  );
}

function addReplay(app: App, context: ApiContext): void {
  const { deps } = context;
  app.post(
    '/v1/outputs/:name/dead-letters/replay',
    {
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'Send the events of dead letters again, as they are stored today',
        description: 'Those with the ids, or with the code, or all.',
        params: outputParam,
        body: outputReplayBody,
        response: { 200: outputReplayAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const { name } = request.params;
      const choice: LetterChoice = request.body ?? {};
      outputNamed(deps, name);
      const result = await replayLetters(outputsOf(deps), name, choice);
      await audit(context, request, 'output.dead-letter.replay', name, { ...result, ...said(choice) });
      return result;
    },
  );
  app.post(
    '/v1/outputs/:name/dead-letters/:id/replay',
    {
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'Send the event of one dead letter again',
        params: outputLetterParam,
        response: { 200: outputReplayOneAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const { name, id } = request.params;
      await letterOf(context, name, id);
      const { delivered, refused, missing } = await outputsOf(deps).replayDeadLetters(name, [id]);
      const result = delivered ? 'delivered' : refused ? 'refused' : missing ? 'missing' : 'left';
      await audit(context, request, 'output.dead-letter.replay', name, { id, result });
      const letter = await outputsOf(deps).deadLetter(name, id);
      return {
        result: result as 'delivered' | 'refused' | 'missing' | 'left',
        dead_letter: letter ? show(letter) : null,
      };
    },
  );
}

function addPurge(app: App, context: ApiContext): void {
  const { deps } = context;
  app.delete(
    '/v1/outputs/:name/dead-letters',
    {
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'Remove dead letters',
        description: 'Those with the ids of the body, or with the code; all of them only with `all=true`.',
        params: outputParam,
        querystring: outputPurgeQuery,
        body: outputPurgeBody,
        response: { 200: outputPurgeAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const { name } = request.params;
      const { code, all } = request.query;
      const ids = request.body?.ids;
      outputNamed(deps, name);
      if (Number(ids !== undefined) + Number(code !== undefined) + Number(all === 'true') !== 1)
        throw new AppError('INVALID_PARAMETER', 'Say which: ids in the body, or code=..., or all=true.');
      const purged = await purgeLetters(outputsOf(deps), name, { ids, code });
      await audit(context, request, 'output.dead-letter.purge', name, { purged, ...said({ ids, code }) });
      return { purged };
    },
  );
  app.delete(
    '/v1/outputs/:name/dead-letters/:id',
    {
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'Remove one',
        params: outputLetterParam,
        response: { 200: outputPurgeAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const { name, id } = request.params;
      await letterOf(context, name, id);
      const purged = await outputsOf(deps).purgeDeadLetters(name, [id]);
      await audit(context, request, 'output.dead-letter.purge', name, { purged, ids: 1 });
      return { purged };
    },
  );
}

/** For the audit log. */
const said = ({ ids, code }: LetterChoice) => ({ ids: ids?.length, code });
