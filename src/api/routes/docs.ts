import type { App, Routes } from '../context.ts';
import { renderReference } from '../reference.ts';

/** `/openapi.json` and a reference made from it; the console at `/docs` belongs to openapi.ts. */
export const docsRoutes: Routes = (app: App, { options }) => {
  const config = { access: 'open' } as const;
  let page: string | undefined;
  app.get('/openapi.json', { config, schema: { hide: true } }, async (_, reply) => {
    reply.header('cache-control', 'no-cache');
    return app.swagger();
  });
  if (!options.docs) return;
  app.get('/redoc', { config, schema: { hide: true } }, async (_, reply) => {
    page ??= renderReference(app.swagger());
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').serializer(String).send(page);
  });
};
