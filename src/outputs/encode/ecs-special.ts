import type { ColumnName } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';
import type { Kind } from '../../model/kinds.ts';
import { listOf, reasonCodes, scaled } from './column-values.ts';
import type { EcsContext } from './ecs-context.ts';
import { enrichments, indicatorConfidence, indicatorIp, indicatorType } from './ecs-threat.ts';
import { ENDINGS, endingOf, NO_ENDING, outcomeOf, rcodeNameOf } from './event-outcome.ts';
import { addressIn, domainAskedFor, domainOfResponder, oneWay, quoted, total, transport } from './event-values.ts';
import { isoTimes } from './iso-times.ts';
import { cell, type Field, type Write } from './json-field.ts';
import { quote } from './json-text.ts';
import { numberText } from './number-text.ts';
import { asNumber, asText, endOf, httpStatusOf, ipVersionOf } from './row-values.ts';

type Special = (kind: Kind, context: EcsContext) => Field[];

/** `event.category` and the part of `event.type` that is the same for all events of a kind, out of ECS's allowed values. */
const CATEGORIES: Readonly<
  Record<Kind, { readonly categories: readonly string[]; readonly types: readonly string[] }>
> = {
  flow: { categories: ['network'], types: ['connection'] },
  conn: { categories: ['network'], types: ['connection'] },
  packet: { categories: ['network'], types: ['connection'] },
  dns: { categories: ['network'], types: ['connection', 'protocol', 'info'] },
  tls: { categories: ['network'], types: ['connection', 'protocol', 'info'] },
  http: { categories: ['network', 'web'], types: ['access', 'connection', 'protocol', 'info'] },
  honeypot: { categories: ['network', 'intrusion_detection'], types: ['connection', 'info'] },
  notice: { categories: ['network', 'intrusion_detection'], types: ['info'] },
  weird: { categories: ['network'], types: ['info'] },
  file: { categories: ['network', 'file'], types: ['info'] },
};

const ENDING_KINDS: readonly Kind[] = ['flow', 'conn', 'packet'];
const NONE: Special = () => [];

/** Columns that are not simply written under their name. */
export const ECS_SPECIAL: Readonly<Partial<Record<ColumnName, Special>>> = {
  ts: () => [
    { path: '@timestamp', value: cell('time', 'ts') },
    { path: 'event.start', value: cell('time', 'ts') },
    {
      path: 'event.end',
      value: endTime(),
    },
  ],
  received: () => [{ path: 'event.created', value: cell('time', 'received') }],
  kind: (kind, context) => [...constants(kind, context), { path: 'event.type', value: typesOf(kind) }],
  source: () => [{ path: 'agent.name', value: cell('text', 'source') }],
  exporter: () => [
    { path: 'observer.name', value: cell('text', 'exporter') },
    { path: 'observer.ip', value: listedAddress('exporter') },
  ],
  src_port: () => [
    { path: 'source.port', value: cell('port', 'src_port') },
    { path: 'vedette.icmp.type', value: cell('icmp', 'src_port') },
  ],
  dst_port: () => [
    { path: 'destination.port', value: cell('port', 'dst_port') },
    { path: 'vedette.icmp.code', value: cell('icmp', 'dst_port') },
  ],
  src_ip: () => [
    { path: 'source.ip', value: cell('plain', 'src_ip') },
    { path: 'network.type', value: networkType },
    { path: 'related.ip', value: relatedAddresses },
    { path: 'related.hosts', value: cell('list', 'domain') },
    { path: 'related.user', value: cell('list', 'user') },
  ],
  proto: () => [
    { path: 'network.transport', value: transport },
    { path: 'network.iana_number', value: cell('digits', 'proto') },
  ],
  bytes: (kind) => [{ path: 'network.bytes', value: total(kind, 'bytes') }],
  packets: (kind) => [{ path: 'network.packets', value: total(kind, 'packets') }],
  src_bytes: (kind) => [{ path: 'source.bytes', value: oneWay(kind, 'src_bytes') }],
  dst_bytes: (kind) => [{ path: 'destination.bytes', value: oneWay(kind, 'dst_bytes') }],
  src_packets: (kind) => [{ path: 'source.packets', value: oneWay(kind, 'src_packets') }],
  dst_packets: (kind) => [{ path: 'destination.packets', value: oneWay(kind, 'dst_packets') }],
  duration: () => [{ path: 'event.duration', value: scaled('duration', 1e9) }],
  app: () => [{ path: 'network.protocol', value: (row) => quoted(asText(row.app).toLowerCase()) }],
  state: (kind) => stateFields(kind),
  domain: (kind) => domainFields(kind),
  src_lat: () => [{ path: 'source.geo.location', value: sourcePoint }],
  src_lon: NONE,
  dst_lat: () => [{ path: 'destination.geo.location', value: destinationPoint }],
  dst_lon: NONE,
  threat_indicator: () => [
    { path: 'threat.indicator.name', value: cell('text', 'threat_indicator') },
    { path: 'threat.indicator.type', value: indicatorType },
    { path: 'threat.indicator.ip', value: indicatorIp },
  ],
  threat_confidence: () => [
    { path: 'threat.indicator.confidence', value: indicatorConfidence },
    { path: 'vedette.threat.confidence', value: cell('number', 'threat_confidence') },
  ],
  threat_matches: () => [{ path: 'threat.enrichments', value: enrichments }],
  risk: () => [{ path: 'event.risk_score', value: cell('anyNumber', 'risk') }],
  risk_reasons: () => [
    { path: 'event.reason', value: cell('text', 'risk_reasons') },
    { path: 'vedette.risk.reasons', value: reasonCodes() },
  ],
  attrs: (_, { attrs }) => [{ path: 'vedette.attrs', value: () => attrs.text }],
};

