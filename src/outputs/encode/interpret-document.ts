import type { EventRow } from '../../model/event-row.ts';
import { type Branch, isBranch, type Member } from './document-tree.ts';
import { isoTimes } from './iso-times.ts';
import type { ColumnForm, ColumnValue, Guards, Write } from './json-field.ts';
import { quote } from './json-text.ts';
import { numberText } from './number-text.ts';
import { asNumber, asText, isIcmp } from './row-values.ts';

/** Writes documents by walking over their tree: what {@link generateDocument} does, without code made from strings. */
export function interpretDocument(root: Branch, guards: Guards): Write {
  const write = objectWriter(root, guards);
  return (row) => write(row) || '{}';
}

function objectWriter({ path, members }: Branch, guards: Guards): Write {
  const parts = members.map((member) => ({
    key: `${JSON.stringify(member.key)}:`,
    write: memberWriter(member, guards),
  }));
  const isWanted = guards.get(path);
  return (row) => {
    if (isWanted && !isWanted(row)) return '';
    let body = '';
    for (const { key, write } of parts) {
      const value = write(row);
      if (value !== '') body += (body === '' ? '' : ',') + key + value;
    }
    return body === '' ? '' : `{${body}}`;
  };
}

function memberWriter({ value, inArray }: Member, guards: Guards): Write {
  if (typeof value === 'string') return () => value;
  if (typeof value === 'function') return value;
  if (!isBranch(value)) return columnWriter(value);
  const write = objectWriter(value, guards);
  if (!inArray) return write;
  return (row) => {
    const object = write(row);
    return object === '' ? '' : `[${object}]`;
  };
}

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

/** Writes the value of a column by itself. */
export function columnWriter({ form, column, otherwise = '' }: ColumnValue): Write {
  if (form === 'time') {
    const iso = isoTimes();
    return (row) => quotedText(iso(asNumber(row[column]))) || otherwise;
  }
  const write = WRITERS[form];
  return (row) => write(row[column], row) || otherwise;
}
