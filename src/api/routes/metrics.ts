import { z } from 'zod';
import type { ApiContext, Routes } from '../context.ts';
import { errors } from '../schemas/common.ts';
import { metricsAnswer } from '../schemas/system.ts';

async function snapshot({ deps, http, startedAt }: ApiContext) {
  const [processed, queued, letters, eps, stats] = await Promise.all([
    http.total('vedette_committed_records_total'),
    http.total('vedette_queue_depth_records'),
    http.total('vedette_dead_lettered_records_total'),
    http.eventsPerSecond(),
    deps.telemetry.stats(),
  ]);
  return {
    requests_total: http.requests,
    requests_failed: http.failed,
    records_processed: processed,
    records_queued: queued,
    queue_depth: queued,
    eps,
    dead_letters: letters,
    events_stored: stats.events,
    uptime_seconds: Math.round((Date.now() - startedAt) / 1000),
  };
}

/** JSON only when it is asked for by name: Prometheus and curl get text. */
function wantsJson(accept: string | undefined): boolean {
  return /application\/json/i.test(accept ?? '') && !/text\/plain|openmetrics/i.test(accept ?? '');
}

export const metricsRoutes: Routes = (app, context) => {
  const { registry } = context.deps.metrics;
  app.get(
    '/v1/metrics',
    {
      config: { access: 'read', basic: true },
      schema: {
        tags: ['system'],
        summary: 'Metrics, for Prometheus or as JSON',
        description: 'Basic auth will do, too, where a password for it is set.',
        response: {
          200: {
            description: 'Prometheus text, or a snapshot with Accept: application/json.',
            content: { 'text/plain': { schema: z.string() }, 'application/json': { schema: metricsAnswer } },
          },
          ...errors(401, 403, 429),
        },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store').header('vary', 'accept');
      if (wantsJson(request.headers.accept)) return snapshot(context);
      const text = await registry.metrics();
      return reply
        .type(registry.contentType)
        .serializer(String)
        .send(text as never);
    },
  );
};
