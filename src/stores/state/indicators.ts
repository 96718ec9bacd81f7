import { AppError } from '../../kit/errors.ts';
import { canonicalIndicator } from './canonical.ts';
import { isUuid, timeOrderedId } from './ids.ts';
import type { Database } from './postgres.ts';
import type { LocalIndicator } from './store.ts';

interface IndicatorRow {
  id: string;
  value: string;
  category: string;
  confidence: number;
  created_at: Date;
  updated_at: Date;
}

/** Indicators that people of this installation entered. */
export class PostgresIndicators {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws AppError INVALID_ADDRESS or INVALID_PARAMETER (confidence is 0 to 100). */
  async upsert(indicator: Pick<LocalIndicator, 'value' | 'category' | 'confidence'>): Promise<LocalIndicator> {
    const value = canonicalIndicator(indicator.value);
    const { category, confidence } = indicator;
    if (!(confidence >= 0 && confidence <= 100))
      throw new AppError('INVALID_PARAMETER', `The confidence is 0 to 100, not ${confidence}.`);
    const id = timeOrderedId();
    const at = new Date().toISOString();
    const [row] = await this.#database.run(
      (sql) => sql<[IndicatorRow]>`
        insert into vedette.indicators (id, value, category, confidence, created_at, updated_at)
        values (${id}, ${value}, ${category}, ${confidence}, ${at}, ${at})
        on conflict (value) do update
          set category = excluded.category, confidence = excluded.confidence, updated_at = excluded.updated_at
        returning *`,
    );
    return toIndicator(row);
  }

  /** @returns false when there is none with this id. */
  async remove(id: string): Promise<boolean> {
    if (!isUuid(id)) return false;
    const { count } = await this.#database.run((sql) => sql`delete from vedette.indicators where id = ${id}`);
    return count > 0;
  }

  /** All of them, in the order in which they were first entered. */
  async list(): Promise<LocalIndicator[]> {
    const rows = await this.#database.run((sql) => sql<IndicatorRow[]>`select * from vedette.indicators order by id`);
    return rows.map(toIndicator);
  }
}

function toIndicator(row: IndicatorRow): LocalIndicator {
  return {
    id: row.id,
    value: row.value,
    category: row.category,
    confidence: row.confidence,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
