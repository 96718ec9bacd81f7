/** Why a connection is reported. `poll`: it is still open at one of the poll times; it will be reported again. */
export type ReportReason = 'closed' | 'expired' | 'evicted' | 'poll' | 'end';

/** One direction of a connection. */
export interface Side {
  /** Address as text, port (type or code of ICMP). */
  readonly address: string;
  readonly port: number;
  readonly packets: number;
  /** Bytes of the IP packets. */
  readonly ipBytes: number;
  /** Bytes of payload: distinct sequence space in TCP, so without retransmissions; sums otherwise. */
  readonly payloadBytes: number;
  /** TCP flags seen, as their union. */
  readonly flags: number;
  readonly dataSegments: number;
  readonly retransmitted: number;
  readonly reordered: number;
  /** Holes acknowledged by the other side but never seen: lost before the monitor, bytes. */
  readonly missedBytes: number;
  readonly duplicateAcks: number;
  readonly zeroWindows: number;
  /** Segment to its acknowledgement, by RFC 6298 with Karn's rule: samples, and seconds. NaN when there is none. */
  readonly rttSamples: number;
  readonly rttMin: number;
  readonly rttMean: number;
  readonly rttMax: number;
  readonly srtt: number;
}

/** What the payload told, as far as it was understood. Empty strings and NaN where it did not. */
export interface Application {
  /** `dns`, `ssl`, `http`, `ssh`... under Zeek's names; empty when not recognised. */
  readonly service: string;
  /** DNS query name, TLS server name, HTTP host. */
  readonly domain: string;
  /** What else was understood, under Zeek's names where it has one: `version`, `ja3`, `ja4`, `method`, `uri`... */
  readonly attrs: Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;
}

/** A connection as it is reported. The object is reused and reads the table: what has to stay is copied. */
export interface Connection {
  /** Unique within a run, increasing. */
  readonly id: number;
  /** Microseconds since 1970 of the first and the last packet. */
  readonly start: number;
  readonly end: number;
  readonly family: number;
  readonly proto: number;
  /**
   * The addresses as numbers, for those who need no text: at `words[addresses]` four words of the originator's, then four
   * of the responder's, in network order; an IPv4 address takes the first and leaves zeros.
   */
  readonly words: Int32Array;
  readonly addresses: number;
  /** The side that began it. */
  readonly orig: Side;
  readonly resp: Side;
  /** As in Zeek's conn.log: S0, S1, SF, REJ, RSTO... and its letters of history. */
  readonly state: string;
  readonly history: string;
  /** Handshake, seconds: SYN to SYN/ACK (monitor to server), SYN/ACK to ACK (client to monitor); NaN when not seen clean. */
  readonly handshakeServer: number;
  readonly handshakeClient: number;
  readonly vlan: number;
  readonly tunnels: number;
  readonly tunnelId: number;
  /** Community ID v1. */
  readonly communityId: string;
  readonly application: Application;
}

/** Looks into payload. Called for the first bytes of each direction only, in order where the capture has them in order. */
export interface Inspector {
  /**
   * @param slot place of the connection in the table; reused after {@link close}.
   * @param fromOrig whether the originator sent it.
   * @returns false when this direction need not be shown any more.
   */
  payload(
    slot: number,
    proto: number,
    port: number,
    fromOrig: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    time: number,
  ): boolean;
  application(slot: number): Application;
  close(slot: number): void;
}
