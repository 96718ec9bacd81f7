import { z } from 'zod';
import { AppError } from '../../kit/errors.ts';
import type { Routes } from '../context.ts';
import { errors } from '../schemas/common.ts';
import { schemasAnswer } from '../schemas/system.ts';

export const schemaRoutes: Routes = (app, { deps }) => {
  app.get(
    '/v1/schema',
    {
      config: { access: 'read' },
      schema: {
        tags: ['ingest'],
        summary: 'Names of the JSON Schemas',
        response: { 200: schemasAnswer, ...errors(401, 403, 429) },
      },
    },
    async () => ({ schemas: Object.keys(deps.schemas) }),
  );
  app.get(
    '/v1/schema/:name',
    {
      config: { access: 'read' },
      schema: {
        tags: ['ingest'],
        summary: 'One JSON Schema',
        params: z.object({ name: z.string().max(64) }),
        response: { 200: z.record(z.string(), z.unknown()), ...errors(401, 403, 404, 429) },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (!Object.hasOwn(deps.schemas, name)) throw new AppError('NOT_FOUND', `There is no schema "${name}".`);
      reply.type('application/schema+json; charset=utf-8');
      return deps.schemas[name] as Record<string, unknown>;
    },
  );
};
