import { AppError } from '../../kit/errors.ts';
import { isUuid, timeOrderedId } from './ids.ts';
import type { Database } from './postgres.ts';
import type { AuditEntry } from './store.ts';

const MAX_LIMIT = 1_000;

/** Who did what, newest first. Entries are only ever added. */
export class PostgresAudit {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async record(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void> {
    const id = timeOrderedId();
    const at = new Date().toISOString();
    const detail = JSON.stringify(entry.detail);
    await this.#database.run(
      (sql) => sql`
        insert into vedette.audit (id, at, actor, action, target, detail)
        values (${id}, ${at}, ${entry.actor}, ${entry.action}, ${entry.target}, ${detail}::text::jsonb)
        on conflict (id) do nothing`,
    );
  }

  /** @param query `before` is the id of the last entry of the page before; at most 1000 are answered. */
  async list(query: { limit: number; before?: string }): Promise<AuditEntry[]> {
    const { before } = query;
    if (before !== undefined && !isUuid(before))
      throw new AppError('INVALID_PARAMETER', `"${before}" is not the id of an audit entry.`);
    const limit = Math.min(Math.max(Math.trunc(query.limit) || 0, 1), MAX_LIMIT);
    const rows = await this.#database.run(
      (sql) => sql<(Omit<AuditEntry, 'at'> & { at: Date })[]>`
        select id, at, actor, action, target, detail from vedette.audit
        ${before === undefined ? sql`` : sql`where id < ${before}`} order by id desc limit ${limit}`,
    );
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }
}
