import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Scope } from '../stores/state/store.ts';
import type { QueryOptions } from '../stores/telemetry/store.ts';
import type { Activity } from './activity.ts';
import type { Authenticator, Caller } from './auth.ts';
import type { BodyBudget } from './body.ts';
import type { ApiDeps } from './deps.ts';
import type { HttpMetrics } from './http-metrics.ts';
import type { LimitClass } from './limits.ts';
import type { ApiOptions } from './options.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route: everybody, any key, or keys with the scope. Every route has to say. */
    access?: 'open' | 'any' | Scope;
    limit?: LimitClass;
    /** Basic auth will do, too. */
    basic?: boolean;
  }
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse<IncomingMessage>,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What the routes work with. */
export interface ApiContext {
  readonly deps: ApiDeps;
  readonly options: ApiOptions;
  readonly auth: Authenticator;
  readonly budget: BodyBudget;
  readonly http: HttpMetrics;
  readonly activity: Activity;
  /** When the process came up, in milliseconds. */
  readonly startedAt: number;
}

/** Adds the routes of one noun. */
export type Routes = (app: App, context: ApiContext) => void;

/** Options for a query that ends when the caller goes away. */
export function queryOptions(request: FastifyRequest, reply: FastifyReply): QueryOptions {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return { signal: controller.signal, requestId: request.id };
}

/** Writes an action of an administrator into the audit log. */
export async function audit(
  context: ApiContext,
  request: FastifyRequest,
  action: string,
  target: string,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const actor = request.caller?.id ?? 'admin-token';
  await context.deps.state.audit.record({ actor, action, target, detail: { ...detail, peer: request.ip } });
}
