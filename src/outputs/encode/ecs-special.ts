import type { ColumnName } from '../../model/columns.ts';
import type { Kind } from '../../model/kinds.ts';
import { addressList, byIpVersion } from './address-values.ts';
import { reasonCodes, scaled } from './column-values.ts';
import type { EcsContext } from './ecs-context.ts';
import { enrichments, indicatorConfidence, indicatorIp, indicatorType } from './ecs-threat.ts';
import { ENDINGS, endingOf, NO_ENDING, outcomeOf, rcodeNameOf } from './event-outcome.ts';
import { addressIn, domainAskedFor, domainOfResponder, oneWay, quoted, total, transport } from './event-values.ts';
import { IsoWriter } from './iso-writer.ts';
import { type Append, cell, type Derived, derived, type Field } from './json-field.ts';
import { quote } from './json-text.ts';
import { ReadyText } from './ready-text.ts';
import { asNumber, asText, endOf, httpStatusOf } from './row-values.ts';
import { ofMatches } from './threat-matches.ts';

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
const QUOTE = 0x22;
const CLOSE = 0x7d;
const BEFORE_LAT = new ReadyText('{"lat":');
const BEFORE_LON = new ReadyText(',"lon":');

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
    { path: 'network.type', value: byIpVersion('"ipv4"', '"ipv6"') },
    { path: 'related.ip', value: addressList(['src_ip', 'dst_ip', 'src_nat_ip', 'dst_nat_ip']) },
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
  app: () => [{ path: 'network.protocol', value: derived(['app'], (row) => quoted(asText(row.app).toLowerCase())) }],
  state: (kind) => stateFields(kind),
  domain: (kind) => domainFields(kind),
  src_lat: () => [{ path: 'source.geo.location', value: point('src_lat', 'src_lon') }],
  src_lon: NONE,
  dst_lat: () => [{ path: 'destination.geo.location', value: point('dst_lat', 'dst_lon') }],
  dst_lon: NONE,
  threat_indicator: () => [
    { path: 'threat.indicator.name', value: cell('text', 'threat_indicator') },
    { path: 'threat.indicator.type', value: derived(['threat_indicator'], indicatorType) },
    { path: 'threat.indicator.ip', value: derived(['threat_indicator'], indicatorIp) },
  ],
  threat_confidence: () => [
    {
      path: 'threat.indicator.confidence',
      value: derived(['threat_indicator', 'threat_confidence'], indicatorConfidence),
    },
    { path: 'vedette.threat.confidence', value: cell('number', 'threat_confidence') },
  ],
  threat_matches: () => [{ path: 'threat.enrichments', value: ofMatches(enrichments, ['src_ip', 'dst_ip', 'domain']) }],
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
    { path: 'event.outcome', value: derived(['state'], ({ state }) => quoted(outcomeOf({ kind, state }))) },
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

function typesOf(kind: Kind): Derived | string {
  const { types } = CATEGORIES[kind];
  if (!ENDING_KINDS.includes(kind)) return JSON.stringify(types);
  const lists = new Map([NO_ENDING, ...ENDINGS.values()].map((end) => [end, JSON.stringify([...types, ...end.types])]));
  return derived(['state'], (row) => lists.get(endingOf(row)) ?? '');
}

/** The state keeps its word under our name; what ECS has a field for is there too. */
function stateFields(kind: Kind): Field[] {
  const ours: Field = { path: 'vedette.state', value: cell('text', 'state') };
  if (kind === 'dns')
    return [ours, { path: 'dns.response_code', value: derived(['state'], (row) => quoted(rcodeNameOf(row))) }];
  if (kind === 'http')
    return [
      ours,
      { path: 'http.response.status_code', value: derived(['state'], (row) => digitsOf(httpStatusOf(row))) },
    ];
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

function listedAddress(column: ColumnName): Derived {
  const { of, write } = addressIn(column);
  return derived(of, (row) => {
    const value = write(row);
    return value === '' ? '' : `[${value}]`;
  });
}

/** The object form of a geo_point, with the latitude first. */
function point(latitude: ColumnName, longitude: ColumnName): Append {
  return {
    of: [latitude, longitude],
    append(row, sink) {
      const [lat, lon] = [asNumber(row[latitude]), asNumber(row[longitude])];
      if (Number.isNaN(lat) || Number.isNaN(lon)) return;
      sink.ready(BEFORE_LAT);
      sink.number(lat);
      sink.ready(BEFORE_LON);
      sink.number(lon);
      sink.byte(CLOSE);
    },
  };
}

function endTime(): Append {
  const iso = new IsoWriter();
  return {
    of: ['ts', 'duration'],
    append(row, sink) {
      const end = endOf(row);
      if (Number.isNaN(end)) return;
      const began = sink.length;
      sink.byte(QUOTE);
      if (iso.append(end, sink)) sink.byte(QUOTE);
      else sink.length = began;
    },
  };
}
