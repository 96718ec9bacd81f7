import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../kit/errors.ts';
import { canonicalUrl } from './aliases.ts';
import type { App } from './context.ts';

/** Knows all routes, to tell a wrong method from a wrong path. */
export class RouteTable {
  readonly #routes: { readonly pattern: RegExp; readonly method: string }[] = [];

  watch(app: App): void {
    app.addHook('onRoute', ({ url, method, config }) => {
      const own = url.startsWith('/docs') || url === '*';
      if (config?.access === undefined && !own) throw new Error(`the route ${url} does not say who may use it`);
      if (url.includes('*') || url.startsWith('/docs')) return;
      const pattern = new RegExp(`^${url.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}/?$`);
      for (const each of [method].flat()) this.#routes.push({ pattern, method: each });
    });
  }

  /** Methods that the path of this URL knows. */
  methodsOf(url: string): string[] {
    const path = canonicalUrl(url).split('?', 1)[0];
    return [...new Set(this.#routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
  }

  /** @throws AppError METHOD_NOT_ALLOWED or NOT_FOUND */
  refuse(request: FastifyRequest, reply: FastifyReply): never {
    const path = request.url.split('?', 1)[0];
    const methods = this.methodsOf(request.url);
    if (methods.length === 0 || methods.includes(request.method))
      throw new AppError('NOT_FOUND', `There is nothing at ${path}.`);
    reply.header('allow', methods.join(', '));
    throw new AppError('METHOD_NOT_ALLOWED', `${path} knows ${methods.join(', ')}, not ${request.method}.`);
  }
}
