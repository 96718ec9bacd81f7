import { COLUMNS, type Column } from '../../model/columns.ts';
import type { Driver } from './driver.ts';
import { MINUTE, MINUTE_COLUMN, ROLLUP_DIMENSIONS, ROLLUP_SUMS } from './rollup.ts';
import { quote } from './sql.ts';

export const DATABASE = 'vedette';
export const EVENTS = `${DATABASE}.events`;
export const DEAD_LETTERS = `${DATABASE}.dead_letters`;

export interface TableOptions {
  /** Days that events stay after they were received; 0 keeps them for ever. */
  readonly retentionDays: number;
  /** The same for dead letters. */
  readonly deadLetterDays: number;
}

/** Words and codes of an `enum` column; 0 is a word in each, for rows where nothing was said. */
export function enumWords(column: Column): Readonly<Record<string, number>> {
  const values = column.values ?? {};
  return Object.values(values).includes(0) ? values : { '': 0, ...values };
}

/** The type of `column` in the store. */
export function storeType(column: Column): string {
  switch (column.type) {
    case 'id':
    case 'u64':
      return 'UInt64';
    case 'time':
      return "DateTime64(6, 'UTC')";
    case 'u8':
      return 'UInt8';
    case 'u16':
      return 'UInt16';
    case 'u32':
      return 'UInt32';
    case 'f32':
      return 'Float32';
    case 'f64':
      return 'Float64';
    case 'ip':
      return 'IPv6';
    case 'enum':
      return `Enum8(${Object.entries(enumWords(column))
        .map(([word, code]) => `${quote(word)} = ${code}`)
        .join(', ')})`;
    case 'dict':
    case 'set':
      return 'LowCardinality(String)';
    case 'text':
    case 'json':
      return 'String';
  }
}

/** Columns of the events with their types, in the order of the Native blocks. */
export const EVENT_COLUMNS: readonly (readonly [name: string, type: string])[] = (COLUMNS as readonly Column[]).map(
  (column) => [column.name, storeType(column)],
);

/** Columns of the dead letters with their types. */
export const DEAD_LETTER_COLUMNS = [
  ['id', 'UInt64'],
  ['at', "DateTime64(6, 'UTC')"],
  ['source', 'String'],
  ['encoding', 'String'],
  ['peer', 'String'],
  ['reason', 'String'],
  ['detail', 'String'],
  ['bytes', 'String'],
  ['size', 'UInt64'],
] as const;

/**
 * Parts are merged when there are about so many of a size, not at five: every merge writes each row again, which costs
 * more than inserting it. Measured with 10 million rows: rows written 0.8 instead of 1.7 times more.
 */
const MERGE_BASE = 'merge_selector_base = 12';

/**
 * Parts hold one day of receiving and go as a whole; a part is on the disk before its spool file is deleted
 * (fsync); replaced parts stay a minute, which is longer than the kernel takes to write their successor.
 */
const TABLE_SETTINGS = [
  'ttl_only_drop_parts = 1',
  'old_parts_lifetime = 60',
  'non_replicated_deduplication_window = 1000',
  'fsync_after_insert = 1',
  'fsync_part_directory = 1',
  MERGE_BASE,
].join(', ');

const ttl = (column: string, days: number) => (days > 0 ? ` TTL toDateTime(${column}) + toIntervalDay(${days})` : '');

const PROJECTION = `PROJECTION by_minute (SELECT ${MINUTE}, ${ROLLUP_DIMENSIONS.join(', ')}, ${ROLLUP_SUMS.join(', ')}, max(id) GROUP BY ${MINUTE}, ${ROLLUP_DIMENSIONS.join(', ')})`;

/** Computed by the engine from `ts`; not among the columns of an insert, nor of `SELECT *`. */
const MINUTE_DDL = `${MINUTE_COLUMN} Int32 MATERIALIZED ${MINUTE} CODEC(ZSTD(1))`;

