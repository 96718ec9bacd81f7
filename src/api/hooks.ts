import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../kit/errors.ts';
import { type Caller, requireScope } from './auth.ts';
import type { ApiContext, App } from './context.ts';
import { addressName, type LimitState, type RateLimiter } from './limits.ts';

export const API_VERSION = '1';

/** The headers that every answer has, also the one that a plugin gives; so it comes before them. */
export function addVersion(app: App): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-api-version', API_VERSION);
    reply.header('x-request-id', request.id);
  });
}

/** Everything that happens to every request before and after its handler. */
export function addHooks(app: App, context: ApiContext, limiter: RateLimiter): void {
  app.decorateRequest('caller', undefined);

  app.addHook('onRequest', async (request, reply) => {
    // Only behind TLS, which ends at a trusted proxy: on plain HTTP the header means nothing.
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
  });

  app.addHook('onRequest', (request, reply) => admit(request, reply, context, limiter));

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched';
    context.http.observe(request.method, route, reply.statusCode, reply.elapsedTime);
    context.deps.log.debug(
      {
        request_id: request.id,
        method: request.method,
        // Without the query: it may hold what should not be in a log.
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        caller: request.caller?.id,
      },
      'request',
    );
  });
}

/** Says who asks, counts the request, and lets it pass or not. Guesses at keys count against the address. */
async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  { auth }: ApiContext,
  limiter: RateLimiter,
): Promise<void> {
  const { access = 'open', limit = 'default', basic = false } = request.is404 ? {} : request.routeOptions.config;
  if (limit === 'none') return;
  const address = `address ${addressName(request.ip)}`;
  let refusal: unknown;
  let caller: Caller | undefined;
  if (access !== 'open') {
    if (limiter.isExceeded(address, limit)) throw exceeded(reply, limiter.take(address, limit));
    try {
      caller = await auth.identify(request, basic);
      if (!caller || access !== 'any') requireScope(caller, access === 'any' ? 'read' : access);
    } catch (error) {
      refusal = error;
    }
  }
  request.caller = caller;
  const state = limiter.take(caller ? `key ${caller.id}` : address, limit);
  reply.header('x-ratelimit-limit', String(state.limit));
  reply.header('x-ratelimit-remaining', String(state.remaining));
  reply.header('x-ratelimit-reset', String(state.reset));
  if (state.exceeded) throw exceeded(reply, state);
  if (refusal === undefined) return;
  if (refusal instanceof AppError && refusal.code === 'UNAUTHENTICATED')
    reply.header('www-authenticate', basic && auth.basicAuth ? 'Basic realm="vedette", Bearer' : 'Bearer');
  throw refusal;
}

function exceeded(reply: FastifyReply, state: LimitState): AppError {
  reply.header('x-ratelimit-limit', String(state.limit));
  reply.header('x-ratelimit-remaining', '0');
  reply.header('x-ratelimit-reset', String(state.reset));
  return new AppError('RATE_LIMITED', `More than ${state.limit} requests in a minute.`, { retryAfter: state.reset });
}
