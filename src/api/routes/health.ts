import type { Routes } from '../context.ts';
import type { ComponentHealth } from '../deps.ts';
import { type HealthAnswer, healthAnswer } from '../schemas/system.ts';

/** The worst of what the components say. */
export function overallState(components: readonly ComponentHealth[]): 'ok' | 'degraded' | 'failed' | 'starting' {
  const states = new Set(components.map((component) => component.state));
  if (states.has('failed') || states.has('stopped')) return 'failed';
  if (states.has('starting')) return 'starting';
  return states.has('degraded') ? 'degraded' : 'ok';
}

function databaseState(state: ComponentHealth['state']): HealthAnswer['database'] {
  if (state === 'ok' || state === 'degraded') return 'connected';
  return state === 'starting' ? 'connecting' : 'disconnected';
}

export const healthRoutes: Routes = (app, { deps, options, startedAt }) => {
  app.get(
    '/v1/health',
    {
      config: { access: 'open' },
      schema: {
        tags: ['system'],
        summary: 'Health of the product and its parts',
        response: { 200: healthAnswer, 503: healthAnswer.describe('A part has failed.') },
      },
    },
    async (_, reply) => {
      const components = deps.healthOf();
      const status = overallState(components);
      reply.header('cache-control', 'no-store').code(status === 'failed' ? 503 : 200);
      return {
        status,
        service: 'vedette' as const,
        version: options.build.version,
        timestamp: new Date().toISOString(),
        mode: options.mode,
        database: databaseState(deps.state.health().state),
        uptime_seconds: Math.round((Date.now() - startedAt) / 1000),
        components: components.map(({ name, state: each, detail, figures }) => ({
          name,
          state: each,
          ...(detail !== undefined && { detail }),
          ...(figures && { figures: { ...figures } }),
        })),
      };
    },
  );
};
