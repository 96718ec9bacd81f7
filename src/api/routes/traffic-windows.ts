import { AppError } from '../../kit/errors.ts';
import { parseFilter } from '../../model/filter/parser.ts';
import type { ComputeOrder, EventChoice, TrafficDirectory, TrafficJob } from '../../model/traffic-view.ts';
import type { Window } from '../../model/window.ts';
import type { ApiContext, App, Routes } from '../context.ts';
import { errors, idParam } from '../schemas/common.ts';
import {
  type ComputeBody,
  computeAnswer,
  computeBody,
  jobsAnswer,
  pageQuery,
  trafficJob,
  trafficWindow,
  windowParam,
  windowsAnswer,
  windowsSummary,
} from '../schemas/traffic.ts';
import { readRange } from '../time.ts';
import { page, secondsSince, summarise, trafficOf, windowOf } from '../traffic-figures.ts';
import { isoOf } from '../traffic-show.ts';

const SCHEMA = { tags: ['traffic'] };

function showWindow({ bandwidth, ...rest }: Window) {
  const { top_src_bytes, top_dst_bytes, ...rates } = bandwidth;
  return { ...rest, bandwidth: { ...rates, top_src_bytes: [...top_src_bytes], top_dst_bytes: [...top_dst_bytes] } };
}

export function showJob(job: TrafficJob) {
  const { windowSeconds, bytesRead, bytesTotal, started, ended, problems, ...rest } = job;
  const share = bytesTotal === null || bytesTotal === 0 ? null : Math.min(1, bytesRead / bytesTotal);
  return {
    ...rest,
    window_size: windowSeconds,
    started: isoOf(started),
    ended: ended === null ? null : isoOf(ended),
    bytes_read: bytesRead,
    bytes_total: bytesTotal,
    progress: job.state === 'done' ? 1 : share,
    problems: [...problems],
  };
}

/** What is to be computed. Without a word about it: the file that is named, else what is there now. */
function orderOf(body: ComputeBody, traffic: TrafficDirectory): ComputeOrder {
  const { source, pcap_file, window_size, force } = body ?? {};
  const file = pcap_file ?? undefined;
  const { mode } = traffic.status();
  const chosen = source ?? (file === undefined && mode !== 'idle' ? mode : 'pcap');
  return {
    source: chosen,
    file,
    events: chosen === 'events' ? eventsOf(body, traffic) : undefined,
    windowSeconds: window_size ?? undefined,
    force: force ?? false,
  };
}

/** Which stored events; undefined for those that are followed anyway. @throws AppError, FilterError */
function eventsOf(body: ComputeBody, traffic: TrafficDirectory): EventChoice | undefined {
  const { from, to, filter, window_size, force } = body ?? {};
  const named = from ?? to ?? filter ?? window_size;
  if (named == null && !force && traffic.status().events?.following) return undefined;
  const text = filter?.trim() || undefined;
  const range = readRange({ from: from ?? undefined, to: to ?? undefined });
  return { range, filter: parseFilter(text ?? ''), text };
}

export const trafficWindowRoutes: Routes = (app, context) => {
  addWindows(app, context);
  addCompute(app, context);
  addJobs(app, context);
};

function addWindows(app: App, { deps }: ApiContext): void {
  app.get(
    '/v1/traffic/windows',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'Windows of the traffic, oldest first',
        querystring: pageQuery(50),
        response: { 200: windowsAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async ({ query }) => {
      const { shown, head } = page(trafficOf(deps).windows(), query);
      return { ...head, metrics: shown.map(showWindow) };
    },
  );
  app.get(
    '/v1/traffic/windows/summary',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'Figures over all windows',
        response: { 200: windowsSummary, ...errors(401, 403, 404, 429) },
      },
    },
    async () => summarise(trafficOf(deps).windows()),
  );
  app.get(
    '/v1/traffic/windows/:window',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'One window by its number',
        params: windowParam,
        response: { 200: trafficWindow, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async ({ params }) => showWindow(windowOf(trafficOf(deps), params.window)),
  );
}

function addCompute(app: App, { deps }: ApiContext): void {
  app.post(
    '/v1/traffic/windows/compute',
    {
      config: { access: 'ingest' },
      schema: {
        ...SCHEMA,
        summary: 'Analyse a capture or stored events, and wait for the end',
        description:
          'Of the folder of captures, what the live capture holds, or flows and logs. POST /v1/traffic/jobs does not wait.',
        body: computeBody,
        response: { 200: computeAnswer, ...errors(400, 401, 403, 404, 409, 413, 429) },
      },
    },
    async ({ body }) => {
      const traffic = trafficOf(deps);
      const start = performance.now();
      const begun = await traffic.compute(orderOf(body, traffic));
      const isLive = begun.source === 'live' && traffic.capture().running;
      const job = isLive ? begun : await traffic.finished(begun.id);
      if (!job || job.state === 'cancelled') throw new AppError('CONFLICT', 'The analysis was cancelled.');
      const what = `${job.windows} windows from ${job.input}`;
      return {
        success: true as const,
        message: isLive || job.state === 'running' ? `${what} so far.` : `${what}.`,
        window_count: job.windows,
        window_size: job.windowSeconds,
        computation_time: secondsSince(start),
        timestamp: new Date().toISOString(),
        job: job.id,
        packets: job.packets,
        events: job.events,
        anomaly_count: job.anomalies,
        problems: [...job.problems],
      };
    },
  );
}

function addJobs(app: App, { deps }: ApiContext): void {
  /** @throws AppError NOT_FOUND */
  const found = (id: string, job: TrafficJob | undefined) => {
    if (job) return showJob(job);
    throw new AppError('NOT_FOUND', `There is no run ${id}.`);
  };
  app.post(
    '/v1/traffic/jobs',
    {
      config: { access: 'ingest' },
      schema: {
        ...SCHEMA,
        summary: 'Begin to analyse a capture or stored events',
        body: computeBody,
        response: { 202: trafficJob, ...errors(400, 401, 403, 404, 409, 429) },
      },
    },
    async ({ body }, reply) => {
      const traffic = trafficOf(deps);
      const job = await traffic.compute(orderOf(body, traffic));
      reply.code(202);
      return showJob(job);
    },
  );
  app.get(
    '/v1/traffic/jobs',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'Runs of the analysis, newest first',
        response: { 200: jobsAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async () => ({ items: trafficOf(deps).jobs().map(showJob) }),
  );
  app.get(
    '/v1/traffic/jobs/:id',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'One run and how far it is',
        params: idParam,
        response: { 200: trafficJob, ...errors(401, 403, 404, 429) },
      },
    },
    async ({ params: { id } }) => found(id, trafficOf(deps).job(id)),
  );
  app.delete(
    '/v1/traffic/jobs/:id',
    {
      config: { access: 'ingest' },
      schema: {
        ...SCHEMA,
        summary: 'Cancel a run',
        description: 'One that is over stays as it is. The results before it stay, too.',
        params: idParam,
        response: { 200: trafficJob, ...errors(401, 403, 404, 429) },
      },
    },
    async ({ params: { id } }) => found(id, await trafficOf(deps).cancel(id)),
  );
}
