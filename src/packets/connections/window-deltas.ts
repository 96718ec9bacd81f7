import type { Inspector } from '../connection.ts';
import type { AddressNames } from './address-names.ts';
import { stateOf } from './connection-view.ts';
import { NONE, type NodePool } from './node-pool.ts';
import { FAMILY_SHIFT } from './packet-key.ts';
import {
  BITS,
  CONN_BITS,
  DATA,
  DUPLICATE_ACKS,
  END_AT,
  ID_AT,
  IP_BYTES_AT,
  MISSED_AT,
  OLD_DATA,
  OLD_DUPLICATES,
  OLD_MISSED,
  OLD_ORIG_BYTES_AT,
  OLD_ORIG_PACKETS,
  OLD_ORIG_RETRANSMITTED,
  OLD_REORDERED,
  OLD_RESP_BYTES_AT,
  OLD_RESP_PACKETS,
  OLD_RETRANSMITTED,
  ORIG,
  ORIG_ADDRESS,
  PACKETS,
  type Page,
  PORTS,
  PROBLEMS_SEEN,
  REORDERED,
  RESP,
  RESP_ADDRESS,
  RETRANSMITTED,
  RTT_CHAIN,
  RTT_KEPT,
  RTT_OFFERED,
  RTT_THINNING,
  SIDE_STATUS,
  START_AT,
  TAG,
} from './record-layout.ts';
import type { TableObservation } from './table-observation.ts';

/** Round trips that one observation carries; of more, every second, fourth... is kept, evenly over the window. */
const MAX_SAMPLES = 128;

