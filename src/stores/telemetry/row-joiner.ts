import type { Cell } from './driver.ts';
import type { EventRow } from './store.ts';

/** Appends `count` rows to `rows`: row r has the r-th value of each column under its name. */
export type JoinRows = (values: readonly ArrayLike<Cell>[], count: number, rows: EventRow[]) => void;

const PLAIN_NAME = /^[a-z]\w*$/;

/**
 * A function that makes rows of columns with these names. It is generated, because an object that is written out as a
 * literal has room for all its properties at once, and costs a fifth of one that gets them one by one. Where the process
 * may not make code from strings it is the plain loop.
 */
export function rowJoiner(names: readonly string[]): JoinRows {
  // The names are those of our columns; whatever else came here would be part of a program.
  if (!names.every((name) => PLAIN_NAME.test(name))) return plainJoiner(names);
  try {
    return generatedJoiner(names);
  } catch (error) {
    if (error instanceof EvalError) return plainJoiner(names);
    throw error;
  }
}

function generatedJoiner(names: readonly string[]): JoinRows {
  const columns = names.map((_, c) => `const c${c} = values[${c}];`).join(' ');
  const row = names.map((name, c) => `${name}: c${c}[r]`).join(', ');
  const body = `${columns} for (let r = 0; r < count; r++) rows.push({ ${row} });`;
  return new Function('values', 'count', 'rows', body) as JoinRows;
}

/** The same without generated code. */
export function plainJoiner(names: readonly string[]): JoinRows {
  return (values, count, rows) => {
    for (let r = 0; r < count; r++) {
      const row: Record<string, Cell> = {};
      for (let c = 0; c < names.length; c++) row[names[c]] = values[c][r];
      rows.push(row);
    }
  };
}
