import { COLUMNS, type Column, type ColumnName } from '../../model/columns.ts';
import type { Kind } from '../../model/kinds.ts';
import { byIpVersion } from './address-values.ts';
import { AttrsReader } from './attrs-reader.ts';
import { attrsFields, CIM_ATTRS } from './cim-attrs.ts';
import { cimTags } from './cim-models.ts';
import { listOf, plainValue, reasonCodes } from './column-values.ts';
import { documentWriter } from './document-writer.ts';
import { endingOf, outcomeOf, rcodeNameOf, rcodeOf } from './event-outcome.ts';
import { domainAskedFor, domainOfResponder, oneWay, quoted, total, transport } from './event-values.ts';
import { cell, type Derived, derived, type Field } from './json-field.ts';
import { quote } from './json-text.ts';
import { ALL_KINDS, byKind } from './kind-names.ts';
import { riskBand } from './risk-bands.ts';
import { documentEncoder, type RowEncoder } from './row-encoder.ts';
import { asNumber, asText, httpStatusOf } from './row-values.ts';
import { TCP_FLAG_NAMES } from './tcp-flags.ts';
import { remembered } from './text-cache.ts';
import { ofMatches, threatMatches } from './threat-matches.ts';

/**
 * Flat documents with the names of Splunk's Common Information Model, for HEC's event endpoint. `bytes_out` is what
 * the source sent. The time of the event is that of the envelope; `timestamp` repeats it for other receivers. What CIM has no
 * field for keeps the name of our column.
 */
export function cimEncoder(): RowEncoder {
  const attrs = new AttrsReader(CIM_ATTRS);
  const write = byKind((kind) => documentWriter(cimFields(kind, attrs)));
  return documentEncoder(attrs, write);
}

/** Every name that a document can have, for the lists that they are checked against. */
export function cimPaths(): string[] {
  const attrs = new AttrsReader(CIM_ATTRS);
  return [...new Set(ALL_KINDS.flatMap((kind) => cimFields(kind, attrs).map((field) => field.path)))];
}

function cimFields(kind: Kind, attrs: AttrsReader): Field[] {
  const fields = (COLUMNS as readonly Column[]).flatMap((column) => {
    const special = SPECIAL[column.name as ColumnName];
    return special
      ? special(kind, attrs)
      : [{ path: column.cim ?? column.name.replace(/^dst_/, 'dest_'), value: plainValue(column) }];
  });
  return [...fields, ...attrsFields(kind, attrs)];
}

type Special = (kind: Kind, attrs: AttrsReader) => Field[];

/** What CIM calls the field of ours that an indicator matched. */
const MATCHED: ReadonlyMap<string, string> = new Map([
  ['src_ip', 'src'],
  ['dst_ip', 'dest'],
  ['domain', 'query'],
]);

