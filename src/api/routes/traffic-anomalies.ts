import type { Anomaly } from '../../model/window.ts';
import type { ApiContext, App, Routes } from '../context.ts';
import { errors } from '../schemas/common.ts';
import {
  anomaliesAnswer,
  anomaliesQuery,
  byTypeAnswer,
  detectAnswer,
  detectBody,
  topAnomaliesAnswer,
  topAnomaliesQuery,
  windowAnomaliesAnswer,
  windowParam,
} from '../schemas/traffic.ts';
import {
  anomaliesBetween,
  countBySeverity,
  countByType,
  page,
  secondsSince,
  topAnomalies,
  trafficOf,
  windowOf,
} from '../traffic-figures.ts';

const SCHEMA = { tags: ['traffic'] };

export function showAnomaly({ techniques, evidence, ...rest }: Anomaly) {
  return { ...rest, techniques: [...techniques], evidence: [...evidence] };
}

export const trafficAnomalyRoutes: Routes = (app, context) => {
  addLists(app, context);
  addFigures(app, context);
  addDetect(app, context);
};

function addLists(app: App, { deps }: ApiContext): void {
  app.get(
    '/v1/traffic/anomalies',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'Anomalies, oldest first',
        querystring: anomaliesQuery,
        response: { 200: anomaliesAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async ({ query: { type, severity, hidden, ...range } }) => {
      const traffic = trafficOf(deps);
      const all = hidden === 'true' ? traffic.hidden() : traffic.anomalies();
      const chosen = all.filter((each) => (!type || each.type === type) && (!severity || each.severity === severity));
      const { shown, head } = page(chosen, range);
      const filters = { type: type || null, severity: severity || null };
      return { ...head, filters, anomalies: shown.map(showAnomaly) };
    },
  );
  app.get(
    '/v1/traffic/anomalies/window/:window',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'Anomalies found at the end of one window',
        params: windowParam,
        response: { 200: windowAnomaliesAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async ({ params }) => {
      const traffic = trafficOf(deps);
      const { window_id, window_start, window_end } = windowOf(traffic, params.window);
      const found = traffic
        .anomalies()
        .filter((each) => each.window_end > window_start && each.window_end <= window_end);
      return { window_id, count: found.length, anomalies: found.map(showAnomaly) };
    },
  );
}

function addFigures(app: App, { deps }: ApiContext): void {
  app.get(
    '/v1/traffic/anomalies/by-type',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'How many anomalies of each type',
        response: { 200: byTypeAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async () => {
      const anomalies = trafficOf(deps).anomalies();
      return { total: anomalies.length, by_type: countByType(anomalies) };
    },
  );
  app.get(
    '/v1/traffic/anomalies/top',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'The worst anomalies, repeated ones as one',
        querystring: topAnomaliesQuery,
        response: { 200: topAnomaliesAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async ({ query: { limit } }) => ({ top: topAnomalies(trafficOf(deps).anomalies(), limit) }),
  );
}

function addDetect(app: App, { deps }: ApiContext): void {
  app.post(
    '/v1/traffic/anomalies/detect',
    {
      config: { access: 'ingest' },
      schema: {
        ...SCHEMA,
        summary: 'Judge the windows by the allow rules of now',
        description:
          'Anomalies are found while windows are computed; this counts them, for a range of windows if asked.',
        body: detectBody,
        response: { 200: detectAnswer, ...errors(400, 401, 403, 404, 409, 413, 429) },
      },
    },
    async ({ body }) => {
      const traffic = trafficOf(deps);
      const { force, window_start, window_end } = body ?? {};
      const start = performance.now();
      await traffic.detect(force ?? false);
      const found = anomaliesBetween(traffic, window_start ?? undefined, window_end ?? undefined);
      const byType = Object.entries(countByType(found)).map(([type, { count }]) => [type, count] as const);
      return {
        success: true as const,
        message: `${found.length} anomalies in ${traffic.windows().length} windows.`,
        anomaly_count: found.length,
        detection_time: secondsSince(start),
        summary: { by_type: Object.fromEntries(byType), by_severity: countBySeverity(found) },
        timestamp: new Date().toISOString(),
      };
    },
  );
}
