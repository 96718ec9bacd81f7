import type { Column } from '../../model/columns.ts';
import type { Cell } from './driver.ts';
import type { Params } from './statement.ts';
import type { EventRow } from './store.ts';

/** How a column is selected so that its JSON form loses nothing. */
export function selectOf(column: Column): string {
  const name = `\`${column.name}\``;
  if (column.type === 'id') return `toString(${name})`;
  if (column.type === 'time') return `toUnixTimestamp64Micro(${name})`;
  return name;
}

/** The value of a cell as answers carry it: addresses as people write them, "none" as the empty string. */
export function decodeCell(column: Column, cell: Cell): Cell {
  if (column.type !== 'ip' || typeof cell !== 'string') return cell;
  if (cell === '::') return '';
  return cell.startsWith('::ffff:') && cell.includes('.') ? cell.slice(7) : cell;
}

export function rowOf(columns: readonly Column[], cells: readonly Cell[]): EventRow {
  const row: Record<string, Cell> = {};
  for (let i = 0; i < columns.length; i++) row[columns[i].name] = decodeCell(columns[i], cells[i]);
  return row;
}

/** What a query groups by: the column, or each member of a set. */
export function groupOf(column: Column): string {
  return column.type === 'set' ? `arrayJoin(splitByChar(',', \`${column.name}\`))` : `\`${column.name}\``;
}

/** `expression`, which has the type of `column`, selected so that its JSON form loses nothing. */
export function selectAs(column: Column, expression: string): string {
  if (column.type === 'id') return `toString(${expression})`;
  return column.type === 'time' ? `toUnixTimestamp64Micro(${expression})` : expression;
}

/** A value that an answer carried ({@link decodeCell}) as a parameter to compare the column with. */
export function parameterOf(column: Column, value: string | number, params: Params): string {
  switch (column.type) {
    case 'ip':
      return `toIPv6(${params.text(value === '' ? '::' : String(value))})`;
    case 'time':
      return params.time(Number(value));
    case 'id':
      return params.add('UInt64', value);
    default:
      return typeof value === 'number' ? params.number(value) : params.text(value);
  }
}

/** A column as a file for other programs has it: texts for addresses, ids and words, timestamps as such. */
export function exportOf(column: Column): string {
  const name = `\`${column.name}\``;
  switch (column.type) {
    case 'ip':
      return `if(${name} = toIPv6('::'), '', replaceOne(toString(${name}), '::ffff:', ''))`;
    case 'id':
    case 'enum':
    case 'dict':
    case 'set':
      return `toString(${name})`;
    default:
      return name;
  }
}