/** Columns that are not simply written under their name. */
const SPECIAL: Readonly<Partial<Record<ColumnName, Special>>> = {
  ts: () => [{ path: 'timestamp', value: cell('time', 'ts') }],
  received: () => [{ path: 'received', value: cell('time', 'received') }],
  kind: (kind) => [
    { path: 'kind', value: cell('word', 'kind') },
    { path: 'vendor_product', value: '"Vedette"' },
    ...(kind === 'honeypot' || kind === 'notice' ? attackFields(kind) : [{ path: 'action', value: actionOf(kind) }]),
  ],
  // `source` in a document would be mixed with Splunk's own field of that name.
  source: () => [{ path: 'collector', value: cell('text', 'source') }],
  src_ip: () => [
    { path: 'src', value: cell('plain', 'src_ip') },
    { path: 'src_ip', value: cell('plain', 'src_ip') },
    { path: 'protocol', value: byIpVersion('"ip"', '"ip"') },
    { path: 'protocol_version', value: byIpVersion('"ipv4"', '"ipv6"') },
  ],
  dst_ip: () => [
    { path: 'dest', value: cell('plain', 'dst_ip') },
    { path: 'dest_ip', value: cell('plain', 'dst_ip') },
  ],
  src_port: () => [
    { path: 'src_port', value: cell('port', 'src_port') },
    { path: 'icmp_type', value: cell('icmp', 'src_port') },
  ],
  dst_port: () => [
    { path: 'dest_port', value: cell('port', 'dst_port') },
    { path: 'icmp_code', value: cell('icmp', 'dst_port') },
  ],
  proto: () => [{ path: 'transport', value: transport }],
  bytes: (kind) => [{ path: 'bytes', value: total(kind, 'bytes') }],
  packets: (kind) => [{ path: 'packets', value: total(kind, 'packets') }],
  src_bytes: (kind) => [{ path: 'bytes_out', value: oneWay(kind, 'src_bytes') }],
  dst_bytes: (kind) => [{ path: 'bytes_in', value: oneWay(kind, 'dst_bytes') }],
  src_packets: (kind) => [{ path: 'packets_out', value: oneWay(kind, 'src_packets') }],
  dst_packets: (kind) => [{ path: 'packets_in', value: oneWay(kind, 'dst_packets') }],
  tcp_flags: () => [{ path: 'tcp_flag', value: tcpFlags() }],
  state: (kind) => [{ path: 'state', value: cell('text', 'state') }, ...stateFields(kind)],
  domain: (kind) => domainFields(kind),
  threat_matches: () => [
    {
      path: 'threat_match_field',
      value: ofMatches((row) => quoted(MATCHED.get(threatMatches(row)[0]?.field ?? '') ?? '')),
    },
    { path: 'threat_key', value: ofMatches((row) => quoted(threatMatches(row)[0]?.source ?? '')) },
  ],
  risk: () => [{ path: 'risk_score', value: cell('anyNumber', 'risk') }],
  risk_reasons: () => [{ path: 'risk_reasons', value: reasonCodes() }],
  tags: (kind) => [{ path: 'tag', value: tagsOf(kind) }],
  attrs: (_, attrs) => [{ path: 'attrs', value: () => attrs.text }],
};

function attackFields(kind: Kind): Field[] {
  return [
    { path: 'action', value: '"allowed"' },
    { path: 'ids_type', value: '"network"' },
    { path: 'category', value: `"${kind}"` },
    { path: 'signature', value: derived(['state'], (row) => quote(asText(row.state) || kind)) },
    { path: 'severity', value: derived(['risk'], (row) => `"${riskBand(asNumber(row.risk))}"`) },
  ];
}

/** Network Traffic knows allowed, blocked and teardown; Web success and failure. */
function actionOf(kind: Kind): Derived {
  return derived(['state'], ({ state }) => {
    if (kind === 'http') return quoted(outcomeOf({ kind, state }));
    return kind === 'flow' || kind === 'conn' || kind === 'packet' ? `"${endingOf({ state }).action}"` : '';
  });
}

function stateFields(kind: Kind): Field[] {
  if (kind === 'dns')
    return [
      { path: 'reply_code', value: derived(['state'], (row) => quoted(rcodeNameOf(row))) },
      { path: 'reply_code_id', value: derived(['state'], (row) => `${rcodeOf(rcodeNameOf(row)) ?? ''}`) },
      {
        path: 'message_type',
        value: derived(['state'], (row) => (asText(row.state) === '' ? '"Query"' : '"Response"')),
      },
    ];
  if (kind === 'http') return [{ path: 'status', value: derived(['state'], (row) => `${httpStatusOf(row) || ''}`) }];
  return [];
}

function domainFields(kind: Kind): Field[] {
  if (kind === 'dns') return [{ path: 'query', value: cell('text', 'domain') }];
  if (kind === 'http')
    return [
      { path: 'site', value: cell('text', 'domain') },
      { path: 'url_domain', value: cell('text', 'domain') },
    ];
  return [
    { path: 'domain', value: domainOfResponder },
    { path: 'query', value: domainAskedFor },
  ];
}

function tagsOf(kind: Kind): Derived {
  const list = remembered((tags) => listOf([...cimTags(kind), ...tags.split(',')]));
  return derived(['tags'], (row) => list(asText(row.tags)));
}

function tcpFlags(): Derived {
  return derived(['tcp_flags'], (row) => {
    const flags = asNumber(row.tcp_flags);
    return flags > 0 ? quoted(TCP_FLAG_NAMES[flags] ?? '') : '';
  });
}
