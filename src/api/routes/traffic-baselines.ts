import { AppError } from '../../kit/errors.ts';
import { BASELINE_TYPES } from '../../model/window.ts';
import type { Routes } from '../context.ts';
import { errors } from '../schemas/common.ts';
import {
  baseline,
  baselineParam,
  baselineStatsAnswer,
  baselinesAnswer,
  generateAnswer,
  generateBody,
} from '../schemas/traffic.ts';
import { secondsSince, showBaseline, showBaselines, trafficOf } from '../traffic-figures.ts';
import { isoOf } from '../traffic-show.ts';

const SCHEMA = { tags: ['traffic'] };

function timeOf(at: number | null): string | null {
  return at === null ? null : isoOf(at);
}

export const trafficBaselineRoutes: Routes = (app, { deps }) => {
  app.get(
    '/v1/traffic/baselines',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'What is usual, by type',
        response: { 200: baselinesAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async () => {
      const traffic = trafficOf(deps);
      const list = traffic.baselines();
      return { count: list.length, baselines: showBaselines(list), generated_at: timeOf(traffic.baselinesAt()) };
    },
  );
  app.get(
    '/v1/traffic/baselines/stats',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'Which baselines there are, with their statistics',
        response: { 200: baselineStatsAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async () => {
      const traffic = trafficOf(deps);
      const list = traffic.baselines();
      return {
        total: list.length,
        types: list.map(({ type }) => type),
        available: [...BASELINE_TYPES],
        metrics: list.reduce((sum, { metrics }) => sum + Object.keys(metrics).length, 0),
        windows: Math.max(0, ...list.map(({ windows }) => windows)),
        generated_at: timeOf(traffic.baselinesAt()),
        baselines: showBaselines(list),
      };
    },
  );
  app.get(
    '/v1/traffic/baselines/:type',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'What is usual, of one type',
        params: baselineParam,
        response: { 200: baseline, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async ({ params: { type } }) => {
      const found = trafficOf(deps)
        .baselines()
        .find((each) => each.type === type);
      if (found) return showBaseline(found);
      throw new AppError('NOT_FOUND', `No baseline of ${type} was generated.`);
    },
  );
  app.post(
    '/v1/traffic/baselines/generate',
    {
      config: { access: 'ingest' },
      schema: {
        ...SCHEMA,
        summary: 'Learn what is usual from the windows',
        body: generateBody,
        response: { 200: generateAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async ({ body }) => {
      const start = performance.now();
      const list = await trafficOf(deps).generateBaselines(body?.types ?? BASELINE_TYPES, body?.force ?? false);
      return {
        success: true as const,
        message: `${list.length} baselines: ${list.map(({ type }) => type).join(', ') || 'nothing was measured'}.`,
        generated: showBaselines(list),
        generation_time: secondsSince(start),
        timestamp: new Date().toISOString(),
      };
    },
  );
};
