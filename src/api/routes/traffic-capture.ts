import { Readable } from 'node:stream';
import { z } from 'zod';
import { type ApiContext, type App, audit, type Routes } from '../context.ts';
import { errors } from '../schemas/common.ts';
import { captureAnswer, captureBody, captureView, interfacesAnswer } from '../schemas/traffic-control.ts';
import { trafficOf } from '../traffic-figures.ts';
import { showCapture } from '../traffic-show.ts';

const SCHEMA = { tags: ['traffic'] };

export const trafficCaptureRoutes: Routes = (app, context) => {
  addReading(app, context);
  addStarting(app, context);
};

function addReading(app: App, { deps }: ApiContext): void {
  app.get(
    '/v1/traffic/capture/status',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'The live capture, or the last one',
        response: { 200: captureView, ...errors(401, 403, 404, 429) },
      },
    },
    async () => showCapture(trafficOf(deps).capture()),
  );
  app.get(
    '/v1/traffic/capture/interfaces',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'Interfaces to capture on',
        response: { 200: interfacesAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async () => {
      const list = await trafficOf(deps).interfaces();
      return { items: list.map(({ addresses, ...rest }) => ({ ...rest, addresses: [...addresses] })) };
    },
  );
  app.get(
    '/v1/traffic/capture/packets',
    {
      // What people sent each other.
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'The packets that the live capture holds, as a pcap file',
        response: {
          200: {
            description: 'Empty before the first capture.',
            content: { 'application/vnd.tcpdump.pcap': { schema: z.string() } },
          },
          ...errors(401, 403, 404, 429),
        },
      },
    },
    async (_, reply) => {
      reply.type('application/vnd.tcpdump.pcap').header('content-disposition', 'attachment; filename="capture.pcap"');
      return reply.send(Readable.from(trafficOf(deps).captured(), { objectMode: false }) as never);
    },
  );
}

function addStarting(app: App, context: ApiContext): void {
  const { deps } = context;
  app.post(
    '/v1/traffic/capture/start',
    {
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'Capture on an interface, and analyse it as it goes on',
        body: captureBody,
        response: { 200: captureAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const { interface: name, duration, output_file, filter, window_size } = request.body;
      const capture = await trafficOf(deps).startCapture({
        interface: name,
        durationSeconds: duration ?? undefined,
        outputFile: output_file ?? undefined,
        filter: filter ?? undefined,
        windowSeconds: window_size ?? undefined,
      });
      await audit(context, request, 'traffic.capture.start', name, { duration, output_file, filter });
      const limit = duration ? `for ${duration} s` : 'until it is stopped';
      return {
        success: true as const,
        message: `Capturing on ${name} ${limit}.`,
        capture: showCapture(capture),
        timestamp: new Date().toISOString(),
      };
    },
  );
  app.post(
    '/v1/traffic/capture/stop',
    {
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'End the live capture',
        response: { 200: captureAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const capture = await trafficOf(deps).stopCapture();
      await audit(context, request, 'traffic.capture.stop', capture.interface ?? '');
      return {
        success: true as const,
        message: `The capture on ${capture.interface} is over: ${capture.packets} packets.`,
        capture: showCapture(capture),
        timestamp: new Date().toISOString(),
      };
    },
  );
}
