import { AppError } from '../../kit/errors.ts';
import type { OutputChange, OutputType, OutputView } from '../../model/output.ts';
import { type ApiContext, type App, audit, type Routes } from '../context.ts';
import type { ApiDeps } from '../deps.ts';
import { outputNamed, putOutput, showOutput, startOf } from '../output-view.ts';
import { errors } from '../schemas/common.ts';
import {
  type DoorBody,
  ELASTIC_KEYS,
  elasticAnswer,
  elasticBody,
  SPLUNK_KEYS,
  splunkAnswer,
  splunkBody,
} from '../schemas/output-doors.ts';

/** An output that older tools know by a path of its own, with its configuration as the body. */
interface Door {
  readonly name: 'splunk' | 'elastic';
  /** Types it may have; the first one when it is made. */
  readonly types: readonly [OutputType, ...OutputType[]];
  readonly keys: readonly string[];
}

const SPLUNK: Door = { name: 'splunk', types: ['splunk-hec'], keys: SPLUNK_KEYS };
const ELASTIC: Door = { name: 'elastic', types: ['elastic-bulk', 'opensearch'], keys: ELASTIC_KEYS };

const DESCRIPTION =
  'POST describes all of it: keys that are not given have their defaults. PUT changes what is given. A masked secret stays what it is. The general form of /v1/outputs/{name} is taken as well.';

export const outputDoorRoutes: Routes = (app, context) => {
  addReading(app, context);
  addSplunk(app, context);
  addElastic(app, context);
};

function addReading(app: App, { deps }: ApiContext): void {
  const summary = 'The output of this name, its configuration under the keys of the body';
  app.get(
    '/v1/outputs/splunk',
    {
      config: { access: 'read' },
      schema: {
        tags: ['outputs'],
        summary,
        response: { 200: splunkAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async () => splunkOf(outputNamed(deps, SPLUNK.name)),
  );
  app.get(
    '/v1/outputs/elastic',
    {
      config: { access: 'read' },
      schema: {
        tags: ['outputs'],
        summary,
        response: { 200: elasticAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async () => elasticOf(outputNamed(deps, ELASTIC.name)),
  );
}

function addSplunk(app: App, context: ApiContext): void {
  for (const method of ['POST', 'PUT'] as const)
    app.route({
      method,
      url: '/v1/outputs/splunk',
      config: { access: 'admin' },
      schema: {
        tags: ['outputs'],
        summary: 'Send events to Splunk',
        description: DESCRIPTION,
        body: splunkBody,
        response: { 200: splunkAnswer, ...errors(400, 401, 403, 409, 429) },
      },
      handler: async (request) => {
        const change = changeOf(SPLUNK, request.body, method === 'POST', context.deps);
        const view = await putOutput(context.deps, SPLUNK.name, change);
        await audit(context, request, 'output.put', SPLUNK.name, said(change));
        return splunkOf(view);
      },
    });
}

function addElastic(app: App, context: ApiContext): void {
  for (const method of ['POST', 'PUT'] as const)
    app.route({
      method,
      url: '/v1/outputs/elastic',
      config: { access: 'admin' },
      schema: {
        tags: ['outputs'],
        summary: 'Send events to Elasticsearch or OpenSearch',
        description: DESCRIPTION,
        body: elasticBody,
        response: { 200: elasticAnswer, ...errors(400, 401, 403, 409, 429) },
      },
      handler: async (request) => {
        const change = changeOf(ELASTIC, request.body, method === 'POST', context.deps);
        const view = await putOutput(context.deps, ELASTIC.name, change);
        await audit(context, request, 'output.put', ELASTIC.name, said(change));
        return elasticOf(view);
      },
    });
}

const splunkOf = (view: OutputView) => ({
  status: 'ok' as const,
  splunk: configOf(SPLUNK, view),
  output: showOutput(view),
});

const elasticOf = (view: OutputView) => ({
  status: 'ok' as const,
  elastic: configOf(ELASTIC, view),
  output: showOutput(view),
});

/** The keys of the door, null where nothing is set; of an output of another type, what there is. */
function configOf(door: Door, { type, config }: OutputView): Record<string, unknown> {
  if (!door.types.includes(type)) return { ...config };
  return Object.fromEntries(door.keys.map((key) => [key, config[key] ?? null]));
}

/** @param whole whether keys of the door that are not given go back to their defaults. */
function changeOf(door: Door, body: DoorBody, whole: boolean, deps: ApiDeps): OutputChange {
  const { type: asked, config, filter, start, ...flat } = body;
  if (config !== undefined && Object.keys(flat).length > 0)
    throw new AppError('INVALID_PARAMETER', `config: give either config or ${Object.keys(flat).join(', ')}.`);
  const wanted = asked ?? deps.outputs?.get(door.name)?.type ?? door.types[0];
  const type = door.types.find((each) => each === wanted);
  if (type === undefined)
    throw new AppError(
      asked === undefined ? 'CONFLICT' : 'INVALID_PARAMETER',
      `type: ${door.name} is for outputs of type ${door.types.join(' or ')}, not ${wanted}; give others another name.`,
    );
  const defaults = whole && config === undefined ? Object.fromEntries(door.keys.map((key) => [key, null])) : {};
  return { type, config: config ?? { ...defaults, ...flat }, filter, start: startOf(start) };
}

/** For the audit log: names of fields only, what is in them may be secret. */
function said({ type, config, filter }: OutputChange) {
  return { type, fields: Object.keys(config).filter((key) => config[key] !== null), filter };
}