function eventsTable(options: TableOptions): string {
  const columns = (COLUMNS as readonly Column[]).map(
    (column) => `\`${column.name}\` ${storeType(column)} CODEC(${column.codec})`,
  );
  return `CREATE TABLE IF NOT EXISTS ${EVENTS} (${columns.join(', ')}, ${MINUTE_DDL}, INDEX id_range id TYPE minmax GRANULARITY 1, ${PROJECTION}) ENGINE = MergeTree PARTITION BY toYYYYMMDD(received) ORDER BY (ts, id)${ttl('received', options.retentionDays)} SETTINGS ${TABLE_SETTINGS}`;
}

function deadLettersTable(options: TableOptions): string {
  const columns = DEAD_LETTER_COLUMNS.map(([name, type]) => `\`${name}\` ${type} CODEC(ZSTD(1))`);
  return `CREATE TABLE IF NOT EXISTS ${DEAD_LETTERS} (${columns.join(', ')}) ENGINE = MergeTree PARTITION BY toYYYYMMDD(at) ORDER BY id${ttl('at', options.deadLetterDays)} SETTINGS ${TABLE_SETTINGS}`;
}

type Select = (sql: string) => Promise<readonly (readonly (string | number | null)[])[]>;

/** Creates the tables, or brings those of an earlier version and other settings up to this one. */
export async function prepareTables(driver: Driver, select: Select, options: TableOptions): Promise<void> {
  await driver.exec(`CREATE DATABASE IF NOT EXISTS ${DATABASE} ENGINE = Atomic`);
  await driver.exec(eventsTable(options));
  await driver.exec(deadLettersTable(options));
  await addColumns(driver, select);
  await setMerges(driver, select);
  await setRetention(driver, select, 'events', 'received', options.retentionDays);
  await setRetention(driver, select, 'dead_letters', 'at', options.deadLetterDays);
}

async function addColumns(driver: Driver, select: Select): Promise<void> {
  const rows = await select(
    `SELECT name, type FROM system.columns WHERE database = '${DATABASE}' AND table = 'events'`,
  );
  const known = new Map(rows.map(([name, type]) => [String(name), String(type)]));
  if (!known.has(MINUTE_COLUMN)) {
    await driver.exec(`ALTER TABLE ${EVENTS} ADD COLUMN ${MINUTE_DDL}`);
    // Written into the parts there are, in the background; until then it is computed as they are read.
    await driver.exec(`ALTER TABLE ${EVENTS} MATERIALIZE COLUMN ${MINUTE_COLUMN}`);
  }
  for (const column of COLUMNS as readonly Column[]) {
    const type = storeType(column);
    const have = known.get(column.name);
    const change = have === undefined ? 'ADD' : column.type === 'enum' && have !== type ? 'MODIFY' : undefined;
    if (change)
      await driver.exec(`ALTER TABLE ${EVENTS} ${change} COLUMN \`${column.name}\` ${type} CODEC(${column.codec})`);
  }
}

/** Tables of an earlier version merge as this one does. */
async function setMerges(driver: Driver, select: Select): Promise<void> {
  const [[engine]] = await select(
    `SELECT engine_full FROM system.tables WHERE database = '${DATABASE}' AND name = 'events'`,
  );
  if (!String(engine).includes(MERGE_BASE)) await driver.exec(`ALTER TABLE ${EVENTS} MODIFY SETTING ${MERGE_BASE}`);
  // Left behind by a process that was killed while it had put merging off.
  if (String(engine).includes('max_bytes_to_merge_at_max_space_in_pool'))
    await driver.exec(`ALTER TABLE ${EVENTS} RESET SETTING max_bytes_to_merge_at_max_space_in_pool`);
}

async function setRetention(
  driver: Driver,
  select: Select,
  table: string,
  column: string,
  days: number,
): Promise<void> {
  const where = `database = '${DATABASE}' AND name = '${table}'`;
  const [[engine]] = await select(`SELECT engine_full FROM system.tables WHERE ${where}`);
  const now = Number(/ TTL .*?toIntervalDay\((\d+)\)/.exec(String(engine))?.[1] ?? 0);
  if (now === days) return;
  const change = days > 0 ? `MODIFY${ttl(column, days)}` : 'REMOVE TTL';
  await driver.exec(`ALTER TABLE ${DATABASE}.${table} ${change}`);
}
