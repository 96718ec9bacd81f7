import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../kit/errors.ts';
import type { KeyStore, Scope, StoredKey, Tier } from '../stores/state/store.ts';
import type { ApiOptions } from './options.ts';

/** Who asks. `id` is what the audit log and the rate limits know them by. */
export interface Caller {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly tier: Tier | null;
  readonly expiresAt: string | null;
}

const ALL_SCOPES: readonly Scope[] = ['read', 'ingest', 'admin'];
/** How long a stored key is believed without asking again, and how many are remembered. */
const REMEMBER_MS = 5_000;
const REMEMBERED = 1_000;

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether the secrets are the same, in a time that tells nothing about where they differ. */
export function sameSecret(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted));
}

/** Finds out who asks, by `Authorization: Bearer`, `X-API-Key`, or basic auth where a route allows it. */
export class Authenticator {
  readonly #static: readonly Buffer[];
  readonly #keys: KeyStore;
  readonly #metricsAuth: ApiOptions['metricsAuth'];
  readonly #remembered = new Map<string, { readonly key: StoredKey; readonly until: number }>();

  constructor(keys: KeyStore, options: Pick<ApiOptions, 'staticKeys' | 'metricsAuth'>) {
    this.#keys = keys;
    this.#static = options.staticKeys.filter((key) => key !== '').map(digest);
    this.#metricsAuth = options.metricsAuth;
  }

  get basicAuth(): boolean {
    return this.#metricsAuth !== null && this.#metricsAuth.password !== '';
  }

  /**
   * @returns undefined when no credential was given.
   * @throws AppError UNAUTHENTICATED when it is not known, FORBIDDEN when it is disabled or expired.
   */
  async identify(request: FastifyRequest, basicAllowed: boolean): Promise<Caller | undefined> {
    const authorization = request.headers.authorization ?? '';
    const basic = /^basic\s+(\S+)$/i.exec(authorization)?.[1];
    if (basic !== undefined && basicAllowed && this.basicAuth) return this.#basicCaller(basic);
    const bearer = /^bearer\s+(\S+)$/i.exec(authorization)?.[1];
    const header = request.headers['x-api-key'];
    const secret = bearer ?? (Array.isArray(header) ? header[0] : header);
    if (secret === undefined || secret === '') {
      if (authorization !== '') throw new AppError('UNAUTHENTICATED', 'The Authorization header carries no API key.');
      return undefined;
    }
    return this.#staticCaller(secret) ?? (await this.#storedCaller(secret));
  }

  /** Forgets what is remembered, after keys were changed. */
  forget(): void {
    this.#remembered.clear();
  }

  #basicCaller(encoded: string): Caller {
    const wanted = this.#metricsAuth;
    const given = Buffer.from(encoded, 'base64').toString('utf8');
    if (!wanted || !sameSecret(given, `${wanted.user}:${wanted.password}`))
      throw new AppError('UNAUTHENTICATED', 'User or password is wrong.');
    return { id: 'metrics', name: wanted.user, scopes: ['read'], tier: null, expiresAt: null };
  }

  /** Compares with every key, so that the time does not tell which one it is. */
  #staticCaller(secret: string): Caller | undefined {
    const given = digest(secret);
    let found = -1;
    for (let i = 0; i < this.#static.length; i++) if (timingSafeEqual(given, this.#static[i])) found = i;
    if (found < 0) return undefined;
    return { id: `env:${found + 1}`, name: 'environment', scopes: ALL_SCOPES, tier: null, expiresAt: null };
  }

  async #storedCaller(secret: string): Promise<Caller> {
    const key = await this.#storedKey(secret);
    if (!key) throw new AppError('UNAUTHENTICATED', 'This API key is not known.');
    if (key.disabled) throw new AppError('FORBIDDEN', 'This API key is disabled.');
    if (key.expiresAt !== null && Date.parse(key.expiresAt) <= Date.now())
      throw new AppError('FORBIDDEN', 'This API key has expired.');
    this.#keys.touch(key.id);
    return { id: key.id, name: key.name, scopes: key.scopes, tier: key.tier, expiresAt: key.expiresAt };
  }

  async #storedKey(secret: string): Promise<StoredKey | undefined> {
    const name = digest(secret).toString('base64');
    const remembered = this.#remembered.get(name);
    if (remembered && remembered.until > Date.now()) return remembered.key;
    this.#remembered.delete(name);
    const key = await this.#keys.find(secret);
    if (!key) return undefined;
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(name, { key, until: Date.now() + REMEMBER_MS });
    return key;
  }
}

/** @throws AppError UNAUTHENTICATED without a caller, FORBIDDEN without the scope; `admin` includes the others. */
export function requireScope(caller: Caller | undefined, scope: Scope): asserts caller is Caller {
  if (!caller)
    throw new AppError('UNAUTHENTICATED', 'Send an API key as "Authorization: Bearer KEY" or "X-API-Key: KEY".');
  if (!caller.scopes.includes(scope) && !caller.scopes.includes('admin'))
    throw new AppError('FORBIDDEN', `This API key lacks the scope "${scope}".`);
}
