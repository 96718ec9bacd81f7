import { z } from 'zod';
import { AppError } from '../../kit/errors.ts';
import type { Routes } from '../context.ts';
import { errors } from '../schemas/common.ts';
import { ENRICHED } from '../schemas/enriched.ts';
import { schemasAnswer } from '../schemas/system.ts';

export const schemaRoutes: Routes = (app, { deps }) => {
  const schemas: Readonly<Record<string, object>> = { ...deps.schemas, 'enriched.v1': ENRICHED };
  const names = Object.keys(schemas).sort();
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
    async () => ({ schemas: names }),
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
      if (!Object.hasOwn(schemas, name)) throw new AppError('NOT_FOUND', `There is no schema "${name}".`);
      reply.type('application/schema+json; charset=utf-8');
      return schemas[name] as Record<string, unknown>;
    },
  );
};
