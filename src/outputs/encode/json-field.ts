import type { ColumnName } from '../../model/columns.ts';
import type { EventPage } from '../../model/event-page.ts';
import type { EventRow } from '../../model/event-row.ts';
import type { TextSink } from './text-sink.ts';

/** A value as JSON text; the empty string leaves the field out. */
export type Write = (row: EventRow) => string;

/** A value that only these columns decide: it is worked out once for what is the same in many rows. */
export interface Derived {
  readonly of: readonly ColumnName[];
  /** Nothing is written for a page where this column is empty, whatever the others say. */
  readonly needs?: ColumnName;
  readonly write: Write;
}

/** A value that is appended as JSON text; nothing appended leaves the field out. */
export interface Append {
  /** What decides it. */
  readonly of: readonly ColumnName[];
  readonly append: (row: EventRow, sink: TextSink) => void;
}

/** Appends a member of an object with a comma before it, or nothing. `place` is that of the row in its page. */
export type Step = (place: number, row: EventRow, sink: TextSink) => void;

/** A value that is read from columns of a page directly. */
export interface Bound {
  /**
   * @param key comma, name and colon: `,"ip":`.
   * @returns a step, the text itself where it is the same in all rows, or undefined where no row has a value.
   */
  readonly bind: (key: string, page: EventPage) => Step | string | undefined;
}

/** How a column's value is written without looking at anything else. */
export type ColumnForm =
  /** A string, left out when empty. */
  | 'text'
  /** A string that never needs an escape, because of the type of its column: numbers, addresses. */
  | 'plain'
  /** A word of a closed vocabulary, left out when it is `unknown` or `none` too. */
  | 'word'
  /** An array of one string, left out when that is empty. */
  | 'list'
  /** A number, left out when it is zero, which is "none" in most columns. */
  | 'number'
  /** A number, zero too. */
  | 'anyNumber'
  /** A number as a string, for fields that are keywords; left out when it is zero. */
  | 'digits'
  /** A number other than zero, where the event is not of ICMP; what stands in its port columns is no port. */
  | 'port'
  /** A number, zero too, where the event is of ICMP. */
  | 'icmp'
  /** Microseconds as ISO 8601. */
  | 'time';

export interface ColumnValue {
  readonly form: ColumnForm;
  readonly column: string;
  /** JSON text that is written where the value would be left out. */
  readonly otherwise?: string;
}

/** A field of a document. */
export interface Field {
  /** Keys from the outside in, joined by dots: `source.geo.city_name`. `evidences[].url` is in the only object of an array. */
  readonly path: string;
  /** A column, what writes the value, or the value itself as JSON text when it is the same in every document. */
  readonly value: ColumnValue | Derived | Append | Bound | Write | string;
}

/** Whether an object is written at all, by its path. */
export type Guards = ReadonlyMap<string, (row: EventRow) => boolean>;

/** Makes the value of a field out of a column in this form. */
export function cell(form: ColumnForm, name: string, otherwise?: string): ColumnValue {
  return otherwise === undefined ? { form, column: name } : { form, column: name, otherwise };
}

/** Makes the value of a field out of what columns say. @param of all columns that `write` reads. */
export function derived(of: readonly ColumnName[], write: Write, needs?: ColumnName): Derived {
  return needs === undefined ? { of, write } : { of, write, needs };
}
