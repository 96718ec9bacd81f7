import { z } from 'zod';
import { AppError } from '../../kit/errors.ts';
import { sameSecret } from '../auth.ts';
import { audit, type Routes } from '../context.ts';
import { runCommand } from '../run-command.ts';
import { errors } from '../schemas/common.ts';
import { updateAnswer } from '../schemas/system.ts';

/** Exists only where `ADMIN_TOKEN` is set; meant for development. */
export const adminRoutes: Routes = (app, context) => {
  const { adminToken, updateCommand } = context.options;
  if (adminToken === '') return;
  let running = false;
  app.post(
    '/v1/admin/update',
    {
      config: { access: 'open' },
      schema: {
        tags: ['system'],
        summary: 'Run the configured update command',
        description: 'Needs the header X-Admin-Token.',
        headers: z.looseObject({ 'x-admin-token': z.string().optional() }),
        response: { 200: updateAnswer, ...errors(401, 403, 409, 429) },
      },
    },
    async (request) => {
      const given = request.headers['x-admin-token'];
      if (given === undefined) throw new AppError('UNAUTHENTICATED', 'Send the header X-Admin-Token.');
      if (!sameSecret(String(given), adminToken)) throw new AppError('FORBIDDEN', 'X-Admin-Token is wrong.');
      if (updateCommand.length === 0) throw new AppError('CONFLICT', 'No update command is configured.');
      if (running) throw new AppError('CONFLICT', 'An update is running already.');
      running = true;
      try {
        await audit(context, request, 'system.update', updateCommand[0]);
        const result = await runCommand(updateCommand);
        return {
          status: result.exitCode === 0 ? ('ok' as const) : ('failed' as const),
          exit_code: result.exitCode,
          output: result.output,
          duration_ms: result.milliseconds,
        };
      } finally {
        running = false;
      }
    },
  );
};
