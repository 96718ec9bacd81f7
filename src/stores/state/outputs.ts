import { AppError } from '../../kit/errors.ts';
import type {
  NewOutputDeadLetter,
  OutputDeadLetter,
  OutputDeadLetterQuery,
  OutputDefinition,
  OutputPosition,
} from '../../model/output.ts';
import { isUuid } from './ids.ts';
import { columnsOf, type LetterColumns, type LetterRow, NO_LETTERS, toLetter } from './letter-rows.ts';
import type { Database, Sql } from './postgres.ts';
import type { OutputDeadLetterKey, OutputStore } from './store.ts';

const MAX_LETTERS = 1_000;
const MAX_KEYS = 10_000;

interface DefinitionRow {
  name: string;
  type: OutputDefinition['type'];
  config: Record<string, unknown>;
  filter: string;
  paused: boolean;
  origin: OutputDefinition['origin'];
  created_at: Date;
  updated_at: Date;
}

interface PositionRow {
  bookmark: string;
  counts: OutputPosition['counts'];
  ahead: OutputPosition['ahead'];
  aheadOf: string | null;
}

/** Outputs in PostgreSQL. Everything bears being done twice, because a broken connection has it repeated. */
export class PostgresOutputs implements OutputStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(): Promise<OutputDefinition[]> {
    const rows = await this.#database.run(
      (sql) => sql<DefinitionRow[]>`select * from vedette.outputs order by name collate "C"`,
    );
    return rows.map(({ created_at, updated_at, ...row }) => ({
      ...row,
      createdAt: created_at.toISOString(),
      updatedAt: updated_at.toISOString(),
    }));
  }

  async put(definition: OutputDefinition): Promise<void> {
    const { name, type, filter, paused, origin, createdAt, updatedAt } = definition;
    const config = JSON.stringify(definition.config);
    await this.#database.run(
      (sql) => sql`
        insert into vedette.outputs (name, type, config, filter, paused, origin, created_at, updated_at)
        values (${name}, ${type}, ${config}::text::jsonb, ${filter}, ${paused}, ${origin}, ${createdAt}, ${updatedAt})
        on conflict (name) do update
          set type = excluded.type, config = excluded.config, filter = excluded.filter, paused = excluded.paused,
            origin = excluded.origin, updated_at = excluded.updated_at`,
    );
  }

  async remove(name: string): Promise<boolean> {
    const { count } = await this.#database.run((sql) => sql`delete from vedette.outputs where name = ${name}`);
    return count > 0;
  }

  async position(name: string, node: number): Promise<OutputPosition | undefined> {
    const [row] = await this.#database.run(
      (sql) => sql<PositionRow[]>`
        select bookmark::text as bookmark, counts, ahead, ahead_of::text as "aheadOf" from vedette.output_positions
        where output = ${name} and node = ${node}`,
    );
    if (!row) return undefined;
    const { aheadOf, ...position } = row;
    return aheadOf === null ? position : { ...position, aheadOf };
  }

  async addLetters(name: string, letters: readonly NewOutputDeadLetter[]): Promise<boolean> {
    const at = new Date().toISOString();
    for (const chunk of columnsOf(letters)) if (!(await this.#write(name, chunk, at))) return false;
    return true;
  }

  async save(
    name: string,
    node: number,
    position: OutputPosition,
    letters: readonly NewOutputDeadLetter[],
  ): Promise<boolean> {
    // Made before the first attempt, so that a second one is known by its ids and counts nothing twice.
    const chunks = columnsOf(letters);
    const at = new Date().toISOString();
    const last = chunks.pop() ?? NO_LETTERS;
    for (const chunk of chunks) if (!(await this.#write(name, chunk, at))) return false;
    return this.#write(name, last, at, { node, position });
  }

  /**
   * One statement: it is done as a whole or not at all. Not `begin`, because a connection that breaks between the
   * statements of a transaction makes the driver throw where nobody can catch it.
   */
  async #write(
    name: string,
    letters: LetterColumns,
    at: string,
    place?: { node: number; position: OutputPosition },
  ): Promise<boolean> {
    const rows = await this.#database.run(
      (sql) => sql`
        with output as (
          select name from vedette.outputs where name = ${name} for key share
        ), moved as (
          ${place ? movePosition(sql, place.node, place.position, at) : sql`select`}
        ), refused as (
          ${addLetters(sql, letters, at)}
        ) select name from output`,
    );
    return rows.length > 0;
  }

  async letters(query: OutputDeadLetterQuery): Promise<OutputDeadLetter[]> {
    const { output, before, code } = query;
    if (before !== undefined && !isUuid(before))
      throw new AppError('INVALID_PARAMETER', `"${before}" is not the id of a dead letter.`);
    const limit = Math.min(Math.max(Math.trunc(query.limit) || 0, 1), MAX_LETTERS);
    const rows = await this.#database.run(
      (sql) => sql<LetterRow[]>`
        select *, event_id::text as event_id from vedette.output_dead_letters where output = ${output}
        ${before === undefined ? sql`` : sql`and id < ${before}`}
        ${code === undefined ? sql`` : sql`and code = ${code}`}
        order by id desc limit ${limit}`,
    );
    return rows.map(toLetter);
  }

  async letter(output: string, id: string): Promise<OutputDeadLetter | undefined> {
    if (!isUuid(id)) return undefined;
    const [row] = await this.#database.run(
      (sql) => sql<LetterRow[]>`
        select *, event_id::text as event_id from vedette.output_dead_letters where output = ${output} and id = ${id}`,
    );
    return row && toLetter(row);
  }

  async lettersOf(output: string, ids?: readonly string[], after?: string): Promise<OutputDeadLetterKey[]> {
    if (after !== undefined && !isUuid(after))
      throw new AppError('INVALID_PARAMETER', `"${after}" is not the id of a dead letter.`);
    const known = ids?.filter(isUuid);
    return this.#database.run(
      (sql) => sql<OutputDeadLetterKey[]>`
        select id, event_id::text as "eventId" from vedette.output_dead_letters where output = ${output}
        ${known === undefined ? sql`` : sql`and id = any(${known}::text[]::uuid[])`}
        ${after === undefined ? sql`` : sql`and id > ${after}`}
        order by id limit ${MAX_KEYS}`,
    );
  }

  async countLetters(output: string): Promise<number> {
    const [row] = await this.#database.run(
      (sql) => sql<[{ count: string }]>`
        select count(*) as count from vedette.output_dead_letters where output = ${output}`,
    );
    return Number(row.count);
  }

  async dropLetters(output: string, ids?: readonly string[]): Promise<number> {
    const known = ids?.filter(isUuid);
    const { count } = await this.#database.run(
      (sql) => sql`
        delete from vedette.output_dead_letters where output = ${output}
        ${known === undefined ? sql`` : sql`and id = any(${known}::text[]::uuid[])`}`,
    );
    return count;
  }

  async expireLetters(before: number, keep: number): Promise<ReadonlyMap<string, number>> {
    const time = new Date(before / 1000).toISOString();
    const rows = await this.#database.run(
      (sql) => sql<{ output: string; count: string }[]>`
        with surplus as (
          select outputs.name, newest.id from vedette.outputs, lateral (
            select id from vedette.output_dead_letters where output = outputs.name
            order by id desc offset ${keep} limit 1) as newest
        ), removed as (
          delete from vedette.output_dead_letters as letters where last_at < ${time}
            or exists (select 1 from surplus where surplus.name = letters.output and letters.id <= surplus.id)
          returning output
        )
        select output, count(*) as count from removed group by output`,
    );
    return new Map(rows.map(({ output, count }) => [output, Number(count)]));
  }
}

