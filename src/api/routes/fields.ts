import { COLUMNS, type Column } from '../../model/columns.ts';
import { FILTER_GRAMMAR, FILTER_OPERATORS } from '../../model/filter/grammar.ts';
import type { Routes } from '../context.ts';
import { errors } from '../schemas/common.ts';
import { fieldsAnswer } from '../schemas/system.ts';

function show({ path, name, type, unit, doc, aliases, values }: Column) {
  return {
    path,
    name,
    type,
    ...(unit !== undefined && { unit }),
    doc,
    aliases: [...(aliases ?? [])],
    ...(values && { values: Object.keys(values) }),
  };
}

export const fieldRoutes: Routes = (app) => {
  const answer = {
    fields: (COLUMNS as readonly Column[]).map(show),
    operators: [...FILTER_OPERATORS],
    grammar: FILTER_GRAMMAR,
  };
  app.get(
    '/v1/fields',
    {
      config: { access: 'read' },
      schema: {
        tags: ['query'],
        summary: 'Fields and operators of the filter language',
        response: { 200: fieldsAnswer, ...errors(401, 403, 429) },
      },
    },
    async (_, reply) => {
      reply.header('cache-control', 'private, max-age=300');
      return answer;
    },
  );
};
