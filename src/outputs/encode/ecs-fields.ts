/** Types of the Elastic Common Schema that occur here. */
export type EcsType =
  | 'boolean'
  | 'constant_keyword'
  | 'date'
  | 'float'
  | 'geo_point'
  | 'ip'
  | 'keyword'
  | 'long'
  | 'nested'
  | 'object'
  | 'wildcard';

const BY_TYPE: Readonly<Record<EcsType, string>> = {
  boolean: 'tls.established tls.resumed',
  constant_keyword: 'data_stream.type data_stream.dataset data_stream.namespace',
  date: '@timestamp event.start event.end event.created',
  float: 'event.risk_score',
  geo_point: 'source.geo.location destination.geo.location',
  ip: `source.ip source.nat.ip destination.ip destination.nat.ip observer.ip related.ip
    threat.indicator.ip threat.enrichments.indicator.ip`,
  keyword: `agent.name agent.type agent.version
    destination.as.organization.name destination.domain destination.geo.city_name destination.geo.country_iso_code
    dns.id dns.question.name dns.question.type dns.response_code
    ecs.version event.category event.dataset event.id event.kind event.module event.outcome event.reason event.type
    file.hash.md5 file.hash.sha1 file.hash.sha256 file.mime_type file.name
    http.request.method http.request.referrer http.version
    network.community_id network.direction network.iana_number network.protocol network.transport network.type
    network.vlan.id observer.egress.interface.id observer.ingress.interface.id observer.name related.hosts related.user
    rule.name source.as.organization.name source.geo.city_name source.geo.country_iso_code tags
    threat.enrichments.indicator.confidence threat.enrichments.indicator.description threat.enrichments.indicator.name
    threat.enrichments.indicator.provider threat.enrichments.indicator.type threat.enrichments.matched.atomic
    threat.enrichments.matched.field threat.enrichments.matched.type
    threat.indicator.confidence threat.indicator.description threat.indicator.name threat.indicator.type
    tls.cipher tls.client.ja3 tls.client.server_name tls.curve tls.next_protocol tls.server.issuer tls.server.ja3s
    tls.server.subject tls.version url.domain url.query user.name user_agent.original`,
  long: `destination.as.number destination.bytes destination.nat.port destination.packets destination.port event.duration
    file.size http.request.body.bytes http.response.body.bytes http.response.status_code
    network.bytes network.packets source.as.number source.bytes source.nat.port source.packets source.port`,
  nested: 'threat.enrichments',
  object: 'threat.enrichments.indicator',
  wildcard: 'url.original url.path',
};

/**
 * Every field of the Elastic Common Schema that documents have, with its type: the same in versions 8.17 and 9.4.
 * What ECS has no field for is under `vedette.`, with the types of our columns.
 */
export const ECS_FIELDS: ReadonlyMap<string, EcsType> = new Map(
  (Object.entries(BY_TYPE) as [EcsType, string][]).flatMap(([type, names]) =>
    names.split(/\s+/).map((name): [string, EcsType] => [name, type]),
  ),
);

/** `ecs.version` by the major version of Elasticsearch: what the names were checked against. */
export const ECS_VERSIONS = { 8: '8.17.0', 9: '9.4.0' } as const;
export type EcsMajor = keyof typeof ECS_VERSIONS;
