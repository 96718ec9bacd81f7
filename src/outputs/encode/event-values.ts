import { isIP } from 'node:net';
import type { ColumnName } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';
import { type Kind, protocolName } from '../../model/kinds.ts';
import { type ColumnValue, cell, type Derived, derived } from './json-field.ts';
import { quote } from './json-text.ts';
import { asNumber, asText } from './row-values.ts';
import { remembered } from './text-cache.ts';

/** Values that several formats have, under names of their own. */

/** JSON of a text; empty, which leaves the field out, where that is empty. */
export function quoted(value: string): string {
  return value === '' ? '' : quote(value);
}

/** Bytes or packets both ways. Flows and connections count what they saw, also where that is nothing. */
export function total(kind: Kind, column: string): ColumnValue {
  return kind === 'flow' || kind === 'conn' ? cell('anyNumber', column) : cell('number', column);
}

/** Bytes or packets of one side. Only a connection sees both sides; zero means "not seen" elsewhere. */
export function oneWay(kind: Kind, column: string): ColumnValue {
  return kind === 'conn' ? cell('anyNumber', column) : cell('number', column);
}

const TRANSPORTS = Array.from({ length: 256 }, (_, number) => (number === 0 ? '' : quote(protocolName(number))));

/** Name of the IP protocol in lower case. */
export const transport = derived(['proto'], (row) => TRANSPORTS[asNumber(row.proto)] ?? '');

/** A text where it is an IP address. */
export function addressIn(column: ColumnName): Derived {
  const address = remembered((value) => (isIP(value) === 0 ? '' : quote(value)));
  return derived([column], (row) => address(asText(row[column])));
}

/** The domain, where it is that of the responder rather than a name that was asked for. */
export const domainOfResponder = derived(['kind', 'app', 'domain'], (row) =>
  asksName(row) ? '' : quoted(asText(row.domain)),
);

/** The domain, where it is a name that was asked for. */
export const domainAskedFor = derived(['kind', 'app', 'domain'], (row) =>
  asksName(row) ? quoted(asText(row.domain)) : '',
);

/** Whether the domain is a name that was asked for, rather than that of the responder. */
export function asksName(row: EventRow): boolean {
  return row.kind === 'dns' || row.app === 'dns';
}
