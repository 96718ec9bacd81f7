import type { Column, ColumnName } from '../../model/columns.ts';
import { parseReasons } from '../../model/risk.ts';
import { cell, type Derived, derived, type Field } from './json-field.ts';
import { quote } from './json-text.ts';
import { numberText } from './number-text.ts';
import { asNumber, asText } from './row-values.ts';
import { remembered } from './text-cache.ts';

/** Largest whole number of a signed 64-bit field (ECS `long`, OCSF `long_t`) that a double can be below. */
const LONG = 9.2e18;

/** A duration in seconds as a whole number of smaller units. */
export function scaled(name: ColumnName, units: number): Derived {
  return derived([name], (row) => {
    const value = Math.round(asNumber(row[name]) * units);
    return value >= 0 && value <= LONG ? numberText(value) : '';
  });
}

/** Members of a set as an array. */
export function members(name: ColumnName): Derived {
  const list = remembered((set) => listOf(set.split(',')));
  return derived([name], (row) => {
    const value = asText(row[name]);
    return value === '' ? '' : list(value);
  });
}

/** Codes of risk reasons, as an array. */
export function reasonCodes(): Derived {
  const list = remembered((stored) => listOf(parseReasons(stored).map((reason) => reason.code)));
  return derived(['risk_reasons'], (row) => {
    const value = asText(row.risk_reasons);
    return value === '' ? '' : list(value);
  });
}

/** Texts that are not empty, each once, as an array; empty when there is none. */
export function listOf(values: readonly string[]): string {
  let body = '';
  for (let i = 0; i < values.length; i++)
    if (values[i] !== '' && values.indexOf(values[i]) === i) body += (body === '' ? '' : ',') + quote(values[i]);
  return body === '' ? '' : `[${body}]`;
}

/** How a column is written as its type suggests; times and JSON are written by the formats. */
export function plainValue(column: Column): Field['value'] {
  switch (column.type) {
    case 'id':
    case 'ip':
      return cell('plain', column.name);
    case 'dict':
    case 'text':
    case 'json':
      return cell('text', column.name);
    case 'enum':
      return cell('word', column.name);
    case 'set':
      return members(column.name as ColumnName);
    // What is not known is null there: zero is a latitude.
    case 'f32':
      return cell('anyNumber', column.name);
    default:
      return cell('number', column.name);
  }
}
