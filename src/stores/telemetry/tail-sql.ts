import { COLUMNS, type Column } from '../../model/columns.ts';
import type { FilterNode } from '../../model/filter/ast.ts';
import { filterSql } from './filter-sql.ts';
import { limitOf } from './queries.ts';
import { EVENTS } from './schema.ts';
import { Params, type Statement } from './statement.ts';

/** Ids of one node: `after` < id <= `upTo`. */
export interface IdRange {
  readonly node: number;
  readonly after: bigint;
  readonly upTo: bigint;
  /** Days of receipt before this one (YYYYMMDD) have none of them; undefined when that is not known. */
  readonly firstDay?: string;
}

const namesOf = (columns: readonly Column[]) => columns.map(({ name }) => `\`${name}\``).join(', ');

/** The ends are what the index on `id` is searched with. */
function within(range: IdRange, params: Params): string {
  const after = params.add('UInt64', String(range.after));
  const upTo = params.add('UInt64', String(range.upTo));
  // A partition is a day of receipt, and `_partition_id` its name: no column is read to leave one out.
  const days = range.firstDay === undefined ? '' : `_partition_id >= ${params.text(range.firstDay)} AND `;
  return `${days}id > ${after} AND id <= ${upTo} AND bitAnd(id, 255) = ${params.number(range.node)}`;
}

function condition(range: IdRange, filter: FilterNode | undefined, params: Params): string {
  const ids = within(range, params);
  return filter ? `${ids} AND ${filterSql(filter, params)}` : ids;
}

/** One row: how many of the range pass the filter, at most `limit`, and the highest id among these (0 for none). */
export function boundaryStatement(range: IdRange, filter: FilterNode | undefined, limit: number): Statement {
  const params = new Params();
  const ids = `SELECT id FROM ${EVENTS} WHERE ${condition(range, filter, params)} ORDER BY id LIMIT ${limitOf(limit)}`;
  return { sql: `SELECT count(), toString(max(id)) FROM (${ids})`, params: params.values };
}

/** Those of the range that pass the filter, ascending by id, with their columns as they are stored. */
export function tailStatement(range: IdRange, filter: FilterNode | undefined, columns: readonly Column[]): Statement {
  const params = new Params();
  const where = condition(range, filter, params);
  return {
    sql: `SELECT ${namesOf(columns)} FROM ${EVENTS} WHERE ${where} ORDER BY id`,
    params: params.values,
  };
}

/** Rows of (day of receipt as YYYYMMDD, events), ascending. A partition is such a day, so that only ids are read. */
export function aheadStatement(range: IdRange): Statement {
  const params = new Params();
  return {
    sql: `SELECT _partition_id, count() FROM ${EVENTS} WHERE ${within(range, params)} GROUP BY _partition_id ORDER BY _partition_id`,
    params: params.values,
  };
}

/** One row: the highest id of the range, 0 for none. */
export function highestStatement(range: IdRange): Statement {
  const params = new Params();
  return { sql: `SELECT toString(max(id)) FROM ${EVENTS} WHERE ${within(range, params)}`, params: params.values };
}

/** These events, ascending by id, with all columns as they are stored. @param ids decimal digits, checked by the caller: they stand in the SQL. */
export function byIdStatement(node: number, ids: readonly string[]): Statement {
  return {
    sql: `SELECT ${namesOf(COLUMNS)} FROM ${EVENTS} WHERE id IN (${ids.join(', ')}) AND bitAnd(id, 255) = ${node} ORDER BY id`,
    params: {},
  };
}
