import type { EventRow } from '../../model/event-row.ts';

/** A value as JSON text; the empty string leaves the field out. */
export type Write = (row: EventRow) => string;

/** How a column's value is written without looking at anything else. */
export type ColumnForm =
  /** A string, left out when empty. */
  | 'text'
  /** A string, left out when it is `unknown` or `none` too: words of closed vocabularies. */
  | 'word'
  /** A number, left out when it is zero, which is "none" in most columns. */
  | 'number'
  /** A number, zero too. */
  | 'anyNumber'
  /** A number as a string, for fields that are keywords; left out when it is zero. */
  | 'digits';

export interface ColumnValue {
  readonly form: ColumnForm;
  readonly column: string;
}

/** A field of a document. */
export interface Field {
  /** Keys from the outside in, joined by dots: `source.geo.city_name`. `evidences[].url` is in the only object of an array. */
  readonly path: string;
  /** A column, what writes the value, or the value itself as JSON text when it is the same in every document. */
  readonly value: ColumnValue | Write | string;
}

/** Whether an object is written at all, by its path. */
export type Guards = ReadonlyMap<string, (row: EventRow) => boolean>;

export const text = (column: string): ColumnValue => ({ form: 'text', column });
export const word = (column: string): ColumnValue => ({ form: 'word', column });
export const number = (column: string): ColumnValue => ({ form: 'number', column });
export const anyNumber = (column: string): ColumnValue => ({ form: 'anyNumber', column });
export const digits = (column: string): ColumnValue => ({ form: 'digits', column });
