import { AppError } from '../../kit/errors.ts';
import type { InterfaceReport } from '../../model/exporter.ts';
import type { ExporterView } from '../../model/exporter-view.ts';
import { formatTime } from '../../model/filter/time.ts';
import { type ApiContext, type App, audit, type Routes } from '../context.ts';
import { canonicalIp } from '../domain.ts';
import { errors } from '../schemas/common.ts';
import {
  addressParam,
  collectorAnswer,
  type ExporterDetail,
  type ExporterSummary,
  exporterDetail,
  exportersAnswer,
  exportersQuery,
  forgottenAnswer,
  interfacesAnswer,
} from '../schemas/exporter.ts';

function showBase(view: ExporterView) {
  return {
    address: view.address,
    name: view.name,
    protocols: [...view.protocols],
    first_seen: formatTime(view.first_seen),
    last_seen: formatTime(view.last_seen),
    datagrams_per_second: view.datagrams_per_second,
    flows_per_second: view.flows_per_second,
    loss_percent: view.loss_percent,
    clock_skew: view.clock_skew,
    counts: { ...view.counts },
    conditions: view.conditions.map(({ code, since, text }) => ({ code, since: formatTime(since), text })),
  };
}

function showSummary(view: ExporterView): ExporterSummary {
  return {
    ...showBase(view),
    templates: view.templates.length,
    sampling: [...new Set(view.sampling.map(({ rate }) => rate))].sort((a, b) => a - b),
    interfaces: view.interfaces.length,
  };
}

function showInterface({ counters, ...rest }: InterfaceReport): ExporterDetail['interfaces'][number] {
  return { ...rest, counters: counters && { ...counters, at: formatTime(counters.at) } };
}

function showDetail(view: ExporterView): ExporterDetail {
  return {
    ...showBase(view),
    templates: view.templates.map((template) => ({
      ...template,
      fields: [...template.fields],
      first_seen: formatTime(template.first_seen),
      last_seen: formatTime(template.last_seen),
    })),
    sampling: view.sampling.map((each) => ({ ...each, last_seen: formatTime(each.last_seen) })),
    interfaces: view.interfaces.map(showInterface),
  };
}

/** @throws AppError INVALID_ADDRESS */
function addressOf(text: string): string {
  const address = canonicalIp(text);
  if (address === undefined) throw new AppError('INVALID_ADDRESS', `"${text}" is no address.`);
  return address;
}

function unknown(address: string): AppError {
  return new AppError('NOT_FOUND', `No exporter has sent anything from ${address}.`);
}

export const exporterRoutes: Routes = (app, context) => {
  addReading(app, context);
  addForgetting(app, context);
  addCollector(app, context);
};

function addReading(app: App, { deps }: ApiContext): void {
  /** @throws AppError INVALID_ADDRESS, NOT_FOUND */
  const find = (text: string): ExporterView => {
    const address = addressOf(text);
    const view = deps.exporters?.get(address);
    if (!view) throw unknown(address);
    return view;
  };
  app.get(
    '/v1/exporters',
    {
      config: { access: 'read' },
      schema: {
        tags: ['exporters'],
        summary: 'Devices that send flows',
        description: 'Those of this run, and with counts of zero those of earlier runs.',
        querystring: exportersQuery,
        response: { 200: exportersAnswer, ...errors(400, 401, 403, 429) },
      },
    },
    async ({ query: { condition } }) => {
      const all = deps.exporters?.list() ?? [];
      const asked = all.filter(
        ({ conditions }) =>
          condition === undefined ||
          (condition === 'any' ? conditions.length > 0 : conditions.some(({ code }) => code === condition)),
      );
      return { items: asked.map(showSummary), total: all.length };
    },
  );
  app.get(
    '/v1/exporters/:address',
    {
      config: { access: 'read' },
      schema: {
        tags: ['exporters'],
        summary: 'One exporter: templates, sampling, interfaces, sequence counts',
        params: addressParam,
        response: { 200: exporterDetail, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => showDetail(find(request.params.address)),
  );
  app.get(
    '/v1/exporters/:address/interfaces',
    {
      config: { access: 'read' },
      schema: {
        tags: ['exporters'],
        summary: 'The interfaces of an exporter, with counters where it sends them',
        params: addressParam,
        response: { 200: interfacesAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const { address, name, interfaces } = find(request.params.address);
      return { address, name, items: interfaces.map(showInterface) };
    },
  );
}

function addForgetting(app: App, context: ApiContext): void {
  app.delete(
    '/v1/exporters/:address',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['exporters'],
        summary: 'Forget an exporter',
        description: 'For devices that are no more. One that still sends is back with its next datagram.',
        params: addressParam,
        response: { 200: forgottenAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const address = addressOf(request.params.address);
      if (!(await context.deps.exporters?.forget(address))) throw unknown(address);
      await audit(context, request, 'exporter.forget', address);
      return { address, removed: true as const };
    },
  );
}

function addCollector(app: App, { deps }: ApiContext): void {
  app.get(
    '/v1/collector',
    {
      config: { access: 'read' },
      schema: {
        tags: ['exporters'],
        summary: 'The UDP sockets that flows are received on',
        response: { 200: collectorAnswer, ...errors(401, 403, 429) },
      },
    },
    async () => ({ listeners: (deps.collector?.().listeners ?? []).map((listener) => ({ ...listener })) }),
  );
}