function constants(kind: Kind, { parts, version }: EcsContext): Field[] {
  const { dataStream } = parts;
  const stream = dataStream && { type: 'logs', ...dataStream };
  return [
    { path: 'ecs.version', value: quote(version) },
    { path: 'agent.type', value: '"vedette"' },
    { path: 'agent.version', value: quote(parts.version) },
    { path: 'event.kind', value: kind === 'notice' ? '"alert"' : '"event"' },
    { path: 'event.category', value: JSON.stringify(CATEGORIES[kind].categories) },
    { path: 'event.module', value: '"vedette"' },
    { path: 'event.dataset', value: `"vedette.${kind}"` },
    { path: 'event.outcome', value: (row) => quoted(outcomeOf(row)) },
    { path: 'vedette.kind', value: cell('word', 'kind') },
    ...(stream
      ? [
          { path: 'data_stream.type', value: quote(stream.type) },
          { path: 'data_stream.dataset', value: quote(stream.dataset) },
          { path: 'data_stream.namespace', value: quote(stream.namespace) },
        ]
      : []),
  ];
}

function typesOf(kind: Kind): Write | string {
  const { types } = CATEGORIES[kind];
  if (!ENDING_KINDS.includes(kind)) return JSON.stringify(types);
  const lists = new Map([NO_ENDING, ...ENDINGS.values()].map((end) => [end, JSON.stringify([...types, ...end.types])]));
  return (row) => lists.get(endingOf(row)) ?? '';
}

/** The state keeps its word under our name; what ECS has a field for is there too. */
function stateFields(kind: Kind): Field[] {
  const ours: Field = { path: 'vedette.state', value: cell('text', 'state') };
  if (kind === 'dns') return [ours, { path: 'dns.response_code', value: (row) => quoted(rcodeNameOf(row)) }];
  if (kind === 'http')
    return [ours, { path: 'http.response.status_code', value: (row) => digitsOf(httpStatusOf(row)) }];
  if (kind === 'notice') return [ours, { path: 'rule.name', value: cell('text', 'state') }];
  return [ours];
}

function domainFields(kind: Kind): Field[] {
  const named: Field = { path: 'destination.domain', value: cell('text', 'domain') };
  if (kind === 'dns') return [{ path: 'dns.question.name', value: cell('text', 'domain') }];
  if (kind === 'tls') return [named, { path: 'tls.client.server_name', value: cell('text', 'domain') }];
  if (kind === 'http') return [named, { path: 'url.domain', value: cell('text', 'domain') }];
  return [
    { path: 'destination.domain', value: domainOfResponder },
    { path: 'dns.question.name', value: domainAskedFor },
  ];
}

function digitsOf(value: number): string {
  return value === 0 ? '' : `${value}`;
}

function networkType(row: EventRow): string {
  const version = ipVersionOf(row);
  return version === 0 ? '' : `"ipv${version}"`;
}

/** Addresses need no escapes; most events have two. */
function relatedAddresses(row: EventRow): string {
  const [source, destination] = [asText(row.src_ip), asText(row.dst_ip)];
  const [first, second] = [asText(row.src_nat_ip), asText(row.dst_nat_ip)];
  if (first !== '' || second !== '') return listOf([source, destination, first, second]);
  if (source === '' || destination === '' || source === destination) return listOf([source, destination]);
  return `["${source}","${destination}"]`;
}

function listedAddress(column: string): Write {
  const address = addressIn(column);
  return (row) => {
    const value = address(row);
    return value === '' ? '' : `[${value}]`;
  };
}

function sourcePoint(row: EventRow): string {
  return point(asNumber(row.src_lat), asNumber(row.src_lon));
}

function destinationPoint(row: EventRow): string {
  return point(asNumber(row.dst_lat), asNumber(row.dst_lon));
}

/** The object form of a geo_point, with the latitude first. */
function point(lat: number, lon: number): string {
  return Number.isNaN(lat) || Number.isNaN(lon) ? '' : `{"lat":${numberText(lat)},"lon":${numberText(lon)}}`;
}

function endTime(): Write {
  const iso = isoTimes();
  return (row) => {
    const at = iso(endOf(row));
    return at === '' ? '' : `"${at}"`;
  };
}
