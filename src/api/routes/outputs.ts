import { AppError } from '../../kit/errors.ts';
import { type ApiContext, type App, audit, type Routes } from '../context.ts';
import { outputNamed, outputsOf, putOutput, showOutput, startOf } from '../output-view.ts';
import { errors } from '../schemas/common.ts';
import {
  newOutputParam,
  outputAnswer,
  outputBody,
  outputParam,
  outputsAnswer,
  removedAnswer,
  typesAnswer,
} from '../schemas/output.ts';

export const outputRoutes: Routes = (app, context) => {
  addReading(app, context);
  addChanging(app, context);
};

function addReading(app: App, { deps }: ApiContext): void {
  app.get(
    '/v1/outputs',
    {
      config: { access: 'read' },
      schema: {
        tags: ['outputs'],
        summary: 'Where events are delivered to, with the state of each',
        response: { 200: outputsAnswer, ...errors(401, 403, 429) },
      },
    },
    async () => ({ items: (deps.outputs?.list() ?? []).map(showOutput) }),
  );
  app.get(
    '/v1/outputs/types',
    {
      config: { access: 'read' },
      schema: {
        tags: ['outputs'],
        summary: 'Types of outputs, and what can be configured of each',
        response: { 200: typesAnswer, ...errors(401, 403, 429) },
      },
    },
    async () => {
      const schemas = Object.entries(deps.outputs?.schemas() ?? {});
      return { types: Object.fromEntries(schemas.map(([type, schema]) => [type, { ...schema }])) };
    },
  );
  app.get(
    '/v1/outputs/:name',
    {
      config: { access: 'read' },
      schema: {
        tags: ['outputs'],
        summary: 'One output',
        params: outputParam,
        response: { 200: outputAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async ({ params }) => ({ status: 'ok' as const, output: showOutput(outputNamed(deps, params.name)) }),
  );
}

function addChanging(app: App, context: ApiContext): void {
  const { deps } = context;
  app.put(
    '/v1/outputs/:name',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['outputs'],
        summary: 'Make or change an output',
        description:
          'In force at once. One of the settings can be changed as well; at the next start the settings say again what they name.',
        params: newOutputParam,
        body: outputBody,
        response: { 200: outputAnswer, ...errors(400, 401, 403, 404, 409, 429) },
      },
    },
    async (request) => {
      const { name } = request.params;
      const { config, filter, start } = request.body;
      const type = request.body.type ?? deps.outputs?.get(name)?.type;
      if (type === undefined)
        throw new AppError('INVALID_PARAMETER', `type: there is no output ${name} yet; say what it is to be.`);
      const view = await putOutput(deps, name, { type, config, filter, start: startOf(start) });
      // Names of fields only: what is in them may be secret.
      await audit(context, request, 'output.put', name, { type, fields: Object.keys(config), filter });
      return { status: 'ok' as const, output: showOutput(view) };
    },
  );
  app.delete(
    '/v1/outputs/:name',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['outputs'],
        summary: 'Remove an output, its bookmark and its dead letters',
        params: outputParam,
        response: { 200: removedAnswer, ...errors(401, 403, 404, 409, 429) },
      },
    },
    async (request) => {
      const { name } = request.params;
      outputNamed(deps, name);
      await outputsOf(deps).remove(name);
      await audit(context, request, 'output.remove', name);
      return { name, removed: true as const };
    },
  );
}
