import { AllowList } from './allow-list.ts';
import type { Peer } from './peer.ts';
import { PeerTable } from './peer-table.ts';
import { takeToken } from './rate-limit.ts';
import type { SocketCounters } from './socket-counters.ts';

const MAX_PEERS = 65_536;
/** Refused senders that are remembered by name. */
const MAX_REFUSED = 64;

/** Who may pass: the list of networks first, then the rate limit of each peer. Everything refused is counted. */
export class Gate {
  readonly #allowed: AllowList;
  readonly #rate: number;
  readonly peers: PeerTable;
  readonly refused = new PeerTable(MAX_REFUSED);

  /** @throws RangeError for what is no network. */
  constructor(networks: readonly string[] = [], rateLimit = 0, maxPeers = MAX_PEERS) {
    this.#allowed = new AllowList(networks);
    this.#rate = rateLimit;
    this.peers = new PeerTable(maxPeers);
  }

  /**
   * @param w0 the 16 bytes of the address, IPv4 mapped, as four words in the byte order of the machine.
   * @param bytes length of the datagram.
   * @param now microseconds since 1970.
   * @returns the peer whose datagram may be handed over; undefined when it may not, which is counted then.
   */
  admit(
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    bytes: number,
    now: number,
    counters: SocketCounters,
  ): Peer | undefined {
    let peer = this.peers.find(w0, w1, w2, w3);
    if (!peer) {
      if (!this.#allowed.allows(w0, w1, w2, w3)) {
        counters.refused++;
        account(this.refused.find(w0, w1, w2, w3) ?? this.refused.add(w0, w1, w2, w3), bytes, now);
        return undefined;
      }
      peer = this.peers.add(w0, w1, w2, w3);
    }
    account(peer, bytes, now);
    if (this.#rate === 0 || takeToken(peer, this.#rate, now)) return peer;
    peer.limited++;
    counters.limited++;
    return undefined;
  }
}

function account(peer: Peer, bytes: number, now: number): void {
  if (peer.datagrams === 0) peer.firstSeen = now;
  peer.datagrams++;
  peer.bytes += bytes;
  peer.lastSeen = now;
}
