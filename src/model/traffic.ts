import type { Anomaly, Baseline, Window } from './window.ts';

/** Packets and bytes of one kind. */
export interface Amount {
  readonly packets: number;
  readonly bytes: number;
}

/** What is in a capture as a whole. Times are seconds since 1970, null where no packet has one. */
export interface TrafficTotals {
  readonly packets: number;
  /** Bytes on the wire, and those that were captured of them. */
  readonly bytes: number;
  readonly captured_bytes: number;
  /** Packets of which the capture holds only the beginning. */
  readonly cut: number;
  readonly first: number | null;
  readonly last: number | null;
  /** Packets without a time: they count as having come with the one before. */
  readonly without_time: number;
  /** Packets from before the window in which they were read; they count in that one. */
  readonly late: number;
  /** By the name of the link layer. */
  readonly links: Readonly<Record<string, Amount>>;
  /** `ipv4`, `ipv6`, `arp`, or what else was found above the link layer. Bytes on the wire. */
  readonly networks: Readonly<Record<string, Amount>>;
  /** By IP protocol. Bytes on the wire. */
  readonly protocols: Readonly<Record<string, Amount>>;
  /** Packets with something wrong in their headers, by what it is. */
  readonly header_problems: Readonly<Record<string, number>>;
}

/** A distribution as far as a person asks for it; null without samples. Relative error of the quantiles: 1 %. */
export interface Spread {
  readonly samples: number;
  readonly median: number | null;
  readonly p95: number | null;
  readonly max: number | null;
}

/** Everything that was found out from connections that are over (or were open when the capture ended). */
export interface ConnectionTotals {
  readonly total: number;
  /** By Zeek's conn_state. */
  readonly states: Readonly<Record<string, number>>;
  /** Connections, and bytes of their IP packets, by service; `443/tcp` where the payload told nothing. */
  readonly services: Readonly<Record<string, { readonly connections: number; readonly bytes: number }>>;
  /** TCP segments with data, of these sent again or out of order, and bytes that were acknowledged but never captured. */
  readonly data_segments: number;
  readonly retransmitted: number;
  readonly reordered: number;
  readonly missed_bytes: number;
  /** Distinct bytes of TCP payload, which `missed_bytes` are missing from. */
  readonly tcp_payload_bytes: number;
  /** Milliseconds. Monitor to server and to client: handshakes only; round trips: of all data that was acknowledged. */
  readonly handshake_server: Spread;
  readonly handshake_client: Spread;
  readonly round_trip: Spread;
  /** Connections that had to leave early because there were too many at once. */
  readonly evicted: number;
}

/** One host, or two hosts that talked, `a` being the one that began more often. Bytes of IP packets. */
export interface HostAmount {
  readonly address: string;
  readonly sent_bytes: number;
  readonly received_bytes: number;
  readonly sent_packets: number;
  readonly received_packets: number;
  readonly connections: number;
}

export interface PairAmount {
  readonly src: string;
  readonly dst: string;
  /** The service with most bytes between them. */
  readonly service: string;
  readonly connections: number;
  readonly packets: number;
  readonly src_bytes: number;
  readonly dst_bytes: number;
  readonly data_segments: number;
  readonly retransmitted: number;
  readonly reordered: number;
  /** Smallest round trip of a handshake, milliseconds; null without one. */
  readonly rtt: number | null;
}

/** The course of a capture in at most 512 steps of equal length; what needs windows in steps of one or more of them. */
export interface Timeline {
  /** Seconds since 1970, and length of a step: a window, or half, a quarter... of one, or twice, four times... as long. */
  readonly start: number;
  readonly step: number;
  /** On the wire. */
  readonly bytes: readonly number[];
  readonly packets: readonly number[];
  /** Null when no packet belongs to a connection. */
  readonly windows: {
    readonly start: number;
    readonly step: number;
    readonly connections: readonly number[];
    /** Milliseconds, null where nothing was measured. */
    readonly rtt: readonly (number | null)[];
    readonly data_segments: readonly number[];
    readonly retransmitted: readonly number[];
  } | null;
}

/** What the analysis of captures answers when they are over. */
export interface TrafficResult {
  readonly totals: TrafficTotals;
  readonly connections: ConnectionTotals;
  /** Distinct hosts and pairs as far as they were counted, and the largest of them. `exact` is false when small ones were dropped. */
  readonly hosts: { readonly count: number; readonly exact: boolean; readonly top: readonly HostAmount[] };
  readonly pairs: {
    readonly count: number;
    readonly exact: boolean;
    readonly top: readonly PairAmount[];
    /** Those with most retransmissions. */
    readonly lossy: readonly PairAmount[];
  };
  readonly timeline: Timeline | null;
  /** Length of a window, seconds. */
  readonly window_seconds: number;
  /** The first ones, up to the limit; `window_count` counts all. */
  readonly windows: readonly Window[];
  readonly window_count: number;
  readonly baselines: readonly Baseline[];
  /** In the order of time, up to the limit; `anomaly_count` counts all, `hidden` those that an allow rule hides. */
  readonly anomalies: readonly Anomaly[];
  readonly anomaly_count: number;
  readonly hidden: number;
  /** What could not be used of the files, sentences for a person. */
  readonly problems: readonly string[];
}
