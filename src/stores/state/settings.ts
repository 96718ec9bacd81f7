import { AppError } from '../../kit/errors.ts';
import type { Database } from './postgres.ts';
import type { StateStore } from './store.ts';

/** Named JSON values: bookmarks, choices of people. */
export class PostgresSettings {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  readonly get: StateStore['settings']['get'] = async <T>(name: string): Promise<T | undefined> => {
    const [row] = await this.#database.run(
      (sql) => sql<{ value: T }[]>`select value from vedette.settings where name = ${name}`,
    );
    return row?.value;
  };

  /** @throws AppError INVALID_PARAMETER when the value has no JSON form. */
  readonly set: StateStore['settings']['set'] = async (name, value) => {
    const text = JSON.stringify(value);
    if (text === undefined) throw new AppError('INVALID_PARAMETER', `The value of ${name} has no JSON form.`);
    // As text and cast by the server: the driver's own JSON parameter would be encoded twice where it guesses the type.
    await this.#database.run(
      (sql) => sql`
        insert into vedette.settings (name, value) values (${name}, ${text}::text::jsonb)
        on conflict (name) do update set value = excluded.value, updated_at = now()`,
    );
  };
}
