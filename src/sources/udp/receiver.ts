import type { Peer } from './peer.ts';

/** Where a socket listens; port 0 lets the system choose one. `::` takes IPv4 too where the system can. */
export interface ListenAddress {
  /** An address, or a name that is looked up once. */
  readonly host: string;
  readonly port: number;
}

export interface ReceiverOptions {
  readonly listen: readonly ListenAddress[];
  /** Receive buffer to ask the system for, in bytes, for each socket. */
  readonly receiveBuffer?: number;
  /** Networks that may send (`192.0.2.0/24`, `2001:db8::/32`, single addresses); empty: everybody. */
  readonly networks?: readonly string[];
  /** Datagrams a second that one peer may send on average, with bursts of one second's worth; 0: no limit. */
  readonly rateLimit?: number;
  /** Peers kept at most; beyond it those that were not heard of for longest make room. */
  readonly maxPeers?: number;
  /** Microseconds since 1970. */
  readonly clock?: () => number;
}

/** One datagram. The object is reused, and so is the memory: what has to stay past the call is copied. */
export interface ReceivedDatagram {
  /** Holds the datagram at [start, end). */
  bytes: Uint8Array;
  /** Over the same memory: `view.getUint16(start)` is the first number of the datagram. */
  view: DataView;
  start: number;
  end: number;
  /** When it was taken from the socket, in microseconds since 1970; the datagrams of one system call share it. */
  receivedAt: number;
  peer: Peer;
  /** UDP port of the sender. */
  port: number;
  /** Index of the socket in {@link ReceiverOptions.listen}. */
  listener: number;
}

export type DatagramHandler = (datagram: ReceivedDatagram) => void;

export interface ListenerInfo {
  /** What it listens on: `192.0.2.1:2055`, `[::]:2055`, with the port that the system chose. */
  readonly listen: string;
  /** As it stands in the column `source`: `udp:2055`. */
  readonly name: string;
  readonly port: number;
  /**
   * Bytes of the receive buffer. `granted` is what the system says; Linux says twice what was asked when it granted
   * all of it, as it counts its own overhead. `complete`: all that was asked for was granted.
   */
  readonly receiveBuffer: { readonly asked: number; readonly granted: number; readonly complete: boolean };
  /** Why this socket does not receive, as one sentence; the others do. */
  readonly error?: string;
}

/**
 * What one socket did since it was opened. `datagrams` and `bytes` count everything that was taken from the socket; of
 * these, `truncated`, `refused`, `limited` and `overflowed` were not handed over.
 */
export interface SocketStats {
  readonly name: string;
  readonly datagrams: number;
  readonly bytes: number;
  /** Longer than what a slot holds. */
  readonly truncated: number;
  /** From an address that is not in the networks allowed to send. */
  readonly refused: number;
  /** Beyond the rate limit of their peer. */
  readonly limited: number;
  /** Found the queue between the socket and the reader full; always 0 where there is none. */
  readonly overflowed: number;
  /** Receive calls that failed. */
  readonly errors: number;
  /** Dropped by the system before they could be taken, the buffer being full; undefined where it does not tell. */
  readonly kernelDrops: number | undefined;
  /** Bytes of the receive buffer in use, in the measure of `receiveBuffer.granted`; undefined where it is not known. */
  readonly bufferUsed: number | undefined;
}

/** Takes datagrams from some UDP sockets. Inert when constructed. */
export interface Receiver {
  readonly mode: 'recvmmsg' | 'dgram';
  /** Opens every socket; one that cannot be opened says so in its {@link ListenerInfo} and does not stop the others. */
  open(): Promise<ListenerInfo[]>;
  /**
   * Takes what is there, a bounded number, and calls `handler` with each datagram that may pass. When there is nothing it
   * waits for at most `waitMs` milliseconds, blocking the thread where the result is no promise.
   * @returns the number of datagrams handed over.
   */
  poll(waitMs: number, handler: DatagramHandler): number | Promise<number>;
  /** In the order of {@link ReceiverOptions.listen}. */
  stats(): SocketStats[];
  /** Those who were allowed to send, as far as they are kept. */
  peers(): IterableIterator<Peer>;
  /** The last few who were not: what somebody looks for whose exporter does not appear. */
  refusedPeers(): IterableIterator<Peer>;
  close(): void;
}

/** Holds some 29,000 datagrams of 1,400 bytes as Linux counts them, when all of it is granted. */
export const RECEIVE_BUFFER = 32 * 2 ** 20;
