import { DIRECTIONS, FLOW_DIRECTIONS, KINDS, SCOPES } from './kinds.ts';

/**
 * The one list of columns. The table DDL, the Native block layout, the filter language, the OpenAPI schema, the field
 * names of ECS, CIM and OCSF and `docs/fields.md` are all derived from it: a column is added here and nowhere else.
 *
 * - `name`: the column in the store; `path`: what people write in filters and read in answers.
 * - `type`: the physical column, see {@link ColumnType}.
 * - `codec`: compression in the store, chosen by measurement (docs/decisions/003-columns.md).
 */

/**
 * | type | in a batch | in the store |
 * |---|---|---|
 * | `id` | first id of the batch, one more per row | UInt64 |
 * | `time` | Float64Array, microseconds since 1970 (exact to the year 2255) | DateTime64(6, 'UTC') |
 * | `u8` `u16` `u32` | typed array | UInt8, UInt16, UInt32 |
 * | `u64` | Float64Array of whole numbers up to 2^53 | UInt64 |
 * | `f32` `f64` | typed array, NaN is "not known" | Float32, Float64 |
 * | `ip` | 16 bytes a row, IPv4 mapped (::ffff:a.b.c.d), all zero is "none"; plus the IPv4 number | IPv6 |
 * | `enum` | Uint8Array of codes | Enum8 |
 * | `dict` | Uint32Array of dictionary codes, 0 is the empty string | LowCardinality(String) |
 * | `set` | as `dict`; the string is a sorted, comma separated set | LowCardinality(String) |
 * | `text` | bytes and offsets | String |
 * | `json` | bytes and offsets of one JSON object or array, empty is "none" | String |
 */
export type ColumnType =
  | 'id'
  | 'time'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64'
  | 'f32'
  | 'f64'
  | 'ip'
  | 'enum'
  | 'dict'
  | 'set'
  | 'text'
  | 'json';

export interface Column {
  readonly name: string;
  readonly path: string;
  readonly type: ColumnType;
  /** Words and codes of an `enum`. */
  readonly values?: Readonly<Record<string, number>>;
  readonly codec: string;
  readonly doc: string;
  readonly unit?: string;
  /** Other spellings accepted in filters. */
  readonly aliases?: readonly string[];
  readonly ecs?: string;
  readonly cim?: string;
  readonly ocsf?: string;
}

const COUNTER = 'T64, ZSTD(1)';
const TIME = 'Delta, ZSTD(1)';
const PLAIN = 'ZSTD(1)';

