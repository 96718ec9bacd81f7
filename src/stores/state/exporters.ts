import { AppError } from '../../kit/errors.ts';
import type { ExporterMemory, FlowProtocol } from '../../model/exporter.ts';
import { formatTime } from '../../model/filter/time.ts';
import type { Database } from './postgres.ts';
import type { ExporterTraits, RememberedExporter } from './store.ts';

/** Characters of one memory as JSON: far above what a device with hundreds of templates needs. */
const MAX_MEMORY = 8 * 1024 * 1024;

interface ExporterRow {
  address: string;
  name: string;
  /** Microseconds since 1970 as text, as the driver gives a bigint. */
  first_seen: string;
  last_seen: string;
  protocols: FlowProtocol[];
  memory: ExporterMemory;
}

/** Exporters that were seen, so that a restart forgets neither them nor their templates. */
export class PostgresExporters {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Inserts or updates by address. The earliest first and the latest last time are kept.
   * @throws AppError INVALID_PARAMETER when the memory has more than 8 Mi characters, or a text PostgreSQL cannot hold.
   */
  async remember(memory: ExporterMemory, traits: ExporterTraits): Promise<void> {
    const text = JSON.stringify(memory);
    if (text.length > MAX_MEMORY)
      throw new AppError('INVALID_PARAMETER', `What is to be remembered of ${memory.address} is too large.`);
    const { name } = traits;
    const first = formatTime(traits.first_seen);
    const last = formatTime(traits.last_seen);
    const protocols = [...traits.protocols];
    await this.#database.run(
      (sql) => sql`
        insert into vedette.exporters as known (address, name, first_seen, last_seen, protocols, memory)
        values (${memory.address}, ${name}, ${first}::text::timestamptz, ${last}::text::timestamptz,
          ${protocols}::text[], ${text}::text::json)
        on conflict (address) do update
          set name = excluded.name, protocols = excluded.protocols, memory = excluded.memory,
            first_seen = least(known.first_seen, excluded.first_seen),
            last_seen = greatest(known.last_seen, excluded.last_seen)`,
    );
  }

  /** All of them, the one seen last first. */
  async list(): Promise<RememberedExporter[]> {
    const rows = await this.#database.run(
      (sql) => sql<ExporterRow[]>`
        select address, name, protocols, memory,
          (extract(epoch from first_seen) * 1000000)::bigint as first_seen,
          (extract(epoch from last_seen) * 1000000)::bigint as last_seen
        from vedette.exporters order by vedette.exporters.last_seen desc, address`,
    );
    return rows.map((row) => ({
      address: row.address,
      name: row.name,
      firstSeen: Number(row.first_seen),
      lastSeen: Number(row.last_seen),
      protocols: row.protocols,
      memory: row.memory,
    }));
  }

  /** @returns false when there is none with this address. */
  async forget(address: string): Promise<boolean> {
    const { count } = await this.#database.run((sql) => sql`delete from vedette.exporters where address = ${address}`);
    return count > 0;
  }
}
