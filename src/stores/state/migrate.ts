import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { Database, Transaction } from './postgres.ts';

/** Any number, the same in every process: who holds it migrates. */
const LOCK = 7_301_944_027;

interface Migration {
  readonly id: number;
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text with Unix line ends. */
  readonly checksum: string;
}

/**
 * Brings the schema `vedette` up to date: all missing migrations in one transaction, under a lock that makes several
 * processes wait for each other. What was applied before must be unchanged.
 * @param folder `NNN-name.sql` files; the build puts them beside the compiled file too.
 * @returns how many were applied.
 */
export async function migrate(
  database: Database,
  waitMs: number,
  folder: URL = new URL('./migrations/', import.meta.url),
): Promise<number> {
  const migrations = await readMigrations(folder);
  return database.run((sql) => sql.begin((transaction) => applyMissing(transaction, migrations)), waitMs);
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{3}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n');
      return { id: Number(name.slice(0, 3)), name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

async function applyMissing(sql: Transaction, migrations: readonly Migration[]): Promise<number> {
  await sql`select pg_advisory_xact_lock(${LOCK})`;
  // Asked first: `create schema if not exists` wants the privilege to create even where nothing is to be created.
  const [existing] = await sql`select to_regclass('vedette.migrations') is not null as known`;
  if (!existing?.known) {
    await sql`create schema if not exists vedette`;
    await sql`create table vedette.migrations (
      id integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`;
  }
  const applied = await sql<{ id: number; name: string; checksum: string }[]>`
    select id, name, checksum from vedette.migrations order by id`;
  for (const { id, name, checksum } of applied) {
    const ours = migrations.find((migration) => migration.id === id);
    if (!ours) throw new Error(`The state database was written by a newer version: it has migration ${name}.`);
    if (ours.checksum !== checksum) throw new Error(`Migration ${name} differs from the one that was applied.`);
  }
  const missing = migrations.filter((migration) => !applied.some(({ id }) => id === migration.id));
  for (const { id, name, text, checksum } of missing) {
    await sql.unsafe(text);
    await sql`insert into vedette.migrations (id, name, checksum) values (${id}, ${name}, ${checksum})`;
  }
  return missing.length;
}
