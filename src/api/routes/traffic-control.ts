import type { Routes } from '../context.ts';
import { errors } from '../schemas/common.ts';
import { logsAnswer, logsQuery, pingAnswer, trafficConfig, trafficStatus } from '../schemas/traffic-control.ts';
import { trafficOf } from '../traffic-figures.ts';
import { showCapture, showFollowed, showLine } from '../traffic-show.ts';
import { showJob } from './traffic-windows.ts';

const SCHEMA = { tags: ['traffic'] };

export const trafficControlRoutes: Routes = (app, { deps, options }) => {
  app.get(
    '/v1/traffic/status',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'What is analysed now, and how much of it there is',
        response: { 200: trafficStatus, ...errors(401, 403, 404, 429) },
      },
    },
    async () => {
      const traffic = trafficOf(deps);
      const { mode, file, interface: name, windowSeconds, windows, anomalies, baselines, ...rest } = traffic.status();
      const { selection, events } = rest;
      return {
        api: { status: 'ok' as const, version: options.build.version, timestamp: new Date().toISOString() },
        system: { mode, pcap_file: file, interface: name, events: selection, window_size: windowSeconds },
        data: { metrics: windows, baselines, anomalies, hidden: rest.hidden, dropped: rest.dropped },
        capture: showCapture(traffic.capture()),
        events: events && showFollowed(events),
        job: rest.job && showJob(rest.job),
      };
    },
  );
  app.get(
    '/v1/traffic/config',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'Settings of the traffic analysis',
        response: { 200: trafficConfig, ...errors(401, 403, 404, 429) },
      },
    },
    async () => {
      const config = trafficOf(deps).config();
      return {
        window_size: config.windowSeconds,
        ring_packets: config.ringPackets,
        ring_bytes: config.ringBytes,
        capture_dir: config.captureDir,
        capture_tool: config.captureTool,
        max_upload_bytes: config.maxUploadBytes,
        max_windows: config.maxWindows,
        max_anomalies: config.maxAnomalies,
      };
    },
  );
  app.get(
    '/v1/traffic/ping',
    {
      config: { access: 'read' },
      schema: { ...SCHEMA, summary: 'An answer', response: { 200: pingAnswer, ...errors(401, 403, 429) } },
    },
    async () => ({ pong: true as const, timestamp: new Date().toISOString() }),
  );
  app.get(
    '/v1/traffic/logs',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'The last lines of what the traffic analysis did',
        querystring: logsQuery,
        response: { 200: logsAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async ({ query: { type, limit } }) => {
      const lines = trafficOf(deps).log();
      const chosen = lines.filter((line) => !type || line.type === type || line.level === type);
      const logs = chosen.slice(-limit).map(showLine);
      return { log_file: 'stderr', limit, total_lines: chosen.length, returned_lines: logs.length, logs };
    },
  );
};
