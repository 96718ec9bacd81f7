import { isIP } from 'node:net';
import type { EventRow } from '../../model/event-row.ts';
import { type Kind, protocolName } from '../../model/kinds.ts';
import { columnWriter } from './interpret-document.ts';
import { anyNumber, type ColumnValue, number, type Write } from './json-field.ts';
import { quote } from './json-text.ts';
import { asNumber, asText, isIcmp } from './row-values.ts';
import { remembered } from './text-cache.ts';

/** Values that several formats have, under names of their own. */

/** JSON of a text; empty, which leaves the field out, where that is empty. */
export function quoted(value: string): string {
  return value === '' ? '' : quote(value);
}

/** A time as ISO 8601. */
export function isoTime(column: string, iso: (microseconds: number) => string): Write {
  return (row) => {
    const at = iso(asNumber(row[column]));
    return at === '' ? '' : `"${at}"`;
  };
}

/** Bytes or packets both ways. Flows and connections count what they saw, also where that is nothing. */
export function total(kind: Kind, column: string): ColumnValue {
  return kind === 'flow' || kind === 'conn' ? anyNumber(column) : number(column);
}

/** Bytes or packets of one side. Only a connection sees both sides; zero means "not seen" elsewhere. */
export function oneWay(kind: Kind, column: string): ColumnValue {
  return kind === 'conn' ? anyNumber(column) : number(column);
}

/** A port; what stands there for ICMP is none. */
export function port(column: string): Write {
  const write = columnWriter(number(column));
  return (row) => (isIcmp(row) ? '' : write(row));
}

/** Type or code of ICMP, which are stored where others have ports. */
export function icmp(column: string): Write {
  const write = columnWriter(anyNumber(column));
  return (row) => (isIcmp(row) ? write(row) : '');
}

/** Name of the IP protocol in lower case. */
export function transport(row: EventRow): string {
  const proto = asNumber(row.proto);
  return proto > 0 ? quote(protocolName(proto)) : '';
}

/** A text where it is an IP address. */
export function addressIn(column: string): Write {
  const address = remembered((value) => (isIP(value) === 0 ? '' : quote(value)));
  return (row) => address(asText(row[column]));
}

/** The domain, where it is that of the responder rather than a name that was asked for. */
export function domainOfResponder(row: EventRow): string {
  return asksName(row) ? '' : quoted(asText(row.domain));
}

/** The domain, where it is a name that was asked for. */
export function domainAskedFor(row: EventRow): string {
  return asksName(row) ? quoted(asText(row.domain)) : '';
}

/** Whether the domain is a name that was asked for, rather than that of the responder. */
export function asksName(row: EventRow): boolean {
  return row.kind === 'dns' || row.app === 'dns';
}
