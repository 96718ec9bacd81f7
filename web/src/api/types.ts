/** Shapes of the answers of /v1, as far as the dashboard reads them. Times are ISO 8601 in UTC. */

export interface Geo {
  country: string;
  city: string;
  lat: number | null;
  lon: number | null;
}

export interface Asn {
  asn: number;
  org: string;
}

export interface Reason {
  code: string;
  points: number;
  reason: string;
}

export interface ThreatMatch {
  indicator: string;
  category: string;
  confidence: number;
  source: string;
  field?: string;
}

/** An enriched event. Keys beyond these are kept as they come and shown in the drawer. */
export interface VedetteEvent {
  id: string;
  ts: string;
  kind?: string;
  source?: string;
  exporter?: string;
  src_ip: string;
  dst_ip: string;
  src_port: number;
  dst_port: number;
  proto: string;
  bytes: number;
  packets: number;
  domain?: string;
  src_geo: Geo | null;
  dst_geo: Geo | null;
  src_asn: Asn | null;
  dst_asn: Asn | null;
  ti_matches: ThreatMatch[];
  risk_score: number;
  risk_reasons: Reason[];
  tags: string[];
  [key: string]: unknown;
}

export interface Range {
  from: string;
  to: string;
}

export interface EventPage {
  items: VedetteEvent[];
  next_cursor: string | null;
  range: Range;
  took_ms: number;
}

export type Measure = 'events' | 'bytes' | 'packets' | 'risk';

export interface TopItem {
  value: string | number | null;
  label?: string;
  events: number;
  bytes: number;
  packets: number;
  risk: number;
}

export interface Top {
  field: string;
  by: Measure;
  items: TopItem[];
  distinct: number;
  total: { events: number; bytes: number; packets: number };
  other: { events: number; bytes: number; packets: number };
  range: Range;
  took_ms: number;
}

export interface Series {
  key: string;
  other: boolean;
  /** Time of the bucket, then one number per measure. Buckets without data are absent. */
  points: [string, ...number[]][];
}

export interface Timeseries {
  bucket_seconds: number;
  range: Range;
  series: Series[];
  measures: string[];
  took_ms: number;
}

export interface Kpi {
  value: number | null;
  previous: number | null;
  spark: number[] | null;
}

export interface Overview {
  range: Range;
  previous: Range | null;
  kpis: Partial<
    Record<'events' | 'sources' | 'batches' | 'threats' | 'risk_avg' | 'high_risk' | 'lag_seconds' | 'bytes', Kpi>
  >;
  newest: string | null;
  oldest: string | null;
  took_ms: number;
}

export interface FieldInfo {
  path: string;
  name: string;
  type: string;
  unit?: string;
  doc: string;
  aliases?: string[];
  values?: string[];
}

export interface Fields {
  fields: FieldInfo[];
  operators: (string | { name?: string; operator?: string; doc?: string })[];
  grammar: string;
}

export interface Lookup {
  query: string;
  type: 'ip' | 'domain';
  scope?: string;
  geo: Geo | null;
  asn: Asn | null;
  threats: ThreatMatch[];
  risk: { score: number; reasons: Reason[] };
  attribution?: string[];
}

export interface LookupList {
  results: (Lookup | { query: string; error: string })[];
}

export interface ComponentHealth {
  name: string;
  state: string;
  detail?: string;
  figures?: Record<string, number | string | null>;
}

export interface Health {
  status: string;
  service: string;
  version: string;
  timestamp: string;
  mode?: string;
  database?: string;
  uptime_seconds?: number;
  components?: ComponentHealth[];
}

export interface Version {
  service: string;
  version: string;
  git_sha: string | null;
  image: string | null;
  image_tag: string | null;
}

export interface UpdateCheck {
  enabled: boolean;
  current: string | null;
  latest: string | null;
  update_available: boolean;
  status?: string;
  reason?: string;
  checked_at?: string;
}

export interface GeoSource {
  covers: string;
  name: string;
  attribution: string;
  builtAt?: string | null;
  built_at?: string | null;
  ranges?: number;
}

export interface SystemInfo {
  version: string;
  node: string | number;
  pid: number;
  memory: { rss: number; heap: number };
  uptime_seconds: number;
  store: {
    events: number;
    bytes_on_disk: number;
    oldest: string | null;
    newest: string | null;
    dead_letters: number;
    spooled_rows: number;
    spooled_bytes: number;
  };
  matcher: { addresses: number; networks: number; domains: number };
  geo: GeoSource[];
  settings?: { name: string; value: unknown; source: string }[];
}

export interface DeadLetter {
  id: string;
  at: string;
  source: string;
  encoding: string;
  peer: string;
  reason: string;
  detail: string;
  size: number;
  bytes_preview: string;
  text?: string;
  bytes?: string;
}

export interface DeadLetters {
  items: DeadLetter[];
  next: string | null;
  total: number;
}

export interface Who {
  name: string;
  scopes: string[];
  tier?: string;
  expires_at?: string | null;
}
