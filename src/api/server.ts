import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { fastify } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Component, Health } from '../kit/component.ts';
import { AppError } from '../kit/errors.ts';
import { Activity, lagOf } from './activity.ts';
import { canonicalUrl } from './aliases.ts';
import { Authenticator } from './auth.ts';
import { BodyBudget } from './body.ts';
import type { ApiContext, App } from './context.ts';
import { Dashboard } from './dashboard.ts';
import type { ApiDeps } from './deps.ts';
import { errorBody, sendError } from './errors.ts';
import { API_VERSION, addHooks, addVersion } from './hooks.ts';
import { HttpMetrics } from './http-metrics.ts';
import { addJsonParser } from './json.ts';
import { RateLimiter } from './limits.ts';
import { hasLongBody } from './long-body.ts';
import { RouteTable } from './not-found.ts';
import { registerOpenApi } from './openapi.ts';
import type { ApiOptions } from './options.ts';
import { ALL_ROUTES } from './routes/all.ts';

/** Bodies that are worth compressing; downloads and event streams are not in it. */
const COMPRESSED = /^(application\/(json|javascript)|text\/(html|css|javascript|plain)|image\/svg\+xml)/;

const RATE_LIMIT_HEADERS = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];

/** Builds the server; it listens to nothing until told, and answers `inject` at once. */
export function createServer(deps: ApiDeps, options: ApiOptions): App {
  const app: App = fastify({
    logger: false,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    genReqId: requestId,
    rewriteUrl: (request) => canonicalUrl(request.url ?? '/'),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 256 },
    bodyLimit: 1024 * 1024,
    requestTimeout: options.limits.requestSeconds * 1000,
    // Node takes the longer of both limits for the body: the one for the headers (60 s) has to come down, too.
    http: {
      headersTimeout: options.limits.requestSeconds * 1000,
      requestTimeout: options.limits.requestSeconds * 1000,
      connectionsCheckingInterval: Math.min(5_000, options.limits.requestSeconds * 500),
    },
    forceCloseConnections: 'idle',
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => {
      reply.headers({ 'x-api-version': API_VERSION, 'x-request-id': request.id, 'x-content-type-options': 'nosniff' });
      sendError(deps.log, error, request, reply);
    },
  }).withTypeProvider<ZodTypeProvider>();
  const http = new HttpMetrics(deps.metrics);
  const activity = new Activity(async () => {
    const { newest } = await deps.telemetry.stats();
    return { batches: await http.total('vedette_received_envelopes_total'), lag: lagOf(newest) };
  });
  const context: ApiContext = {
    deps,
    options,
    auth: new Authenticator(deps.state.keys, options),
    budget: new BodyBudget(options.limits.bodiesInFlightBytes),
    http,
    activity,
    startedAt: Date.now(),
  };
  const table = new RouteTable();
  const dashboard = new Dashboard(options.webDir);

  app.setValidatorCompiler(validatorCompiler);
  // Answers are checked against their schemas by the compiler and in tests, not once more for every request.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  addJsonParser(app);
  table.watch(app);
  addVersion(app);
  registerPlugins(app, options);
  addHooks(app, context, new RateLimiter(options.limits));
  registerOpenApi(app, options);
  dashboard.register(app);
  app.setErrorHandler((error, request, reply) => sendError(deps.log, error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    if (!dashboard.answer(request, reply)) table.refuse(request, reply);
  });
  app.register(async (scope) => {
    for (const routes of ALL_ROUTES) routes(scope as App, context);
    dashboard.routes(scope as App);
  });
  app.addHook('onReady', async () => {
    http.start();
    activity.start();
  });
  app.addHook('onClose', async () => {
    http.stop();
    activity.stop();
  });
  return app;
}

function registerPlugins(app: App, options: ApiOptions): void {
  app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
    // Neither means anything on plain HTTP but a warning in the console.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });
  if (options.corsOrigins.length > 0)
    app.register(cors, {
      origin: [...options.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: ['x-request-id', 'x-api-version', 'retry-after', ...RATE_LIMIT_HEADERS],
      // An OPTIONS request that is no preflight is no mistake either.
      strictPreflight: false,
      maxAge: 600,
    });
  app.register(compress, {
    globalDecompression: false,
    encodings: ['gzip'],
    customTypes: COMPRESSED,
    threshold: 1024,
  });
}

/** The caller's own id where it is a plain one, so that both logs can be read together. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
}

/** What is no HTTP, or does not arrive in time, never reaches a route: a short answer, and the connection ends. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  if (late && hasLongBody(socket)) return;
  const status = late ? '408 Request Timeout' : '400 Bad Request';
  const detail = late ? 'The request did not arrive in time.' : 'This is no HTTP request that can be read.';
  const body = JSON.stringify(errorBody(new AppError('BAD_REQUEST', detail), randomUUID()));
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\nX-API-Version: 1\r\n\r\n${body}`,
  );
}

/** The HTTP server as a part of the product: built when it starts, drained when it stops. */
export class ApiServer implements Component {
  readonly name = 'api';
  readonly #deps: ApiDeps;
  readonly #options: ApiOptions;
  #app: App | undefined;
  #state: Health['state'] = 'stopped';

  constructor(deps: ApiDeps, options: ApiOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** @throws the error of `listen`, such as EADDRINUSE */
  async start(): Promise<void> {
    this.#state = 'starting';
    this.#app = createServer(this.#deps, this.#options);
    const { host, port } = this.#options;
    try {
      await this.#app.listen({ host, port });
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
    this.#state = 'ok';
  }

  /** Answers what it has begun to answer, then ends. */
  async stop(): Promise<void> {
    const app = this.#app;
    this.#app = undefined;
    this.#state = 'stopped';
    if (!app) return;
    const hurry = setTimeout(() => app.server.closeAllConnections(), 10_000);
    await app.close();
    clearTimeout(hurry);
  }

  health(): Health {
    const port = this.port;
    return port === undefined ? { state: this.#state } : { state: this.#state, figures: { port } };
  }

  /** `http://127.0.0.1:8080`: where programs on this machine reach it. Empty while it does not listen. */
  get address(): string {
    const port = this.port;
    if (port === undefined) return '';
    const { host } = this.#options;
    const everywhere = host === '0.0.0.0' || host === '::';
    return `http://${everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** The port it listens on; undefined while it does not. */
  get port(): number | undefined {
    return (this.#app?.server.address() as AddressInfo | null | undefined)?.port;
  }
}
