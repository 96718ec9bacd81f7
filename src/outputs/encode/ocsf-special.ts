import type { ColumnName } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';
import type { Kind } from '../../model/kinds.ts';
import { byIpVersion } from './address-values.ts';
import { members, scaled } from './column-values.ts';
import { rcodeNameOf, rcodeOf } from './event-outcome.ts';
import { addressIn, domainAskedFor, domainOfResponder, oneWay, quoted, total, transport } from './event-values.ts';
import { cell, derived, type Field, type Write } from './json-field.ts';
import { quote } from './json-text.ts';
import { classFields, profiles, riskLevelId, severityId, statusId } from './ocsf-class.ts';
import { OCSF_VERSION, type OcsfContext } from './ocsf-context.ts';
import { observables, osint } from './ocsf-threat.ts';
import { asNumber, asText, endOf, httpStatusOf } from './row-values.ts';
import { ofMatches } from './threat-matches.ts';

type Special = (kind: Kind, context: OcsfContext) => Field[];

const NONE: Special = () => [];

/** `direction_id` and the caption that goes with it; between two others' networks there is none, hence 99. */
const DIRECTIONS: Readonly<Record<string, readonly [number, string]>> = {
  inbound: [1, 'Inbound'],
  outbound: [2, 'Outbound'],
  internal: [3, 'Lateral'],
  external: [99, 'external'],
};

/** Columns that are not simply written under their name. */
export const OCSF_SPECIAL: Readonly<Partial<Record<ColumnName, Special>>> = {
  ts: (kind) => [
    { path: 'time', value: millis('ts') },
    ...(hasTraffic(kind)
      ? [
          { path: 'traffic.start_time', value: (row: EventRow) => (endOf(row) > 0 ? time(row.ts) : '') },
          { path: 'traffic.end_time', value: (row: EventRow) => time(endOf(row)) },
        ]
      : []),
    ...(kind === 'dns' ? [{ path: 'query_time', value: millis('ts') }] : []),
  ],
  received: () => [{ path: 'metadata.logged_time', value: millis('received') }],
  kind: (kind, context) => [...constants(kind, context), { path: 'metadata.log_name', value: cell('word', 'kind') }],
  exporter: () => [
    { path: 'device.name', value: cell('text', 'exporter') },
    { path: 'device.ip', value: addressIn('exporter') },
    { path: 'device.type_id', value: derived(['exporter'], (row) => (asText(row.exporter) === '' ? '' : '0')) },
  ],
  src_port: () => [
    { path: 'src_endpoint.port', value: cell('port', 'src_port') },
    { path: 'unmapped.icmp_type', value: cell('icmp', 'src_port') },
  ],
  dst_port: () => [
    { path: 'dst_endpoint.port', value: cell('port', 'dst_port') },
    { path: 'unmapped.icmp_code', value: cell('icmp', 'dst_port') },
  ],
  proto: () => [
    { path: 'connection_info.protocol_num', value: cell('number', 'proto') },
    { path: 'connection_info.protocol_name', value: transport },
    { path: 'connection_info.protocol_ver_id', value: byIpVersion('4', '6') },
  ],
  bytes: (kind) => [{ path: 'traffic.bytes', value: total(kind, 'bytes') }],
  packets: (kind) => [{ path: 'traffic.packets', value: total(kind, 'packets') }],
  src_bytes: (kind) => [{ path: 'traffic.bytes_out', value: oneWay(kind, 'src_bytes') }],
  dst_bytes: (kind) => [{ path: 'traffic.bytes_in', value: oneWay(kind, 'dst_bytes') }],
  src_packets: (kind) => [{ path: 'traffic.packets_out', value: oneWay(kind, 'src_packets') }],
  dst_packets: (kind) => [{ path: 'traffic.packets_in', value: oneWay(kind, 'dst_packets') }],
  duration: (kind) =>
    hasTraffic(kind)
      ? [
          { path: 'traffic.timespan.duration', value: whenLasting(scaled('duration', 1e3).write) },
          { path: 'traffic.timespan.type_id', value: whenLasting(() => '1') },
        ]
      : [{ path: 'duration', value: whenLasting(scaled('duration', 1e3).write) }],
  direction: () => [
    { path: 'connection_info.direction_id', value: derived(['direction'], (row) => `${directionOf(row)?.[0] ?? 0}`) },
    {
      path: 'connection_info.direction',
      value: derived(['direction'], (row) => quote(directionOf(row)?.[1] ?? 'Unknown')),
    },
  ],
  state: (kind) => stateFields(kind),
  domain: (kind) => domainFields(kind),
  vlan: () => [{ path: 'src_endpoint.vlan_uid', value: cell('digits', 'vlan') }],
  threat_indicator: NONE,
  threat_category: NONE,
  threat_confidence: NONE,
  threat_matches: () => [{ path: 'osint', value: ofMatches(osint) }],
  risk: (kind) => [
    { path: 'risk_score', value: kind === 'notice' ? cell('anyNumber', 'risk') : cell('number', 'risk') },
    { path: 'risk_level_id', value: derived(['risk'], riskLevelId) },
  ],
  risk_reasons: () => [
    {
      path: 'risk_details',
      value: derived(['risk', 'risk_reasons'], (row) =>
        asNumber(row.risk) > 0 ? quoted(asText(row.risk_reasons)) : '',
      ),
    },
  ],
  tags: () => [{ path: 'metadata.labels', value: members('tags') }],
  attrs: (_, { attrs }) => [{ path: 'unmapped.attrs', value: () => attrs.text }],
};

