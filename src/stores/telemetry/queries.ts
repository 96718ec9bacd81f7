import { COLUMNS, type Column, columnNamed } from '../../model/columns.ts';
import type { FilterNode } from '../../model/filter/ast.ts';
import { exportOf, selectOf } from './cells.ts';
import { filterSql } from './filter-sql.ts';
import { DEAD_LETTERS, EVENTS } from './schema.ts';
import { Params, type Statement } from './statement.ts';
import type { DeadLetterQuery, EventCursor, EventQuery, TimeRange } from './store.ts';

/** The columns of a query, with `id` and `ts` first. */
export function columnsOf(query: Pick<EventQuery, 'columns'>): readonly Column[] {
  if (!query.columns) return COLUMNS;
  const rest = query.columns.filter((column) => column.name !== 'id' && column.name !== 'ts');
  return [columnNamed('id'), columnNamed('ts'), ...new Set(rest)];
}

/** Range and filter as a condition. */
export function conditionOf(range: TimeRange, filter: FilterNode | undefined, params: Params): string {
  const within = `ts >= ${params.time(range.from)} AND ts < ${params.time(range.to)}`;
  return filter ? `${within} AND ${filterSql(filter, params)}` : within;
}

/** One page of events. The list is in the order of the primary key, so a page reads little more than itself. */
export function eventsStatement(query: EventQuery): Statement {
  const params = new Params();
  const oldest = query.order === 'oldest';
  const condition = conditionOf(query.range, query.filter, params);
  const after = query.after ? ` AND ${afterCursor(query.after, oldest, params)}` : '';
  const direction = oldest ? 'ASC' : 'DESC';
  const select = columnsOf(query).map(selectOf).join(', ');
  return {
    sql: `SELECT ${select} FROM ${EVENTS} WHERE ${condition}${after} ORDER BY ts ${direction}, id ${direction} LIMIT ${limitOf(query.limit)}`,
    params: params.values,
  };
}

/** Beyond the cursor; the first half alone is what the primary key is searched with. */
function afterCursor(cursor: EventCursor, oldest: boolean, params: Params): string {
  const ts = params.time(cursor.ts);
  const id = params.add('UInt64', cursor.id);
  return oldest ? `ts >= ${ts} AND (ts > ${ts} OR id > ${id})` : `ts <= ${ts} AND (ts < ${ts} OR id < ${id})`;
}

export function eventStatement(id: string): Statement {
  const params = new Params();
  const select = (COLUMNS as readonly Column[]).map(selectOf).join(', ');
  return {
    sql: `SELECT ${select} FROM ${EVENTS} WHERE id = ${params.add('UInt64', id)} LIMIT 1`,
    params: params.values,
  };
}

export function exportStatement(query: Omit<EventQuery, 'after'>): Statement {
  const params = new Params();
  const select = columnsOf(query).map((column) => `${exportOf(column)} AS \`${column.path}\``);
  const direction = query.order === 'oldest' ? 'ASC' : 'DESC';
  const limit = query.limit > 0 ? ` LIMIT ${limitOf(query.limit)}` : '';
  return {
    sql: `SELECT ${select.join(', ')} FROM ${EVENTS} AS e WHERE ${conditionOf(query.range, query.filter, params)} ORDER BY e.ts ${direction}, e.id ${direction}${limit}`,
    params: params.values,
  };
}

const DEAD_SELECT =
  'toString(id), toUnixTimestamp64Micro(at), source, encoding, peer, reason, detail, base64Encode(bytes), size';

export function deadLettersStatement(query: DeadLetterQuery): Statement {
  const params = new Params();
  const conditions: string[] = ['1'];
  if (query.before !== undefined) conditions.push(`id < ${params.add('UInt64', query.before)}`);
  if (query.reason !== undefined) conditions.push(`reason = ${params.text(query.reason)}`);
  if (query.source !== undefined) conditions.push(`source = ${params.text(query.source)}`);
  return {
    sql: `SELECT ${DEAD_SELECT} FROM ${DEAD_LETTERS} WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ${limitOf(query.limit)}`,
    params: params.values,
  };
}

export function deadLetterStatement(id: string): Statement {
  const params = new Params();
  return {
    sql: `SELECT ${DEAD_SELECT} FROM ${DEAD_LETTERS} WHERE id = ${params.add('UInt64', id)} LIMIT 1`,
    params: params.values,
  };
}

/** A limit is part of the SQL, so it is made a plain whole number here. */
export function limitOf(limit: number): number {
  return Math.min(10_000_000_000, Math.max(0, Math.floor(limit) || 0));
}
