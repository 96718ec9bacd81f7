import { NONE, type NodePool } from './node-pool.ts';
import {
  FLIGHT_COUNT,
  FLIGHT_HEAD,
  FLIGHT_TAIL,
  RTT_MAX,
  RTT_MIN,
  RTT_SAMPLES,
  RTT_SUM_AT,
  SRTT,
} from './record-layout.ts';

/** Segments in flight that are remembered for a direction; of more, the oldest is forgotten and gives no sample. */
const MAX_FLIGHT = 256;
const AMBIGUOUS = 1;
const HANDSHAKE = 2;

/**
 * Round trip times of one direction: from a segment to the acknowledgement that covers it (RFC 6298, with the rule of Karn
 * and Partridge: none when a part of what is acknowledged was sent twice, since it is not known which copy is meant).
 * What came late counts as sent twice, because the acknowledgement waited for it. Times are in microseconds.
 */
export class RoundTrips {
  readonly #pool: NodePool;
  /** Whether the last sample was that of a SYN. */
  ofHandshake = false;

  constructor(pool: NodePool) {
    this.#pool = pool;
  }

  /** A segment [from, to) that was not seen before left. */
  sent(
    ints: Int32Array,
    side: number,
    from: number,
    to: number,
    time: number,
    handshake: boolean,
    ambiguous: boolean,
  ): void {
    const pool = this.#pool;
    if (ints[side + FLIGHT_COUNT] >= MAX_FLIGHT) this.#dropFirst(ints, side);
    const node = pool.take(from, to, time, (handshake ? HANDSHAKE : 0) | (ambiguous ? AMBIGUOUS : 0));
    if (node === NONE) return;
    const tail = ints[side + FLIGHT_TAIL];
    if (tail === NONE) ints[side + FLIGHT_HEAD] = node;
    else pool.next[tail] = node;
    ints[side + FLIGHT_TAIL] = node;
    ints[side + FLIGHT_COUNT]++;
  }

  /** The range was sent again; with `neighbours`, also those that end where it begins or begin where it ends. */
  sentAgain(ints: Int32Array, side: number, from: number, to: number, neighbours: boolean): void {
    const pool = this.#pool;
    const reach = neighbours ? 1 : 0;
    for (let node = ints[side + FLIGHT_HEAD]; node !== NONE; node = pool.next[node]) {
      if (((pool.from[node] - to) | 0) >= reach) break;
      if (((pool.to[node] - from) | 0) > -reach) pool.mark[node] |= AMBIGUOUS;
    }
  }

  /** Everything below `ack` arrived. Answers the round trip, NaN when it tells none. @param side of the one who sent it. */
  acknowledged(
    ints: Int32Array,
    floats: Float32Array,
    doubles: Float64Array,
    side: number,
    ack: number,
    time: number,
  ): number {
    const pool = this.#pool;
    let marks = 0;
    let sent = Number.NaN;
    let node = ints[side + FLIGHT_HEAD];
    while (node !== NONE && ((pool.to[node] - ack) | 0) <= 0) {
      marks = (marks & AMBIGUOUS) | pool.mark[node];
      sent = pool.time[node];
      this.#dropFirst(ints, side);
      node = ints[side + FLIGHT_HEAD];
    }
    this.ofHandshake = (marks & HANDSHAKE) !== 0;
    const sample = time - sent;
    if ((marks & AMBIGUOUS) !== 0 || !(sample >= 0)) return Number.NaN;
    const count = ++ints[side + RTT_SAMPLES];
    doubles[(side + RTT_SUM_AT) >> 1] += sample;
    if (count === 1) {
      floats[side + RTT_MIN] = floats[side + RTT_MAX] = floats[side + SRTT] = sample;
      return sample;
    }
    if (sample < floats[side + RTT_MIN]) floats[side + RTT_MIN] = sample;
    if (sample > floats[side + RTT_MAX]) floats[side + RTT_MAX] = sample;
    floats[side + SRTT] += (sample - floats[side + SRTT]) / 8;
    return sample;
  }

  clear(ints: Int32Array, side: number): void {
    this.#pool.giveChain(ints[side + FLIGHT_HEAD]);
    ints[side + FLIGHT_HEAD] = NONE;
    ints[side + FLIGHT_TAIL] = NONE;
    ints[side + FLIGHT_COUNT] = 0;
  }

  #dropFirst(ints: Int32Array, side: number): void {
    const node = ints[side + FLIGHT_HEAD];
    if (node === NONE) return;
    const behind = this.#pool.next[node];
    ints[side + FLIGHT_HEAD] = behind;
    if (behind === NONE) ints[side + FLIGHT_TAIL] = NONE;
    ints[side + FLIGHT_COUNT]--;
    this.#pool.give(node);
  }
}
