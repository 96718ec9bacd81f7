import { AppError } from '../../kit/errors.ts';
import type { CaptureFile } from '../../model/traffic-view.ts';
import { contentType } from '../body.ts';
import { audit, type Routes } from '../context.ts';
import { longBody } from '../long-body.ts';
import { errors } from '../schemas/common.ts';
import { fileParam, fileRemoved, filesAnswer, uploadAnswer, uploadQuery } from '../schemas/traffic-control.ts';
import { trafficOf } from '../traffic-figures.ts';
import { isoOf } from '../traffic-show.ts';

const SCHEMA = { tags: ['traffic'] };

function showFile({ name, bytes, modified }: CaptureFile) {
  return { name, bytes, modified: isoOf(modified) };
}

export const trafficFileRoutes: Routes = (app, context) => {
  const { deps } = context;
  app.get(
    '/v1/traffic/captures',
    {
      config: { access: 'read' },
      schema: {
        ...SCHEMA,
        summary: 'Captures that can be analysed, newest first',
        response: { 200: filesAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async () => ({ items: (await trafficOf(deps).files()).map(showFile) }),
  );
  app.delete(
    '/v1/traffic/captures/:name',
    {
      config: { access: 'admin' },
      schema: {
        ...SCHEMA,
        summary: 'Remove a capture',
        params: fileParam,
        response: { 200: fileRemoved, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const { name } = request.params;
      if (!(await trafficOf(deps).removeFile(name)))
        throw new AppError('NOT_FOUND', `There is no ${name} in the folder of captures.`);
      await audit(context, request, 'traffic.capture.remove', name);
      return { name, removed: true as const };
    },
  );
  app.register(async (scope) => {
    // The body goes to disk as it comes, never into memory.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.post(
      '/v1/traffic/captures',
      {
        config: { access: 'ingest' },
        schema: {
          ...SCHEMA,
          summary: 'Upload a capture',
          description: 'The body is the file: pcap or pcapng, plain, gzip or zstd. The answer names it, for compute.',
          querystring: uploadQuery,
          response: { 201: uploadAnswer, ...errors(400, 401, 403, 404, 408, 413, 415, 429) },
        },
      },
      async (request, reply) => {
        const traffic = trafficOf(deps);
        const { media } = contentType(request.headers['content-type']);
        if (media.startsWith('multipart/') || media === 'application/x-www-form-urlencoded')
          throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send the file itself as the body, not a form: curl -T FILE.');
        const limit = traffic.config().maxUploadBytes;
        if (Number(request.headers['content-length'] ?? 0) > limit)
          throw new AppError('BODY_TOO_LARGE', `A capture has at most ${limit} bytes.`);
        const file = await traffic.upload(longBody(request.raw), uploadQuery.parse(request.query).name);
        reply.code(201);
        return { ...showFile(file), pcap_file: file.name };
      },
    );
  });
};