function constants(kind: Kind, { parts, attrs }: OcsfContext): Field[] {
  return [
    ...classFields(kind, attrs),
    { path: 'severity_id', value: derived(['risk'], severityId) },
    { path: 'status_id', value: statusId(kind) },
    { path: 'metadata.version', value: quote(OCSF_VERSION) },
    { path: 'metadata.product.name', value: '"Vedette"' },
    { path: 'metadata.product.vendor_name', value: '"Vedette"' },
    { path: 'metadata.product.version', value: quote(parts.version) },
    { path: 'metadata.profiles', value: profiles(kind) },
    { path: 'observables', value: observables(kind === 'notice' ? 'evidences.' : '') },
    ...(kind === 'notice'
      ? [
          { path: 'is_alert', value: 'true' },
          { path: 'finding_info.uid', value: cell('plain', 'id') },
          { path: 'finding_info.title', value: (row: EventRow) => quote(asText(row.state) || 'Notice') },
          { path: 'finding_info.created_time', value: millis('ts') },
        ]
      : []),
  ];
}

/** The state keeps its word as the status of the source; what OCSF has a field for is there too. */
function stateFields(kind: Kind): Field[] {
  const ours: Field = { path: 'status_code', value: cell('text', 'state') };
  if (kind === 'dns')
    return [
      ours,
      { path: 'rcode', value: derived(['state'], rcode) },
      { path: 'rcode_id', value: derived(['state'], rcodeId) },
    ];
  if (kind === 'http')
    return [ours, { path: 'http_response.code', value: derived(['state'], (row) => `${httpStatusOf(row) || ''}`) }];
  return [ours];
}

function domainFields(kind: Kind): Field[] {
  if (kind === 'dns') return [{ path: 'query.hostname', value: cell('text', 'domain') }];
  const host: Field = { path: 'dst_endpoint.hostname', value: domainOfResponder };
  const asked: Field = { path: 'unmapped.query', value: domainAskedFor };
  if (kind === 'http') return [host, asked, { path: 'http_request.url.hostname', value: cell('text', 'domain') }];
  if (kind === 'tls') return [host, asked, { path: 'tls.sni', value: cell('text', 'domain') }];
  return [host, asked];
}

/** Captions of `rcode_id`, which `rcode` repeats. */
const RCODES =
  'NoError FormError ServError NXDomain NotImp Refused YXDomain YXRRSet NXRRSet NotAuth NotZone DSOTYPENI'.split(' ');

function rcode(row: EventRow): string {
  const name = rcodeNameOf(row);
  return quoted(RCODES[rcodeOf(name) ?? -1] ?? name);
}

/** Response codes beyond those of RFC 6895 have no number here: 99 is "other". */
function rcodeId(row: EventRow): string {
  const name = rcodeNameOf(row);
  return name === '' ? '' : `${rcodeOf(name) ?? 99}`;
}

/** Detection Finding has no traffic. */
export function hasTraffic(kind: Kind): boolean {
  return kind !== 'notice';
}

/** `timestamp_t`: whole milliseconds since 1970. */
function time(microseconds: EventRow[string]): string {
  const at = Math.floor(asNumber(microseconds) / 1000);
  return Number.isNaN(at) ? '' : `${at}`;
}

function millis(name: string): Write {
  return (row) => time(row[name]);
}

function whenLasting(write: Write): Write {
  return (row) => (asNumber(row.duration) > 0 ? write(row) : '');
}

function directionOf(row: EventRow): readonly [number, string] | undefined {
  const direction = asText(row.direction);
  return Object.hasOwn(DIRECTIONS, direction) ? DIRECTIONS[direction] : undefined;
}
