import type { Kind } from '../../model/kinds.ts';
import { type MemberShape, memberWriter } from './attrs-member.ts';
import type { AttrsReader } from './attrs-reader.ts';
import type { Field, Write } from './json-field.ts';
import { quote } from './json-text.ts';
import { asNumber, asText } from './row-values.ts';

/** What sensors call a thing, what CIM calls it, and what it must be there. */
// biome-ignore format: one row a field, read as a table
const FIELDS: readonly { readonly kind: Kind; readonly key: string; readonly path: string; readonly shape: MemberShape }[] = [
  { kind: 'dns', key: 'qtype_name', path: 'record_type', shape: 'text' },
  { kind: 'dns', key: 'trans_id', path: 'transaction_id', shape: 'whole' },
  { kind: 'http', key: 'method', path: 'http_method', shape: 'text' },
  { kind: 'http', key: 'uri', path: 'uri_path', shape: 'path' },
  { kind: 'http', key: 'uri', path: 'uri_query', shape: 'query' },
  { kind: 'http', key: 'user_agent', path: 'http_user_agent', shape: 'text' },
  { kind: 'http', key: 'referrer', path: 'http_referrer', shape: 'text' },
  { kind: 'tls', key: 'version', path: 'ssl_version', shape: 'text' },
  { kind: 'tls', key: 'subject', path: 'ssl_subject', shape: 'text' },
  { kind: 'tls', key: 'issuer', path: 'ssl_issuer', shape: 'text' },
];

/** Keys of `attrs` that CIM has a field for. */
export const CIM_ATTRS: readonly string[] = [...new Set(FIELDS.map((field) => field.key))];

const URI = CIM_ATTRS.indexOf('uri');
const HTTP_PORT = 80;

export function attrsFields(kind: Kind, attrs: AttrsReader): Field[] {
  const fields = FIELDS.filter((field) => field.kind === kind).map(({ key, path, shape }) => ({
    path,
    value: memberWriter(attrs, CIM_ATTRS.indexOf(key), shape),
  }));
  return kind === 'http' ? [...fields, { path: 'url', value: urlOf(attrs) }] : fields;
}

/** The address that was asked for, of host, port and target. Proxies are asked for whole addresses. */
function urlOf(attrs: AttrsReader): Write {
  return (row) => {
    const target = attrs.member(URI);
    if (target.startsWith('"http://') || target.startsWith('"https://')) return target;
    const host = asText(row.domain);
    if (!target.startsWith('"/') || host === '') return '';
    const port = asNumber(row.dst_port);
    const origin = quote(`http://${host}${port > 0 && port !== HTTP_PORT && !host.includes(':') ? `:${port}` : ''}`);
    return origin.slice(0, -1) + target.slice(1);
  };
}
