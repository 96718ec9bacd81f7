import { COLUMNS, type Column, type ColumnName } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';
import type { Kind } from '../../model/kinds.ts';
import { isText } from './attrs-member.ts';
import { AttrsReader } from './attrs-reader.ts';
import { plainValue } from './column-values.ts';
import { documentWriter } from './document-writer.ts';
import { asksName } from './event-values.ts';
import type { Field, Guards } from './json-field.ts';
import { byKind } from './kind-names.ts';
import { attrsFields, OCSF_ATTRS } from './ocsf-attrs.ts';
import { isHttpActivity } from './ocsf-class.ts';
import type { OcsfContext } from './ocsf-context.ts';
import { OCSF_SPECIAL } from './ocsf-special.ts';
import { documentEncoder, type EncoderParts, type RowEncoder } from './row-encoder.ts';
import { asText } from './row-values.ts';

/**
 * Documents of the Open Cybersecurity Schema Framework (schema.ocsf.io): Network, DNS and HTTP Activity, and Detection
 * Finding for notices. `bytes_out` is what the source sent. A column without an OCSF name is in `unmapped`.
 */
export function ocsfEncoder(parts: EncoderParts): RowEncoder {
  const attrs = new AttrsReader(OCSF_ATTRS);
  const context = { parts, attrs };
  const write = byKind((kind) => documentWriter(ocsfFields(kind, context), guards(attrs)));
  return documentEncoder(attrs, write);
}

/** Every path that a document of a kind can have, for the lists that they are checked against. */
export function ocsfPaths(kind: Kind): string[] {
  return ocsfFields(kind, { parts: { version: '0' }, attrs: new AttrsReader(OCSF_ATTRS) }).map((field) => field.path);
}

function ocsfFields(kind: Kind, context: OcsfContext): Field[] {
  const fields = (COLUMNS as readonly Column[]).flatMap((column) => {
    const special = OCSF_SPECIAL[column.name as ColumnName];
    const own = special
      ? special(kind, context)
      : [{ path: column.ocsf ?? `unmapped.${column.name}`, value: plainValue(column) }];
    return kind === 'notice' ? own.map((field) => inFinding(field, column)) : own;
  });
  const extras = attrsFields(kind, context.attrs);
  // What says what the document is comes first, for people who read it.
  const isHead = (field: Field) =>
    /^(class|category|type)_uid$|^(activity|severity|status)_id$|^time$/.test(field.path);
  return [...fields.filter(isHead), ...[...fields, ...extras].filter((field) => !isHead(field))];
}

/** A finding keeps who and what in its evidence; what it has no place for is unmapped. */
function inFinding(field: Field, column: Column): Field {
  if (/^(src_endpoint|dst_endpoint|connection_info)\./.test(field.path))
    return { ...field, path: `evidences[].${field.path}` };
  if (/^(traffic\.|app_name$)/.test(field.path)) return { ...field, path: `unmapped.${column.name}` };
  return field;
}

/** Objects that must not be there without what they are about: OCSF wants one of certain attributes in each. */
function guards(attrs: AttrsReader): Guards {
  const hasSource = (row: EventRow) => asText(row.src_ip) !== '';
  const hasDestination = (row: EventRow) => asText(row.dst_ip) !== '' || (asText(row.domain) !== '' && !asksName(row));
  const isPlace = (side: 'src' | 'dst') => (row: EventRow) =>
    asText(row[`${side}_country`]) !== '' || asText(row[`${side}_city`]) !== '';
  const isHttp = (row: EventRow) => isHttpActivity(row, attrs);
  const version = OCSF_ATTRS.indexOf('version');
  return new Map([
    ['src_endpoint', hasSource],
    ['evidences[].src_endpoint', hasSource],
    ['dst_endpoint', hasDestination],
    ['evidences[].dst_endpoint', hasDestination],
    ['src_endpoint.location', isPlace('src')],
    ['evidences[].src_endpoint.location', isPlace('src')],
    ['dst_endpoint.location', isPlace('dst')],
    ['evidences[].dst_endpoint.location', isPlace('dst')],
    ['query', (row) => asText(row.domain) !== ''],
    ['http_request', isHttp],
    ['tls', () => isText(attrs.member(version))],
  ]);
}