/** What happened in connections since they were last asked. One {@link TableObservation} for all, filled again each time. */
export class WindowDeltas {
  readonly #pool: NodePool;
  readonly #inspector: Inspector | undefined;
  readonly #eventOf: ((id: number) => string) | undefined;
  readonly #names: AddressNames | undefined;
  readonly #observation: TableObservation = {
    connection: 0,
    family: 0,
    words: new Int32Array(8),
    addresses: 0,
    at: 0,
    src: '',
    dst: '',
    srcPort: 0,
    dstPort: 0,
    proto: 0,
    start: 0,
    first: false,
    srcBytes: 0,
    dstBytes: 0,
    srcPackets: 0,
    dstPackets: 0,
    state: '',
    tcpFlags: 0,
    dataSegments: 0,
    retransmitted: 0,
    srcRetransmitted: 0,
    reordered: 0,
    duplicateAcks: 0,
    missedBytes: 0,
    rtts: new Float64Array(MAX_SAMPLES),
    rttCount: 0,
    service: '',
    domain: '',
    problems: 0,
    event: '',
  };

  /** @param names makes the text of addresses, which stays empty without. */
  constructor(pool: NodePool, names?: AddressNames, inspector?: Inspector, eventOf?: (id: number) => string) {
    this.#pool = pool;
    this.#names = names;
    this.#inspector = inspector;
    this.#eventOf = eventOf;
  }

  /** Readies a new record. */
  begin(ints: Int32Array, at: number): void {
    ints[at + RTT_CHAIN] = NONE;
  }

  /** Notes a round trip, in microseconds. */
  sample(ints: Int32Array, at: number, roundTrip: number): void {
    const offered = ints[at + RTT_OFFERED]++;
    if ((offered & ((1 << ints[at + RTT_THINNING]) - 1)) !== 0) return;
    if (ints[at + RTT_KEPT] >= MAX_SAMPLES) this.#thin(ints, at);
    const node = this.#pool.take(0, 0, roundTrip, 0);
    if (node === NONE) return;
    this.#pool.next[node] = ints[at + RTT_CHAIN];
    ints[at + RTT_CHAIN] = node;
    ints[at + RTT_KEPT]++;
  }

  /** Gives back what the record holds in the pool. */
  end(ints: Int32Array, at: number): void {
    this.#pool.giveChain(ints[at + RTT_CHAIN]);
    ints[at + RTT_CHAIN] = NONE;
    ints[at + RTT_KEPT] = ints[at + RTT_OFFERED] = ints[at + RTT_THINNING] = 0;
  }

  /** Fills the observation from the record, and takes the record as the state of before from now on. */
  take(page: Page, at: number, slot: number): TableObservation {
    const { ints, doubles } = page;
    const into = this.#observation;
    const ports = ints[at + PORTS];
    into.connection = doubles[(at + ID_AT) >> 1];
    into.family = (ints[at + TAG] >> FAMILY_SHIFT) & 15;
    into.words = ints;
    into.addresses = at + ORIG_ADDRESS;
    into.at = doubles[(at + END_AT) >> 1];
    if (this.#names) {
      into.src = this.#names.name(ints, at + ORIG_ADDRESS, into.family);
      into.dst = this.#names.name(ints, at + RESP_ADDRESS, into.family);
    }
    into.srcPort = ports >>> 16;
    into.dstPort = ports & 0xffff;
    into.proto = ints[at + TAG] & 0xff;
    into.start = doubles[(at + START_AT) >> 1];
    into.first = (ints[at + BITS] & CONN_BITS.observed) === 0;
    into.state = stateOf(page, at);
    into.tcpFlags = ints[at + ORIG + SIDE_STATUS] & 0xff;
    const application = this.#inspector?.application(slot);
    into.service = application?.service ?? '';
    into.domain = application?.domain ?? '';
    into.problems = ints[at + PROBLEMS_SEEN];
    if (this.#eventOf) into.event = this.#eventOf(into.connection);
    this.#takeCounters(page, at);
    this.#takeSamples(ints, at);
    ints[at + PROBLEMS_SEEN] = 0;
    ints[at + BITS] |= CONN_BITS.observed;
    return into;
  }

  #takeCounters({ ints, doubles }: Page, at: number): void {
    const into = this.#observation;
    into.srcPackets = since(ints, at + OLD_ORIG_PACKETS, ints[at + ORIG + PACKETS]);
    into.dstPackets = since(ints, at + OLD_RESP_PACKETS, ints[at + RESP + PACKETS]);
    into.srcBytes = since(doubles, (at + OLD_ORIG_BYTES_AT) >> 1, doubles[(at + ORIG + IP_BYTES_AT) >> 1]);
    into.dstBytes = since(doubles, (at + OLD_RESP_BYTES_AT) >> 1, doubles[(at + RESP + IP_BYTES_AT) >> 1]);
    into.dataSegments = since(ints, at + OLD_DATA, both(ints, at, DATA));
    into.retransmitted = since(ints, at + OLD_RETRANSMITTED, both(ints, at, RETRANSMITTED));
    into.srcRetransmitted = since(ints, at + OLD_ORIG_RETRANSMITTED, ints[at + ORIG + RETRANSMITTED]);
    into.reordered = since(ints, at + OLD_REORDERED, both(ints, at, REORDERED));
    into.duplicateAcks = since(ints, at + OLD_DUPLICATES, both(ints, at, DUPLICATE_ACKS));
    // What a window changes fits in 31 bits, so that the lower half of the sum is enough.
    const missed = doubles[(at + ORIG + MISSED_AT) >> 1] + doubles[(at + RESP + MISSED_AT) >> 1];
    into.missedBytes = since(ints, at + OLD_MISSED, missed | 0) | 0;
  }

  #takeSamples(ints: Int32Array, at: number): void {
    const into = this.#observation;
    const pool = this.#pool;
    into.rttCount = ints[at + RTT_KEPT];
    // The chain has the last one first.
    let place = into.rttCount;
    for (let node = ints[at + RTT_CHAIN]; node !== NONE; node = pool.next[node])
      into.rtts[--place] = pool.time[node] / 1000;
    this.end(ints, at);
  }

  /** Drops every second sample. */
  #thin(ints: Int32Array, at: number): void {
    const pool = this.#pool;
    let kept = 0;
    // Seen from the last one, which is the 128th: those in odd places from the beginning stay.
    let node = pool.next[ints[at + RTT_CHAIN]];
    pool.give(ints[at + RTT_CHAIN]);
    ints[at + RTT_CHAIN] = node;
    while (node !== NONE) {
      kept++;
      const dropped = pool.next[node];
      if (dropped === NONE) break;
      pool.next[node] = pool.next[dropped];
      pool.give(dropped);
      node = pool.next[node];
    }
    ints[at + RTT_KEPT] = kept;
    ints[at + RTT_THINNING]++;
  }
}

function since(values: Int32Array | Float64Array, old: number, now: number): number {
  const difference = now - values[old];
  values[old] = now;
  return difference;
}

function both(ints: Int32Array, at: number, offset: number): number {
  return ints[at + ORIG + offset] + ints[at + RESP + offset];
}
