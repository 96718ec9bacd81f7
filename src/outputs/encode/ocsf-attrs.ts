import type { Kind } from '../../model/kinds.ts';
import { type MemberShape, memberWriter } from './attrs-member.ts';
import type { AttrsReader } from './attrs-reader.ts';
import type { Field } from './json-field.ts';

/** What sensors call a thing, what OCSF calls it, and what it must be there. */
// biome-ignore format: one row a field, read as a table
const FIELDS: readonly { readonly kinds: readonly Kind[]; readonly key: string; readonly path: string; readonly shape: MemberShape }[] = [
  { kinds: ['conn'], key: 'community_id', path: 'connection_info.community_uid', shape: 'text' },
  { kinds: ['conn'], key: 'history', path: 'connection_info.flag_history', shape: 'text' },
  { kinds: ['conn'], key: 'missed_bytes', path: 'traffic.bytes_missed', shape: 'whole' },
  { kinds: ['dns'], key: 'qtype_name', path: 'query.type', shape: 'text' },
  { kinds: ['dns'], key: 'qclass_name', path: 'query.class', shape: 'text' },
  { kinds: ['dns'], key: 'trans_id', path: 'query.packet_uid', shape: 'whole' },
  { kinds: ['http'], key: 'method', path: 'http_request.http_method', shape: 'text' },
  { kinds: ['http'], key: 'uri', path: 'http_request.url.path', shape: 'path' },
  { kinds: ['http'], key: 'uri', path: 'http_request.url.query_string', shape: 'query' },
  { kinds: ['http'], key: 'user_agent', path: 'http_request.user_agent', shape: 'text' },
  { kinds: ['http'], key: 'referrer', path: 'http_request.referrer', shape: 'text' },
  { kinds: ['http'], key: 'version', path: 'http_request.version', shape: 'text' },
  { kinds: ['tls'], key: 'version', path: 'tls.version', shape: 'text' },
  { kinds: ['tls'], key: 'cipher', path: 'tls.cipher', shape: 'text' },
  { kinds: ['notice'], key: 'msg', path: 'finding_info.desc', shape: 'text' },
];

/** Keys of `attrs` that OCSF has a field for. */
export const OCSF_ATTRS: readonly string[] = [...new Set(FIELDS.map((field) => field.key))];

export function attrsFields(kind: Kind, attrs: AttrsReader): Field[] {
  return FIELDS.filter((field) => field.kinds.includes(kind)).map(({ key, path, shape }) => ({
    path,
    value: memberWriter(attrs, OCSF_ATTRS.indexOf(key), shape),
  }));
}
