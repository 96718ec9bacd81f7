import type { Routes } from '../context.ts';
import { errors } from '../schemas/common.ts';
import { updatesAnswer } from '../schemas/system.ts';
import { UpdateCheck } from '../updates.ts';

export const updateRoutes: Routes = (app, { options }) => {
  const updates = new UpdateCheck({ ...options.updates, current: options.build.version });
  app.get(
    '/v1/updates/check',
    {
      config: { access: 'read' },
      schema: {
        tags: ['system'],
        summary: 'Whether there is a newer version',
        description: 'Asked at most once a minute. A registry that cannot be reached gives the status "unknown".',
        response: { 200: updatesAnswer, ...errors(401, 403, 429) },
      },
    },
    () => updates.check(),
  );
};
