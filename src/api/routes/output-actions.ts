import type { FastifyRequest } from 'fastify';
import { AppError } from '../../kit/errors.ts';
import { formatTime } from '../../model/filter/time.ts';
import { type ApiContext, type App, audit, queryOptions, type Routes } from '../context.ts';
import type { ApiDeps } from '../deps.ts';
import { outputNamed, outputsOf, showOutput, timeOf } from '../output-view.ts';
import { errors } from '../schemas/common.ts';
import { outputAnswer, outputParam, replayAnswer, replayBody, testAnswer, testBody } from '../schemas/output.ts';

const SCHEMA = { tags: ['outputs'] };

export const outputActionRoutes: Routes = (app, context) => {
  addTests(app, context);
  addPauses(app, context);
  addReplay(app, context);
};

function addTests(app: App, context: ApiContext): void {
  const description =
    'One event with the tag `vedette-test`, past queue, pause and bookmark. What the receiver says is in the answer, which is 200 also when it refuses.';
  const response = { 200: testAnswer, ...errors(400, 401, 403, 404, 429) };
  const test = async (request: FastifyRequest, name: string) => {
    outputNamed(context.deps, name);
    const result = await outputsOf(context.deps).test(name);
    await audit(context, request, 'output.test', name, { status: result.status });
    const { status, target, http_status, duration_ms, bytes, request_id, error } = result;
    return { status, target, http_status, duration_ms, bytes, request_id, ...(error !== undefined && { error }) };
  };
  app.post(
    '/v1/outputs/test',
    {
      config: { access: 'admin' },
      schema: { ...SCHEMA, summary: 'Send a marked event to an output now', description, body: testBody, response },
    },
    (request) => test(request, request.body.target),
  );
  app.post(
    '/v1/outputs/:name/test',
    {
      config: { access: 'admin' },
      schema: { ...SCHEMA, summary: 'Send a marked event now', description, params: outputParam, response },
    },
    (request) => test(request, request.params.name),
  );
}

function addPauses(app: App, context: ApiContext): void {
  const { deps } = context;
  const response = { 200: outputAnswer, ...errors(401, 403, 404, 429) };
  for (const [action, summary] of [
    ['pause', 'Stop delivering; events wait as long as they are stored'],
    ['resume', 'Deliver again, from where it stopped'],
  ] as const)
    app.post(
      `/v1/outputs/:name/${action}`,
      { config: { access: 'admin' }, schema: { ...SCHEMA, summary, params: outputParam, response } },
      async (request) => {
        const { name } = request.params;
        outputNamed(deps, name);
        const view = await outputsOf(deps)[action](name);
        await audit(context, request, `output.${action}`, name);
        return { status: 'ok' as const, output: showOutput(view) };
      },
    );
}

function addReplay(app: App, context: ApiContext): void {
  const { deps } = context;
  app.post(
    '/v1/outputs/:name/replay',
    {
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'Deliver again from an event or a time on',
        description:
          'Receivers that know the id of an event take it once (Elasticsearch); others have it twice then. Going forward leaves events out: it needs `skip`.',
        params: outputParam,
        body: replayBody,
        response: { 200: replayAnswer, ...errors(400, 401, 403, 404, 409, 429) },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const { to, skip, dry_run } = request.body;
      let view = outputNamed(deps, name);
      const bookmark = bookmarkOf(deps, to);
      if (!dry_run && !skip && BigInt(bookmark) > BigInt(view.status.bookmark))
        throw new AppError(
          'CONFLICT',
          `${name} has delivered up to ${view.status.bookmark}: to go on from ${bookmark} leaves events out; say skip to do so.`,
        );
      const days = await deps.telemetry.ahead(bookmark, queryOptions(request, reply));
      if (!dry_run) {
        view = await outputsOf(deps).replay(name, { id: bookmark });
        await audit(context, request, 'output.replay', name, { to, bookmark, skip });
      }
      return {
        status: 'ok' as const,
        bookmark,
        bookmark_time: bookmark === '0' ? null : formatTime(deps.telemetry.commitTime(bookmark)),
        events: days.reduce((sum, { events }) => sum + events, 0),
        output: showOutput(view),
      };
    },
  );
}

/** The bookmark meant by what a person wrote. @throws AppError INVALID_PARAMETER */
function bookmarkOf({ telemetry }: ApiDeps, to: string): string {
  if (to === 'oldest') return '0';
  const head = telemetry.head();
  if (!/^\d+$/.test(to)) {
    // What was committed by now and cannot be read yet is to be delivered still.
    const bookmark = telemetry.bookmarkAt(timeOf('to', to));
    return BigInt(bookmark) > BigInt(head) ? head : bookmark;
  }
  // Past the newest event it would leave out what is still to come.
  if (BigInt(to) > BigInt(head)) throw new AppError('INVALID_PARAMETER', `to: there is no event ${to} yet.`);
  return String(BigInt(to));
}
