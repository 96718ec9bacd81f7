import type { EventRow } from '../../model/event-row.ts';
import { isoTimes } from './iso-times.ts';
import type { ColumnForm, ColumnValue, Write } from './json-field.ts';
import { quote } from './json-text.ts';
import { numberText } from './number-text.ts';
import { asNumber, asText, isIcmp } from './row-values.ts';

type Cell = EventRow[string] | undefined;

const WRITERS: Readonly<Record<Exclude<ColumnForm, 'time'>, (value: Cell, row: EventRow) => string>> = {
  text: (value) => quotedText(asText(value)),
  plain: (value) => quotedText(asText(value)),
  word: (value) => (value === 'unknown' || value === 'none' ? '' : quotedText(asText(value))),
  list: (value) => (asText(value) === '' ? '' : `[${quote(asText(value))}]`),
  number: (value) => unlessZero(asNumber(value)),
  anyNumber: (value) => orZero(asNumber(value)),
  digits: (value) => (unlessZero(asNumber(value)) === '' ? '' : `"${value}"`),
  port: (value, row) => (isIcmp(row) ? '' : unlessZero(asNumber(value))),
  icmp: (value, row) => (isIcmp(row) ? orZero(asNumber(value)) : ''),
};

function quotedText(text: string): string {
  return text === '' ? '' : quote(text);
}

function unlessZero(value: number): string {
  return value === 0 ? '' : orZero(value);
}

function orZero(value: number): string {
  return Number.isNaN(value) ? '' : numberText(value);
}

/** Writes the value of a column of one row as JSON text. */
export function columnText({ form, column, otherwise = '' }: ColumnValue): Write {
  if (form === 'time') {
    const iso = isoTimes();
    return (row) => quotedText(iso(asNumber(row[column]))) || otherwise;
  }
  const write = WRITERS[form];
  return (row) => write(row[column], row) || otherwise;
}
