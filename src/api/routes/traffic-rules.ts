import { randomUUID } from 'node:crypto';
import { AppError } from '../../kit/errors.ts';
import { type ApiContext, type App, audit, type Routes } from '../context.ts';
import { errors, idParam } from '../schemas/common.ts';
import {
  previewAnswer,
  previewBody,
  ruleBody,
  ruleRemoved,
  rulesAnswer,
  trafficRule,
} from '../schemas/traffic-control.ts';
import { trafficOf } from '../traffic-figures.ts';
import { readRule, showRule } from '../traffic-show.ts';
import { showAnomaly } from './traffic-anomalies.ts';

const SCHEMA = { tags: ['traffic'] };
const PREVIEWED = 100;

export const trafficRuleRoutes: Routes = (app, context) => {
  addReading(app, context);
  addWriting(app, context);
};

function addReading(app: App, { deps }: ApiContext): void {
  app.get(
    '/v1/traffic/rules',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'Allow rules: what is known and hidden',
        response: { 200: rulesAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async () => ({ items: trafficOf(deps).rules().map(showRule) }),
  );
  app.post(
    '/v1/traffic/rules/preview',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'What an allow rule would hide',
        body: previewBody,
        response: { 200: previewAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async ({ body }) => {
      const found = trafficOf(deps).previewRule(readRule('preview', { ...body, reason: body.reason || 'preview' }));
      return { count: found.length, anomalies: found.slice(0, PREVIEWED).map(showAnomaly) };
    },
  );
}

function addWriting(app: App, context: ApiContext): void {
  const { deps } = context;
  app.post(
    '/v1/traffic/rules',
    {
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'Add an allow rule',
        body: ruleBody,
        response: { 201: trafficRule, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request, reply) => {
      const id = randomUUID();
      const rule = { ...readRule(id, request.body), author: request.caller?.name };
      const saved = await trafficOf(deps).setRule(rule);
      await audit(context, request, 'traffic.rule.add', id, { ...request.body });
      reply.code(201);
      return showRule(saved);
    },
  );
  app.put(
    '/v1/traffic/rules/:id',
    {
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'Replace an allow rule',
        params: idParam,
        body: ruleBody,
        response: { 200: trafficRule, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const traffic = trafficOf(deps);
      const { id } = request.params;
      if (!traffic.rules().some(({ rule }) => rule.id === id)) throw unknown(id);
      const saved = await traffic.setRule({ ...readRule(id, request.body), author: request.caller?.name });
      await audit(context, request, 'traffic.rule.replace', id, { ...request.body });
      return showRule(saved);
    },
  );
  app.delete(
    '/v1/traffic/rules/:id',
    {
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'Remove an allow rule',
        params: idParam,
        response: { 200: ruleRemoved, ...errors(401, 403, 404, 429) },
      },
    },
    async (request) => {
      const { id } = request.params;
      if (!(await trafficOf(deps).removeRule(id))) throw unknown(id);
      await audit(context, request, 'traffic.rule.remove', id);
      return { id, removed: true as const };
    },
  );
}

function unknown(id: string): AppError {
  return new AppError('NOT_FOUND', `There is no rule ${id}.`);
}
