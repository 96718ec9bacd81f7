import type { EventRow } from '../../model/event-row.ts';
import { KINDS, type Kind } from '../../model/kinds.ts';
import type { WriteDocument } from './document-writer.ts';

/** What an event of a kind is called by people. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  flow: 'Flow',
  conn: 'Connection',
  dns: 'DNS query',
  tls: 'TLS handshake',
  http: 'HTTP request',
  honeypot: 'Contact with a honeypot',
  packet: 'Packet',
  notice: 'Notice of a sensor',
  weird: 'Odd traffic',
  file: 'File seen on the network',
};

export const ALL_KINDS = Object.keys(KINDS) as Kind[];

/** Makes a writer for each kind, so that what depends on the kind alone is decided once; a row without one is a flow. */
export function byKind(make: (kind: Kind) => WriteDocument): WriteDocument {
  const writers = new Map<unknown, WriteDocument>(ALL_KINDS.map((kind) => [kind, make(kind)]));
  const other = make('flow');
  return (row: EventRow, sink) => (writers.get(row.kind) ?? other)(row, sink);
}