/** Part of a statement that has the name in `output`. */
function movePosition(sql: Sql, node: number, position: OutputPosition, at: string) {
  const { bookmark, counts, ahead, aheadOf = null } = position;
  return sql`
    insert into vedette.output_positions (output, node, bookmark, counts, ahead, ahead_of, updated_at)
    select name, ${node}::integer, ${bookmark}::text::numeric, ${JSON.stringify(counts)}::text::jsonb,
      ${JSON.stringify(ahead)}::text::jsonb, ${aheadOf}::text::numeric, ${at}::timestamptz from output
    on conflict (output, node) do update
      set bookmark = excluded.bookmark, counts = excluded.counts, ahead = excluded.ahead,
        ahead_of = excluded.ahead_of, updated_at = excluded.updated_at`;
}

/** Part of a statement that has the name in `output`. */
function addLetters(sql: Sql, { ids, events, originals, codes, reasons }: LetterColumns, at: string) {
  return sql`
    insert into vedette.output_dead_letters as known
      (id, output, event_id, original, code, reason, attempts, attempt, first_at, last_at)
    select id::uuid, name, event_id::numeric, original, code, reason, 1, id::uuid, ${at}::timestamptz, ${at}::timestamptz
    from output,
      unnest(${ids}::text[], ${events}::text[], ${originals}::text[], ${codes}::text[], ${reasons}::text[])
        as fresh (id, event_id, original, code, reason)
    on conflict (output, event_id) do update
      set original = excluded.original, code = excluded.code, reason = excluded.reason, attempt = excluded.attempt,
        attempts = known.attempts + case when known.attempt = excluded.attempt then 0 else 1 end,
        last_at = excluded.last_at`;
}
