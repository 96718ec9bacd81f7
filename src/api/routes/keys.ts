import { AppError } from '../../kit/errors.ts';
import type { StoredKey } from '../../stores/state/store.ts';
import { type ApiContext, type App, audit, type Routes } from '../context.ts';
import { errors, idParam } from '../schemas/common.ts';
import {
  auditAnswer,
  auditQuery,
  disableAnswer,
  disableBody,
  keysAnswer,
  newKeyAnswer,
  newKeyBody,
  revokeAnswer,
  whoamiAnswer,
} from '../schemas/key.ts';

function show({ id, name, prefix, scopes, tier, disabled, expiresAt, createdAt, lastUsedAt }: StoredKey) {
  return {
    id,
    name,
    prefix,
    scopes: [...scopes],
    tier,
    disabled,
    expires_at: expiresAt,
    created_at: createdAt,
    last_used_at: lastUsedAt,
  };
}

export const keyRoutes: Routes = (app, context) => {
  addReading(app, context);
  addChanging(app, context);
  addIdentity(app);
};

function addReading(app: App, { deps }: ApiContext): void {
  app.get(
    '/v1/keys',
    {
      config: { access: 'admin' },
      schema: { tags: ['keys'], summary: 'API keys', response: { 200: keysAnswer, ...errors(401, 403, 429) } },
    },
    async () => ({ items: (await deps.state.keys.list()).map(show) }),
  );
  app.get(
    '/v1/audit',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['keys'],
        summary: 'What administrators did, newest first',
        querystring: auditQuery,
        response: { 200: auditAnswer, ...errors(400, 401, 403, 429) },
      },
    },
    async (request) => {
      const entries = await deps.state.audit.list(request.query);
      const next = entries.length === request.query.limit ? (entries.at(-1)?.id ?? null) : null;
      return { items: entries.map((entry) => ({ ...entry, detail: { ...entry.detail } })), next };
    },
  );
}

function addChanging(app: App, context: ApiContext): void {
  const { auth } = context;
  const { keys } = context.deps.state;
  app.post(
    '/v1/keys',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['keys'],
        summary: 'Make an API key',
        description: 'The secret is in this answer only.',
        body: newKeyBody,
        response: { 201: newKeyAnswer, ...errors(400, 401, 403, 429) },
      },
    },
    async (request, reply) => {
      const { name, scopes, tier, expires_at } = request.body;
      const { key, secret } = await keys.create({ name, scopes, tier, expiresAt: expires_at ?? null });
      await audit(context, request, 'key.create', key.id, { name, scopes });
      reply.code(201).header('cache-control', 'no-store');
      return { ...show(key), secret };
    },
  );

  app.patch(
    '/v1/keys/:id',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['keys'],
        summary: 'Disable or enable an API key',
        params: idParam,
        body: disableBody,
        response: { 200: disableAnswer, ...errors(400, 401, 403, 404, 429) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { disabled } = request.body;
      if (!(await keys.setDisabled(id, disabled))) throw new AppError('NOT_FOUND', `There is no key ${id}.`);
      auth.forget();
      await audit(context, request, disabled ? 'key.disable' : 'key.enable', id);
      return { id, disabled };
    },
  );

  app.delete(
    '/v1/keys/:id',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['keys'],
        summary: 'Revoke an API key for good',
        params: idParam,
        response: { 200: revokeAnswer, ...errors(401, 403, 404, 429) },
      },
    },
    async (request) => {
      const { id } = request.params;
      if (!(await keys.revoke(id))) throw new AppError('NOT_FOUND', `There is no key ${id}.`);
      auth.forget();
      await audit(context, request, 'key.revoke', id);
      return { id, revoked: true as const };
    },
  );
}

function addIdentity(app: App): void {
  app.get(
    '/v1/whoami',
    {
      config: { access: 'any' },
      schema: {
        tags: ['keys'],
        summary: 'The key that asks',
        response: { 200: whoamiAnswer, ...errors(401, 403, 429) },
      },
    },
    async ({ caller }) => {
      if (!caller) throw new AppError('UNAUTHENTICATED', 'No API key was given.');
      return { name: caller.name, scopes: [...caller.scopes], tier: caller.tier, expires_at: caller.expiresAt };
    },
  );
}
