import type { Connection, Inspector, ReportReason } from '../connection.ts';
import type { TableObservation } from './table-observation.ts';

/** Seconds without a packet after which a connection is over. */
export interface ConnectionTimeouts {
  /** TCP of which both sides were seen. */
  readonly established: number;
  /** UDP, ICMP and others, and TCP that was never answered. */
  readonly short: number;
  /** TCP after both FINs or a RST: what comes late still belongs to it. */
  readonly closed: number;
  /** A SYN with another sequence number on an open connection this long without a packet begins a new one. */
  readonly reuse: number;
}

/**
 * Makes the Community ID of a flow. `src` and `dst` are where the addresses lie in `bytes`, `length` bytes each; ports are
 * type and code of ICMP.
 */
export type CommunityId = (
  proto: number,
  bytes: Uint8Array,
  src: number,
  dst: number,
  length: number,
  srcPort: number,
  dstPort: number,
) => string;

export interface ConnectionTableOptions {
  /** Called for every connection when it leaves, and while it is open at each of the poll times. */
  readonly onConnection?: (connection: Connection, why: ReportReason) => void;
  /** Called for what has to leave before the next {@link ConnectionTable.observe}; without it, that is lost and counted. */
  readonly onObservation?: (observation: TableObservation) => void;
  readonly inspector?: Inspector;
  /** Community ID of a connection, asked for when somebody reads it; empty when absent. */
  readonly communityId?: CommunityId;
  /** Names the event behind observations of the connection with this id, for evidence; empty when absent. */
  readonly eventOf?: (id: number) => string;
  /** Connections at most, those waiting to be observed included; 456 bytes each. */
  readonly limit?: number;
  /** Segments in flight, holes and round trip samples at most, of all connections; 21 bytes each. */
  readonly nodes?: number;
  readonly timeouts?: Partial<ConnectionTimeouts>;
  /** Seconds after which a connection that is still open is reported, increasing; at most 14. */
  readonly polls?: readonly number[];
  /** Whether the same addresses and ports in two VLANs are two connections. */
  readonly separateVlans?: boolean;
  /** False leaves addresses in observations to those who read their numbers: their text stays empty. */
  readonly named?: boolean;
  /** False when nobody calls {@link ConnectionTable.observe}: nothing is kept for it then. */
  readonly observed?: boolean;
  /** Payload bytes of each direction of a TCP connection that the inspector may see. */
  readonly inspectedBytes?: number;
}

export const DEFAULT_TIMEOUTS: ConnectionTimeouts = { established: 300, short: 60, closed: 5, reuse: 60 };
export const DEFAULT_LIMIT = 1_000_000;
export const DEFAULT_NODES = 1 << 20;
export const DEFAULT_INSPECTED_BYTES = 16_384;

/** 10 and 30 minutes, 1, 4, 8, 12 and 24 hours, 3 days. */
export const DEFAULT_POLLS: readonly number[] = [600, 1800, 3600, 14_400, 28_800, 43_200, 86_400, 259_200];
export const MAX_POLLS = 14;
