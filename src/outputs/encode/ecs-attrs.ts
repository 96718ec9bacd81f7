import type { Kind } from '../../model/kinds.ts';
import { type MemberShape, memberWriter } from './attrs-member.ts';
import type { AttrsReader } from './attrs-reader.ts';
import type { Field } from './json-field.ts';

/** What sensors call a thing, what ECS calls it, and what it must be there. Values of another shape stay in `vedette.attrs` only. */
// biome-ignore format: one row a field, read as a table
const FIELDS: readonly { readonly kinds: readonly Kind[]; readonly key: string; readonly path: string; readonly shape: MemberShape }[] = [
  { kinds: ['conn'], key: 'community_id', path: 'network.community_id', shape: 'text' },
  { kinds: ['dns'], key: 'trans_id', path: 'dns.id', shape: 'digits' },
  { kinds: ['dns'], key: 'qtype_name', path: 'dns.question.type', shape: 'text' },
  { kinds: ['http'], key: 'method', path: 'http.request.method', shape: 'text' },
  { kinds: ['http'], key: 'referrer', path: 'http.request.referrer', shape: 'text' },
  { kinds: ['http'], key: 'request_body_len', path: 'http.request.body.bytes', shape: 'whole' },
  { kinds: ['http'], key: 'response_body_len', path: 'http.response.body.bytes', shape: 'whole' },
  { kinds: ['http'], key: 'version', path: 'http.version', shape: 'text' },
  { kinds: ['http'], key: 'user_agent', path: 'user_agent.original', shape: 'text' },
  { kinds: ['http'], key: 'uri', path: 'url.original', shape: 'text' },
  { kinds: ['http'], key: 'uri', path: 'url.path', shape: 'path' },
  { kinds: ['http'], key: 'uri', path: 'url.query', shape: 'query' },
  { kinds: ['tls'], key: 'version', path: 'tls.version', shape: 'text' },
  { kinds: ['tls'], key: 'cipher', path: 'tls.cipher', shape: 'text' },
  { kinds: ['tls'], key: 'curve', path: 'tls.curve', shape: 'text' },
  { kinds: ['tls'], key: 'next_protocol', path: 'tls.next_protocol', shape: 'text' },
  { kinds: ['tls'], key: 'established', path: 'tls.established', shape: 'flag' },
  { kinds: ['tls'], key: 'resumed', path: 'tls.resumed', shape: 'flag' },
  { kinds: ['tls'], key: 'ja3', path: 'tls.client.ja3', shape: 'text' },
  { kinds: ['tls'], key: 'ja3s', path: 'tls.server.ja3s', shape: 'text' },
  { kinds: ['tls'], key: 'subject', path: 'tls.server.subject', shape: 'text' },
  { kinds: ['tls'], key: 'issuer', path: 'tls.server.issuer', shape: 'text' },
  { kinds: ['file'], key: 'filename', path: 'file.name', shape: 'text' },
  { kinds: ['file'], key: 'mime_type', path: 'file.mime_type', shape: 'text' },
  { kinds: ['file'], key: 'total_bytes', path: 'file.size', shape: 'whole' },
  { kinds: ['file'], key: 'md5', path: 'file.hash.md5', shape: 'text' },
  { kinds: ['file'], key: 'sha1', path: 'file.hash.sha1', shape: 'text' },
  { kinds: ['file'], key: 'sha256', path: 'file.hash.sha256', shape: 'text' },
];

/** Keys of `attrs` that ECS has a field for. */
export const ECS_ATTRS: readonly string[] = [...new Set(FIELDS.map((field) => field.key))];

export function attrsFields(kind: Kind, attrs: AttrsReader): Field[] {
  return FIELDS.filter((field) => field.kinds.includes(kind)).map(({ key, path, shape }) => ({
    path,
    value: memberWriter(attrs, ECS_ATTRS.indexOf(key), shape),
  }));
}
