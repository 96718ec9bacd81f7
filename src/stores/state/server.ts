import type { Health } from '../../kit/component.ts';
import { AppError } from '../../kit/errors.ts';
import type { Engine } from './engine.ts';
import type { Target } from './postgres.ts';

/** A PostgreSQL server of somebody else, by URL; we neither start nor stop it. */
export class ServerPostgres implements Engine {
  readonly name = 'state-server';
  readonly target: Target;
  readonly #where: string;

  /** @throws AppError INVALID_PARAMETER when the URL is not one of PostgreSQL; the message does not repeat it. */
  constructor(url: string) {
    this.target = { url };
    this.#where = describe(url);
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  health(): Health {
    return { state: 'ok', figures: { engine: 'server', at: this.#where } };
  }
}

/** Host and database of the URL, without user and password. */
function describe(url: string): string {
  // Several hosts (`a:1,b:2`) are allowed here, but are no URL to the parser of the platform.
  const match = /^postgres(?:ql)?:\/\/(?:[^@/?#]*@)?([^@/?#]*)\/?([^?#]*)/.exec(url);
  if (!match) throw new AppError('INVALID_PARAMETER', 'DATABASE_URL is not of the form postgres://user@host/database.');
  return `${match[1] || 'localhost'}/${match[2]}`;
}
