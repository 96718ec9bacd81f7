import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './context.ts';

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Vedette</title>
<style>body{font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}</style>
<h1>The dashboard is not built</h1>
<p>Vedette is running, and its API answers. To have the dashboard, run <code>npm run build</code> and start again.</p>
<ul><li><a href="/docs">API console</a></li><li><a href="/redoc">API reference</a></li><li><a href="/v1/health">Health</a></li></ul>
</html>`;

/** Whether a person's browser asks for a page, and not a program for data. */
function wantsPage(request: FastifyRequest): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const isApi = /^\/(v1|api)(\/|$|\?)/.test(request.url);
  return isRead && !isApi && (request.headers.accept ?? '').includes('text/html');
}

/** Serves the built dashboard; any page of it is `index.html`, which finds out by itself what to show. */
export class Dashboard {
  readonly #dir: string | null;

  constructor(webDir: string | null) {
    this.#dir = webDir !== null && existsSync(join(webDir, 'index.html')) ? webDir : null;
  }

  register(app: App): void {
    if (this.#dir === null) return;
    app.register(fastifyStatic, {
      root: this.#dir,
      serve: false,
      cacheControl: false,
      dotfiles: 'ignore',
      preCompressed: true,
      setHeaders: (reply, path) => {
        // Names in assets/ carry a hash of their content.
        const hashed = path.includes(`${sep}assets${sep}`);
        reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }

  routes(app: App): void {
    if (this.#dir === null) return;
    const config = { access: 'open', limit: 'none' } as const;
    // Nothing is returned: a reply that is returned is awaited, once more for every handler it passes.
    app.get('/', { config, schema: { hide: true } }, (_, reply) => {
      reply.sendFile('index.html');
    });
    app.get('/*', { config, schema: { hide: true } }, (request, reply) => {
      const path = (request.params as { '*': string })['*'];
      if (/^(v1|api)(\/|$)/.test(path)) reply.callNotFound();
      else reply.sendFile(path);
    });
  }

  /** Answers a request for a page, if it is one; false when the caller has to. */
  answer(request: FastifyRequest, reply: FastifyReply): boolean {
    if (!wantsPage(request)) return false;
    if (this.#dir !== null) reply.code(200).sendFile('index.html');
    else reply.code(404).type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(NOT_BUILT);
    return true;
  }
}
