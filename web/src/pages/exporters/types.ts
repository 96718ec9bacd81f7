/** Shapes of the answers of /v1/exporters and /v1/collector. Times are ISO 8601 in UTC. */

export interface Condition {
  code: string;
  since: string;
  text: string;
}

export type CountName =
  | 'datagrams'
  | 'bytes'
  | 'flows'
  | 'options'
  | 'counter_samples'
  | 'lost'
  | 'reordered'
  | 'duplicates'
  | 'restarts'
  | 'malformed'
  | 'without_template'
  | 'limited';

interface ExporterBase {
  address: string;
  name: string;
  protocols: string[];
  first_seen: string;
  last_seen: string;
  datagrams_per_second: number;
  flows_per_second: number;
  loss_percent: number | null;
  clock_skew: number | null;
  counts: Record<CountName, number>;
  conditions: Condition[];
}

export interface ExporterSummary extends ExporterBase {
  templates: number;
  sampling: number[];
  interfaces: number;
}

export interface ExporterList {
  items: ExporterSummary[];
  total: number;
}

export interface Template {
  protocol: string;
  domain: number;
  id: number;
  kind: 'data' | 'options';
  fields: string[];
  record_bytes: number | null;
  first_seen: string;
  last_seen: string;
  records: number;
}

export interface Sampling {
  protocol: string;
  domain: number;
  selector: number | null;
  rate: number;
  from: 'header' | 'options' | 'record' | 'configured';
  last_seen: string;
}

export interface InterfaceCounters {
  at: string;
  speed: number | null;
  up: boolean | null;
  in_errors: number | null;
  out_errors: number | null;
  in_discards: number | null;
  out_discards: number | null;
}

export interface ExporterInterface {
  index: number;
  name: string;
  description: string;
  named_by: 'options' | 'configured' | '';
  counters: InterfaceCounters | null;
  in_bps: number | null;
  out_bps: number | null;
}

export interface ExporterDetail extends ExporterBase {
  templates: Template[];
  sampling: Sampling[];
  interfaces: ExporterInterface[];
}

export interface Listener {
  address: string;
  error: string | null;
  asked_buffer: number;
  granted_buffer: number;
  buffer_complete: boolean;
  datagrams: number;
  bytes: number;
  kernel_drops: number | null;
  refused: number;
  limited: number;
  queue_drops: number;
}

export interface Collector {
  listeners: Listener[];
}
