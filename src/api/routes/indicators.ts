import { AppError } from '../../kit/errors.ts';
import type { LocalIndicator } from '../../stores/state/store.ts';
import { audit, type Routes } from '../context.ts';
import { canonicalIndicator } from '../domain.ts';
import { errors, idParam } from '../schemas/common.ts';
import { indicator, indicatorBody, indicatorsAnswer, removedAnswer } from '../schemas/indicator.ts';

function show({ id, value, category, confidence, createdAt, updatedAt }: LocalIndicator) {
  return { id, value, category, confidence, created_at: createdAt, updated_at: updatedAt };
}

export const indicatorRoutes: Routes = (app, context) => {
  const { deps } = context;
  const store = deps.state.indicators;
  app.get(
    '/v1/indicators',
    {
      config: { access: 'read' },
      schema: {
        tags: ['intel'],
        summary: 'Local indicators',
        response: { 200: indicatorsAnswer, ...errors(401, 403, 429) },
      },
    },
    async () => ({ items: (await store.list()).map(show) }),
  );

  app.put(
    '/v1/indicators',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['intel'],
        summary: 'Add or change a local indicator',
        description: 'In force for the events that come in from the answer on.',
        body: indicatorBody,
        response: { 200: indicator, ...errors(400, 401, 403, 429) },
      },
    },
    async (request) => {
      const { ip_or_cidr, value, category, confidence } = request.body;
      const saved = await store.upsert({ value: canonicalIndicator(ip_or_cidr ?? value ?? ''), category, confidence });
      await audit(context, request, 'indicator.upsert', saved.value, { id: saved.id, category, confidence });
      await deps.indicatorsChanged();
      return show(saved);
    },
  );

  app.delete(
    '/v1/indicators/:id',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['intel'],
        summary: 'Remove a local indicator',
        params: idParam,
        response: { 200: removedAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async (request) => {
      const { id } = request.params;
      if (!(await store.remove(id))) throw new AppError('NOT_FOUND', `There is no indicator ${id}.`);
      await audit(context, request, 'indicator.remove', id);
      await deps.indicatorsChanged();
      return { id, removed: true as const };
    },
  );
};
