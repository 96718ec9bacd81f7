/** The flow protocols that are collected over UDP. `netflow5` covers version 7 too, whose records it shares. */
export type FlowProtocol = 'netflow5' | 'netflow9' | 'ipfix' | 'sflow';

/** Something wrong with an exporter that somebody should look at. Codes are stable: alerts and metrics name them. */
export interface ExporterCondition {
  /** `silent`: nothing for longer than usual. `losing`: datagrams lost on the way. `clock`: its clock is off. `no-template`: data that cannot be read. `limited`: over its rate limit. `malformed`: sends what is no flow export. */
  readonly code: 'silent' | 'losing' | 'clock' | 'no-template' | 'limited' | 'malformed';
  /** Microseconds since 1970. */
  readonly since: number;
  /** One sentence for a person. */
  readonly text: string;
}

/** What is counted for each exporter since the process started (or since it was first seen). */
export interface ExporterCounts {
  readonly datagrams: number;
  readonly bytes: number;
  /** Flow records that became events, a bidirectional one counted once. */
  readonly flows: number;
  /** Options records and sFlow counter samples. */
  readonly options: number;
  readonly counter_samples: number;
  /** Lost on the way, by sequence number: datagrams (NetFlow v9, sFlow) or flow records (v5, v7, IPFIX). */
  readonly lost: number;
  readonly reordered: number;
  readonly duplicates: number;
  /** How often its sequence began anew. */
  readonly restarts: number;
  /** Datagrams that could not be read, or not to their end. */
  readonly malformed: number;
  /** Data sets that were given up because their template did not come. */
  readonly without_template: number;
  /** Datagrams refused by the rate limit, before decoding. */
  readonly limited: number;
}

export interface TemplateReport {
  readonly protocol: FlowProtocol;
  /** Source id (NetFlow v9) or observation domain id (IPFIX). */
  readonly domain: number;
  readonly id: number;
  readonly kind: 'data' | 'options';
  /** Names of the fields in order: `sourceIPv4Address`, or `enterprise/number` for one that is not known. */
  readonly fields: readonly string[];
  /** Bytes of a record, null where its length varies. */
  readonly record_bytes: number | null;
  /** Microseconds since 1970. */
  readonly first_seen: number;
  readonly last_seen: number;
  readonly records: number;
}

export interface SamplingReport {
  readonly protocol: FlowProtocol;
  readonly domain: number;
  /** Sampler or selector id; null for the whole domain. */
  readonly selector: number | null;
  /** One packet in this many. */
  readonly rate: number;
  readonly from: 'header' | 'options' | 'record' | 'configured';
  readonly last_seen: number;
}

/** Interface counters as sFlow generic counters give them; null where the agent says "not known". */
export interface InterfaceCounters {
  /** Microseconds since 1970. */
  readonly at: number;
  readonly speed: number | null;
  readonly up: boolean | null;
  readonly in_octets: number | null;
  readonly out_octets: number | null;
  readonly in_packets: number | null;
  readonly out_packets: number | null;
  readonly in_errors: number | null;
  readonly out_errors: number | null;
  readonly in_discards: number | null;
  readonly out_discards: number | null;
}

export interface InterfaceReport {
  readonly index: number;
  readonly name: string;
  readonly description: string;
  /** Where the name is from; empty when it has none. */
  readonly named_by: 'options' | 'configured' | '';
  readonly counters: InterfaceCounters | null;
  /** Bits a second between the last two counter samples. */
  readonly in_bps: number | null;
  readonly out_bps: number | null;
}

/** Everything known about one exporter, as the API shows it. Times are microseconds since 1970. */
export interface ExporterReport {
  /** Its address: the sender's (NetFlow, IPFIX) or the agent's as the datagram says (sFlow). */
  readonly address: string;
  /** As configured, else the address. */
  readonly name: string;
  readonly protocols: readonly FlowProtocol[];
  readonly first_seen: number;
  readonly last_seen: number;
  readonly counts: ExporterCounts;
  /** Receive time minus the exporter's own time, in seconds, smoothed; null when it gave no time yet. */
  readonly clock_skew: number | null;
  readonly templates: readonly TemplateReport[];
  readonly sampling: readonly SamplingReport[];
  readonly interfaces: readonly InterfaceReport[];
}

/** What has to outlive a restart: enough to decode the first datagram after it. Made and read by the decoders only. */
export interface ExporterMemory {
  readonly address: string;
  readonly version: 1;
  /** By protocol, in the form of that protocol's decoder: plain JSON. */
  readonly protocols: Readonly<Partial<Record<FlowProtocol, unknown>>>;
  readonly interfaces: readonly { readonly index: number; readonly name: string; readonly description: string }[];
}
