import type { EventRow } from '../../model/event-row.ts';
import { type Branch, isBranch, type Member } from './document-tree.ts';
import type { ColumnForm, ColumnValue, Guards, Write } from './json-field.ts';
import { quote } from './json-text.ts';
import { asNumber, asText } from './row-values.ts';

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

const WRITERS: Readonly<Record<ColumnForm, (row: EventRow, column: string) => string>> = {
  text: (row, column) => {
    const value = asText(row[column]);
    return value === '' ? '' : quote(value);
  },
  word: (row, column) => {
    const value = asText(row[column]);
    return value === '' || value === 'unknown' || value === 'none' ? '' : quote(value);
  },
  number: (row, column) => {
    const value = asNumber(row[column]);
    return value !== 0 && !Number.isNaN(value) ? `${value}` : '';
  },
  anyNumber: (row, column) => {
    const value = asNumber(row[column]);
    return !Number.isNaN(value) ? `${value}` : '';
  },
  digits: (row, column) => {
    const value = asNumber(row[column]);
    return value !== 0 && !Number.isNaN(value) ? `"${value}"` : '';
  },
};

/** Writes the value of a column by itself. */
export function columnWriter({ form, column }: ColumnValue): Write {
  const write = WRITERS[form];
  return (row) => write(row, column);
}