// biome-ignore format: one row a column, read as a table
export const COLUMNS = [
  { name: 'id', path: 'id', type: 'id', codec: TIME, doc: 'Identity: 64 bits, increasing with commit order; a string in JSON.', ecs: 'event.id', ocsf: 'metadata.uid' },
  { name: 'ts', path: 'ts', type: 'time', codec: TIME, doc: 'When it began (the start of a flow or connection).', aliases: ['time', '@timestamp'], ecs: '@timestamp', cim: '_time', ocsf: 'time' },
  { name: 'received', path: 'received', type: 'time', codec: TIME, doc: 'When Vedette received it; retention counts from here.', ecs: 'event.created', ocsf: 'metadata.logged_time' },
  { name: 'kind', path: 'kind', type: 'enum', values: KINDS, codec: PLAIN, doc: 'What it is: flow, conn, dns, tls, http, honeypot, packet, notice, weird, file.', ecs: 'event.dataset', ocsf: 'metadata.log_name' },
  { name: 'source', path: 'source', type: 'dict', codec: PLAIN, doc: 'The door it came through, or the collector_id that the sender gave.', ecs: 'agent.name', cim: 'source', ocsf: 'metadata.log_provider' },
  { name: 'exporter', path: 'exporter', type: 'dict', codec: PLAIN, doc: 'The device that observed it: exporter address, Zeek node, sensor name.', aliases: ['sensor'], ecs: 'observer.name', cim: 'dvc', ocsf: 'device.name' },
  { name: 'src_ip', path: 'src.ip', type: 'ip', codec: PLAIN, doc: 'Address of the initiator (Zeek: originator).', aliases: ['src'], ecs: 'source.ip', cim: 'src_ip', ocsf: 'src_endpoint.ip' },
  { name: 'dst_ip', path: 'dst.ip', type: 'ip', codec: PLAIN, doc: 'Address of the responder.', aliases: ['dst'], ecs: 'destination.ip', cim: 'dest_ip', ocsf: 'dst_endpoint.ip' },
  { name: 'src_port', path: 'src.port', type: 'u16', codec: PLAIN, doc: 'Port of the initiator; ICMP type where the protocol is ICMP.', aliases: ['sport'], ecs: 'source.port', cim: 'src_port', ocsf: 'src_endpoint.port' },
  { name: 'dst_port', path: 'dst.port', type: 'u16', codec: PLAIN, doc: 'Port of the responder; ICMP code where the protocol is ICMP.', aliases: ['dport'], ecs: 'destination.port', cim: 'dest_port', ocsf: 'dst_endpoint.port' },
  { name: 'proto', path: 'proto', type: 'u8', codec: PLAIN, doc: 'IP protocol: a number, or a name such as tcp, udp, icmp.', aliases: ['protocol'], ecs: 'network.transport', cim: 'transport', ocsf: 'connection_info.protocol_num' },
  { name: 'bytes', path: 'bytes', type: 'u64', codec: COUNTER, unit: 'bytes', doc: 'Bytes both ways, corrected for sampling.', ecs: 'network.bytes', cim: 'bytes', ocsf: 'traffic.bytes' },
  { name: 'packets', path: 'packets', type: 'u64', codec: COUNTER, unit: 'packets', doc: 'Packets both ways, corrected for sampling.', ecs: 'network.packets', cim: 'packets', ocsf: 'traffic.packets' },
  { name: 'src_bytes', path: 'src.bytes', type: 'u64', codec: COUNTER, unit: 'bytes', doc: 'Bytes sent by the initiator.', aliases: ['bytes_out'], ecs: 'source.bytes', cim: 'bytes_out', ocsf: 'traffic.bytes_out' },
  { name: 'dst_bytes', path: 'dst.bytes', type: 'u64', codec: COUNTER, unit: 'bytes', doc: 'Bytes sent by the responder.', aliases: ['bytes_in'], ecs: 'destination.bytes', cim: 'bytes_in', ocsf: 'traffic.bytes_in' },
  { name: 'src_packets', path: 'src.packets', type: 'u64', codec: COUNTER, unit: 'packets', doc: 'Packets sent by the initiator.', ecs: 'source.packets', cim: 'packets_out', ocsf: 'traffic.packets_out' },
  { name: 'dst_packets', path: 'dst.packets', type: 'u64', codec: COUNTER, unit: 'packets', doc: 'Packets sent by the responder.', ecs: 'destination.packets', cim: 'packets_in', ocsf: 'traffic.packets_in' },
  { name: 'duration', path: 'duration', type: 'f64', codec: PLAIN, unit: 'seconds', doc: 'From the first to the last packet.', ecs: 'event.duration', cim: 'duration', ocsf: 'traffic.timespan.duration' },
  { name: 'tcp_flags', path: 'tcp.flags', type: 'u8', codec: PLAIN, doc: 'Union of the TCP flags seen, as the byte of the header.', cim: 'tcp_flag', ocsf: 'connection_info.tcp_flags' },
  { name: 'direction', path: 'direction', type: 'enum', values: DIRECTIONS, codec: PLAIN, doc: 'Seen from the home networks: inbound, outbound, internal, external.', ecs: 'network.direction', cim: 'direction', ocsf: 'connection_info.direction_id' },
  { name: 'app', path: 'app', type: 'dict', codec: PLAIN, doc: 'Application or service as the sensor named it (Zeek: service).', aliases: ['service'], ecs: 'network.protocol', cim: 'app', ocsf: 'app_name' },
  { name: 'state', path: 'state', type: 'dict', codec: PLAIN, doc: 'How it ended: Zeek conn_state, flow end reason, DNS response code, HTTP status.', aliases: ['conn_state'], ocsf: 'status_code' },
  { name: 'domain', path: 'domain', type: 'text', codec: PLAIN, doc: 'The name asked for: DNS query, TLS server name, HTTP host.', aliases: ['query', 'host', 'sni'], ecs: 'destination.domain', cim: 'query', ocsf: 'dst_endpoint.hostname' },
  { name: 'user', path: 'user', type: 'dict', codec: PLAIN, doc: 'User of the source address, where a directory knows it.', ecs: 'user.name', cim: 'user', ocsf: 'src_endpoint.owner.name' },
  { name: 'uid', path: 'uid', type: 'text', codec: PLAIN, doc: 'Identity given by the sensor (Zeek uid), the same in all its logs.', cim: 'session_id', ocsf: 'connection_info.uid' },
  { name: 'src_scope', path: 'src.scope', type: 'enum', values: SCOPES, codec: PLAIN, doc: 'What kind of address the source is: global, private, loopback, multicast...' },
  { name: 'dst_scope', path: 'dst.scope', type: 'enum', values: SCOPES, codec: PLAIN, doc: 'What kind of address the destination is.' },
  { name: 'src_country', path: 'src.country', type: 'dict', codec: PLAIN, doc: 'Country of the source, ISO 3166-1 alpha-2.', ecs: 'source.geo.country_iso_code', cim: 'src_country', ocsf: 'src_endpoint.location.country' },
  { name: 'dst_country', path: 'dst.country', type: 'dict', codec: PLAIN, doc: 'Country of the destination, ISO 3166-1 alpha-2.', ecs: 'destination.geo.country_iso_code', cim: 'dest_country', ocsf: 'dst_endpoint.location.country' },
  { name: 'src_city', path: 'src.city', type: 'dict', codec: PLAIN, doc: 'City of the source.', ecs: 'source.geo.city_name', ocsf: 'src_endpoint.location.city' },
  { name: 'dst_city', path: 'dst.city', type: 'dict', codec: PLAIN, doc: 'City of the destination.', ecs: 'destination.geo.city_name', ocsf: 'dst_endpoint.location.city' },
  { name: 'src_lat', path: 'src.lat', type: 'f32', codec: PLAIN, unit: 'degrees', doc: 'Latitude of the source.', ocsf: 'src_endpoint.location.lat', ecs: 'source.geo.location' },
  { name: 'src_lon', path: 'src.lon', type: 'f32', codec: PLAIN, unit: 'degrees', doc: 'Longitude of the source.', ocsf: 'src_endpoint.location.long', ecs: 'source.geo.location' },
  { name: 'dst_lat', path: 'dst.lat', type: 'f32', codec: PLAIN, unit: 'degrees', doc: 'Latitude of the destination.', ocsf: 'dst_endpoint.location.lat', ecs: 'destination.geo.location' },
  { name: 'dst_lon', path: 'dst.lon', type: 'f32', codec: PLAIN, unit: 'degrees', doc: 'Longitude of the destination.', ocsf: 'dst_endpoint.location.long', ecs: 'destination.geo.location' },
  { name: 'src_asn', path: 'src.asn', type: 'u32', codec: PLAIN, doc: 'Autonomous system of the source; 0 is none.', ecs: 'source.as.number', cim: 'src_asn', ocsf: 'src_endpoint.autonomous_system.number' },
  { name: 'dst_asn', path: 'dst.asn', type: 'u32', codec: PLAIN, doc: 'Autonomous system of the destination; 0 is none.', ecs: 'destination.as.number', cim: 'dest_asn', ocsf: 'dst_endpoint.autonomous_system.number' },
  { name: 'src_org', path: 'src.org', type: 'dict', codec: PLAIN, doc: "Name of the source's autonomous system.", ecs: 'source.as.organization.name', ocsf: 'src_endpoint.autonomous_system.name' },
  { name: 'dst_org', path: 'dst.org', type: 'dict', codec: PLAIN, doc: "Name of the destination's autonomous system.", ecs: 'destination.as.organization.name', ocsf: 'dst_endpoint.autonomous_system.name' },
  { name: 'threat_count', path: 'threat.count', type: 'u8', codec: PLAIN, doc: 'Indicators matched, at most 255.', aliases: ['threats'] },
  { name: 'threat_indicator', path: 'threat.indicator', type: 'text', codec: PLAIN, doc: 'The most confident, then most specific, indicator matched.', ecs: 'threat.indicator.name', cim: 'threat_match_value' },
  { name: 'threat_category', path: 'threat.category', type: 'dict', codec: PLAIN, doc: 'Category of that indicator, such as c2, scanner, malware.', cim: 'threat_category', ecs: 'threat.indicator.description' },
  { name: 'threat_confidence', path: 'threat.confidence', type: 'u8', codec: PLAIN, unit: 'percent', doc: 'Confidence of that indicator, 0 to 100.', ecs: 'threat.indicator.confidence' },
  { name: 'threat_matches', path: 'threat.matches', type: 'json', codec: PLAIN, doc: 'All matches: [{indicator, category, confidence, source, field}].', ecs: 'threat.enrichments', ocsf: 'osint' },
  { name: 'risk', path: 'risk', type: 'u8', codec: PLAIN, doc: 'Risk score, 0 to 100: the sum of the points of its reasons, capped.', aliases: ['risk_score'], ecs: 'event.risk_score', cim: 'risk_score', ocsf: 'risk_score' },
  { name: 'risk_reasons', path: 'risk.reasons', type: 'dict', codec: PLAIN, doc: 'Why: code:points pairs, as intel.c2:60,port.remote:10.', ecs: 'event.reason' },
  { name: 'tags', path: 'tags', type: 'set', codec: PLAIN, doc: 'Labels of the sender, of sources and of rules.', ecs: 'tags', cim: 'tag', ocsf: 'metadata.labels' },
  { name: 'vlan', path: 'vlan', type: 'u16', codec: PLAIN, doc: 'VLAN id; 0 is none.', ecs: 'network.vlan.id', cim: 'vlan', ocsf: 'src_endpoint.vlan_uid' },
  { name: 'input_if', path: 'input.if', type: 'u32', codec: PLAIN, doc: 'Index of the interface it came in by.', ecs: 'observer.ingress.interface.id', cim: 'src_interface' },
  { name: 'output_if', path: 'output.if', type: 'u32', codec: PLAIN, doc: 'Index of the interface it went out by.', ecs: 'observer.egress.interface.id', cim: 'dest_interface' },
  { name: 'tos', path: 'tos', type: 'u8', codec: PLAIN, doc: 'Type of service or traffic class byte.' },
  { name: 'sampling', path: 'sampling', type: 'u32', codec: PLAIN, doc: 'Sampling rate already applied to bytes and packets; 0 or 1 is none. Bytes divided by it are what the sender counted.' },
  { name: 'flow_direction', path: 'flow.direction', type: 'enum', values: FLOW_DIRECTIONS, codec: PLAIN, doc: 'Where the exporter observed the flow: ingress or egress. Both, where it exports both, count a packet twice.' },
  { name: 'next_hop', path: 'next_hop', type: 'ip', codec: PLAIN, doc: 'Address of the next router, as the exporter chose it.' },
  { name: 'src_mask', path: 'src.mask', type: 'u8', codec: PLAIN, doc: "Prefix length of the source in the exporter's routing table." },
  { name: 'dst_mask', path: 'dst.mask', type: 'u8', codec: PLAIN, doc: "Prefix length of the destination in the exporter's routing table." },
  { name: 'src_bgp_asn', path: 'src.bgp_asn', type: 'u32', codec: PLAIN, doc: "AS of the source in the exporter's routing table: origin or peer, as it is configured there; 0 is none." },
  { name: 'dst_bgp_asn', path: 'dst.bgp_asn', type: 'u32', codec: PLAIN, doc: "AS of the destination in the exporter's routing table; 0 is none." },
  { name: 'src_nat_ip', path: 'src.nat.ip', type: 'ip', codec: PLAIN, doc: 'Address of the source after translation (NAT).', ecs: 'source.nat.ip', cim: 'src_translated_ip' },
  { name: 'dst_nat_ip', path: 'dst.nat.ip', type: 'ip', codec: PLAIN, doc: 'Address of the destination after translation (NAT).', ecs: 'destination.nat.ip', cim: 'dest_translated_ip' },
  { name: 'src_nat_port', path: 'src.nat.port', type: 'u16', codec: PLAIN, doc: 'Port of the source after translation (NAT).', ecs: 'source.nat.port', cim: 'src_translated_port' },
  { name: 'dst_nat_port', path: 'dst.nat.port', type: 'u16', codec: PLAIN, doc: 'Port of the destination after translation (NAT).', ecs: 'destination.nat.port', cim: 'dest_translated_port' },
  { name: 'attrs', path: 'attrs', type: 'json', codec: 'ZSTD(3)', doc: 'Everything that only one kind has, by the name its sensor gave it.' },
] as const satisfies readonly Column[];

export type ColumnName = (typeof COLUMNS)[number]['name'];

const byName = new Map<string, Column>(COLUMNS.map((column) => [column.name, column]));
const byPath = new Map<string, Column>();
for (const column of COLUMNS as readonly Column[]) {
  byPath.set(column.path, column);
  byPath.set(column.name, column);
  for (const alias of column.aliases ?? []) byPath.set(alias, column);
}

/** The column stored under this name. @throws RangeError for a name that is not in the list: a fault of ours. */
export function columnNamed(name: string): Column {
  const column = byName.get(name);
  if (!column) throw new RangeError(`no column is named ${name}`);
  return column;
}

/** The column that a person means by `path`: its path, its stored name or one of its aliases. */
export function columnAt(path: string): Column | undefined {
  return byPath.get(path);
}

/** Every spelling that {@link columnAt} knows, for suggestions and completion. */
export function columnSpellings(): string[] {
  return [...byPath.keys()];
}
